package openai_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/openai/openai-go/v3/responses"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/openai"
)

// wholeResponse is what testdata/responses_unary.json and
// testdata/responses_stream.sse both say.
func wholeResponse() *providers.Response {
	citations := `[{"type":"url_citation","start_index":0,"end_index":4,"title":"Oslo","url":"https://example.com/oslo"}]`
	return &providers.Response{
		ID: "resp_7", RequestID: "req_7", Provider: "openai", Model: "gpt-5.6-2026-07-01", API: "responses",
		Created: time.Date(2026, 9, 21, 14, 13, 20, 0, time.UTC),
		Choices: []providers.Choice{{
			Message: providers.Message{Role: providers.RoleAssistant, Parts: []providers.Part{
				providers.Reasoning{Provider: "openai", ID: "rs_1", Text: "The sky is blue."},
				providers.Reasoning{Provider: "openai", ID: "rs_1", Text: "So it is day.", Encrypted: "gAAAAA"},
				providers.Opaque{Provider: "openai", Type: "web_search_call", JSON: json.RawMessage(`{"id":"ws_1","type":"web_search_call","status":"completed","action":{"type":"search","query":"Oslo"}}`)},
				providers.Text{Text: "Oslo is sunny.", Citations: json.RawMessage(citations), Phase: "commentary"},
				providers.Text{Text: "Really.", Phase: "commentary"},
				providers.Refusal{Text: "I cannot say more.", Phase: "commentary"},
				providers.ToolCall{ID: "call_1", Name: "get_weather", Arguments: `{"city":"Oslo"}`},
				providers.ToolCall{ID: "call_2", Name: "get_weather", Arguments: `{"city":`},
				providers.ToolCall{ID: "call_3", Name: "run", Arguments: `"print(\"hi\")\n"`},
				providers.Reasoning{Provider: "openai", ID: "rs_2"},
			}},
			FinishReason: providers.FinishToolCall, RawFinishReason: "completed",
			Logprobs: []byte(`[{"token":"Oslo","logprob":-0.1,"bytes":[79],"top_logprobs":[]}]`),
		}},
		Usage: providers.Usage{
			Completeness: providers.UsageReported,
			Reported: providers.ClassInput | providers.ClassOutput | providers.ClassCacheRead |
				providers.ClassCacheWrite | providers.ClassReasoning,
			Input: 2000, Output: 120, CacheRead: 1024, CacheWrite: 512, Reasoning: 64,
		},
		ServiceTier: "priority",
	}
}

func TestResponsesUnaryLosesNothing(t *testing.T) {
	p := replay(t, serve(t, "application/json", "responses_unary.json"), openai.WithResponsesAPI())
	got, err := p.Generate(t.Context(), hello())
	if err != nil {
		t.Fatal(err)
	}
	raw, ok := got.Raw.(*responses.Response)
	if !ok || raw.OutputText() != "Oslo is sunny.Really." {
		t.Errorf("Raw is %T", got.Raw)
	}
	compare(t, got, wholeResponse())
}

func TestResponsesStreamLosesNothing(t *testing.T) {
	p := replay(t, serve(t, "text/event-stream", "responses_stream.sse"), openai.WithResponsesAPI())
	got, err := providers.Collect(p.Stream(t.Context(), hello()))
	if err != nil {
		t.Fatal(err)
	}
	compare(t, got, wholeResponse())
}

// TestResponsesRoundTrip sends an answer back: what the service must see again
// goes as it came.
func TestResponsesRoundTrip(t *testing.T) {
	p := replay(t, serve(t, "application/json", "responses_unary.json"), openai.WithResponsesAPI())
	got, err := p.Generate(t.Context(), hello())
	if err != nil {
		t.Fatal(err)
	}
	message := got.Message()
	for i, part := range message.Parts {
		if c, ok := part.(providers.ToolCall); ok && c.ID == "call_2" { // cut short; nobody sends it back
			message.Parts = append(message.Parts[:i:i], message.Parts[i+1:]...)
			break
		}
	}
	req := hello()
	req.Store = new(false)
	req.Messages = append(req.Messages, message)
	var body struct{ Input []json.RawMessage }
	if err := json.Unmarshal(sent(t, req, false, openai.WithResponsesAPI()), &body); err != nil {
		t.Fatal(err)
	}
	want := []string{
		`{"content":"hi","role":"user"}`,
		`{"id":"rs_1","summary":[{"text":"The sky is blue.","type":"summary_text"},{"text":"So it is day.","type":"summary_text"}],"encrypted_content":"gAAAAA","type":"reasoning"}`,
		`{"id":"ws_1","type":"web_search_call","status":"completed","action":{"type":"search","query":"Oslo"}}`,
		`{"content":[{"text":"Oslo is sunny.","type":"output_text"},{"text":"Really.","type":"output_text"},{"refusal":"I cannot say more.","type":"refusal"}],"phase":"commentary","role":"assistant","type":"message"}`,
		`{"arguments":"{\"city\":\"Oslo\"}","call_id":"call_1","name":"get_weather","type":"function_call"}`,
		`{"call_id":"call_3","input":"print(\"hi\")\n","name":"run","type":"custom_tool_call"}`,
	}
	if len(body.Input) != len(want) {
		t.Fatalf("%d items, want %d: %s", len(body.Input), len(want), body.Input)
	}
	for i := range want {
		if got := string(compact(t, body.Input[i])); got != want[i] {
			t.Errorf("item %d:\ngot  %s\nwant %s", i, got, want[i])
		}
	}
}
