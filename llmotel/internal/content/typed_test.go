package content_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/providers"
)

func TestRequest(t *testing.T) {
	b := content.Get(0)
	defer b.Free()
	b.Request(&providers.Request{
		System: []providers.Text{{Text: "be kind"}, {Text: "be brief"}},
		Messages: []providers.Message{
			providers.SystemText("in the history"),
			{Role: providers.RoleUser, Name: "Ada", Parts: []providers.Part{
				providers.Text{Text: "look"},
				providers.Image{Media: providers.Media{MIMEType: "image/png", Data: []byte("hi")}},
				providers.Audio{Media: providers.Media{URI: "https://h/a"}},
				providers.File{Media: providers.Media{MIMEType: "application/pdf", FileID: "f-1"}, Name: "a.pdf"},
			}},
			{Role: providers.RoleAssistant, Parts: []providers.Part{
				providers.Reasoning{Text: "hm", Signature: "s"},
				providers.Reasoning{Encrypted: "e"},
				providers.Audio{ID: "a", Transcript: "spoken"},
				providers.ToolCall{ID: "c1", Name: "f", Arguments: `{"a": 1}`},
				providers.Opaque{Type: "server_tool_use", JSON: json.RawMessage(`{"type":"server_tool_use","id":"s"}`)},
				providers.Refusal{Text: "no"},
				providers.Text{Text: "on it", Phase: "commentary"},
			}},
			{Role: providers.RoleTool, Parts: []providers.Part{
				providers.TextResult("c1", "f", "sunny"),
				providers.ToolResult{CallID: "c2", Parts: []providers.Part{providers.Text{Text: "a"}, providers.Image{Media: providers.Media{URI: "u"}}}},
				providers.ToolResult{CallID: "c3"},
			}},
		},
		Tools: []providers.Tool{
			{Name: "f", Description: "d", Parameters: json.RawMessage(`{"type":"object"}`)},
			{Name: "web_search", Builtin: &providers.Opaque{Type: "web_search_1", JSON: json.RawMessage(`{"type":"web_search_1","max":5}`)}},
			{Name: "code", Builtin: &providers.Opaque{Type: "codeExecution", JSON: json.RawMessage(`{"codeExecution":{}}`)}},
		},
	})
	e := content.Encoder{FullTools: true}
	docs := []struct {
		name string
		got  []byte
		want string
	}{
		{"system-instructions", e.System(nil, b), `[{"type":"text","content":"be kind"},{"type":"text","content":"be brief"}]`},
		{
			"input-messages", e.Input(nil, b),
			`[{"role":"system","parts":[{"type":"text","content":"in the history"}]},` +
				`{"role":"user","parts":[{"type":"text","content":"look"},{"type":"blob","mime_type":"image/png","modality":"image","content":"aGk="},` +
				`{"type":"uri","modality":"audio","uri":"https://h/a"},{"type":"file","mime_type":"application/pdf","modality":"document","file_id":"f-1"}],"name":"Ada"},` +
				`{"role":"assistant","parts":[{"type":"reasoning","content":"hm"},{"type":"text","content":"spoken"},` +
				`{"type":"tool_call","id":"c1","name":"f","arguments":{"a":1}},{"type":"server_tool_use","id":"s"},{"type":"refusal","content":"no"},{"type":"text","content":"on it","phase":"commentary"}]},` +
				`{"role":"tool","parts":[{"type":"tool_call_response","id":"c1","response":"sunny"},` +
				`{"type":"tool_call_response","id":"c2","response":[{"type":"text","content":"a"},{"type":"uri","modality":"image","uri":"u"}]},` +
				`{"type":"tool_call_response","id":"c3","response":""}]}]`,
		},
		{
			"tool-definitions", e.Tools(nil, b),
			`[{"type":"function","name":"f","description":"d","parameters":{"type":"object"}},` +
				`{"name":"web_search","type":"web_search_1","max":5},{"type":"codeExecution","name":"code","codeExecution":{}}]`,
		},
	}
	all := loadSchemas(t)
	for _, d := range docs {
		if diff := cmp.Diff(d.want, string(d.got)); diff != "" {
			t.Errorf("%s: %s", d.name, diff)
		}
		all.check(t, d.name, d.got)
	}
}

