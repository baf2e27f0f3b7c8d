package mock_test

import (
	"context"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/mock"
)

func ask(model, text string) *providers.Request {
	return &providers.Request{Model: model, Messages: []providers.Message{providers.UserText(text)}}
}

func must(t *testing.T, p mock.Profile, opts ...mock.Option) *mock.Provider {
	t.Helper()
	provider, err := mock.New(p, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return provider
}

func TestLatency(t *testing.T) {
	cases := []struct {
		profile       mock.Profile
		p5, p50, p95  time.Duration
		first50, gaps time.Duration
	}{
		{mock.OpenAI(), 807 * time.Millisecond, 1100 * time.Millisecond, 1500 * time.Millisecond, 400 * time.Millisecond, 25 * time.Millisecond},
		{mock.Anthropic(), 490 * time.Millisecond, 700 * time.Millisecond, 1000 * time.Millisecond, 280 * time.Millisecond, 15 * time.Millisecond},
	}
	for _, c := range cases {
		t.Run(c.profile.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := must(t, c.profile, mock.WithSeed(7))
				var unary, first, gaps []time.Duration
				for range 2000 {
					start := time.Now()
					if _, err := p.Generate(t.Context(), ask(p.Model(), "What is 2+2?")); err != nil {
						t.Fatal(err)
					}
					unary = append(unary, time.Since(start))
				}
				for range 400 {
					last, chunks := time.Now(), 0
					for chunk, err := range p.Stream(t.Context(), ask(p.Model(), "Explain tides")) {
						switch {
						case err != nil:
							t.Fatal(err)
						case chunk.Kind == providers.ChunkStart:
							first = append(first, time.Since(last))
						case chunk.Kind == providers.ChunkText && chunks > 0:
							gaps = append(gaps, time.Since(last))
						}
						if chunk.Kind == providers.ChunkText {
							chunks++
						}
						last = time.Now()
					}
				}
				near(t, "p5", quantile(unary, 0.05), c.p5)
				near(t, "p50", quantile(unary, 0.50), c.p50)
				near(t, "p95", quantile(unary, 0.95), c.p95)
				near(t, "first chunk p50", quantile(first, 0.50), c.first50)
				near(t, "gap p50", quantile(gaps, 0.50), c.gaps)
			})
		})
	}
}

func quantile(d []time.Duration, q float64) time.Duration {
	slices.Sort(d)
	return d[int(float64(len(d)-1)*q)]
}

func near(t *testing.T, what string, got, want time.Duration) {
	t.Helper()
	if r := float64(got) / float64(want); math.Abs(r-1) > 0.05 {
		t.Errorf("%s = %v, want %v within 5 %%", what, got, want)
	}
}

func TestTimeScale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		took := func(scale float64) time.Duration {
			p := must(t, mock.OpenAI(), mock.WithTimeScale(scale))
			start := time.Now()
			if _, err := p.Generate(t.Context(), ask(p.Model(), "hi ")); err != nil {
				t.Fatal(err)
			}
			return time.Since(start)
		}
		full, tenth, none := took(1), took(0.1), took(0)
		if want := full / 10; tenth < want-time.Microsecond || tenth > want+time.Microsecond {
			t.Errorf("at 0.1 it took %v, at 1 %v", tenth, full)
		}
		if none != 0 {
			t.Errorf("at 0 it took %v", none)
		}
	})
}

func TestSeed(t *testing.T) {
	run := func(t *testing.T, seed uint64) (log []string) {
		synctest.Test(t, func(t *testing.T) {
			p := must(t, mock.OpenAI(), mock.WithSeed(seed),
				mock.WithFailureRate(providers.KindRateLimited, 0.2), mock.WithFailureRate(providers.KindNetwork, 0.2))
			for range 50 {
				start := time.Now()
				r, err := providers.Collect(p.Stream(t.Context(), ask(p.Model(), "Why is the sky blue?")))
				entry := time.Since(start).String()
				if err != nil {
					entry += err.Error()
				} else {
					entry += r.ID + r.RequestID + r.Text()
				}
				log = append(log, entry)
			}
		})
		return log
	}
	if first, second := run(t, 42), run(t, 42); !slices.Equal(first, second) {
		t.Error("the same seed gave two different runs")
	}
	if first, second := run(t, 42), run(t, 43); slices.Equal(first, second) {
		t.Error("two seeds gave the same run")
	}
}

