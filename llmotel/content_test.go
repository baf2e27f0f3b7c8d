package llmotel_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"go.opentelemetry.io/otel/attribute"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/llmotel/sdk/internal/oteltest"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/providers"
)

// chatty is a request with content of every kind.
func chatty() *providers.Request {
	return &providers.Request{
		Model: "gpt-5.2", System: []providers.Text{{Text: "Be kind."}},
		Messages: []providers.Message{
			providers.UserText("Where is ada@example.com?"),
			{Role: providers.RoleAssistant, Parts: []providers.Part{providers.ToolCall{ID: "call_1", Name: "find", Arguments: `{"who":"ada@example.com"}`}}},
			{Role: providers.RoleTool, Parts: []providers.Part{providers.TextResult("call_1", "find", "in London")}},
		},
		Tools: []providers.Tool{{Name: "find", Description: "finds people", Parameters: json.RawMessage(`{"type":"object"}`)}},
	}
}

func twoCalls(ctx context.Context, inst *llmotel.Instrumentation) {
	ctx = llmotel.WithPromptVariables(ctx, map[string]string{"who": "ada@example.com", "tone": "kind"})
	_, _ = inst.Wrap(&scripted{name: "openai", generate: answers(answer(), nil)}).Generate(ctx, chatty())
	for range inst.Wrap(&scripted{name: "openai", stream: streams(chunks(), nil)}).Stream(ctx, chatty()) {
	}
}

func TestContent(t *testing.T) {
	cases := []struct {
		name string
		opts []llmotel.Option
		run  func(context.Context, *llmotel.Instrumentation)
	}{
		{"content_on_spans", []llmotel.Option{llmotel.WithContentCapture(llmotel.ContentOnSpans)}, twoCalls},
		{"content_on_events", []llmotel.Option{llmotel.WithContentCapture(llmotel.ContentOnEvents)}, twoCalls},
		{"content_structured", []llmotel.Option{
			llmotel.WithContentCapture(llmotel.ContentOnSpansAndEvents), llmotel.WithStructuredContent(), llmotel.WithToolDefinitions(),
		}, twoCalls},
		{"content_not_redacted", []llmotel.Option{llmotel.WithContentCapture(llmotel.ContentOnSpans), llmotel.WithoutRedaction()}, twoCalls},
		{"details_without_content", []llmotel.Option{llmotel.WithDetailsEvent()}, twoCalls},
		{"content_of_failures", []llmotel.Option{llmotel.WithContentCapture(llmotel.ContentOnSpans)}, func(ctx context.Context, inst *llmotel.Instrumentation) {
			failed := &providers.Error{Provider: "openai", Kind: providers.KindNetwork, Detail: "no route to 192.168.17.4"}
			_, _ = inst.Wrap(&scripted{name: "openai", generate: answers(nil, failed)}).Generate(ctx, &providers.Request{Model: "gpt-5.2", Messages: []providers.Message{providers.UserText("Hello")}})
			for range inst.Wrap(&scripted{name: "openai", stream: streams(chunks()[:4], failed)}).Stream(ctx, &providers.Request{Model: "gpt-5.2", Messages: []providers.Message{providers.UserText("Hello")}}) {
			}
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { golden(t, c.name, c.opts, c.run) })
	}
}

// Where there is nothing that asks for content there is none, nor a details
// event.
func TestContentModes(t *testing.T) {
	cases := []struct {
		name, env      string
		opts           []llmotel.Option
		spans, details bool
	}{
		{"default", "", nil, false, false},
		{"NO_CONTENT", "NO_CONTENT", nil, false, false},
		{"false", "false", nil, false, false},
		{"SPAN_ONLY", "SPAN_ONLY", nil, true, false},
		{"lower case", "span_only", nil, true, false},
		{"EVENT_ONLY", "EVENT_ONLY", nil, false, true},
		{"SPAN_AND_EVENT", "SPAN_AND_EVENT", nil, true, true},
		{"true", "true", nil, true, true},
		{"with white space around", " SPAN_ONLY\n", nil, true, false},
		{"the option wins", "SPAN_AND_EVENT", []llmotel.Option{llmotel.WithContentCapture(llmotel.ContentNone)}, false, false},
		{"option alone", "", []llmotel.Option{llmotel.WithContentCapture(llmotel.ContentOnSpans)}, true, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", c.env)
			rec := oteltest.New()
			inst := instrument(t, rec, append(c.opts, llmotel.WithLoggerProvider(rec.LoggerProvider))...)
			if _, err := inst.Wrap(newCanned()).Generate(t.Context(), request()); err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(spanText(rec), "How are you?"); got != c.spans {
				t.Errorf("content on the span: %t", got)
			}
			if got := len(rec.Logs()) == 1 && strings.Contains(logText(rec.Logs()[0]), "How are you?"); got != c.details {
				t.Errorf("content on an event: %t, %d events", got, len(rec.Logs()))
			}
			if !c.details && len(rec.Logs()) > 0 {
				t.Error("an event that nobody asked for")
			}
		})
	}
}