func TestDataThatDoesNotFit(t *testing.T) {
	b := content.Get(100)
	defer b.Free()
	b.Request(&providers.Request{Messages: []providers.Message{{Role: providers.RoleUser, Parts: []providers.Part{
		providers.Image{Media: providers.Media{MIMEType: "image/png", Data: make([]byte, 100)}},
		providers.Text{Text: "what is it?"},
	}}}})
	want := `[{"role":"user","parts":[{"type":"blob","mime_type":"image/png","modality":"image","content":"…[truncated]"},{"type":"text","content":"what is it?"}]}]`
	if diff := cmp.Diff(want, string((&content.Encoder{}).Input(nil, b))); diff != "" || !b.Truncated() {
		t.Error(diff)
	}
}

func TestResponse(t *testing.T) {
	b := content.Get(0)
	defer b.Free()
	b.Response(&providers.Response{Choices: []providers.Choice{
		{Message: providers.AssistantText("one"), FinishReason: providers.FinishStop},
		{Message: providers.AssistantText("two"), FinishReason: providers.FinishLength},
	}})
	want := `[{"role":"assistant","parts":[{"type":"text","content":"one"}],"finish_reason":"stop"},` +
		`{"role":"assistant","parts":[{"type":"text","content":"two"}],"finish_reason":"length"}]`
	if diff := cmp.Diff(want, string((&content.Encoder{}).Output(nil, b))); diff != "" {
		t.Error(diff)
	}
}

func TestChunk(t *testing.T) {
	b := content.Get(0)
	defer b.Free()
	for _, c := range []providers.Chunk{
		{Kind: providers.ChunkStart, Model: "m"},
		{Kind: providers.ChunkText, Text: "from the first target"},
		{Kind: providers.ChunkRestart},
		{Kind: providers.ChunkReasoning, Text: "let me "},
		{Kind: providers.ChunkToolCall, Part: 2, ToolCall: &providers.ToolCall{ID: "c1", Name: "f"}},
		{Kind: providers.ChunkReasoning, Text: "think"},
		{Kind: providers.ChunkToolCall, Part: 2, ToolCall: &providers.ToolCall{Arguments: `{"a"`}},
		{Kind: providers.ChunkText, Part: 1, Text: "he"},
		{Kind: providers.ChunkToolCall, Part: 2, ToolCall: &providers.ToolCall{Arguments: `:1}`}},
		{Kind: providers.ChunkToolCall, Part: 2},
		{Kind: providers.ChunkText, Part: 1, Text: "llo"},
		{Kind: providers.ChunkPart, Part: 3, Whole: providers.Refusal{Text: "no"}},
		{Kind: providers.ChunkText, Choice: 1, Text: "other"},
		{Kind: providers.ChunkUsage},
		{Kind: providers.ChunkFinish, Finish: &providers.Finish{Reasons: []providers.FinishReason{providers.FinishToolCall, providers.FinishStop}}},
		{Kind: providers.ChunkFinish},
	} {
		b.Chunk(&c)
	}
	want := `[{"role":"assistant","parts":[{"type":"reasoning","content":"let me think"},` +
		`{"type":"tool_call","id":"c1","name":"f","arguments":{"a":1}},{"type":"text","content":"hello"},{"type":"refusal","content":"no"}],"finish_reason":"tool_call"},` +
		`{"role":"assistant","parts":[{"type":"text","content":"other"}],"finish_reason":"stop"}]`
	got := (&content.Encoder{}).Output(nil, b)
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
	loadSchemas(t).check(t, "output-messages", got)
}