// With calls at the same time the outcomes are the same as a set.
func TestSeedConcurrentSafe(t *testing.T) {
	run := func() []string {
		p := must(t, mock.Anthropic(), mock.WithTimeScale(0), mock.WithFailureRate(providers.KindOverloaded, 0.3))
		out := make([]string, 64)
		var wg sync.WaitGroup
		for i := range out {
			wg.Go(func() {
				r, err := p.Generate(t.Context(), ask(p.Model(), "Is water wet?"))
				if err != nil {
					out[i] = err.Error()
				} else {
					out[i] = r.ID
				}
			})
		}
		wg.Wait()
		slices.Sort(out)
		return out
	}
	if first, second := run(), run(); !slices.Equal(first, second) {
		t.Errorf("two concurrent runs differ:\n%q\n%q", first, second)
	}
}

func TestFailureRates(t *testing.T) {
	p := must(t, mock.OpenAI(), mock.WithTimeScale(0),
		mock.WithFailureRate(providers.KindRateLimited, 0.10), mock.WithFailureRate(providers.KindServerError, 0.25))
	got := map[providers.Kind]int{}
	const n = 4000
	for range n {
		_, err := p.Generate(t.Context(), ask(p.Model(), "What is 2+2?"))
		got[providers.KindOf(err)]++
	}
	want := map[providers.Kind]float64{providers.KindRateLimited: 0.10, providers.KindServerError: 0.25, "": 0.65}
	for kind, share := range want {
		if rate := float64(got[kind]) / n; math.Abs(rate-share) > 0.03 {
			t.Errorf("%q came at a rate of %.3f, want %.2f", kind, rate, share)
		}
	}
	if len(got) != len(want) {
		t.Errorf("outcomes: %v", got)
	}
}

func TestScript(t *testing.T) {
	p := must(t, mock.OpenAI(), mock.WithTimeScale(0), mock.WithScript(
		mock.Fail(providers.KindServerError).Times(5),
		mock.Answer("I am back."),
		mock.CutAfter(2),
		mock.Generated(),
		mock.Panic("a bug"),
	))
	call := func() (text string, kind providers.Kind) {
		defer func() {
			if v := recover(); v != nil {
				text, kind = v.(string), providers.KindPanic
			}
		}()
		r, err := p.Generate(t.Context(), ask(p.Model(), "What is 2+2?"))
		if err != nil {
			return "", providers.KindOf(err)
		}
		return r.Text(), ""
	}
	for i := range 5 {
		if _, kind := call(); kind != providers.KindServerError {
			t.Errorf("call %d: %q", i, kind)
		}
	}
	steps := []struct {
		text string
		kind providers.Kind
	}{
		{"I am back.", ""},
		{"", providers.KindNetwork},
		{"2 + 2 = 4", ""},
		{"a bug", providers.KindPanic},
		{"2 + 2 = 4", ""},
	}
	for i, want := range steps {
		if text, kind := call(); text != want.text || kind != want.kind {
			t.Errorf("step %d: %q %q, want %q %q", i, text, kind, want.text, want.kind)
		}
	}
	if p.Calls() != 10 || p.Active() != 0 {
		t.Errorf("%d calls, %d active", p.Calls(), p.Active())
	}
}

func TestBrokenStreams(t *testing.T) {
	cases := []struct {
		name   string
		step   mock.Step
		chunks int
		kind   providers.Kind
		after  time.Duration
	}{
		{"cut", mock.CutAfter(3).Delay(time.Second), 3, providers.KindNetwork, 0},
		{"truncated", mock.TruncateAfter(1), 1, providers.KindMalformed, 0},
		{"failing", mock.FailAfter(2, providers.KindOverloaded), 2, providers.KindOverloaded, 0},
		{"stalled", mock.StallAfter(4), 4, providers.KindCancelled, time.Minute},
		{"stalled at once", mock.StallAfter(0), 0, providers.KindCancelled, time.Minute},
		{"silent", mock.Stall(), 0, providers.KindCancelled, time.Minute},
		{"after its end", mock.CutAfter(100_000), -1, providers.KindNetwork, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := must(t, mock.Anthropic(), mock.WithScript(c.step))
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				start, chunks := time.Now(), 0
				var end error
				for chunk, err := range p.Stream(ctx, ask(p.Model(), "Explain tides")) {
					if end = err; err == nil && chunk.Kind.Semantic() {
						chunks++
					}
				}
				if providers.KindOf(end) != c.kind || c.chunks >= 0 && chunks != c.chunks {
					t.Errorf("%d chunks and %v, want %d and %s", chunks, end, c.chunks, c.kind)
				}
				if c.after > 0 && (time.Since(start) != c.after || !errors.Is(end, context.DeadlineExceeded)) {
					t.Errorf("ended after %v with %v", time.Since(start), end)
				}
			})
		})
	}
}

