package llmotel_test

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/llmotel/sdk/internal/oteltest"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/providers"
)

// scripted answers after a second, or as its functions say.
type scripted struct {
	name     string
	generate func(context.Context, *providers.Request) (*providers.Response, error)
	stream   iter.Seq2[*providers.Chunk, error]
}

func (s *scripted) Name() string                 { return s.name }
func (s *scripted) ServerAddress() (string, int) { return "api.example.com", 443 }

func (s *scripted) Generate(ctx context.Context, r *providers.Request) (*providers.Response, error) {
	return s.generate(ctx, r)
}

func (s *scripted) Stream(context.Context, *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return s.stream
}

type recordSink struct {
	mu      sync.Mutex
	records []*llmotel.Record
}

func (s *recordSink) Record(_ context.Context, r *llmotel.Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.records = append(s.records, r)
}

func (s *recordSink) list() []*llmotel.Record {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.records)
}

// text writes the records without what differs from run to run.
func (s *recordSink) text(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, r := range s.records {
		if len(r.CallID) != 32 {
			t.Errorf("call id %q is not 32 digits", r.CallID)
		}
		c := *r
		c.CallID, c.TraceID, c.SpanID = "", [16]byte{}, [8]byte{}
		all, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		var fields map[string]any
		if err := json.Unmarshal(all, &fields); err != nil {
			t.Fatal(err)
		}
		dropZero(fields)
		out, err := json.MarshalIndent(fields, "", "    ")
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString("record ")
		b.Write(out)
		b.WriteByte('\n')
	}
	return b.String()
}

// dropZero leaves out what a record does not say.
func dropZero(fields map[string]any) {
	for k, v := range fields {
		switch v := v.(type) {
		case map[string]any:
			dropZero(v)
			if len(v) == 0 {
				delete(fields, k)
			}
		case nil:
			delete(fields, k)
		case string:
			if strings.Trim(v, "0") == "" {
				delete(fields, k)
			}
		case float64:
			if v == 0 {
				delete(fields, k)
			}
		case bool:
			if !v {
				delete(fields, k)
			}
		}
	}
}

func usage(input, output, cacheRead int64) providers.Usage {
	u := providers.Usage{Completeness: providers.UsageReported}
	u.Set(providers.ClassInput, input)
	u.Set(providers.ClassOutput, output)
	u.Set(providers.ClassCacheRead, cacheRead)
	return u
}

func answer() *providers.Response {
	return &providers.Response{
		ID: "chatcmpl-1", RequestID: "req_1", Provider: "openai", Model: "gpt-5.2-2025-12-11", Usage: usage(1200, 200, 1000),
		ServiceTier: "default", SystemFingerprint: "fp_1",
		Choices: []providers.Choice{{FinishReason: providers.FinishStop, Message: providers.AssistantText("fine")}},
	}
}

func answers(resp *providers.Response, err error) func(context.Context, *providers.Request) (*providers.Response, error) {
	return func(context.Context, *providers.Request) (*providers.Response, error) {
		time.Sleep(time.Second) // of the bubble's clock
		return resp, err
	}
}

