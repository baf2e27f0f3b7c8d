package llmotel_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/llmotel/sdk/internal/oteltest"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/providers"
)

// The provider's id of a request is in a header, or in the body; an error's own id
// is none of a response.
func TestFailuresTellTheirRequest(t *testing.T) {
	for url, r := range map[string]reply{
		"https://openrouter.ai/api/v1/chat/completions": {status: 500, header: http.Header{"X-Generation-Id": {"req_1"}}, body: strings.NewReader(`{"error":{"code":500}}`)},
		"https://api.anthropic.com/v1/messages":         {status: 500, body: strings.NewReader(`{"type":"error","error":{"type":"api_error"},"request_id":"req_1"}`)},
		"https://api.cohere.com/v2/chat":                {status: 500, header: http.Header{"X-Request-Id": {"req_1"}}, body: strings.NewReader(`{"id":"e1","message":"m"}`)},
	} {
		rec := oteltest.New()
		resp, err := instrument(t, rec).Transport(&replies{list: []reply{r}}).RoundTrip(post(t.Context(), t, url, chatRequest))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		s := onlySpan(t, rec)
		if got := attributesOf(s); !strings.Contains(s.Status.Description, "request req_1") || got["gen_ai.response.id"] != nil {
			t.Errorf("%s: status %q, attributes %v", url, s.Status.Description, got)
		}
	}
}

// What a decompressor holds when a stream is cut off was a part of the answer.
func TestCutCompressedStreamsCountWhatCame(t *testing.T) {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = io.WriteString(z, streamReply(3))
	_ = z.Close()
	body := out.Bytes()[:out.Len()-10] // without the end of the last block
	rec := oteltest.New()
	resp, err := instrument(t, rec).Transport(&replies{list: []reply{{
		header: http.Header{"Content-Encoding": {"gzip"}}, body: bytes.NewReader(body),
	}}}).RoundTrip(post(t.Context(), t, chatURL, streamAsked))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	got := attributesOf(onlySpan(t, rec))
	if got["gen_ai.response.time_to_first_chunk"] == nil || got["gen_ai.response.id"] != "c1" {
		t.Errorf("attributes %v", got)
	}
}

// Gemini and Ollama call tools and say that they have stopped. Spans have their word.
func TestCallsAreTheEndOfAnswersThatCall(t *testing.T) {
	for url, body := range map[string]string{
		"https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent": `{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{}}}]},"finishReason":"STOP"}]}`,
		"http://localhost:11434/api/chat": `{"model":"m","message":{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":{}}}]},"done":true,"done_reason":"stop"}`,
	} {
		rec, sink := oteltest.New(), &recordSink{}
		resp, err := instrument(t, rec, llmotel.WithSinks(sink)).Transport(&replies{list: []reply{{body: strings.NewReader(body)}}}).RoundTrip(post(t.Context(), t, url, chatRequest))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		if got := sink.records[0].FinishReasons; len(got) != 1 || got[0] != providers.FinishToolCall {
			t.Errorf("%s: finish reasons %v", url, got)
		}
		if got := fmt.Sprint(attributesOf(onlySpan(t, rec))["gen_ai.response.finish_reasons"]); !strings.EqualFold(got, "[stop]") {
			t.Errorf("%s: finish reasons %s on the span", url, got)
		}
	}
}

// Bedrock's InvokeModel is told its guardrail in a header.
func TestGuardrailOfInvoke(t *testing.T) {
	rec := oteltest.New()
	req := post(t.Context(), t, "https://bedrock-runtime.us-east-1.amazonaws.com/model/amazon.titan-text-express-v1/invoke", `{"inputText":"Hi"}`)
	req.Header.Set("X-Amzn-Bedrock-GuardrailIdentifier", "g1")
	resp, err := instrument(t, rec).Transport(&replies{list: []reply{{
		body: strings.NewReader(`{"inputTextTokenCount":2,"results":[{"tokenCount":3,"outputText":"Hello","completionReason":"FINISH"}],"amazon-bedrock-guardrailAction":"INTERVENED"}`),
	}}}).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	if got := attributesOf(onlySpan(t, rec)); got["aws.bedrock.guardrail.id"] != "g1" || got["gen_ai.usage.output_tokens"] != int64(3) {
		t.Errorf("attributes %v", got)
	}
}