func TestOutage(t *testing.T) {
	p := must(t, mock.OpenAI(), mock.WithTimeScale(0), mock.WithScript(mock.Answer("first")))
	kind := func() providers.Kind {
		_, err := p.Generate(t.Context(), ask(p.Model(), "hi "))
		return providers.KindOf(err)
	}
	p.SetDown(true)
	if got := kind(); got != providers.KindServerError {
		t.Errorf("down: %q", got)
	}
	if err := p.SetOutage(providers.KindNetwork); err != nil {
		t.Fatal(err)
	}
	if got := kind(); got != providers.KindNetwork {
		t.Errorf("network outage: %q", got)
	}
	if err := p.SetOutage(providers.KindRejected); err == nil {
		t.Error("an outage of a kind that no service causes was accepted")
	}
	p.SetDown(false)
	if r, err := p.Generate(t.Context(), ask(p.Model(), "hi ")); err != nil || r.Text() != "first" {
		t.Errorf("an outage uses up the script: %v, %v", r.Text(), err)
	}
}

func TestRetryAfter(t *testing.T) {
	cases := []struct {
		name string
		opts []mock.Option
		want time.Duration
	}{
		{"default", nil, 20 * time.Millisecond},
		{"option, scaled", []mock.Option{mock.WithRetryAfter(5 * time.Second)}, 50 * time.Millisecond},
		{"step, exact", []mock.Option{mock.WithScript(mock.Fail(providers.KindRateLimited).RetryAfter(3 * time.Second))}, 3 * time.Second},
		{"none", []mock.Option{mock.WithRetryAfter(0)}, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := must(t, mock.OpenAI(), append(c.opts, mock.WithTimeScale(0.01), mock.WithFailureRate(providers.KindRateLimited, 1))...)
				_, err := p.Generate(t.Context(), ask(p.Model(), "hi "))
				var e *providers.Error
				if !errors.As(err, &e) || e.RetryAfter != c.want {
					t.Errorf("got %v, want a wait of %v", err, c.want)
				}
			})
		})
	}
}

func TestErrorsKeepThePromptInside(t *testing.T) {
	p := must(t, mock.OpenAI(), mock.WithTimeScale(0), mock.WithFailureRate(providers.KindServerError, 1))
	_, err := p.Generate(t.Context(), ask(p.Model(), "my canary-1234"))
	if strings.Contains(err.Error(), "canary") {
		t.Errorf("the prompt is in %v", err)
	}
	if cause := errors.Unwrap(err); cause == nil || !strings.Contains(cause.Error(), "canary-1234") {
		t.Errorf("the cause %v does not quote the prompt", cause)
	}
}