func streams(chunks []*providers.Chunk, err error) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) {
		for _, c := range chunks {
			time.Sleep(100 * time.Millisecond)
			if !yield(c, nil) {
				return
			}
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

func chunks() []*providers.Chunk {
	u := usage(30, 1, 0)
	return []*providers.Chunk{
		{Kind: providers.ChunkStart, ResponseID: "chatcmpl-2", RequestID: "req_2", Model: "gpt-5.2-2025-12-11"},
		{Kind: providers.ChunkUsage, Usage: &u},
		{Kind: providers.ChunkText, Text: "one "},
		{Kind: providers.ChunkText, Text: "two "},
		{Kind: providers.ChunkText, Text: "three"},
		{Kind: providers.ChunkFinish, Finish: &providers.Finish{
			ResponseID: "chatcmpl-2", RequestID: "req_2", Model: "gpt-5.2-2025-12-11",
			Usage: usage(30, 3, 0), Reasons: []providers.FinishReason{providers.FinishStop},
		}},
	}
}

func fullRequest() *providers.Request {
	return &providers.Request{
		Model: "gpt-5.2", System: []providers.Text{{Text: "Be kind."}},
		Messages:        []providers.Message{providers.UserText("How are you?")},
		MaxOutputTokens: 500, Temperature: new(0.2), TopP: new(0.9), TopK: new(int64(40)), Seed: new(int64(7)),
		FrequencyPenalty: new(0.1), PresencePenalty: new(-0.1), StopSequences: []string{"END", "STOP"}, Choices: 2,
		Reasoning: &providers.Reasoner{Effort: "low"}, PreviousResponseID: "resp_0", ServiceTier: "flex",
		Format: &providers.Format{Type: providers.FormatJSON},
	}
}

func TestTelemetry(t *testing.T) {
	overloaded := &providers.Error{
		Provider: "openai", Model: "gpt-5.2", Kind: providers.KindOverloaded, StatusCode: 503, Code: "server_is_overloaded", RequestID: "req_9",
		Err: errors.New("the SDK's text with the prompt: How are you?"),
	}
	cases := []struct {
		name string
		opts []llmotel.Option
		run  func(ctx context.Context, inst *llmotel.Instrumentation)
	}{
		{"unary", nil, func(ctx context.Context, inst *llmotel.Instrumentation) {
			p := inst.Wrap(&scripted{name: "openai", generate: answers(answer(), nil)})
			_, _ = p.Generate(ctx, &providers.Request{Model: "gpt-5.2", Messages: []providers.Message{providers.UserText("How are you?")}})
		}},
		{"unary_all_options", nil, func(ctx context.Context, inst *llmotel.Instrumentation) {
			resp := answer()
			resp.Choices = append(resp.Choices, providers.Choice{FinishReason: providers.FinishLength})
			_, _ = inst.Wrap(&scripted{name: "openai", generate: answers(resp, nil)}).Generate(ctx, fullRequest())
		}},
		{"unary_error", nil, func(ctx context.Context, inst *llmotel.Instrumentation) {
			_, _ = inst.Wrap(&scripted{name: "openai", generate: answers(nil, overloaded)}).Generate(ctx, fullRequest())
		}},
		{"unary_foreign_error", nil, func(ctx context.Context, inst *llmotel.Instrumentation) {
			_, _ = inst.Wrap(&scripted{name: "openai", generate: answers(nil, errors.New("holds the prompt: How are you?"))}).Generate(ctx, fullRequest())
		}},
		{"unary_error_with_usage", nil, func(ctx context.Context, inst *llmotel.Instrumentation) {
			filtered := &providers.Error{Provider: "openai", Model: "gpt-5.2", Kind: providers.KindContentFiltered, Usage: usage(50, 5, 0)}
			_, _ = inst.Wrap(&scripted{name: "openai", generate: answers(nil, filtered)}).Generate(ctx, &providers.Request{Model: "gpt-5.2"})
		}},
		{"usage_classes", nil, func(ctx context.Context, inst *llmotel.Instrumentation) {
			resp := answer()
			resp.Provider, resp.Model, resp.ServiceTier = "anthropic", "claude-sonnet-5", "standard"
			u := usage(1000, 300, 400)
			u.Set(providers.ClassCacheWrite, 300)
			u.CacheWrite1h = 100
			u.Set(providers.ClassReasoning, 120)
			u.Set(providers.ClassTextInput, 700)
			u.Set(providers.ClassImageInput, 300)
			u.Set(providers.ClassTextOutput, 300)
			u.Set(providers.ClassTextCacheRead, 400)
			resp.Usage = u
			_, _ = inst.Wrap(&scripted{name: "anthropic", generate: answers(resp, nil)}).Generate(ctx, &providers.Request{Model: "claude-sonnet-5"})
		}},
		{"unpriced", nil, func(ctx context.Context, inst *llmotel.Instrumentation) {
			resp := answer()
			resp.Provider, resp.Model = "self", "llama-of-ours"
			_, _ = inst.Wrap(&scripted{name: "self", generate: answers(resp, nil)}).Generate(ctx, &providers.Request{Model: "llama-of-ours"})
		}},
		{"usage_missing", nil, func(ctx context.Context, inst *llmotel.Instrumentation) {
			resp := answer()
			resp.Usage = providers.Usage{}
			_, _ = inst.Wrap(&scripted{name: "openai", generate: answers(resp, nil)}).Generate(ctx, &providers.Request{Model: "gpt-5.2"})
		}},
		{"usage_impossible", nil, func(ctx context.Context, inst *llmotel.Instrumentation) {
			resp := answer()
			resp.Usage.Input = -7
			_, _ = inst.Wrap(&scripted{name: "openai", generate: answers(resp, nil)}).Generate(ctx, &providers.Request{Model: "gpt-5.2"})
		}},
		{"attribution", []llmotel.Option{llmotel.WithMetricAttribution(llmotel.FieldFeature, llmotel.FieldVariant)}, func(ctx context.Context, inst *llmotel.Instrumentation) {
			ctx = llmotel.WithAttribution(ctx, llmotel.Attribution{
				Feature: "search", FeatureVersion: "3", Prompt: "answer", PromptVersion: "12", Experiment: "short-prompt", Variant: "B",
				Conversation: "conv-1", User: "user-1", Session: "session-1", Tenant: "acme",
			})
			_, _ = inst.Wrap(&scripted{name: "openai", generate: answers(answer(), nil)}).Generate(ctx, &providers.Request{Model: "gpt-5.2"})
		}},
		{"stream", nil, func(ctx context.Context, inst *llmotel.Instrumentation) {
			for range inst.Wrap(&scripted{name: "openai", stream: streams(chunks(), nil)}).Stream(ctx, &providers.Request{Model: "gpt-5.2"}) {
			}
		}},
		{"stream_malformed_chunks", nil, func(ctx context.Context, inst *llmotel.Instrumentation) {
			all := chunks()
			all[5].Finish.MalformedChunks = 2
			for range inst.Wrap(&scripted{name: "openai", stream: streams(all, nil)}).Stream(ctx, &providers.Request{Model: "gpt-5.2"}) {
			}
		}},
		{"stream_cut", nil, func(ctx context.Context, inst *llmotel.Instrumentation) {
			cut := &providers.Error{Provider: "openai", Model: "gpt-5.2", Kind: providers.KindNetwork}
			for range inst.Wrap(&scripted{name: "openai", stream: streams(chunks()[:4], cut)}).Stream(ctx, &providers.Request{Model: "gpt-5.2"}) {
			}
		}},
		{"stream_without_end", nil, func(ctx context.Context, inst *llmotel.Instrumentation) {
			for range inst.Wrap(&scripted{name: "openai", stream: streams(chunks()[:4], nil)}).Stream(ctx, &providers.Request{Model: "gpt-5.2"}) {
			}
		}},
		{"stream_abandoned", nil, func(ctx context.Context, inst *llmotel.Instrumentation) {
			for c := range inst.Wrap(&scripted{name: "openai", stream: streams(chunks(), nil)}).Stream(ctx, &providers.Request{Model: "gpt-5.2"}) {
				if c.Text == "two " {
					break
				}
			}
		}},
		{"cancelled", nil, func(ctx context.Context, inst *llmotel.Instrumentation) {
			ctx, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
			defer cancel()
			p := &scripted{name: "openai", generate: func(ctx context.Context, _ *providers.Request) (*providers.Response, error) {
				<-ctx.Done()
				return nil, &providers.Error{Provider: "openai", Model: "gpt-5.2", Kind: providers.KindCancelled, Err: ctx.Err()}
			}}
			_, _ = inst.Wrap(p).Generate(ctx, &providers.Request{Model: "gpt-5.2"})
		}},
		{"by_hand_with_retry", nil, func(ctx context.Context, inst *llmotel.Instrumentation) {
			_, span := inst.Start(ctx, llmotel.Call{Provider: "groq", Model: "llama-3.3", ServerAddress: "api.groq.com", ServerPort: 443})
			time.Sleep(time.Second)
			span.Retry(500*time.Millisecond, overloaded)
			time.Sleep(time.Second)
			span.End(llmotel.Result{ResponseID: "r-1", Usage: usage(10, 20, 0), FinishReasons: []providers.FinishReason{providers.FinishStop}}, nil)
		}},
		{"embeddings", nil, func(ctx context.Context, inst *llmotel.Instrumentation) {
			_, _ = inst.WrapEmbedder(embedder{}).Embed(ctx, &providers.EmbedRequest{Model: "text-embedding-3-small", Input: []string{"How are you?"}, Dimensions: 256})
		}},
		{"wrapped_twice", nil, func(ctx context.Context, inst *llmotel.Instrumentation) {
			inner := inst.Wrap(&scripted{name: "openai", generate: answers(answer(), nil)})
			_, _ = inst.Wrap(hideAddress{inner}).Generate(ctx, &providers.Request{Model: "gpt-5.2"})
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			text := golden(t, c.name, c.opts, c.run)
			if strings.Contains(text, "How are you") || strings.Contains(text, "Be kind") {
				t.Error("telemetry holds the prompt")
			}
		})
	}
}

// golden runs a scenario on a clock of its own and compares what it leaves.
func golden(t *testing.T, name string, opts []llmotel.Option, run func(context.Context, *llmotel.Instrumentation)) (text string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		rec, sink := oteltest.New(), &recordSink{}
		run(t.Context(), instrument(t, rec, append(opts, llmotel.WithLoggerProvider(rec.LoggerProvider), llmotel.WithSinks(sink))...))
		text = rec.Text(t) + sink.text(t)
		oteltest.Golden(t, name, text)
	})
	return text
}

// hideAddress is a provider that does not know its server.
type hideAddress struct{ next providers.Provider }

func (h hideAddress) Name() string { return h.next.Name() }

func (h hideAddress) Generate(ctx context.Context, r *providers.Request) (*providers.Response, error) {
	return h.next.Generate(ctx, r)
}

func (h hideAddress) Stream(ctx context.Context, r *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return h.next.Stream(ctx, r)
}

type embedder struct{}

func (embedder) Name() string                 { return "openai" }
func (embedder) ServerAddress() (string, int) { return "api.example.com", 443 }

func (embedder) Embed(_ context.Context, r *providers.EmbedRequest) (*providers.EmbedResponse, error) {
	time.Sleep(time.Second)
	u := providers.Usage{Completeness: providers.UsageReported}
	u.Set(providers.ClassInput, 5)
	return &providers.EmbedResponse{Model: r.Model, RequestID: "req_3", Usage: u}, nil
}
