package cli_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/calllog"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// generate writes n records of a made-up service: three features, an experiment
// of two variants, the second of which is 10 % slower, 3 % of errors.
func generate(w io.Writer, n int) error {
	r := rand.New(rand.NewPCG(1, 2))
	log := calllog.New(w)
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for i := range n {
		variant := i % 2
		usage := providers.Usage{Completeness: providers.UsageReported}
		usage.Set(providers.ClassInput, int64(500+r.IntN(4000)))
		usage.Set(providers.ClassOutput, int64(50+r.IntN(800)))
		usage.Set(providers.ClassCacheRead, int64(r.IntN(500)))
		latency := 800 * r.ExpFloat64() * []float64{1, 1.1}[variant]
		rec := &llmotel.Record{
			CallID: fmt.Sprintf("%08x-8b7c-7def-8123-456789abcdef", i), TraceID: [16]byte{1, 15: byte(i)}, SpanID: [8]byte{1, 7: byte(i)}, Sampled: true,
			Operation: "chat", Start: start.Add(time.Duration(i) * 80 * time.Millisecond), Duration: time.Duration(latency * 1e6),
			Provider: "openai", RequestModel: "gpt-5.2", ResponseModel: "gpt-5.2-2026-01-15", RequestID: fmt.Sprintf("req_%d", i), ResponseID: fmt.Sprintf("chatcmpl-%d", i),
			FinishReasons: []providers.FinishReason{"stop"}, Usage: usage, Attempts: 1, PromptChars: 4800, ResponseChars: 1400,
			Cost: pricing.Cost{Priced: true, Amount: pricing.Amount(usage.Input*1_750_000 + usage.Output*14_000_000), Currency: "USD", PriceID: "openai/gpt-5.2@2026-08-01"},
			Attribution: llmotel.Attribution{
				Feature: []string{"search", "chat", "summary"}[i%3], User: fmt.Sprintf("user-%d", r.IntN(10_000)), Tenant: "acme",
				Experiment: "prompt", Variant: []string{"a", "b"}[variant],
			},
		}
		if r.IntN(100) < 3 {
			rec.ErrorKind, rec.ErrorMessage, rec.StatusCode = providers.KindServerError, "openai: server_error (HTTP 500)", 500
			rec.Usage, rec.Cost, rec.FinishReasons = providers.Usage{}, pricing.Cost{}, nil
		}
		log.Record(context.Background(), rec)
	}
	return log.Close()
}
