package anthropic_test

import (
	"iter"
	"net/http"
	"slices"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/llmotel/sdk/internal/shareddata"
	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/anthropic"
	"github.com/llmotel/sdk/providers/internal/cassette"
	"github.com/llmotel/sdk/providers/providertest"
)

var classes = map[string]providers.TokenClass{
	"gen_ai.usage.input_tokens":             providers.ClassInput,
	"gen_ai.usage.output_tokens":            providers.ClassOutput,
	"gen_ai.usage.cache_read.input_tokens":  providers.ClassCacheRead,
	"gen_ai.usage.cache_write.input_tokens": providers.ClassCacheWrite,
	"gen_ai.usage.reasoning.output_tokens":  providers.ClassReasoning,
}

func TestRecordedMessages(t *testing.T) {
	tapes := cassette.Load(t, shareddata.Path(t, "cassettes"), yaml.Unmarshal, "anthropic.messages")
	for _, tape := range tapes {
		t.Run(tape.Name, func(t *testing.T) {
			p := replay(t, tape.ServeHTTP)
			var r *providers.Response
			var err error
			req := &providers.Request{Model: "recorded", Messages: []providers.Message{providers.UserText("hi")}}
			if tape.Streamed {
				r, err = providers.Collect(p.Stream(t.Context(), req))
			} else {
				r, err = p.Generate(t.Context(), req)
			}
			if err != nil {
				t.Fatal(err)
			}
			if r.ID != tape.Attributes["gen_ai.response.id"] || r.Model != tape.Attributes["gen_ai.response.model"] {
				t.Errorf("id %q, model %q; want %v, %v", r.ID, r.Model,
					tape.Attributes["gen_ai.response.id"], tape.Attributes["gen_ai.response.model"])
			}
			if tier, _ := tape.Wire["service_tier"].(string); r.ServiceTier != tier {
				t.Errorf("service tier %q, want %q", r.ServiceTier, tier)
			}
			if got := []string{r.Choices[0].RawFinishReason}; !slices.Equal(got, tape.Reasons("gen_ai.response.finish_reasons")) {
				t.Errorf("finish reason %q, want %q", got, tape.Reasons("gen_ai.response.finish_reasons"))
			}
			checkRecordedUsage(t, tape, &r.Usage)
			checkRecordedContent(t, tape, r)
		})
	}
	t.Logf("%d interactions", len(tapes))
}

// replay returns a provider whose service answers with the handler.
func replay(t *testing.T, handler http.HandlerFunc, opts ...anthropic.Option) *anthropic.Provider {
	t.Helper()
	srv := providertest.NewServer(t, handler)
	p, err := anthropic.New(append([]anthropic.Option{
		anthropic.WithAPIKey(providertest.Key), anthropic.WithBaseURL(srv.URL), anthropic.WithHTTPClient(srv.Client()),
	}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return p
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
	// The vendor has no total; its input is what is left beside the cache.
	if fresh, _ := tape.Wire["usage.input_tokens_uncached"].(float64); u.FreshInput() != int64(fresh) {
		t.Errorf("fresh input %d, the vendor says %v", u.FreshInput(), fresh)
	}
	if hour, _ := tape.Wire["usage.cache_creation.ephemeral_1h_input_tokens"].(float64); u.CacheWrite1h != int64(hour) {
		t.Errorf("one-hour cache writes %d, want %v", u.CacheWrite1h, hour)
	}
}

func checkRecordedContent(t *testing.T, tape cassette.Interaction, r *providers.Response) {
	t.Helper()
	if types, ok := tape.Wire["content_types"].([]any); ok && len(types) != len(r.Message().Parts) {
		t.Errorf("%d parts, want %v", len(r.Message().Parts), types)
	}
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
}

func TestRecordedStreamsThatBreak(t *testing.T) {
	tapes := cassette.Load(t, shareddata.Path(t, "cassettes"), yaml.Unmarshal, "anthropic.messages")
	cassette.CheckCut(t, tapes, func(t *testing.T, h http.HandlerFunc) iter.Seq2[*providers.Chunk, error] {
		t.Helper()
		return replay(t, h).Stream(t.Context(), hello())
	})
}
