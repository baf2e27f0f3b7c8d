package llmotel_test

import (
	"context"
	"errors"
	"iter"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/llmotel/sdk/internal/oteltest"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/providers"
)

// router answers a call by calls of its own.
type router struct{ calls []providers.Provider }

func (router) Name() string { return "router" }

func (r router) Generate(ctx context.Context, req *providers.Request) (resp *providers.Response, err error) {
	for _, p := range r.calls {
		resp, err = p.Generate(ctx, req)
	}
	return resp, err
}

func (r router) Stream(ctx context.Context, req *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return r.calls[len(r.calls)-1].Stream(ctx, req)
}

// A provider that makes several calls to answer one: the span has all of their
// tokens and cost, and says who answered.
func TestInnerCallsAddUp(t *testing.T) {
	rec, sink := oteltest.New(), &recordSink{}
	inst := instrument(t, rec, llmotel.WithSinks(sink))
	mini := newCanned()
	mini.resp = &providers.Response{
		Provider: "openai", Model: "gpt-5-nano", Usage: usage(100, 10, 0),
		Choices: []providers.Choice{{FinishReason: providers.FinishStop, Message: providers.AssistantText("search")}},
	}
	p := inst.Wrap(router{[]providers.Provider{inst.Wrap(mini), inst.Wrap(newCanned())}})
	if _, err := p.Generate(t.Context(), request()); err != nil {
		t.Fatal(err)
	}
	if n := len(rec.Spans()); n != 1 {
		t.Fatalf("got %d spans, want 1", n)
	}
	r := sink.records[0]
	// gpt-5-nano: 100 * 0.05 + 10 * 0.4 per million; gpt-5.2: 200 fresh * 1.75 + 1000 cached * 0.175 + 200 * 14.
	if r.Usage.Input != 1300 || r.Usage.Output != 210 || r.Cost.Amount.String() != "0.003334" || r.Attempts != 2 {
		t.Errorf("usage %d/%d, cost %s, %d attempts; want 1300/210, 0.003334, 2", r.Usage.Input, r.Usage.Output, r.Cost.Amount, r.Attempts)
	}
	if r.Provider != "openai" || r.ResponseModel != "gpt-5.2-2025-12-11" {
		t.Errorf("answered by %s %s", r.Provider, r.ResponseModel)
	}
}

// Three layers around one call count it once.
func TestLayersCountOnce(t *testing.T) {
	rec, sink := oteltest.New(), &recordSink{}
	inst := instrument(t, rec, llmotel.WithSinks(sink))
	p := inst.Wrap(hideAddress{inst.Wrap(hideAddress{inst.Wrap(newCanned())})})
	if _, err := p.Generate(t.Context(), request()); err != nil {
		t.Fatal(err)
	}
	for range p.Stream(t.Context(), request()) {
	}
	if n := len(rec.Spans()); n != 2 {
		t.Errorf("got %d spans, want 2", n)
	}
	for _, r := range sink.records {
		if r.Usage.Input != 1200 || r.Cost.Amount.String() != "0.003325" || r.Attempts != 1 {
			t.Errorf("usage %d, cost %s, %d attempts; want 1200, 0.003325, 1", r.Usage.Input, r.Cost.Amount, r.Attempts)
		}
	}
	for _, s := range rec.Spans() {
		found := false
		for _, a := range s.Attributes {
			found = found || a.Key == "server.address" && a.Value.AsString() == "api.openai.com"
		}
		if !found {
			t.Error("the server's address is not on the span")
		}
	}
}

