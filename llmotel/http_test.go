package llmotel_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/llmotel/sdk/internal/oteltest"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/providers"
)

const (
	chatURL     = "https://api.openai.com/v1/chat/completions"
	chatRequest = `{"messages":[{"role":"user","content":"Hi"}],"model":"gpt-4o-mini","temperature":0.5}`
	chatReply   = `{"id":"c1","object":"chat.completion","model":"gpt-4o-mini-2024-07-18","service_tier":"default","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}`
	streamAsked = `{"messages":[{"role":"user","content":"Hi"}],"model":"gpt-4o-mini","stream":true}`
)

// streamReply is a stream of n pieces.
func streamReply(n int) string {
	const head = `data: {"id":"c1","object":"chat.completion.chunk","model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"delta":`
	var b strings.Builder
	b.WriteString(head + `{"role":"assistant","content":""},"finish_reason":null}]}` + "\n\n")
	for range n {
		b.WriteString(head + `{"content":" word"},"finish_reason":null}]}` + "\n\n")
	}
	b.WriteString(head + `{},"finish_reason":"stop"}]}` + "\n\n")
	b.WriteString(`data: {"id":"c1","model":"gpt-4o-mini-2024-07-18","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}` + "\n\ndata: [DONE]\n\n")
	return b.String()
}

// replies answers requests from a list, the last one again and again.
type replies struct {
	list []reply
	seen []*http.Request
	sent []string
}

type reply struct {
	status int
	header http.Header
	body   io.Reader
	err    error
}

func (r *replies) RoundTrip(req *http.Request) (*http.Response, error) {
	r.seen = append(r.seen, req)
	if req.Body != nil {
		sent, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		r.sent = append(r.sent, string(sent))
	}
	next := r.list[0]
	if len(r.list) > 1 {
		r.list = r.list[1:]
	}
	if next.err != nil {
		return nil, next.err
	}
	if next.header == nil {
		next.header = http.Header{}
	}
	body := next.body
	if body == nil {
		body = strings.NewReader("")
	}
	closer, ok := body.(io.ReadCloser)
	if !ok {
		closer = io.NopCloser(body)
	}
	return &http.Response{StatusCode: cmpOr(next.status, 200), Header: next.header, Body: closer, Request: req}, nil
}

func cmpOr(a, b int) int {
	if a != 0 {
		return a
	}
	return b
}

func post(ctx context.Context, t *testing.T, url, body string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return req
}

func attributesOf(s *tracetest.SpanStub) map[string]any {
	m := map[string]any{}
	for _, kv := range s.Attributes {
		m[string(kv.Key)] = kv.Value.AsInterface()
	}
	return m
}

func onlySpan(t *testing.T, rec *oteltest.Recorder) *tracetest.SpanStub {
	t.Helper()
	spans := rec.Spans()
	if len(spans) != 1 {
		t.Fatalf("%d spans, want 1: %v", len(spans), spans)
	}
	return &spans[0]
}

func TestMiddlewareUnary(t *testing.T) {
	rec, sink := oteltest.New(), &recordSink{}
	mw := instrument(t, rec, llmotel.WithSinks(sink)).Middleware()
	next := &replies{list: []reply{{header: http.Header{"X-Request-Id": {"req_1"}}, body: strings.NewReader(chatReply)}}}
	resp, err := mw(post(t.Context(), t, chatURL, chatRequest), next.RoundTrip)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(resp.Body)
	if err != nil || string(got) != chatReply {
		t.Errorf("body %q, %v", got, err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{chatRequest}, next.sent); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
	s := onlySpan(t, rec)
	if s.Name != "chat gpt-4o-mini" || s.Status.Code != codes.Unset {
		t.Errorf("span %q, status %v", s.Name, s.Status)
	}
	a := attributesOf(s)
	delete(a, "llmotel.cost.amount")
	delete(a, "llmotel.cost.price_id")
	want := map[string]any{
		"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o-mini",
		"server.address": "api.openai.com", "server.port": int64(443), "gen_ai.request.temperature": 0.5,
		"gen_ai.response.id": "c1", "gen_ai.response.model": "gpt-4o-mini-2024-07-18", "gen_ai.response.finish_reasons": []string{"stop"},
		"gen_ai.usage.input_tokens": int64(9), "gen_ai.usage.output_tokens": int64(2),
		"openai.api.type": "chat_completions", "openai.response.service_tier": "default", "llmotel.usage.completeness": "reported",
	}
	if diff := cmp.Diff(want, a); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}
	if len(sink.records) != 1 || sink.records[0].RequestID != "req_1" || sink.records[0].PromptChars != 2 || sink.records[0].ResponseChars != 5 {
		t.Errorf("records %+v", sink.records)
	}
}

