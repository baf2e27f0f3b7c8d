package bedrock_test

import (
	"encoding/json"
	"io"
	"net/http"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/providers"
)

// whole is what testdata/unary.json and testdata/stream.txt both say.
func whole() *providers.Response {
	return &providers.Response{
		RequestID: "req_7", Provider: "aws.bedrock",
		Model: "arn:aws:bedrock:eu-central-1::foundation-model/anthropic.claude-sonnet-5-20260901-v1:0",
		Choices: []providers.Choice{{
			Message: providers.Message{Role: providers.RoleAssistant, Parts: []providers.Part{
				providers.Reasoning{Provider: "aws.bedrock", Text: "The sky is blue.", Signature: "sig7=="},
				providers.Reasoning{Provider: "aws.bedrock", Encrypted: "c2VjcmV0"},
				providers.Opaque{Provider: "aws.bedrock", Type: "toolUse", JSON: json.RawMessage(
					`{"toolUse":{"input":{"query":"Oslo"},"name":"nova_grounding","toolUseId":"srv_1","type":"server_tool_use"}}`)},
				providers.Opaque{Provider: "aws.bedrock", Type: "toolResult", JSON: json.RawMessage(
					`{"toolResult":{"content":[{"text":"sunny"},{"json":{"celsius":3}}],"status":"success","toolUseId":"srv_1","type":"nova_grounding_result"}}`)},
				providers.Text{Text: "Oslo is sunny.", Citations: json.RawMessage(
					`[{"location":{"web":{"domain":"example.com","url":"https://example.com/oslo"}},"sourceContent":[{"text":"sunny"}],"title":"Oslo"}]`)},
				providers.Text{Text: "Here:"},
				providers.Image{Media: providers.Media{MIMEType: "image/png", Data: []byte{1, 2, 3, 4}}},
				providers.ToolCall{ID: "tooluse_1", Name: "get_weather", Arguments: `{"city":"Oslo","days":1.50}`},
				providers.ToolCall{ID: "tooluse_2", Name: "now", Arguments: `{}`},
			}},
			FinishReason: providers.FinishToolCall, RawFinishReason: "tool_use", StopSequence: "END",
		}},
		Usage: providers.Usage{
			Completeness: providers.UsageReported,
			Reported:     providers.ClassInput | providers.ClassOutput | providers.ClassCacheRead | providers.ClassCacheWrite,
			Input:        2311, Output: 170, CacheRead: 2000, CacheWrite: 300, CacheWrite1h: 200,
		},
		ServiceTier: "priority",
	}
}

func TestUnaryLosesNothing(t *testing.T) {
	got, err := replay(t, answer(read(t, "unary.json"))).Generate(t.Context(), hello())
	if err != nil {
		t.Fatal(err)
	}
	if raw, ok := got.Raw.(*sdk.ConverseOutput); !ok || *raw.Metrics.LatencyMs != 900 {
		t.Errorf("Raw is %T", got.Raw)
	}
	compare(t, got)
}

func TestStreamLosesNothing(t *testing.T) {
	got, err := providers.Collect(replay(t, frames(script(t, "stream.txt")...)).Stream(t.Context(), hello()))
	if err != nil {
		t.Fatal(err)
	}
	compare(t, got)
}

func compare(t *testing.T, got *providers.Response) {
	t.Helper()
	got.Raw = nil
	for i, p := range got.Choices[0].Message.Parts {
		switch p := p.(type) { // the SDK writes maps in any order
		case providers.Opaque:
			p.JSON = json.RawMessage(sorted(t, p.JSON))
			got.Choices[0].Message.Parts[i] = p
		case providers.Text:
			if p.Citations != nil {
				p.Citations = json.RawMessage(sorted(t, p.Citations))
				got.Choices[0].Message.Parts[i] = p
			}
		}
	}
	if d := cmp.Diff(whole(), got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// TestAnswerGoesBack sends an answer back and compares what is sent with what
// had come.
func TestAnswerGoesBack(t *testing.T) {
	var body []byte
	p := replay(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		answer(read(t, "unary.json"))(w, r)
	})
	req := hello()
	r, err := p.Generate(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	req.Messages = append(req.Messages, r.Message(), providers.Message{Role: providers.RoleTool, Parts: []providers.Part{
		providers.TextResult("tooluse_1", "get_weather", "rain"), providers.TextResult("tooluse_2", "now", "noon"),
	}})
	if _, err := p.Generate(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	type message struct {
		Content []map[string]any `json:"content"`
	}
	var sent struct{ Messages []message }
	if err := json.Unmarshal(body, &sent); err != nil {
		t.Fatal(err)
	}
	var came struct{ Output struct{ Message message } }
	if err := json.Unmarshal(read(t, "unary.json"), &came); err != nil {
		t.Fatal(err)
	}
	if len(sent.Messages) != 3 {
		t.Fatalf("%d messages", len(sent.Messages))
	}
	if d := cmp.Diff(came.Output.Message.Content, sent.Messages[1].Content); d != "" {
		t.Errorf("(-came +sent)\n%s", d)
	}
	if len(sent.Messages[2].Content) != 2 || sent.Messages[2].Content[0]["toolResult"] == nil {
		t.Errorf("tool results are not in one message: %+v", sent.Messages[2])
	}
}

// TestNovelBlock guards against the SDK, which puts the block before in the place
// of one that it does not know.
func TestNovelBlock(t *testing.T) {
	body := `{"output":{"message":{"role":"assistant","content":[{"text":"a"},{"novel":{"x":1}},null,{"text":"b"}]}},"stopReason":"end_turn"}`
	r, err := replay(t, answer([]byte(body))).Generate(t.Context(), hello())
	if err != nil || r.Text() != "ab" || r.Usage != (providers.Usage{}) {
		t.Errorf("%q, %+v, %v", r.Text(), r.Usage, err)
	}
}

func TestFinishReasons(t *testing.T) {
	cases := map[string]providers.FinishReason{
		"end_turn": "stop", "stop_sequence": "stop", "tool_use": "tool_call",
		"max_tokens": "length", "model_context_window_exceeded": "length",
		"guardrail_intervened": "content_filter", "content_filtered": "content_filter",
		"malformed_tool_use": "malformed_tool_use", "malformed_model_output": "malformed_model_output",
	}
	for raw, want := range cases {
		body := `{"output":{"message":{"role":"assistant","content":[]}},"stopReason":"` + raw + `"}`
		a, err := replay(t, answer([]byte(body))).Generate(t.Context(), hello())
		if err != nil {
			t.Fatal(err)
		}
		b, err := providers.Collect(replay(t, frames(start, event("messageStop", `{"stopReason":"`+raw+`"}`), metadata)).Stream(t.Context(), hello()))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range []*providers.Response{a, b} {
			if r.FinishReason() != want || r.Choices[0].RawFinishReason != raw {
				t.Errorf("%s: %q, %q", raw, r.FinishReason(), r.Choices[0].RawFinishReason)
			}
		}
	}
}