func TestOptions(t *testing.T) {
	cases := []struct {
		name string
		opt  mock.Option
		want string
	}{
		{"rate", mock.WithFailureRate(providers.KindNetwork, 1.5), "mock: failure rate 1.5 of network is not between 0 and 1"},
		{"rate NaN", mock.WithFailureRate(providers.KindNetwork, math.NaN()), "mock: failure rate NaN of network is not between 0 and 1"},
		{"kind", mock.WithFailureRate("weather", 0.1), `mock: unknown error kind "weather"`},
		{"panic rate", mock.WithFailureRate(providers.KindPanic, 0.1), "mock: panic is not a failure of a service"},
		{"scale", mock.WithTimeScale(-1), "mock: time scale -1 is not a number of at least 0"},
		{"retry after", mock.WithRetryAfter(-1), "mock: Retry-After -1ns is negative"},
		{"times", mock.WithScript(mock.Stall(), mock.Answer("x").Times(0)), "mock: step 1 of the script: serves no call; Times needs at least 1"},
		{"after", mock.WithScript(mock.CutAfter(-1)), "mock: step 0 of the script: breaks off after -1 chunks"},
		{"both", mock.WithScript(mock.Fail(providers.KindNetwork).CutAfter(1)), "mock: step 0 of the script: fails with network and breaks off; one of the two"},
		{"no kind", mock.WithScript(mock.FailAfter(1, "")), "mock: step 0 of the script: fails with no kind"},
		{"nil part", mock.WithScript(mock.AnswerParts(nil)), "mock: step 0 of the script: answers with a nil part"},
		{"delay", mock.WithScript(mock.Delay(-1)), "mock: step 0 of the script: has a negative time"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if _, err := mock.NewOpenAI(c.opt); err == nil || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
	if _, err := mock.NewOpenAI(nil, mock.WithFailureRate(providers.KindNetwork, 0.6), mock.WithFailureRate(providers.KindTimeout, 0.6)); err == nil {
		t.Error("rates of 1.2 were accepted")
	}
	if _, err := mock.New(mock.Profile{}); err == nil {
		t.Error("a profile without a name was accepted")
	}
	p := must(t, mock.OpenAI(), mock.WithServerAddress("api.openai.com", 443), mock.WithModels("gpt-4o"), mock.WithTimeScale(0))
	if host, port := p.ServerAddress(); host != "api.openai.com" || port != 443 {
		t.Errorf("address %s:%d", host, port)
	}
	if _, err := p.Generate(t.Context(), ask("gpt-9", "hi ")); providers.KindOf(err) != providers.KindModelNotFound {
		t.Errorf("an unknown model gave %v", err)
	}
}

func TestModelsArePriced(t *testing.T) {
	for provider, model := range map[string]string{"openai": mock.ModelOpenAI, "anthropic": mock.ModelAnthropic} {
		u := providers.Usage{Completeness: providers.UsageReported}
		u.Set(providers.ClassInput, 1000)
		u.Set(providers.ClassOutput, 1000)
		if c := pricing.Default().Cost(provider, model, "", &u, time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)); !c.Priced {
			t.Errorf("%s %s has no price", provider, model)
		}
	}
}

func TestEmbed(t *testing.T) {
	p := must(t, mock.OpenAI(), mock.WithTimeScale(0))
	embed := func(texts ...string) *providers.EmbedResponse {
		r, err := p.Embed(t.Context(), &providers.EmbedRequest{Model: mock.ModelEmbedding, Input: texts})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := embed("a boat on the fjord", "the fjord and a boat", "quarterly tax return")
	if !reflect.DeepEqual(r.Embeddings, embed("a boat on the fjord", "the fjord and a boat", "quarterly tax return").Embeddings) {
		t.Error("the same text gave another vector")
	}
	dot := func(a, b []float32) (sum float64) {
		for i := range a {
			sum += float64(a[i]) * float64(b[i])
		}
		return sum
	}
	e := r.Embeddings
	if len(e) != 3 || len(e[0]) != 1536 || math.Abs(dot(e[0], e[0])-1) > 1e-3 {
		t.Errorf("%d vectors of %d with length² %v", len(e), len(e[0]), dot(e[0], e[0]))
	}
	if near, far := dot(e[0], e[1]), dot(e[0], e[2]); near < 0.6 || far > 0.3 {
		t.Errorf("similarity of like texts %.2f, of unlike ones %.2f", near, far)
	}
	if n, ok := r.Usage.Get(providers.ClassInput); !ok || n != 15 || r.Usage.Output != 0 {
		t.Errorf("usage %+v", r.Usage)
	}
	if _, err := must(t, mock.Anthropic()).Embed(t.Context(), &providers.EmbedRequest{Model: "m", Input: []string{"x"}}); providers.KindOf(err) != providers.KindUnsupported {
		t.Errorf("Anthropic embeds: %v", err)
	}
	if _, err := p.Embed(t.Context(), &providers.EmbedRequest{Model: "m"}); providers.KindOf(err) != providers.KindInvalidRequest {
		t.Errorf("no input: %v", err)
	}
	p.SetDown(true)
	if _, err := p.Embed(t.Context(), &providers.EmbedRequest{Model: "m", Input: []string{"x"}}); providers.KindOf(err) != providers.KindServerError {
		t.Errorf("down: %v", err)
	}
}

func TestWithAnswers(t *testing.T) {
	p, err := mock.NewOpenAI(mock.WithTimeScale(0), mock.WithAnswers(map[string]string{"Why?": "Because."}))
	if err != nil {
		t.Fatal(err)
	}
	for question, known := range map[string]bool{"Why?": true, "Why not?": false} {
		resp := generate(t, p, &providers.Request{Model: p.Model(), Messages: []providers.Message{providers.UserText(question)}})
		if (resp.Text() == "Because.") != known {
			t.Errorf("%s: %q", question, resp.Text())
		}
	}
}
