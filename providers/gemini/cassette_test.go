package gemini_test

import (
	"cmp"
	"errors"
	"iter"
	"net/http"
	"slices"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/llmotel/sdk/internal/shareddata"
	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/gemini"
	"github.com/llmotel/sdk/providers/internal/cassette"
	"github.com/llmotel/sdk/providers/providertest"
)

// classes are the counts that recordings tell. Vendors' zeros are absent.
var classes = map[string]providers.TokenClass{
	"gen_ai.usage.input_tokens":            providers.ClassInput,
	"gen_ai.usage.output_tokens":           providers.ClassOutput,
	"gen_ai.usage.cache_read.input_tokens": providers.ClassCacheRead,
	"gen_ai.usage.reasoning.output_tokens": providers.ClassReasoning,
}

// tiers are the tiers that go with the recorded types of traffic.
var tiers = map[any]string{"ON_DEMAND": "standard", "ON_DEMAND_FLEX": "flex", float64(1): "standard"}

func TestRecordedAnswers(t *testing.T) {
	tapes := cassette.Load(t, shareddata.Path(t, "cassettes"), yaml.Unmarshal, "gemini.generateContent", "gemini.streamGenerateContent")
	for _, tape := range tapes {
		t.Run(tape.Name, func(t *testing.T) {
			name, _ := tape.Attributes["gen_ai.provider.name"].(string)
			opts := map[string][]gemini.Option{
				gemini.Name: nil, gemini.NameVertexAI: {gemini.WithVertexAI("p1", "global")},
			}[name]
			p := replay(t, tape.ServeHTTP, opts...)
			if p.Name() != name {
				t.Fatalf("name %q, want %q", p.Name(), name)
			}
			var r *providers.Response
			var err error
			if tape.Streamed {
				r, err = providers.Collect(p.Stream(t.Context(), hello()))
			} else {
				r, err = p.Generate(t.Context(), hello())
			}
			if reason, blocked := tape.Wire["prompt_block_reason"]; blocked || tape.Error != nil {
				checkRecordedError(t, tape, reason, err)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			checkRecordedAnswer(t, tape, r)
		})
	}
	if len(tapes) < 6 {
		t.Errorf("%d interactions, want at least 6", len(tapes))
	}
}

func checkRecordedAnswer(t *testing.T, tape cassette.Interaction, r *providers.Response) {
	t.Helper()
	if r.ID != tape.Attributes["gen_ai.response.id"] || r.Model != tape.Attributes["gen_ai.response.model"] {
		t.Errorf("id %q, model %q; want %v, %v", r.ID, r.Model,
			tape.Attributes["gen_ai.response.id"], tape.Attributes["gen_ai.response.model"])
	}
	tier, _ := tape.Wire["service_tier"].(string)
	if tier = cmp.Or(tier, tiers[tape.Wire["raw.trafficType"]]); r.ServiceTier != tier || tier == "" {
		t.Errorf("service tier %q, want %q", r.ServiceTier, tier)
	}
	if got := []string{r.Choices[0].RawFinishReason}; !slices.Equal(got, tape.Reasons("gen_ai.response.finish_reasons")) {
		t.Errorf("finish reason %q, want %q", got, tape.Reasons("gen_ai.response.finish_reasons"))
	}
	if r.Usage.Completeness != providers.UsageReported {
		t.Errorf("usage is %v", r.Usage.Completeness)
	}
	for name, class := range classes {
		want, reported := tape.Count(name)
		if got, ok := r.Usage.Get(class); got != want || ok != reported {
			t.Errorf("%s = %d (reported %v), want %d (%v)", name, got, ok, want, reported)
		}
	}
	if total, ok := tape.Wire["usage.total_tokens"].(float64); ok && r.Usage.Total() != int64(total) {
		t.Errorf("total %d, the vendor says %v", r.Usage.Total(), total)
	}
	want, _ := tape.Wire["tool_calls"].([]any)
	got := r.ToolCalls()
	if len(got) != len(want) {
		t.Fatalf("%d tool calls, want %d", len(got), len(want))
	}
	wantFinish := providers.FinishStop
	for i := range want {
		if name := want[i].(map[string]any)["name"]; got[i].Name != name || got[i].ID == "" {
			t.Errorf("tool call %d is %q %q, want %v", i, got[i].ID, got[i].Name, name)
		}
		wantFinish = providers.FinishToolCall
	}
	if r.FinishReason() != wantFinish {
		t.Errorf("finish reason %q, want %q", r.FinishReason(), wantFinish)
	}
}

func checkRecordedError(t *testing.T, tape cassette.Interaction, blockReason any, err error) {
	t.Helper()
	var e *providers.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v", err)
	}
	kind, code, status := providers.KindContentFiltered, blockReason, float64(http.StatusOK)
	if tape.Error != nil {
		kind, code = providers.KindInvalidRequest, tape.Error["error.status"]
		status, _ = tape.Error["http_status"].(float64)
	}
	if e.Kind != kind || e.Code != code || float64(e.StatusCode) != status {
		t.Errorf("got %+v, want %s, %v, %v", e, kind, code, status)
	}
}

// replay returns a provider whose service answers with the handler.
func replay(t *testing.T, handler http.HandlerFunc, opts ...gemini.Option) *gemini.Provider {
	t.Helper()
	srv := providertest.NewServer(t, handler)
	p, err := gemini.New(append([]gemini.Option{
		gemini.WithAPIKey(providertest.Key), gemini.WithBaseURL(srv.URL), gemini.WithHTTPClient(srv.Client()),
	}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func hello() *providers.Request {
	return &providers.Request{Model: "gemini-2.5-flash", Messages: []providers.Message{providers.UserText("hi")}}
}

func TestRecordedStreamsThatBreak(t *testing.T) {
	tapes := cassette.Load(t, shareddata.Path(t, "cassettes"), yaml.Unmarshal, "gemini.streamGenerateContent")
	cassette.CheckCut(t, tapes, func(t *testing.T, h http.HandlerFunc) iter.Seq2[*providers.Chunk, error] {
		t.Helper()
		return replay(t, h).Stream(t.Context(), hello())
	})
}