func TestMiddlewareLeavesOtherRequestsAlone(t *testing.T) {
	rec := oteltest.New()
	mw := instrument(t, rec).Middleware()
	for _, url := range []string{"https://api.openai.com/v1/models", "https://example.com/", "https://api.openai.com/v1/responses/resp_1/cancel"} {
		req := post(t.Context(), t, url, "x")
		next := &replies{list: []reply{{body: strings.NewReader("y")}}}
		resp, err := mw(req, next.RoundTrip)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if next.seen[0] != req {
			t.Errorf("%s: the request was changed", url)
		}
	}
	if n := len(rec.Spans()); n != 0 {
		t.Errorf("%d spans, want 0", n)
	}
}

func TestMiddlewareStreamEnds(t *testing.T) {
	whole := streamReply(3)
	cut := whole[:strings.LastIndex(whole, "data: {\"id\":\"c1\",\"object\"")] // before the finish reason
	lost := errors.New("connection reset: secret")
	for _, c := range []struct {
		name   string
		reply  string
		read   int // bytes that the caller reads before it closes; 0 is all
		broken error
		cancel bool

		status       codes.Code
		errorType    any
		completeness any
		reasons      []string
		events       int
	}{
		{name: "to its end", reply: whole, completeness: "reported", reasons: []string{"stop"}},
		{name: "closed early", reply: whole, read: 600, completeness: "missing", reasons: []string{"error"}, events: 1},
		{name: "closed after the finish reason", reply: whole, read: len(whole) - 150, completeness: "missing", reasons: []string{"stop"}},
		{name: "without its end", reply: cut, status: codes.Error, errorType: "malformed_reply", completeness: "missing", reasons: []string{"error"}, events: 1},
		{name: "connection lost", reply: cut, broken: lost, status: codes.Error, errorType: "network", completeness: "missing", reasons: []string{"error"}, events: 1},
		{name: "error within", reply: cut + `data: {"error":{"code":"server_error","message":"secret"}}` + "\n\n", status: codes.Error, errorType: "server_error", completeness: "missing", reasons: []string{"error"}, events: 1},
		{name: "abandoned until the context ends", reply: whole, read: 600, cancel: true, status: codes.Error, errorType: "cancelled", completeness: "missing", reasons: []string{"error"}, events: 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rec := oteltest.New()
				transport := instrument(t, rec).Transport(&replies{list: []reply{{body: io.MultiReader(strings.NewReader(c.reply), failing{c.broken})}}})
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				resp, err := transport.RoundTrip(post(ctx, t, chatURL, streamAsked))
				if err != nil {
					t.Fatal(err)
				}
				if c.read == 0 {
					got, err := io.ReadAll(resp.Body)
					if string(got) != c.reply || !errors.Is(err, c.broken) {
						t.Errorf("the body is not what was sent: %v", err)
					}
				} else if _, err := io.ReadFull(resp.Body, make([]byte, c.read)); err != nil {
					t.Error(err)
				}
				if c.cancel {
					cancel()
					synctest.Wait()
				} else if err := resp.Body.Close(); err != nil {
					t.Error(err)
				}
				s := onlySpan(t, rec)
				a := attributesOf(s)
				if s.Status.Code != c.status || a["error.type"] != c.errorType || a["llmotel.usage.completeness"] != c.completeness && c.completeness != "missing" || len(s.Events) != c.events {
					t.Errorf("status %v, error.type %v, completeness %v, %d events", s.Status, a["error.type"], a["llmotel.usage.completeness"], len(s.Events))
				}
				if diff := cmp.Diff(c.reasons, a["gen_ai.response.finish_reasons"]); diff != "" {
					t.Errorf("finish reasons (-want +got):\n%s", diff)
				}
				if stream, _ := a["gen_ai.request.stream"].(bool); !stream || a["gen_ai.response.time_to_first_chunk"] == nil {
					t.Errorf("attributes %v", a)
				}
				if strings.Contains(fmt.Sprint(s), "secret") {
					t.Error("the error's text leaked")
				}
			})
		})
	}
}

