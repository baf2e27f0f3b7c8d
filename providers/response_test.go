package providers_test

import (
	"testing"

	"github.com/llmotel/sdk/providers"
)

func TestResponseOfNothing(t *testing.T) {
	for name, r := range map[string]*providers.Response{"nil": nil, "no choices": {}} {
		if r.Text() != "" || r.ToolCalls() != nil || r.FinishReason() != providers.FinishError || r.Message().Role != providers.RoleAssistant {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestMessage(t *testing.T) {
	m := providers.Message{Parts: []providers.Part{
		providers.Reasoning{Text: "hm"},
		providers.Text{Text: "a"},
		providers.ToolCall{ID: "1"},
		providers.Text{Text: "b"},
		providers.ToolCall{ID: "2"},
	}}
	if m.Text() != "ab" {
		t.Errorf("text %q", m.Text())
	}
	if calls := m.ToolCalls(); len(calls) != 2 || calls[0].ID != "1" || calls[1].ID != "2" {
		t.Errorf("calls %+v", calls)
	}
}

func TestChunkKinds(t *testing.T) {
	kinds := []struct {
		kind     providers.ChunkKind
		name     string
		semantic bool
	}{
		{providers.ChunkStart, "start", false},
		{providers.ChunkText, "text", true},
		{providers.ChunkReasoning, "reasoning", true},
		{providers.ChunkToolCall, "tool_call", true},
		{providers.ChunkPart, "part", true},
		{providers.ChunkUsage, "usage", false},
		{providers.ChunkFinish, "finish", false},
		{providers.ChunkRestart, "restart", false},
		{0, "unknown", false},
	}
	for _, k := range kinds {
		if k.kind.String() != k.name || k.kind.Semantic() != k.semantic {
			t.Errorf("%d: %v, semantic %v", k.kind, k.kind, k.kind.Semantic())
		}
	}
}