// What a chain answers is priced as the provider that answered.
func TestAnswerOfAnotherProviderIsPricedAsSuch(t *testing.T) {
	rec, sink := oteltest.New(), &recordSink{}
	resp := answer()
	resp.Provider = "openai"
	p := instrument(t, rec, llmotel.WithSinks(sink)).Wrap(&scripted{name: "chain", generate: func(context.Context, *providers.Request) (*providers.Response, error) {
		return resp, nil
	}})
	if _, err := p.Generate(t.Context(), request()); err != nil {
		t.Fatal(err)
	}
	if r := sink.records[0]; r.Provider != "openai" || !r.Cost.Priced {
		t.Errorf("provider %s, cost %+v", r.Provider, r.Cost)
	}
}

// A failed attempt that reported usage is paid for.
func TestUsageOfRetriedAttemptsCounts(t *testing.T) {
	rec, sink := oteltest.New(), &recordSink{}
	_, span := instrument(t, rec, llmotel.WithSinks(sink)).Start(t.Context(), llmotel.Call{Provider: "openai", Model: "gpt-5.2"})
	span.Retry(time.Second, &providers.Error{Kind: providers.KindMalformed, Usage: usage(1000, 100, 0)})
	span.End(llmotel.Result{Usage: usage(1000, 200, 0)}, nil)
	r := sink.records[0]
	if r.Usage.Input != 2000 || r.Usage.Output != 300 || r.Cost.Amount.String() != "0.0077" || r.Attempts != 2 {
		t.Errorf("usage %d/%d, cost %s, %d attempts; want 2000/300, 0.0077, 2", r.Usage.Input, r.Usage.Output, r.Cost.Amount, r.Attempts)
	}
}

// What chunks have said fills what End leaves empty.
func TestChunksFillTheResult(t *testing.T) {
	final := usage(100, 5, 0)
	cases := []struct {
		name   string
		chunks []*providers.Chunk
		result llmotel.Result
		err    error
		input  int64
		model  string
	}{
		{
			"usage before the first semantic chunk",
			[]*providers.Chunk{{Kind: providers.ChunkStart, Model: "m", RequestID: "req_1"}, {Kind: providers.ChunkUsage, Usage: &final}},
			llmotel.Result{},
			errors.New("cut"), 100, "m",
		},
		{
			"a response id given to End",
			[]*providers.Chunk{{Kind: providers.ChunkFinish, Finish: &providers.Finish{Model: "m", Usage: final}}},
			llmotel.Result{ResponseID: "resp_1"},
			nil, 100, "m",
		},
		{
			"a model given to End wins",
			[]*providers.Chunk{{Kind: providers.ChunkFinish, Finish: &providers.Finish{Model: "m", Usage: final}}},
			llmotel.Result{Model: "n"},
			nil, 100, "n",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			sink := &recordSink{}
			_, span := instrument(t, oteltest.New(), llmotel.WithSinks(sink)).Start(t.Context(), llmotel.Call{Provider: "openai", Model: "gpt-5.2", Stream: true})
			for _, chunk := range c.chunks {
				span.Chunk(chunk)
			}
			span.End(c.result, c.err)
			if r := sink.records[0]; r.Usage.Input != c.input || r.ResponseModel != c.model {
				t.Errorf("input %d, model %q", r.Usage.Input, r.ResponseModel)
			}
		})
	}
}

type loud struct{ text string }

func (l loud) Error() string     { return l.text }
func (l loud) ErrorType() string { return l.text }

type panickingError struct{}

func (panickingError) Error() string     { panic("Error") }
func (panickingError) ErrorType() string { panic("ErrorType") }

// Errors of others name one of our kinds or none: what they say has no bound.
func TestForeignErrors(t *testing.T) {
	var missing *providers.Error
	for name, c := range map[string]struct {
		err  error
		kind providers.Kind
	}{
		"content as error type": {loud{"conversation 480: my secret"}, providers.KindUnknown},
		"empty error type":      {loud{""}, providers.KindUnknown},
		"one of our kinds":      {loud{"overloaded"}, providers.KindOverloaded},
		"typed nil":             {missing, providers.KindUnknown},
		"panics":                {panickingError{}, providers.KindUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			rec, sink := oteltest.New(), &recordSink{}
			_, span := instrument(t, rec, llmotel.WithSinks(sink)).Start(t.Context(), llmotel.Call{Provider: "openai", Model: "gpt-5.2"})
			span.End(llmotel.Result{}, c.err)
			if len(rec.Spans()) != 1 || len(sink.records) != 1 {
				t.Fatalf("%d spans and %d records, want 1 of each", len(rec.Spans()), len(sink.records))
			}
			if r := sink.records[0]; r.ErrorKind != c.kind || r.Succeeded() {
				t.Errorf("kind %q, want %q", r.ErrorKind, c.kind)
			}
		})
	}
}