// failing is a reader that fails; without an error it is at its end.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return 0, io.EOF
}

func TestMiddlewareFailure(t *testing.T) {
	const body = `{"error":{"message":"You exceeded your quota: secret","type":"insufficient_quota","code":"insufficient_quota"}}`
	rec := oteltest.New()
	mw := instrument(t, rec).Middleware()
	req := post(t.Context(), t, chatURL, chatRequest)
	req.Header.Set("X-Stainless-Retry-Count", "2")
	resp, err := mw(req, (&replies{list: []reply{{status: 429, body: strings.NewReader(body)}}}).RoundTrip)
	if err != nil {
		t.Fatal(err)
	}
	s := onlySpan(t, rec) // before the body is read: clients that retry close it unread
	got, err := io.ReadAll(resp.Body)
	if err != nil || string(got) != body {
		t.Errorf("body %q, %v", got, err)
	}
	_ = resp.Body.Close()
	a := attributesOf(s)
	if a["error.type"] != "quota_exhausted" || a["http.request.resend_count"] != int64(2) || a["gen_ai.usage.input_tokens"] != nil {
		t.Errorf("attributes %v", a)
	}
	if s.Status.Code != codes.Error || strings.Contains(s.Status.Description, "secret") || !strings.Contains(s.Status.Description, "insufficient_quota") {
		t.Errorf("status %v", s.Status)
	}
}

func TestMiddlewareTransportErrors(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"lost", errors.New("reset"), "network"},
		{"timeout", timeoutError{}, "timeout"},
		{"cancelled", context.Canceled, "cancelled"},
		{"a time limit of the client", fmt.Errorf("post: %w", context.DeadlineExceeded), "timeout"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rec := oteltest.New()
			_, err := instrument(t, rec).Transport(&replies{list: []reply{{err: c.err}}}).RoundTrip(post(t.Context(), t, chatURL, chatRequest))
			if !errors.Is(err, c.err) {
				t.Errorf("error %v, want %v", err, c.err)
			}
			if got := attributesOf(onlySpan(t, rec))["error.type"]; got != c.want {
				t.Errorf("error.type %v, want %s", got, c.want)
			}
		})
	}
}

type timeoutError struct{}

func (timeoutError) Error() string   { return "i/o timeout" }
func (timeoutError) Timeout() bool   { return true }
func (timeoutError) Temporary() bool { return true }

func TestMiddlewarePanic(t *testing.T) {
	rec := oteltest.New()
	mw := instrument(t, rec).Middleware()
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic did not go on")
			}
		}()
		_, _ = mw(post(t.Context(), t, chatURL, chatRequest), func(*http.Request) (*http.Response, error) { panic("no") })
	}()
	if got := attributesOf(onlySpan(t, rec))["error.type"]; got != "panic" {
		t.Errorf("error.type %v, want panic", got)
	}
}

func TestMiddlewareRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := oteltest.New()
		mw := instrument(t, rec).Middleware(llmotel.WithRetries(4))
		next := &replies{list: []reply{
			{status: 429, header: http.Header{"Retry-After-Ms": {"1500"}}, body: strings.NewReader(`{"error":{"code":"rate_limit_exceeded"}}`)},
			{err: errors.New("reset")},
			{status: 500},
			{body: strings.NewReader(chatReply)},
		}}
		req := post(t.Context(), t, chatURL, chatRequest)
		req.Header.Set("X-Stainless-Retry-Count", "0")
		begun := time.Now()
		resp, err := mw(req, next.RoundTrip)
		if err != nil {
			t.Fatal(err)
		}
		took := time.Since(begun)
		got, err := io.ReadAll(resp.Body)
		if err != nil || string(got) != chatReply {
			t.Errorf("body %q, %v", got, err)
		}
		_ = resp.Body.Close()
		if least, most := 3750*time.Millisecond, 4500*time.Millisecond; took < least || took > most {
			t.Errorf("waited %v, want between %v and %v", took, least, most)
		}
		if diff := cmp.Diff([]string{chatRequest, chatRequest, chatRequest, chatRequest}, next.sent); diff != "" {
			t.Errorf("sent (-want +got):\n%s", diff)
		}
		if got := next.seen[3].Header.Get("X-Stainless-Retry-Count"); got != "3" {
			t.Errorf("retry count %q, want 3", got)
		}
		s := onlySpan(t, rec)
		a := attributesOf(s)
		if a["llmotel.attempts"] != int64(4) || a["gen_ai.usage.input_tokens"] != int64(9) || a["error.type"] != nil {
			t.Errorf("attributes %v", a)
		}
		var kinds []string
		for _, e := range s.Events {
			for _, kv := range e.Attributes {
				if kv.Key == attribute.Key("error.type") {
					kinds = append(kinds, e.Name+" "+kv.Value.AsString())
				}
			}
		}
		if diff := cmp.Diff([]string{"llmotel.retry rate_limited", "llmotel.retry network", "llmotel.retry server_error"}, kinds); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
	})
}

func TestMiddlewareDoesNotRetry(t *testing.T) {
	for _, c := range []struct {
		name  string
		reply reply
	}{
		{name: "a bad request", reply: reply{status: 400}},
		{name: "what the server says not to", reply: reply{status: 503, header: http.Header{"X-Should-Retry": {"false"}}}},
		{name: "an exhausted quota", reply: reply{status: 429, body: strings.NewReader(`{"error":{"code":"insufficient_quota"}}`)}},
		{name: "after too long a wait", reply: reply{status: 429, header: http.Header{"Retry-After": {"300"}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			rec := oteltest.New()
			next := &replies{list: []reply{c.reply}}
			req := post(t.Context(), t, chatURL, chatRequest)
			resp, err := instrument(t, rec).Middleware(llmotel.WithRetries(3))(req, next.RoundTrip)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if len(next.seen) != 1 || resp.StatusCode != c.reply.status {
				t.Errorf("%d requests, status %d", len(next.seen), resp.StatusCode)
			}
			onlySpan(t, rec)
		})
	}
}

func TestTransportReadsBodiesThatCannotBeHadAgain(t *testing.T) {
	long := `{"messages":[{"role":"user","content":"` + strings.Repeat("x", 20_000) + `"}],"model":"gpt-4o-mini","seed":7}`
	for _, body := range []string{chatRequest, long} {
		rec := oteltest.New()
		next := &replies{list: []reply{{body: strings.NewReader(chatReply)}}}
		req := post(t.Context(), t, chatURL, body)
		req.GetBody = nil
		resp, err := instrument(t, rec).Transport(next).RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body) // what it says is not the matter
		_ = resp.Body.Close()
		if next.sent[0] != body {
			t.Errorf("sent %d bytes, want %d", len(next.sent[0]), len(body))
		}
		s := onlySpan(t, rec)
		a := attributesOf(s)
		if s.Name != "chat gpt-4o-mini" || a["gen_ai.request.model"] != "gpt-4o-mini" || strings.Contains(body, "seed") && a["gen_ai.request.seed"] != int64(7) {
			t.Errorf("span %q %v", s.Name, a)
		}
	}
}

func TestWrapOverAnInstrumentedClientCountsOnce(t *testing.T) {
	rec, sink := oteltest.New(), &recordSink{}
	inst := instrument(t, rec, llmotel.WithSinks(sink))
	client := &http.Client{Transport: inst.Transport(inst.Transport(&replies{list: []reply{{body: strings.NewReader(chatReply)}}}))}
	ctx, span := inst.Start(t.Context(), llmotel.Call{Provider: "openai", Model: "gpt-4o-mini"})
	resp, err := client.Do(post(ctx, t, chatURL, chatRequest))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body) // what it says is not the matter
	_ = resp.Body.Close()
	span.End(llmotel.Result{Model: "gpt-4o-mini-2024-07-18", FinishReasons: []providers.FinishReason{providers.FinishStop}}, nil)
	a := attributesOf(onlySpan(t, rec))
	if a["gen_ai.usage.input_tokens"] != int64(9) || a["server.address"] != "api.openai.com" {
		t.Errorf("attributes %v", a)
	}
	if len(sink.records) != 1 || sink.records[0].Usage.Input != 9 {
		t.Errorf("records %+v", sink.records)
	}
}

