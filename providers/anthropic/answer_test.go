package anthropic_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	sdk "github.com/anthropics/anthropic-sdk-go"

	"github.com/llmotel/sdk/providers"
)

// whole is what testdata/unary.json and testdata/stream.sse both say.
func whole() *providers.Response {
	citations := `[{"type":"web_search_result_location","cited_text":"sunny","encrypted_index":"aWR4","title":"Oslo","url":"https://example.com/oslo"}]`
	result := `{"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[{"type":"web_search_result","title":"Oslo","url":"https://example.com/oslo","encrypted_content":"ZW5j"}]}`
	return &providers.Response{
		ID: "msg_7", RequestID: "req_7", Provider: "anthropic", Model: "claude-sonnet-5-20260901",
		Choices: []providers.Choice{{
			Message: providers.Message{Role: providers.RoleAssistant, Parts: []providers.Part{
				providers.Reasoning{Provider: "anthropic", Text: "The sky is blue.", Signature: "sig7=="},
				providers.Reasoning{Provider: "anthropic", Encrypted: "c2VjcmV0"},
				providers.Opaque{Provider: "anthropic", Type: "server_tool_use", JSON: json.RawMessage(
					`{"id":"srvtoolu_1","input":{"query":"Oslo"},"name":"web_search","type":"server_tool_use"}`)},
				providers.Opaque{Provider: "anthropic", Type: "web_search_tool_result", JSON: json.RawMessage(result)},
				providers.Text{Text: "Oslo is sunny.", Citations: json.RawMessage(citations)},
				providers.ToolCall{ID: "toolu_1", Name: "get_weather", Arguments: `{"city":"Oslo"}`},
				providers.ToolCall{
					ID: "toolu_2", Name: "now", Arguments: `{}`,
					Signature: []byte(`{"caller":{"type":"code_execution_20260120","tool_id":"srvtoolu_2"}}`),
				},
			}},
			FinishReason: providers.FinishToolCall, RawFinishReason: "tool_use",
		}},
		Usage: providers.Usage{
			Completeness: providers.UsageReported,
			Reported: providers.ClassInput | providers.ClassOutput | providers.ClassCacheRead |
				providers.ClassCacheWrite | providers.ClassReasoning,
			Input: 2311, Output: 170, CacheRead: 2000, CacheWrite: 300, CacheWrite1h: 200, Reasoning: 40,
		},
		ServiceTier: "priority",
	}
}

func TestUnaryLosesNothing(t *testing.T) {
	p := replay(t, serve(t, "application/json", "unary.json"))
	got, err := p.Generate(t.Context(), hello())
	if err != nil {
		t.Fatal(err)
	}
	if raw, ok := got.Raw.(*sdk.Message); !ok || raw.Usage.ServerToolUse.WebSearchRequests != 1 {
		t.Errorf("Raw is %T", got.Raw)
	}
	compare(t, got)
}

func TestStreamLosesNothing(t *testing.T) {
	p := replay(t, serve(t, "text/event-stream", "stream.sse"))
	got, err := providers.Collect(p.Stream(t.Context(), hello()))
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
		providers.TextResult("toolu_1", "get_weather", "rain"), providers.TextResult("toolu_2", "now", "noon"),
	}})
	if _, err := p.Generate(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	var sent struct {
		Messages []struct {
			Content []map[string]any `json:"content"`
		} `json:"messages"`
	}
	if err := json.Unmarshal(body, &sent); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join("testdata", "unary.json"))
	if err != nil {
		t.Fatal(err)
	}
	var came struct {
		Content []map[string]any `json:"content"`
	}
	if err := json.Unmarshal(raw, &came); err != nil {
		t.Fatal(err)
	}
	delete(came.Content[5], "caller") // direct is the default
	if len(sent.Messages) != 3 || !reflect.DeepEqual(sent.Messages[1].Content, came.Content) {
		t.Errorf("sent %+v\ncame %+v", sent.Messages[1].Content, came.Content)
	}
	if len(sent.Messages[2].Content) != 2 || sent.Messages[2].Content[0]["type"] != "tool_result" {
		t.Errorf("tool results are not in one message: %+v", sent.Messages)
	}
}

// compare checks an answer against whole, with JSON in its shortest form.
func compare(t *testing.T, got *providers.Response) {
	t.Helper()
	got.Raw = nil
	for i, p := range got.Choices[0].Message.Parts {
		switch p := p.(type) {
		case providers.Text:
			p.Citations = compact(t, p.Citations)
			got.Choices[0].Message.Parts[i] = p
		case providers.Opaque:
			if p.JSON = compact(t, p.JSON); p.Type == "server_tool_use" { // a stream's is put together anew
				p.JSON = sorted(t, p.JSON)
			}
			got.Choices[0].Message.Parts[i] = p
		case providers.ToolCall:
			p.Signature = compact(t, p.Signature)
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

func sorted(t *testing.T, raw []byte) []byte {
	t.Helper()
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func hello() *providers.Request {
	return &providers.Request{Model: "claude-sonnet-5", Messages: []providers.Message{providers.UserText("hi")}}
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
		w.Header().Set("Request-Id", "req_7")
		_, _ = w.Write(body)
	}
}