// Whoever ends the call may do so while chunks still come.
func TestSpanConcurrentSafe(t *testing.T) {
	inst := instrument(t, oteltest.New())
	for range 50 {
		ctx, span := inst.Start(t.Context(), llmotel.Call{Provider: "openai", Model: "gpt-5.2", Stream: true})
		var wg sync.WaitGroup
		wg.Go(func() {
			for _, c := range newCanned().chunks {
				span.Chunk(c)
			}
		})
		wg.Go(func() { span.Retry(time.Second, errors.New("again")) })
		wg.Go(func() {
			_, inner := inst.Start(ctx, llmotel.Call{Provider: "openai", Model: "gpt-5.2", ServerAddress: "a", ServerPort: 1})
			inner.End(llmotel.Result{Usage: usage(1, 1, 0)}, nil)
		})
		wg.Go(func() { span.End(llmotel.Result{}, nil) })
		wg.Wait()
	}
}

// A call whose cost is not known is counted, with the reason.
func TestUnpricedCallsHaveAReason(t *testing.T) {
	rec := oteltest.New()
	inst := instrument(t, rec)
	end := func(model string, u providers.Usage) {
		_, span := inst.Start(t.Context(), llmotel.Call{Provider: "openai", Model: model})
		span.End(llmotel.Result{Usage: u}, nil)
	}
	end("gpt-of-tomorrow", usage(1, 1, 0))
	end("gpt-5.2", providers.Usage{})
	end("gpt-5.2", usage(1, 1, 0))
	got := map[string]int64{}
	for _, p := range rec.Metrics(t)["llmotel.client.unpriced_calls"].Data.(metricdata.Sum[int64]).DataPoints {
		reason, _ := p.Attributes.Value("llmotel.reason")
		got[reason.AsString()] += p.Value
	}
	if len(got) != 2 || got["no_price"] != 1 || got["no_usage"] != 1 {
		t.Errorf("got %v, want one no_price and one no_usage", got)
	}
}

// Until the provider says which tier served, the one asked for is priced.
func TestTierAskedForIsPriced(t *testing.T) {
	sink := &recordSink{}
	req := request()
	req.Model, req.ServiceTier = "gpt-4o", "priority"
	_, span := instrument(t, oteltest.New(), llmotel.WithSinks(sink)).Start(t.Context(), llmotel.Call{Provider: "openai", Request: req})
	span.End(llmotel.Result{Usage: usage(1000, 0, 0)}, nil)
	if r := sink.records[0]; r.Cost.Amount.String() != "0.00425" || r.ServiceTier != "" {
		t.Errorf("cost %s, tier %q; want 0.00425 and none, as the provider named none", r.Cost.Amount, r.ServiceTier)
	}
}