// A retry around an instrumented client is one more attempt, not two.
func TestRetriesAroundAnInstrumentedClientCountOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec, sink := oteltest.New(), &recordSink{}
		inst := instrument(t, rec, llmotel.WithSinks(sink))
		inner := inst.Transport(&replies{list: []reply{{status: 500}, {status: 500}, {body: strings.NewReader(chatReply)}}})
		resp, err := inst.Transport(inner, llmotel.WithRetries(2)).RoundTrip(post(t.Context(), t, chatURL, chatRequest))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body) // what it says is not the matter
		_ = resp.Body.Close()
		if got := attributesOf(onlySpan(t, rec))["llmotel.attempts"]; got != int64(3) {
			t.Errorf("%v attempts on the span, want 3", got)
		}
		if len(sink.records) != 1 || sink.records[0].Attempts != 3 || sink.records[0].Usage.Completeness != providers.UsageReported {
			t.Errorf("records %+v", sink.records)
		}
	})
}

func TestRetriesOfAnInnerLayerAreTheOuterOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec, sink := oteltest.New(), &recordSink{}
		inst := instrument(t, rec, llmotel.WithSinks(sink))
		inner := inst.Transport(&replies{list: []reply{{status: 500}, {body: strings.NewReader(chatReply)}}}, llmotel.WithRetries(2))
		resp, err := inst.Transport(inner).RoundTrip(post(t.Context(), t, chatURL, chatRequest))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body) // what it says is not the matter
		_ = resp.Body.Close()
		span := onlySpan(t, rec)
		if got := attributesOf(span)["llmotel.attempts"]; got != int64(2) || len(span.Events) != 1 || span.Events[0].Name != "llmotel.retry" {
			t.Errorf("%v attempts, events %v, want 2 and a retry", got, span.Events)
		}
		if r := sink.records; len(r) != 1 || r[0].Attempts != 2 || len(r[0].Retries) != 1 {
			t.Errorf("records %+v", r)
		}
	})
}

func TestTenThousandAbandonedStreams(t *testing.T) {
	rec := oteltest.New()
	transport := instrument(t, rec).Transport(roundTripper(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(streamReply(5)))}, nil
	}))
	ctx, cancel := context.WithCancel(t.Context())
	buf := make([]byte, 700)
	for range 10_000 {
		resp, err := transport.RoundTrip(post(ctx, t, chatURL, streamAsked))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(resp.Body, buf); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(rec.Spans()); n != 0 {
		t.Errorf("%d spans have ended, want 0", n)
	}
	cancel()
	deadline := time.Now().Add(30 * time.Second)
	for len(rec.Spans()) < 10_000 && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond) // context.AfterFunc has goroutines of its own
	}
	if n := len(rec.Spans()); n != 10_000 {
		t.Errorf("%d spans have ended, want 10000", n)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// A body that a signature covers, or whose answer cannot be read along, stays as it
// is.
func TestWithStreamUsageLeavesBodiesAlone(t *testing.T) {
	for header, value := range map[string]string{"Authorization": "AWS4-HMAC-SHA256 Credential=none", "Accept-Encoding": "gzip"} {
		next := &replies{list: []reply{{body: strings.NewReader(streamReply(3))}}}
		req := post(t.Context(), t, chatURL, streamAsked)
		req.Header.Set(header, value)
		resp, err := instrument(t, oteltest.New()).Transport(next, llmotel.WithStreamUsage()).RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Error(err)
		}
		_ = resp.Body.Close()
		if next.sent[0] != streamAsked || string(got) != streamReply(3) {
			t.Errorf("%s: sent %q, got %q", header, next.sent[0], got)
		}
	}
}

