package llmotel_test

import (
	"io"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/codes"

	"github.com/llmotel/sdk/internal/oteltest"
	"github.com/llmotel/sdk/llmotel"
)

const (
	messagesURL     = "https://api.anthropic.com/v1/messages"
	messagesRequest = `{"model":"claude-sonnet-5","max_tokens":10,"messages":[{"role":"user","content":"hi"}]}`
	messagesReply   = `{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-5","content":[{"type":"text","text":"Hi"}],"stop_reason":"end_turn","usage":{"input_tokens":10,"output_tokens":2}}`
)

// The span that Anthropic's SDK makes for a call, with its retries inside, gets what
// it lacks. It stays the SDK's: llmotel neither ends it nor says that it failed, which
// a retry may prove wrong.
func TestSpansOfAnthropicsSDKAreEnriched(t *testing.T) {
	for _, scope := range []string{"com.anthropic.sdk.go", "com.anthropic.sdk.go.bedrock"} {
		rec, sink := oteltest.New(), &recordSink{}
		inst := instrument(t, rec, llmotel.WithSinks(sink))
		next := &replies{list: []reply{
			{status: 529, body: strings.NewReader(`{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`)},
			{body: strings.NewReader(messagesReply)},
		}}
		ctx, theirs := rec.TracerProvider.Tracer(scope).Start(t.Context(), "anthropic.messages.create")
		for range 2 {
			resp, err := inst.Transport(next).RoundTrip(post(ctx, t, messagesURL, messagesRequest))
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, resp.Body) // what it says is not the matter
			_ = resp.Body.Close()
		}
		if n := len(rec.Spans()); n != 0 {
			t.Fatalf("%d spans before the SDK ends its own, want 0", n)
		}
		theirs.End()
		span := onlySpan(t, rec)
		a := attributesOf(span)
		if span.Name != "chat claude-sonnet-5" || span.Status.Code != codes.Unset || a["error.type"] != nil {
			t.Errorf("%q, status %v, error.type %v", span.Name, span.Status.Code, a["error.type"])
		}
		if a["gen_ai.usage.input_tokens"] != int64(10) || a["gen_ai.provider.name"] != "anthropic" || a["server.address"] != "api.anthropic.com" || a["llmotel.cost.amount"] == nil {
			t.Errorf("attributes %v", a)
		}
		if len(sink.records) != 2 || sink.records[0].ErrorKind != "overloaded" || sink.records[1].ErrorKind != "" {
			t.Errorf("records %+v", sink.records)
		}
	}
}

// A span of anything else around a request is no span of the call.
func TestSpansOfOthersStayAsTheyAre(t *testing.T) {
	rec := oteltest.New()
	ctx, theirs := rec.TracerProvider.Tracer("go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp").Start(t.Context(), "HTTP POST")
	resp, err := instrument(t, rec).Transport(&replies{list: []reply{{body: strings.NewReader(messagesReply)}}}).RoundTrip(post(ctx, t, messagesURL, messagesRequest))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body) // what it says is not the matter
	_ = resp.Body.Close()
	theirs.End()
	spans := rec.Spans()
	if len(spans) != 2 || spans[0].Name != "chat claude-sonnet-5" || spans[1].Name != "HTTP POST" || len(spans[1].Attributes) != 0 {
		t.Errorf("spans %v", spans)
	}
}
