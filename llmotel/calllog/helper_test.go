package calllog_test

import (
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/calllog"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// full is a record with every field set.
func full() *llmotel.Record {
	usage := providers.Usage{Completeness: providers.UsageReported}
	for class := providers.ClassInput; class <= providers.ClassImageCacheRead; class <<= 1 {
		usage.Set(class, int64(class)+1)
	}
	usage.CacheWrite1h = 3
	start := time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.FixedZone("", 3600))
	cost := pricing.Cost{Priced: true, Partial: true, Amount: 1_234_567_890, Currency: "USD", PriceID: "anthropic/claude-sonnet-5@2026-01-01"}
	return &llmotel.Record{
		CallID:  "0197e1",
		TraceID: trace.TraceID{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, SpanID: trace.SpanID{1, 2, 3, 4, 5, 6, 7, 8}, Sampled: true,
		Operation: "chat", Stream: true, Start: start, Duration: 1_500_250 * time.Microsecond, TimeToFirstChunk: 250 * time.Millisecond, Chunks: 12,
		Provider: "anthropic", RequestModel: "claude-sonnet-5", Target: "backup",
		ResponseModel: "claude-sonnet-5-20260101", ResponseID: "msg_1", RequestID: "req_1", ServiceTier: "standard",
		FinishReasons: []providers.FinishReason{"stop", "length"}, Usage: usage, Cost: cost,
		ErrorKind: providers.KindOverloaded, ErrorMessage: "anthropic: overloaded (HTTP 529)", StatusCode: 529, ErrorCode: "overloaded_error",
		Attempts: 3, BreakerState: providers.BreakerHalfOpen, PromptChars: 4000, ResponseChars: 900,
		Visits: []llmotel.Visit{
			{
				Target: "primary", Provider: "openai", RequestModel: "gpt-5.2", ResponseModel: "gpt-5.2-2026", RequestID: "req_0", SpanID: trace.SpanID{9},
				Start: start, Duration: 400 * time.Millisecond, TimeToFirstChunk: time.Millisecond, Attempts: 2,
				ErrorKind: providers.KindTimeout, ErrorMessage: "openai: timeout", Usage: usage, Cost: cost,
			},
			{Target: "backup", Provider: "anthropic", RequestModel: "claude-sonnet-5", Start: start, Duration: time.Second, Attempts: 1},
		},
		Skips:    []llmotel.Skip{{Target: "third", Reason: "breaker_open"}},
		Degraded: true,
		BreakerChanges: []llmotel.BreakerChange{
			{Target: "primary", Model: "gpt-5.2", Key: "team", From: providers.BreakerClosed, To: providers.BreakerOpen, Reason: "consecutive_failures"},
			{Target: "backup", From: providers.BreakerOpen, To: providers.BreakerHalfOpen, Reason: "delay_elapsed"},
		},
		Attribution: llmotel.Attribution{
			Feature: "search", FeatureVersion: "2", Prompt: "rank", PromptVersion: "7", Experiment: "exp", Variant: "b",
			Conversation: "c1", User: "u1", Session: "s1", Tenant: "t1",
		},
	}
}

// plain is what most calls are.
func plain() *llmotel.Record {
	usage := providers.Usage{Completeness: providers.UsageReported}
	usage.Set(providers.ClassInput, 1200)
	usage.Set(providers.ClassOutput, 340)
	usage.Set(providers.ClassCacheRead, 1000)
	return &llmotel.Record{
		CallID: "0197e1a2-8b7c-7def-8123-456789abcdef", TraceID: trace.TraceID{1, 15: 2}, SpanID: trace.SpanID{1, 7: 2}, Sampled: true,
		Operation: "chat", Start: time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC), Duration: 812345678,
		Provider: "openai", RequestModel: "gpt-5.2", ResponseModel: "gpt-5.2-2026-01-15", RequestID: "req_011CZxyz", ResponseID: "chatcmpl-abc",
		FinishReasons: []providers.FinishReason{"stop"}, Usage: usage, Attempts: 1, PromptChars: 4800, ResponseChars: 1400,
		Cost:        pricing.Cost{Priced: true, Amount: 6_860_000_000, Currency: "USD", PriceID: "openai/gpt-5.2@2026-01-01"},
		Attribution: llmotel.Attribution{Feature: "search", User: "user-17", Tenant: "acme"},
	}
}

func readAll(t testing.TB, r *calllog.Reader) []*calllog.Entry {
	t.Helper()
	var out []*calllog.Entry
	for e, err := range r.All() {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, e)
	}
	return out
}