func TestWithStreamUsage(t *testing.T) {
	extra := `data: {"id":"c1","model":"gpt-4o-mini-2024-07-18","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}` + "\n\n"
	for _, c := range []struct {
		name, request, sent, got string
		input                    any
	}{
		{"not asked for", streamAsked, `{"stream_options":{"include_usage":true},` + streamAsked[1:], strings.Replace(streamReply(3), extra, "", 1), int64(9)},
		{"other options", `{"model":"m","stream":true,"stream_options":{"include_obfuscation":false}}`, `{"model":"m","stream":true,"stream_options":{"include_obfuscation":false,"include_usage":true}}`, strings.Replace(streamReply(3), extra, "", 1), int64(9)},
		{"asked for", `{"stream":true,"stream_options":{"include_usage":true}}`, `{"stream":true,"stream_options":{"include_usage":true}}`, streamReply(3), int64(9)},
		{"refused", `{"stream":true,"stream_options":{"include_usage":false}}`, `{"stream":true,"stream_options":{"include_usage":false}}`, streamReply(3), int64(9)},
		{"no stream", chatRequest, chatRequest, streamReply(3), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, read := range []func(io.Reader) io.Reader{iotest.OneByteReader, iotest.HalfReader, iotest.DataErrReader} {
				rec := oteltest.New()
				next := &replies{list: []reply{{body: read(strings.NewReader(streamReply(3)))}}}
				resp, err := instrument(t, rec).Transport(next, llmotel.WithStreamUsage()).RoundTrip(post(t.Context(), t, chatURL, c.request))
				if err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(resp.Body)
				if err != nil {
					t.Error(err)
				}
				_ = resp.Body.Close()
				if diff := cmp.Diff(c.got, string(got)); diff != "" {
					t.Errorf("body (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(c.sent, next.sent[0]); diff != "" {
					t.Errorf("sent (-want +got):\n%s", diff)
				}
				if n := next.seen[0].ContentLength; n != int64(len(c.sent)) {
					t.Errorf("content length %d, want %d", n, len(c.sent))
				}
				if a := attributesOf(onlySpan(t, rec)); c.input != nil && a["gen_ai.usage.input_tokens"] != c.input {
					t.Errorf("attributes %v", a)
				}
			}
		})
	}
}

func TestMiddlewareRefusesImpossibleCounts(t *testing.T) {
	for _, usage := range []string{
		`{"prompt_tokens":-1,"completion_tokens":2}`, `{"prompt_tokens":1e30,"completion_tokens":2}`, `{"prompt_tokens":"9","completion_tokens":2}`,
		`{"prompt_tokens":1.5,"completion_tokens":2}`, `{"prompt_tokens":9,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":10}}`,
	} {
		rec := oteltest.New()
		body := strings.Replace(chatReply, `{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}`, usage, 1)
		resp, err := instrument(t, rec).Transport(&replies{list: []reply{{body: strings.NewReader(body)}}}).RoundTrip(post(t.Context(), t, chatURL, chatRequest))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body) // what it says is not the matter
		_ = resp.Body.Close()
		if a := attributesOf(onlySpan(t, rec)); a["gen_ai.usage.input_tokens"] != nil {
			t.Errorf("%s: attributes %v", usage, a)
		}
		dropped, _ := rec.Metrics(t)["llmotel.telemetry.dropped"].Data.(metricdata.Sum[int64])
		if len(dropped.DataPoints) != 1 || dropped.DataPoints[0].Value != 1 {
			t.Errorf("%s: dropped %+v, want 1", usage, dropped.DataPoints)
		}
		if m, ok := rec.Metrics(t)["gen_ai.client.inference.usage.input_tokens"]; ok {
			t.Errorf("%s: recorded %+v", usage, m.Data)
		}
	}
}

