package llmotel_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/llmotel/sdk/internal/oteltest"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/providers"
)

// wordCounter takes words for tokens.
type wordCounter struct {
	mu    sync.Mutex
	texts []llmotel.CallText
	panic bool
}

func (w *wordCounter) EstimateUsage(t *llmotel.CallText) (input, output int64, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.texts = append(w.texts, *t)
	if w.panic {
		panic("counter")
	}
	count := func(texts []string) (n int64) {
		for _, s := range texts {
			n += int64(len(strings.Fields(s)))
		}
		return n
	}
	return count(t.Input) + count(t.Tools) + int64(t.Messages), count(t.Output), t.Model != "unknown"
}

type lastSink struct{ last *llmotel.Record }

func (s *lastSink) Record(_ context.Context, r *llmotel.Record) { s.last = r }

func TestEstimatedUsage(t *testing.T) {
	partial := providers.Usage{Completeness: providers.UsagePartial}
	partial.Set(providers.ClassInput, 50)
	partial.Set(providers.ClassCacheRead, 40)
	partial.Set(providers.ClassOutput, 1)
	req := &providers.Request{
		Model: "gpt-4o-mini", System: []providers.Text{{Text: "be brief"}}, Messages: []providers.Message{providers.UserText("what is a span")},
		Tools: []providers.Tool{{Name: "search", Description: "finds pages", Parameters: []byte(`{"type":"object"}`)}},
	}
	answer := &providers.Response{Choices: []providers.Choice{{Message: providers.Message{Role: providers.RoleAssistant, Parts: []providers.Part{providers.Text{Text: "a part of a trace"}}}}}}
	text := func(s string) *providers.Chunk { return &providers.Chunk{Kind: providers.ChunkText, Text: s} }
	cases := []struct {
		name    string
		model   string
		chunks  []*providers.Chunk
		result  llmotel.Result
		err     error
		leave   bool
		called  bool
		in, out int64
		want    providers.Completeness
	}{
		// 2 + 4 words and 2 messages, 1 + 2 + 1 words of the tool
		{"unary without usage", "gpt-4o-mini", nil, llmotel.Result{Response: answer}, nil, false, true, 12, 5, providers.UsageEstimated},
		{"unary with usage", "gpt-4o-mini", nil, llmotel.Result{Response: answer, Usage: usage(7, 3, 0)}, nil, false, false, 7, 3, providers.UsageReported},
		{"failed before anything", "gpt-4o-mini", nil, llmotel.Result{}, &providers.Error{Kind: providers.KindOverloaded}, false, false, 0, 0, providers.UsageMissing},
		{"a stream that breaks", "gpt-4o-mini", []*providers.Chunk{text("a part "), text("of a")}, llmotel.Result{}, &providers.Error{Kind: providers.KindNetwork}, false, true, 12, 4, providers.UsageEstimated},
		{"a stream that its caller cancels", "gpt-4o-mini", []*providers.Chunk{text("a part")}, llmotel.Result{}, context.Canceled, false, true, 12, 2, providers.UsageEstimated},
		{"a stream that its consumer leaves", "gpt-4o-mini", []*providers.Chunk{text("a part of")}, llmotel.Result{}, nil, true, true, 12, 3, providers.UsageEstimated},
		{
			"a stream that told its beginning", "gpt-4o-mini",
			[]*providers.Chunk{{Kind: providers.ChunkUsage, Usage: &partial}, text("a part "), text("of a trace")},
			llmotel.Result{},
			&providers.Error{Kind: providers.KindNetwork}, false, true, 50, 5, providers.UsageEstimated,
		},
		{"a model that it does not know", "unknown", nil, llmotel.Result{Response: answer}, nil, false, true, 0, 0, providers.UsageMissing},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			counter, sink, telemetry := &wordCounter{}, &lastSink{}, oteltest.New()
			inst, err := llmotel.New(llmotel.WithTracerProvider(telemetry.TracerProvider), llmotel.WithMeterProvider(telemetry.MeterProvider),
				llmotel.WithSinks(sink), llmotel.WithUsageEstimator(nil), llmotel.WithUsageEstimator(counter))
			if err != nil {
				t.Fatal(err)
			}
			_, span := inst.Start(t.Context(), llmotel.Call{Provider: "openai", Model: c.model, Request: req, Stream: c.chunks != nil})
			for _, chunk := range c.chunks {
				span.Chunk(chunk)
			}
			if c.leave {
				span.Abandon()
			} else {
				span.End(c.result, c.err)
			}
			u := sink.last.Usage
			if u.Input != c.in || u.Output != c.out || u.Completeness != c.want || (len(counter.texts) == 1) != c.called {
				t.Errorf("%d in, %d out, %v, asked %d times; want %d, %d, %v", u.Input, u.Output, u.Completeness, len(counter.texts), c.in, c.out, c.want)
			}
			if priced := c.want != providers.UsageMissing; sink.last.Cost.Priced != priced || sink.last.Cost.Partial != (c.want == providers.UsageEstimated) {
				t.Errorf("cost %+v", sink.last.Cost)
			}
			if text := telemetry.Text(t); c.want != providers.UsageReported && c.want != providers.UsageMissing && !strings.Contains(text, "llmotel.usage.completeness=estimated") ||
				strings.Contains(text, "be brief") || strings.Contains(text, "a part") {
				t.Errorf("not marked, or content in telemetry:\n%s", text)
			}
		})
	}
}

