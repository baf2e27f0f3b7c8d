package main

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/providers"
)

// question is what a feature asks, of whom, and how often.
type question struct {
	feature, text string
	weight        int
	stream        bool
	of            func(*fleet) providers.Provider
}

func chain(f *fleet) providers.Provider { return f.Monitor }

var questions = []question{
	{"support", "A customer asks where her parcel is. Write a friendly two-line reply.", 30, false, chain},
	{"search", "Which of our plans includes single sign-on?", 25, true, chain},
	{"summary", "Summarise this ticket: login fails with error 403 since Monday.", 20, false, chain},
	{"assistant", "Explain how invoices are exported, step by step.", 15, true, chain},
	{"labs", "Classify this message: where is my invoice?", 5, false, func(f *fleet) providers.Provider { return f.preview }},
	{"export", "Translate this help page into Portuguese.", 5, true, func(f *fleet) providers.Provider { return f.gateway }},
}

var tenants = []string{"acme", "globex", "initech"}

// traffic makes calls at the rate, whether or not earlier ones have ended, as
// users do. It returns when the last has ended.
func (f *fleet) traffic(ctx context.Context, o options) {
	random := rand.New(rand.NewPCG(o.seed, 0))
	var open sync.WaitGroup
	defer open.Wait()
	slots := make(chan struct{}, 256) // a bound on calls that are open
	ticker := time.NewTicker(time.Duration(float64(time.Second) / o.rate))
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		q, arm, tenant := pick(random), random.IntN(2), tenants[random.IntN(len(tenants))]
		select {
		case slots <- struct{}{}:
		default:
			continue
		}
		open.Go(func() {
			defer func() { <-slots }()
			f.ask(ctx, q, arm, tenant)
		})
	}
}

func pick(random *rand.Rand) question {
	sum := 0
	for _, q := range questions {
		sum += q.weight
	}
	n := random.IntN(sum)
	for _, q := range questions {
		if n -= q.weight; n < 0 {
			return q
		}
	}
	panic("unreachable: the weights add up")
}

// ask makes a call. A failed one is seen in the telemetry and nowhere else.
func (f *fleet) ask(ctx context.Context, q question, arm int, tenant string) {
	ctx = llmotel.WithAttribution(ctx, llmotel.Attribution{
		Feature: q.feature, FeatureVersion: "2.1", Tenant: tenant,
		Prompt: q.feature + "-answer", PromptVersion: []string{"7", "8"}[arm],
		Experiment: "short-system-prompt", Variant: []string{"A", "B"}[arm],
	})
	system := []string{
		"You are a helpful assistant of a small software company. Be friendly, be exact, and say so when you do not know.",
		"You are a helpful assistant.",
	}[arm]
	p := q.of(f)
	req := &providers.Request{
		Model:           f.openai.Model(),
		System:          []providers.Text{{Text: system}},
		Messages:        []providers.Message{providers.UserText(q.text)},
		MaxOutputTokens: 400,
		Temperature:     new(0.3),
	}
	if p == f.preview {
		req.Model = f.local.Model()
	}
	if !q.stream {
		_, _ = p.Generate(ctx, req)
		return
	}
	for _, err := range p.Stream(ctx, req) {
		if err != nil {
			return
		}
	}
}