// Ids come off the wire: they may not carry what they like into telemetry.
func TestIDsAreCleaned(t *testing.T) {
	sink := &recordSink{}
	_, span := instrument(t, oteltest.New(), llmotel.WithSinks(sink)).Start(t.Context(), llmotel.Call{Provider: "openai", Model: "gpt-5.2"})
	span.End(llmotel.Result{ResponseID: strings.Repeat("x", 5000), RequestID: "req_1"}, &providers.Error{Kind: providers.KindAuthentication, Code: "Incorrect API key provided: sk-proj-abcdef0123456789"})
	if r := sink.records[0]; r.ResponseID != "" || r.RequestID != "req_1" || r.ErrorCode != "" || strings.Contains(r.ErrorMessage, "sk-") {
		t.Errorf("record %+v", r)
	}
	_, span = instrument(t, oteltest.New(), llmotel.WithSinks(sink)).Start(t.Context(), llmotel.Call{Provider: "openai", Model: "gpt-5.2"})
	span.End(llmotel.Result{RequestID: "Incorrect API key provided"}, nil)
	if r := sink.records[1]; r.RequestID != "" {
		t.Errorf("request id %q, want none", r.RequestID)
	}
}

// Who leaves a stream at its finish chunk has the whole answer.
func TestLeavingAtTheEndIsNotEarly(t *testing.T) {
	sink := &recordSink{}
	for chunk := range instrument(t, oteltest.New(), llmotel.WithSinks(sink)).Wrap(newCanned()).Stream(t.Context(), request()) {
		if chunk.Kind == providers.ChunkFinish {
			break
		}
	}
	if r := sink.records[0]; r.Abandoned || !r.Succeeded() {
		t.Errorf("record %+v", r)
	}
}

// A provider that is nil is told at the first call, not by a panic.
func TestWrapOfNilSaysSo(t *testing.T) {
	inst, err := llmotel.New()
	if err != nil {
		t.Fatal(err)
	}
	w := inst.Wrap(nil)
	req := &providers.Request{Model: "m", Messages: []providers.Message{providers.UserText("hi")}}
	_, unary := w.Generate(t.Context(), req)
	_, stream := providers.Collect(w.Stream(t.Context(), req))
	_, embed := inst.WrapEmbedder(nil).Embed(t.Context(), &providers.EmbedRequest{Model: "m", Input: []string{"hi"}})
	for _, err := range []error{unary, stream, embed} {
		if providers.KindOf(err) != providers.KindInvalidRequest || !strings.Contains(err.Error(), "the wrapped provider is nil") {
			t.Error(err)
		}
	}
}

func TestFellBack(t *testing.T) {
	failed, ok := providers.KindServerError, providers.Kind("")
	visit := func(target string, kind providers.Kind) llmotel.Visit {
		return llmotel.Visit{Target: target, ErrorKind: kind}
	}
	cases := []struct {
		name string
		rec  llmotel.Record
		by   int
		want bool
	}{
		{"no chain", llmotel.Record{}, -1, false},
		{"the first", llmotel.Record{Target: "a", Visits: []llmotel.Visit{visit("a", ok)}}, 0, false},
		{"the second", llmotel.Record{Target: "b", Visits: []llmotel.Visit{visit("a", failed), visit("b", ok)}}, 1, true},
		{"the first, anew", llmotel.Record{Target: "a", Visits: []llmotel.Visit{visit("a", failed), visit("a", ok)}}, 1, false},
		{"one was passed over", llmotel.Record{Target: "b", Visits: []llmotel.Visit{visit("b", ok)}, Skips: []llmotel.Skip{{Target: "a"}}}, 0, true},
		{"a hedge that both answered", llmotel.Record{Target: "a", Visits: []llmotel.Visit{visit("a", ok), visit("b", ok)}}, 0, false},
		{"all failed", llmotel.Record{ErrorKind: failed, Visits: []llmotel.Visit{visit("a", failed), visit("b", failed)}}, -1, false},
		{"left", llmotel.Record{Abandoned: true, Target: "b", Visits: []llmotel.Visit{visit("a", failed), visit("b", ok)}}, -1, false},
	}
	for _, c := range cases {
		if got := c.rec.FellBack(); got != c.want || c.rec.AnsweredBy() != c.by {
			t.Errorf("%s: fell back %t, answered by %d; want %t, %d", c.name, got, c.rec.AnsweredBy(), c.want, c.by)
		}
	}
}