func TestMiddlewareMarksAttempts(t *testing.T) {
	for _, c := range []struct {
		header, value string
		want          any
	}{
		{"X-Stainless-Retry-Count", "0", nil},
		{"X-Stainless-Retry-Count", "1", int64(1)},
		{"X-Stainless-Retry-Count", "many", nil},
		{"Amz-Sdk-Request", "attempt=1; max=3", nil},
		{"Amz-Sdk-Request", "ttl=20260101T000000Z; attempt=3; max=3", int64(2)},
	} {
		rec := oteltest.New()
		req := post(t.Context(), t, chatURL, chatRequest)
		req.Header.Set(c.header, c.value)
		resp, err := instrument(t, rec).Transport(&replies{list: []reply{{status: 500}}}).RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if got := attributesOf(onlySpan(t, rec))["http.request.resend_count"]; got != c.want {
			t.Errorf("%s: %s: resend count %v, want %v", c.header, c.value, got, c.want)
		}
	}
}

func TestTransportKnowsLLMCallsByTheirModel(t *testing.T) {
	rec := oteltest.New()
	for _, c := range []struct{ url, body string }{
		{"https://shop.example.com/api/chat", `{"message":"where is my parcel"}`},
		{"https://shop.example.com/v1/messages", `to=you`},
		{"https://shop.example.com/responses", `[1,2]`},
	} {
		next := &replies{list: []reply{{body: strings.NewReader("ok")}}}
		resp, err := instrument(t, rec).Transport(next).RoundTrip(post(t.Context(), t, c.url, c.body))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		if err != nil || string(got) != "ok" || next.sent[0] != c.body {
			t.Errorf("%s: %q, %v; sent %q", c.url, got, err, next.sent[0])
		}
		_ = resp.Body.Close()
	}
	if n := len(rec.Spans()); n != 0 {
		t.Errorf("%d spans, want 0", n)
	}
}

func TestMiddlewareRetriesWhatCannotBeHadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, request := range []string{chatRequest, strings.Replace(chatRequest, "Hi", strings.Repeat("x", 20_000), 1)} {
			rec := oteltest.New()
			next := &replies{list: []reply{{status: 503}, {body: strings.NewReader(chatReply)}}}
			req := post(t.Context(), t, chatURL, request)
			req.GetBody = nil
			resp, err := instrument(t, rec).Transport(next, llmotel.WithRetries(1)).RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, resp.Body) // what it says is not the matter
			_ = resp.Body.Close()
			if diff := cmp.Diff([]string{request, request}, next.sent); diff != "" {
				t.Errorf("sent (-want +got):\n%s", diff)
			}
			if req.GetBody != nil {
				t.Error("the caller's request was changed")
			}
			if a := attributesOf(onlySpan(t, rec)); a["llmotel.attempts"] != int64(2) {
				t.Errorf("attributes %v", a)
			}
		}
	})
}

func TestUsageWrittenByHandCounts(t *testing.T) {
	rec := oteltest.New()
	_, span := instrument(t, rec).Start(t.Context(), llmotel.Call{Provider: "openai", Model: "gpt-5.2"})
	span.End(llmotel.Result{Usage: providers.Usage{Input: 10, Output: 5}}, nil)
	a := attributesOf(onlySpan(t, rec))
	if a["gen_ai.usage.input_tokens"] != int64(10) || a["llmotel.usage.completeness"] != "reported" || a["llmotel.cost.amount"] == nil {
		t.Errorf("attributes %v", a)
	}
}

// bodyCloser is a sink that closes the body of the call that it hears of.
type bodyCloser struct{ body io.Closer }

func (c *bodyCloser) Record(context.Context, *llmotel.Record) { _ = c.body.Close() }

func TestSinksRunWithoutTheBodysLock(t *testing.T) {
	rec, sink := oteltest.New(), &bodyCloser{}
	resp, err := instrument(t, rec, llmotel.WithSinks(sink)).Transport(&replies{list: []reply{{body: strings.NewReader(chatReply)}}}).RoundTrip(post(t.Context(), t, chatURL, chatRequest))
	if err != nil {
		t.Fatal(err)
	}
	sink.body = resp.Body
	got, err := io.ReadAll(resp.Body) // would wait for ever
	if err != nil || string(got) != chatReply {
		t.Errorf("body %q, %v", got, err)
	}
	onlySpan(t, rec)
}
