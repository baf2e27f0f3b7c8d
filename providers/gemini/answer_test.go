package gemini_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	sdk "google.golang.org/genai"

	"github.com/llmotel/sdk/providers"
)

// whole is what testdata/unary.json and testdata/stream.sse both say.
func whole() *providers.Response {
	return &providers.Response{
		ID: "resp_7", RequestID: "req_7", Provider: "gcp.gemini", Model: "gemini-3-pro-001",
		Created: time.Date(2026, 9, 1, 10, 0, 0, 500_000_000, time.UTC),
		Choices: []providers.Choice{{
			Message: providers.Message{Role: providers.RoleAssistant, Parts: []providers.Part{
				providers.Reasoning{Provider: "gcp.gemini", Text: "The sky is blue."},
				providers.Opaque{Provider: "gcp.gemini", Type: "executableCode", JSON: json.RawMessage(
					`{"executableCode":{"language":"PYTHON","code":"print(1)"}}`)},
				providers.Opaque{Provider: "gcp.gemini", Type: "codeExecutionResult", JSON: json.RawMessage(
					`{"codeExecutionResult":{"outcome":"OUTCOME_OK","output":"1\n"},"thoughtSignature":"b3BhcXVl"}`)},
				providers.Text{Text: "Oslo is sunny."},
				providers.Text{Signature: []byte("text"), Citations: json.RawMessage(
					`[{"citationMetadata":{"citationSources":[{"uri":"https://example.com/oslo"}]}},{"groundingMetadata":{"webSearchQueries":["Oslo weather"]}}]`)},
				providers.Image{Media: providers.Media{MIMEType: "image/png", Data: []byte{1, 2, 3}, Signature: []byte("img")}},
				providers.Audio{Media: providers.Media{MIMEType: "audio/L16;rate=24000", Data: []byte{4, 5}}},
				providers.File{Media: providers.Media{MIMEType: "application/pdf", URI: "gs://b/a.pdf"}},
				providers.ToolCall{ID: "fc-1", Name: "get_weather", Arguments: `{"zip":12345678901234567890,"city":"Oslo"}`, Signature: []byte("call")},
				providers.ToolCall{ID: "llmotel_resp_7_0_1", Name: "now", Arguments: `{}`},
			}},
			FinishReason: providers.FinishToolCall, RawFinishReason: "STOP",
			Logprobs: []byte(`{"chosenCandidates":[{"token":"Oslo"},{"token":" is"}],"topCandidates":[{},{}]}`),
		}},
		Usage: providers.Usage{
			Completeness: providers.UsageReported,
			Reported: providers.ClassInput | providers.ClassOutput | providers.ClassCacheRead | providers.ClassReasoning |
				providers.ClassTextInput | providers.ClassTextCacheRead,
			Input: 2311, Output: 170, CacheRead: 2000, Reasoning: 40, TextInput: 2300, TextCacheRead: 2000,
		},
		ServiceTier: "priority",
	}
}

func TestUnaryLosesNothing(t *testing.T) {
	got, err := replay(t, serve(t, "application/json", "unary.json")).Generate(t.Context(), hello())
	if err != nil {
		t.Fatal(err)
	}
	raw, ok := got.Raw.(*sdk.GenerateContentResponse)
	if !ok || raw.UsageMetadata.TotalTokenCount != 2481 || raw.SDKHTTPResponse.Headers.Get("X-Request-Id") != "req_7" {
		t.Errorf("Raw is %T", got.Raw)
	}
	compare(t, got)
}

func TestStreamLosesNothing(t *testing.T) {
	got, err := providers.Collect(replay(t, serve(t, "text/event-stream", "stream.sse")).Stream(t.Context(), hello()))
	if err != nil {
		t.Fatal(err)
	}
	compare(t, got)
}

// TestAnswerGoesBack sends an answer back and compares what is sent with what
// had come.
func TestAnswerGoesBack(t *testing.T) {
	var body []byte
	p := replay(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		serve(t, "application/json", "unary.json")(w, r)
	})
	req := hello()
	r, err := p.Generate(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	req.Messages = append(req.Messages, r.Message(), providers.Message{Role: providers.RoleTool, Parts: []providers.Part{
		providers.TextResult("fc-1", "get_weather", "rain"), providers.TextResult("llmotel_resp_7_0_1", "now", "noon"),
	}})
	if _, err := p.Generate(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	type turn struct {
		Role  string            `json:"role"`
		Parts []json.RawMessage `json:"parts"`
	}
	var out struct {
		Contents []turn `json:"contents"`
	}
	var in struct {
		Candidates []struct {
			Content turn `json:"content"`
		} `json:"candidates"`
	}
	raw, err := os.ReadFile(filepath.Join("testdata", "unary.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, &out); err != nil {
		t.Fatal(err)
	}
	if len(out.Contents) != 3 || out.Contents[1].Role != "model" || out.Contents[2].Role != "user" {
		t.Fatalf("sent %s", body)
	}
	came := in.Candidates[0].Content.Parts[1:] // an unsigned thought stays here
	came[8] = json.RawMessage(`{"functionCall":{"name":"now","args":{}}}`)
	for i := range came {
		if g := out.Contents[1].Parts; i >= len(g) || !bytes.Equal(sorted(t, g[i]), sorted(t, came[i])) {
			t.Errorf("part %d: sent %s, came %s", i, g, came[i])
		}
	}
	if got := out.Contents[2].Parts; len(got) != 2 ||
		string(got[0]) != `{"functionResponse":{"id":"fc-1","name":"get_weather","response":{"output":"rain"}}}` ||
		string(got[1]) != `{"functionResponse":{"name":"now","response":{"output":"noon"}}}` {
		t.Errorf("results %s", got)
	}
}

// compare checks an answer against whole, with JSON in its shortest form.
func compare(t *testing.T, got *providers.Response) {
	t.Helper()
	got.Raw = nil
	got.Choices[0].Logprobs = compact(t, got.Choices[0].Logprobs)
	for i, p := range got.Choices[0].Message.Parts {
		switch p := p.(type) {
		case providers.Text:
			p.Citations = compact(t, p.Citations)
			got.Choices[0].Message.Parts[i] = p
		case providers.Opaque:
			p.JSON = compact(t, p.JSON)
			got.Choices[0].Message.Parts[i] = p
		case providers.ToolCall:
			p.Arguments = string(compact(t, []byte(p.Arguments)))
			got.Choices[0].Message.Parts[i] = p
		}
	}
	want := whole()
	for i, p := range want.Choices[0].Message.Parts {
		if g := got.Choices[0].Message.Parts; i < len(g) && !reflect.DeepEqual(g[i], p) {
			t.Errorf("part %d:\ngot  %+v\nwant %+v", i, g[i], p)
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func compact(t *testing.T, raw []byte) []byte {
	t.Helper()
	if len(raw) == 0 {
		return nil
	}
	var b bytes.Buffer
	if err := json.Compact(&b, raw); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func indent(t *testing.T, raw []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, bytes.TrimSpace(raw), "", "  "); err != nil {
		t.Fatal(err)
	}
	return append(b.Bytes(), '\n')
}

// sorted returns JSON with its keys in order and its numbers as they are.
func sorted(t *testing.T, raw []byte) []byte {
	t.Helper()
	var v any
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// serve answers with a file of testdata.
func serve(t *testing.T, contentType, file string) http.HandlerFunc {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("X-Request-Id", "req_7")
		_, _ = w.Write(body)
	}
}