// The same of calls that are read off HTTP.
func TestEstimatedUsageOfHTTP(t *testing.T) {
	const stream = `data: {"id":"1","model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"delta":{"role":"assistant","content":"a part "}}]}

data: {"id":"1","model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"delta":{"content":"of a trace"}}]}

`
	for name, c := range map[string]struct {
		end   string
		err   error
		close bool // after the first read
		out   int64
	}{
		"whole, without usage": {"data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n", io.EOF, false, 5},
		"cut":                  {"", io.ErrUnexpectedEOF, false, 5},
		"cancelled":            {"", context.Canceled, false, 5},
		"left":                 {"", io.EOF, true, 5},
	} {
		t.Run(name, func(t *testing.T) {
			counter, sink := &wordCounter{}, &lastSink{}
			inst, err := llmotel.New(llmotel.WithSinks(sink), llmotel.WithUsageEstimator(counter))
			if err != nil {
				t.Fatal(err)
			}
			client := &http.Client{Transport: inst.Transport(tripper(func(r *http.Request) (*http.Response, error) {
				_, _ = io.Copy(io.Discard, r.Body)
				body := io.MultiReader(strings.NewReader(stream+c.end), brokenReader{c.err})
				return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"text/event-stream"}}, Body: io.NopCloser(body), Request: r}, nil
			}))}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://api.openai.com/v1/chat/completions",
				strings.NewReader(`{"model":"gpt-4o-mini","stream":true,"messages":[{"role":"user","content":"what is a span"}]}`))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			if c.close {
				_, _ = io.CopyN(io.Discard, resp.Body, int64(len(stream)))
			} else {
				_, _ = io.Copy(io.Discard, resp.Body)
			}
			if err := resp.Body.Close(); err != nil {
				t.Fatal(err)
			}
			u := sink.last.Usage
			if u.Input != 5 || u.Output != c.out || u.Completeness != providers.UsageEstimated || counter.texts[0].Model != "gpt-4o-mini-2024-07-18" {
				t.Errorf("%+v of %+v, want 5 in (4 words, 1 message), %d out", u, counter.texts, c.out)
			}
		})
	}
}

type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

type brokenReader struct{ err error }

func (f brokenReader) Read([]byte) (int, error) { return 0, f.err }

func TestEstimatorThatPanics(t *testing.T) {
	sink, telemetry := &lastSink{}, oteltest.New()
	inst, err := llmotel.New(llmotel.WithMeterProvider(telemetry.MeterProvider), llmotel.WithSinks(sink), llmotel.WithUsageEstimator(&wordCounter{panic: true}))
	if err != nil {
		t.Fatal(err)
	}
	_, span := inst.Start(t.Context(), llmotel.Call{Provider: "openai", Model: "gpt-4o-mini"})
	span.End(llmotel.Result{}, nil)
	if sink.last == nil || sink.last.Usage.Completeness != providers.UsageMissing {
		t.Errorf("%+v", sink.last)
	}
	dropped, ok := telemetry.Metrics(t)["llmotel.telemetry.dropped"].Data.(metricdata.Sum[int64])
	if !ok || len(dropped.DataPoints) != 1 || dropped.DataPoints[0].Value != 1 {
		t.Errorf("%+v", dropped)
	}
}

// A chain's visits are estimated one by one, and their sum is marked.
func TestEstimatedVisits(t *testing.T) {
	sink := &lastSink{}
	inst, err := llmotel.New(llmotel.WithSinks(sink), llmotel.WithUsageEstimator(&wordCounter{}))
	if err != nil {
		t.Fatal(err)
	}
	ctx, chain := inst.StartChain(t.Context(), llmotel.ChainCall{Chain: "chain", Model: "gpt-4o-mini"})
	_, span := inst.Start(ctx, llmotel.Call{Provider: "openai", Model: "gpt-4o-mini", Target: "a", Stream: true, Request: &providers.Request{Messages: []providers.Message{providers.UserText("one two")}}})
	span.Chunk(&providers.Chunk{Kind: providers.ChunkText, Text: "three"})
	span.End(llmotel.Result{}, errors.New("cut"))
	_, span = inst.Start(ctx, llmotel.Call{Provider: "openai", Model: "gpt-4o-mini", Target: "b"})
	span.End(llmotel.Result{Usage: usage(10, 20, 0)}, nil)
	chain.End(llmotel.ChainResult{Target: "b", Attempts: 2}, nil)
	u := sink.last.Usage
	if u.Input != 13 || u.Output != 21 || u.Completeness != providers.UsageEstimated || sink.last.Visits[1].Usage.Completeness != providers.UsageReported {
		t.Errorf("%+v of %+v", u, sink.last.Visits)
	}
}
