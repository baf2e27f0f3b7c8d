package bedrock_test

import (
	"iter"
	"net/http"
	"slices"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/llmotel/sdk/internal/shareddata"
	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/internal/cassette"
)

var classes = map[string]providers.TokenClass{
	"gen_ai.usage.input_tokens":             providers.ClassInput,
	"gen_ai.usage.output_tokens":            providers.ClassOutput,
	"gen_ai.usage.cache_read.input_tokens":  providers.ClassCacheRead,
	"gen_ai.usage.cache_write.input_tokens": providers.ClassCacheWrite,
	"gen_ai.usage.reasoning.output_tokens":  providers.ClassReasoning,
}

func TestRecordedConversations(t *testing.T) {
	tapes := cassette.Load(t, shareddata.Path(t, "cassettes"), yaml.Unmarshal, "bedrock.converse", "bedrock.converse-stream")
	for _, tape := range tapes {
		t.Run(tape.Name, func(t *testing.T) {
			p := replay(t, tape.ServeHTTP)
			model, _ := tape.Attributes["gen_ai.request.model"].(string)
			req := &providers.Request{Model: model, Messages: []providers.Message{providers.UserText("hi")}}
			var r *providers.Response
			var err error
			if tape.API == "bedrock.converse-stream" {
				r, err = providers.Collect(p.Stream(t.Context(), req))
			} else {
				r, err = p.Generate(t.Context(), req)
			}
			if err != nil {
				t.Fatal(err)
			}
			if r.ID != "" || r.Model != model {
				t.Errorf("id %q, model %q; want none and %q", r.ID, r.Model, model)
			}
			if want := tape.Header.Get("X-Amzn-Requestid"); r.RequestID != want {
				t.Errorf("request id %q, want %q", r.RequestID, want)
			}
			if got := []string{r.Choices[0].RawFinishReason}; !slices.Equal(got, tape.Reasons("gen_ai.response.finish_reasons")) {
				t.Errorf("finish reason %q, want %q", got, tape.Reasons("gen_ai.response.finish_reasons"))
			}
			checkRecordedUsage(t, tape, &r.Usage)
			checkRecordedContent(t, tape, r)
		})
	}
	if len(tapes) == 0 {
		t.Error("no recording")
	}
	t.Logf("%d interactions", len(tapes))
}

func checkRecordedUsage(t *testing.T, tape cassette.Interaction, u *providers.Usage) {
	t.Helper()
	if u.Completeness != providers.UsageReported {
		t.Errorf("usage is %v", u.Completeness)
	}
	for name, class := range classes {
		want, reported := tape.Count(name)
		if got, ok := u.Get(class); got != want || ok != reported {
			t.Errorf("%s = %d (reported %v), want %d (%v)", name, got, ok, want, reported)
		}
	}
	if total, ok := tape.Wire["usage.total_tokens"].(float64); ok && u.Total() != int64(total) {
		t.Errorf("total %d, want %v", u.Total(), total)
	}
}

func checkRecordedContent(t *testing.T, tape cassette.Interaction, r *providers.Response) {
	t.Helper()
	want, _ := tape.Wire["tool_calls"].([]any)
	got := r.ToolCalls()
	if len(got) != len(want) {
		t.Fatalf("%d tool calls, want %d", len(got), len(want))
	}
	for i := range want {
		w := want[i].(map[string]any)
		if got[i].ID != w["id"] || got[i].Name != w["name"] {
			t.Errorf("tool call %d is %q %q, want %v", i, got[i].ID, got[i].Name, w)
		}
	}
	if len(want) == 0 && r.Text() == "" {
		t.Error("no text")
	}
}

func TestRecordedStreamsThatBreak(t *testing.T) {
	tapes := cassette.Load(t, shareddata.Path(t, "cassettes"), yaml.Unmarshal, "bedrock.converse-stream")
	cassette.CheckCut(t, tapes, func(t *testing.T, h http.HandlerFunc) iter.Seq2[*providers.Chunk, error] {
		t.Helper()
		return replay(t, h).Stream(t.Context(), hello())
	})
}