func spanText(rec *oteltest.Recorder) string {
	var b strings.Builder
	for _, s := range rec.Spans() {
		for _, kv := range s.Attributes {
			b.WriteString(string(kv.Key) + "=" + kv.Value.String() + "\n")
		}
		b.WriteString(s.Status.Description + "\n")
	}
	return b.String()
}

func logText(r sdklog.Record) string {
	var b strings.Builder
	r.WalkAttributes(func(kv attribute.KeyValue) bool {
		b.WriteString(string(kv.Key) + "=" + kv.Value.String() + "\n")
		return true
	})
	return b.String()
}

func TestContentKeepsToItsLimit(t *testing.T) {
	rec := oteltest.New()
	inst := instrument(t, rec, llmotel.WithContentCapture(llmotel.ContentOnSpans), llmotel.WithContentLimit(1000))
	req := request()
	req.Messages = []providers.Message{providers.UserText(strings.Repeat("héllo \"wörld\" ", 1000)), providers.UserText("the end")}
	if _, err := inst.Wrap(newCanned()).Generate(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	for _, kv := range rec.Spans()[0].Attributes {
		if kv.Key != "gen_ai.input.messages" {
			continue
		}
		var messages []struct {
			Role  string
			Parts []struct{ Type, Content string }
		}
		text := kv.Value.AsString()
		if err := json.Unmarshal([]byte(text), &messages); err != nil || len(text) > 1000 || len(messages) != 2 || messages[1].Parts[0].Content != "the end" {
			t.Errorf("%d bytes, %v: %s", len(text), err, text)
		}
		return
	}
	t.Error("no input messages")
}

// The tracing SDK cuts attributes by a limit of its own, which knows no JSON.
func TestContentKeepsToTheLimitOfTheSDK(t *testing.T) {
	for _, c := range []struct {
		name, value string
		most        int
		opts        []llmotel.Option
	}{
		{"OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "200", 200, nil},
		{"OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "4000", 4000, nil},
		{"OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "4000", 500, []llmotel.Option{llmotel.WithContentLimit(500)}},
		{"OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "-1", llmotel.DefaultContentLimit, nil},
		{"OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "many", llmotel.DefaultContentLimit, nil},
	} {
		t.Run(c.name+"="+c.value, func(t *testing.T) {
			t.Setenv(c.name, c.value)
			rec := oteltest.New() // its SDK reads the variable
			inst := instrument(t, rec, append(c.opts, llmotel.WithContentCapture(llmotel.ContentOnSpans))...)
			req := request()
			req.Messages = []providers.Message{providers.UserText(strings.Repeat("héllo ", 20_000))}
			if _, err := inst.Wrap(newCanned()).Generate(t.Context(), req); err != nil {
				t.Fatal(err)
			}
			text, _ := attributesOf(onlySpan(t, rec))["gen_ai.input.messages"].(string)
			if !json.Valid([]byte(text)) || len(text) > c.most || len(text) < c.most*9/10 {
				t.Errorf("%d bytes, valid: %t, want at most %d", len(text), json.Valid([]byte(text)), c.most)
			}
		})
	}
}

// A span takes 128 attributes, as the SDK comes. Of many variables some are lost, and
// nothing else.
func TestManyPromptVariables(t *testing.T) {
	rec := oteltest.New()
	variables := map[string]string{}
	for n := range 200 {
		variables[strconv.Itoa(n)] = "x"
	}
	inst := instrument(t, rec, llmotel.WithContentCapture(llmotel.ContentOnSpans))
	if _, err := inst.Wrap(newCanned()).Generate(llmotel.WithPromptVariables(t.Context(), variables), request()); err != nil {
		t.Fatal(err)
	}
	a := attributesOf(onlySpan(t, rec))
	if a["gen_ai.input.messages"] == nil || a["gen_ai.output.messages"] == nil || a["gen_ai.usage.output_tokens"] == nil || a["gen_ai.prompt.variable.0"] == nil {
		t.Errorf("attributes %v", a)
	}
}

// What an attempt that failed had said is no part of the answer.
func TestContentOfRetriesIsThatOfTheLast(t *testing.T) {
	rec := oteltest.New()
	_, span := instrument(t, rec, llmotel.WithContentCapture(llmotel.ContentOnSpans)).Start(t.Context(), llmotel.Call{Provider: "openai", Request: request(), Stream: true})
	span.Chunk(&providers.Chunk{Kind: providers.ChunkText, Text: "Once upon"})
	span.Retry(time.Second, &providers.Error{Kind: providers.KindNetwork})
	span.Chunk(&providers.Chunk{Kind: providers.ChunkText, Text: "Hello"})
	span.Chunk(&providers.Chunk{Kind: providers.ChunkFinish, Finish: &providers.Finish{Reasons: []providers.FinishReason{providers.FinishStop}}})
	span.End(llmotel.Result{}, nil)
	const want = `[{"role":"assistant","parts":[{"type":"text","content":"Hello"}],"finish_reason":"stop"}]`
	if got := attributesOf(onlySpan(t, rec))["gen_ai.output.messages"]; got != want {
		t.Errorf("output %v, want %s", got, want)
	}
}

// Texts that are no documents keep to it as well: a template's variables hold whole
// documents.
func TestTextsKeepToTheContentLimit(t *testing.T) {
	rec := oteltest.New()
	inst := instrument(t, rec, llmotel.WithLoggerProvider(rec.LoggerProvider), llmotel.WithContentCapture(llmotel.ContentOnSpansAndEvents), llmotel.WithContentLimit(300))
	long := strings.Repeat("héllo ", 1000)
	ctx := llmotel.WithPromptVariables(t.Context(), map[string]string{"page": long})
	if _, err := inst.Wrap(newCanned()).Generate(ctx, request()); err != nil {
		t.Fatal(err)
	}
	_, search := inst.StartRetrieval(t.Context(), llmotel.RetrievalCall{DataSourceID: "people", Query: long})
	search.End(nil, nil)
	inst.RecordEvaluation(t.Context(), llmotel.Evaluation{Name: "relevance", Explanation: long})
	seen := 0
	check := func(key, text string) {
		switch key {
		case "gen_ai.prompt.variable.page", "gen_ai.retrieval.query.text", "gen_ai.evaluation.explanation":
			seen++
			if len(text) > 300 || len(text) < 290 || !utf8.ValidString(text) || !strings.HasSuffix(text, "…[truncated]") {
				t.Errorf("%s: %d bytes: %q", key, len(text), text)
			}
		}
	}
	for _, span := range rec.Spans() {
		for _, kv := range span.Attributes {
			check(string(kv.Key), kv.Value.String())
		}
	}
	for _, record := range rec.Logs() {
		record.WalkAttributes(func(kv attribute.KeyValue) bool {
			check(string(kv.Key), kv.Value.String())
			return true
		})
	}
	if seen != 4 {
		t.Errorf("%d texts, want 4", seen)
	}
}

type redactor struct{ f func(string) string }

func (r redactor) Redact(text string) string { return r.f(text) }

// An own redactor can begin with the default one.
func TestRedactorsCompose(t *testing.T) {
	rec := oteltest.New()
	inst := instrument(t, rec, llmotel.WithContentCapture(llmotel.ContentOnSpans), llmotel.WithRedactor(redactor{func(s string) string {
		return strings.ReplaceAll(llmotel.DefaultRedactor().Redact(s), "London", "[PLACE]")
	}}), llmotel.WithRedactor(nil))
	if _, err := inst.Wrap(newCanned()).Generate(t.Context(), chatty()); err != nil {
		t.Fatal(err)
	}
	if text := spanText(rec); strings.Contains(text, "ada@") || strings.Contains(text, "London") || !strings.Contains(text, "in [PLACE]") {
		t.Errorf("not redacted: %s", text)
	}
}

func TestPanickingRedactorDropsTheContent(t *testing.T) {
	rec := oteltest.New()
	inst := instrument(t, rec, llmotel.WithContentCapture(llmotel.ContentOnSpansAndEvents), llmotel.WithLoggerProvider(rec.LoggerProvider),
		llmotel.WithRedactor(redactor{func(string) string { panic("redactor") }}))
	resp, err := inst.Wrap(newCanned()).Generate(t.Context(), request())
	if err != nil || resp == nil {
		t.Fatalf("the call was harmed: %v", err)
	}
	failed := &providers.Error{Provider: "openai", Kind: providers.KindNetwork}
	_, span := inst.Start(t.Context(), llmotel.Call{Provider: "openai", Model: "m"})
	span.End(llmotel.Result{}, failed)
	if text := spanText(rec); strings.Contains(text, "How are you?") || strings.Contains(text, "messages") || !strings.Contains(text, "failed\n") {
		t.Errorf("spans: %s", text)
	}
	sum := rec.Metrics(t)["llmotel.telemetry.dropped"].Data.(metricdata.Sum[int64])
	total := int64(0)
	for _, p := range sum.DataPoints {
		total += p.Value
	}
	if total != 2 {
		t.Errorf("%d drops counted, want 2: the content of one call, the error text of the other", total)
	}
}

// The hook gets whole, redacted content whatever is sampled and captured.
func TestUploadHook(t *testing.T) {
	for name, c := range map[string]struct {
		mode   llmotel.ContentMode
		record bool
	}{
		"no content, sampled":     {llmotel.ContentNone, true},
		"no content, not sampled": {llmotel.ContentNone, false},
		"on spans":                {llmotel.ContentOnSpans, true},
	} {
		t.Run(name, func(t *testing.T) {
			rec := oteltest.New()
			if !c.record {
				rec = oteltest.New(sdktrace.WithSampler(sdktrace.NeverSample()))
			}
			var got []*llmotel.Content
			inst := instrument(t, rec, llmotel.WithContentCapture(c.mode), llmotel.WithContentLimit(256), llmotel.WithUploadHook(func(ctx context.Context, content *llmotel.Content) {
				if ctx.Err() != nil {
					t.Error("the context is cancelled")
				}
				kept := *content
				got = append(got, &kept)
				content.InputMessages = json.RawMessage(`[{"role":"user","parts":[]}]`)
				content.SystemInstructions = json.RawMessage(`no JSON`)
				content.OutputMessages = nil
				content.Attributes = []attribute.KeyValue{attribute.String("example.content.reference", "s3://1")}
			}))
			ctx, cancel := context.WithCancel(t.Context())
			req := chatty()
			req.Messages = append(req.Messages, providers.UserText(strings.Repeat("long ", 1000)))
			p := inst.Wrap(&scripted{name: "openai", generate: func(context.Context, *providers.Request) (*providers.Response, error) {
				cancel()
				return answer(), nil
			}})
			if _, err := p.Generate(ctx, req); err != nil {
				t.Fatal(err)
			}
			if len(got) != 1 {
				t.Fatalf("the hook was called %d times, want once", len(got))
			}
			h := got[0]
			if h.Operation != "chat" || h.Provider != "openai" || h.Model != "gpt-5.2" || h.ResponseID != "chatcmpl-1" || h.Truncated {
				t.Errorf("about %+v", h)
			}
			if len(h.InputMessages) < 5000 || strings.Contains(string(h.InputMessages), "ada@example.com") {
				t.Errorf("input %s", h.InputMessages)
			}
			if string(h.SystemInstructions) != `[{"type":"text","content":"Be kind."}]` || !json.Valid(h.OutputMessages) || !json.Valid(h.ToolDefinitions) {
				t.Errorf("documents %s, %s, %s", h.SystemInstructions, h.OutputMessages, h.ToolDefinitions)
			}
			text := spanText(rec)
			if c.record != strings.Contains(text, "example.content.reference=s3://1") {
				t.Errorf("the reference is not where it belongs: %s", text)
			}
			onSpan := c.mode != llmotel.ContentNone
			if onSpan != strings.Contains(text, `gen_ai.input.messages=[{"role":"user","parts":[]}]`) || strings.Contains(text, "no JSON") || strings.Contains(text, "output.messages") {
				t.Errorf("not what the hook left: %s", text)
			}
		})
	}
}

// The hook gets whole documents, the span what its limit leaves; of what was too much
// to keep the hook is told.
func TestUploadHookGetsWholeDocuments(t *testing.T) {
	for _, c := range []struct {
		name      string
		size      int
		truncated bool
	}{{"whole", 100_000, false}, {"too much to keep", 2 << 20, true}} {
		t.Run(c.name, func(t *testing.T) {
			rec := oteltest.New()
			var got llmotel.Content
			inst := instrument(t, rec, llmotel.WithContentCapture(llmotel.ContentOnSpans), llmotel.WithContentLimit(300),
				llmotel.WithUploadHook(func(_ context.Context, c *llmotel.Content) { got = *c }))
			req := request()
			req.Messages = []providers.Message{providers.UserText(strings.Repeat("x ", c.size/2))}
			if _, err := inst.Wrap(newCanned()).Generate(t.Context(), req); err != nil {
				t.Fatal(err)
			}
			if got.Truncated != c.truncated || !json.Valid(got.InputMessages) || len(got.InputMessages) < min(c.size, 700_000) {
				t.Errorf("truncated: %t, %d bytes", got.Truncated, len(got.InputMessages))
			}
			text, _ := attributesOf(onlySpan(t, rec))["gen_ai.input.messages"].(string)
			if !json.Valid([]byte(text)) || len(text) > 300 || len(text) < 200 {
				t.Errorf("the span has %d bytes", len(text))
			}
		})
	}
}

func TestUploadHookOfAgentsAndWorkflows(t *testing.T) {
	var got []llmotel.Content
	inst := instrument(t, oteltest.New(sdktrace.WithSampler(sdktrace.NeverSample())), llmotel.WithUploadHook(func(_ context.Context, c *llmotel.Content) {
		got = append(got, *c)
	}))
	ctx, flow := inst.StartWorkflow(t.Context(), llmotel.WorkflowCall{Name: "support", Input: []providers.Message{providers.UserText("Where is she?")}})
	_, agent := inst.StartAgent(ctx, llmotel.AgentCall{Name: "planner", Request: chatty()})
	agent.End(llmotel.AgentResult{Response: answer()}, nil)
	flow.End([]providers.Message{providers.AssistantText("in London")}, nil)
	_, quiet := inst.StartAgent(ctx, llmotel.AgentCall{Name: "quiet"})
	quiet.End(llmotel.AgentResult{}, nil)
	if len(got) != 2 {
		t.Fatalf("the hook was called %d times, want twice: there is nothing to tell of the third", len(got))
	}
	if c := got[0]; c.Operation != "invoke_agent" || c.Model != "gpt-5.2" || c.ResponseID != "chatcmpl-1" || !strings.Contains(string(c.SystemInstructions), "Be kind.") {
		t.Errorf("agent: %+v", c)
	}
	if c := got[1]; c.Operation != "invoke_workflow" || !strings.Contains(string(c.InputMessages), "Where is she?") || !strings.Contains(string(c.OutputMessages), "in London") {
		t.Errorf("workflow: %+v", c)
	}
}

func TestPanickingHookIsContained(t *testing.T) {
	rec := oteltest.New()
	inst := instrument(t, rec, llmotel.WithContentCapture(llmotel.ContentOnSpans), llmotel.WithUploadHook(func(context.Context, *llmotel.Content) { panic("hook") }))
	if _, err := inst.Wrap(newCanned()).Generate(t.Context(), request()); err != nil {
		t.Fatal(err)
	}
	if text := spanText(rec); strings.Contains(text, "How are you?") || len(rec.Spans()) != 1 {
		t.Errorf("spans: %s", text)
	}
	dropped, ok := rec.Metrics(t)["llmotel.telemetry.dropped"].Data.(metricdata.Sum[int64])
	if !ok || dropped.DataPoints[0].Value != 1 {
		t.Errorf("dropped: %+v, want 1", dropped)
	}
}

// A layer inside a call that knows its content does not record it again, and one
// inside a call that does not fills it in.
func TestContentOfLayers(t *testing.T) {
	for name, call := range map[string]llmotel.Call{
		"both know":      {Provider: "openai", Request: request()},
		"the inner only": {Provider: "openai", Model: "gpt-5.2"},
	} {
		t.Run(name, func(t *testing.T) {
			rec := oteltest.New()
			inst := instrument(t, rec, llmotel.WithContentCapture(llmotel.ContentOnSpans))
			ctx, span := inst.Start(t.Context(), call)
			resp, err := inst.Wrap(newCanned()).Generate(ctx, request())
			result := llmotel.Result{}
			if call.Request != nil {
				result = llmotel.ResultOf(resp)
			}
			span.End(result, err)
			if text := spanText(rec); strings.Count(text, "How are you?") != 1 || strings.Count(text, `"content":"fine"`) != 1 {
				t.Errorf("content is not there once: %s", text)
			}
		})
	}
}

// Two layers that read the same traffic: the outer one has the content.
func TestContentOfLayersOnTheWire(t *testing.T) {
	rec := oteltest.New()
	inst := instrument(t, rec, llmotel.WithContentCapture(llmotel.ContentOnSpans))
	transport := inst.Transport(roundTripper(func(req *http.Request) (*http.Response, error) {
		_, _ = io.Copy(io.Discard, req.Body)
		return &http.Response{
			StatusCode: http.StatusOK, Request: req, Header: http.Header{"Content-Type": {"text/event-stream"}},
			Body: io.NopCloser(strings.NewReader(streamReply(5))),
		}, nil
	}))
	middleware := inst.Middleware() //nolint:bodyclose // the answers' bodies are, below
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 5 {
				resp, err := middleware(post(t.Context(), t, chatURL, streamAsked), transport.RoundTrip)
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
			}
		})
	}
	wg.Wait()
	if n := len(rec.Spans()); n != 40 {
		t.Errorf("%d spans, want 40", n)
	}
	text := spanText(rec)
	if n := strings.Count(text, `"content":" word word word word word"`); n != 40 {
		t.Errorf("%d whole answers, want 40", n)
	}
	if n := strings.Count(text, `"content":"Hi"`); n != 40 {
		t.Errorf("%d questions, want 40", n)
	}
}

func TestContentConcurrentSafe(t *testing.T) {
	rec := oteltest.New()
	inst := instrument(t, rec, llmotel.WithContentCapture(llmotel.ContentOnSpansAndEvents), llmotel.WithLoggerProvider(rec.LoggerProvider),
		llmotel.WithUploadHook(func(context.Context, *llmotel.Content) {}))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				for range inst.Wrap(newCanned()).Stream(t.Context(), chatty()) {
				}
				ctx, span := inst.Start(t.Context(), llmotel.Call{Provider: "openai", Model: "gpt-5.2", Stream: true})
				var inner sync.WaitGroup
				inner.Go(func() { _, _ = inst.Wrap(newCanned()).Generate(ctx, chatty()) })
				inner.Go(func() {
					for _, c := range newCanned().chunks {
						span.Chunk(c)
					}
				})
				inner.Go(func() { span.Retry(time.Second, errors.New("again")) })
				inner.Go(func() { span.End(llmotel.Result{}, nil) })
				inner.Wait()
			}
		})
	}
	wg.Wait()
}
