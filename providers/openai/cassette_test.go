package openai_test

import (
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/llmotel/sdk/internal/shareddata"
	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/internal/cassette"
	"github.com/llmotel/sdk/providers/openai"
	"github.com/llmotel/sdk/providers/providertest"
)

// classes are the counts to compare, by the attribute that names them. The
// last two are wire values.
var classes = map[string]providers.TokenClass{
	"gen_ai.usage.input_tokens":             providers.ClassInput,
	"gen_ai.usage.output_tokens":            providers.ClassOutput,
	"gen_ai.usage.cache_read.input_tokens":  providers.ClassCacheRead,
	"gen_ai.usage.cache_write.input_tokens": providers.ClassCacheWrite,
	"gen_ai.usage.reasoning.output_tokens":  providers.ClassReasoning,
	"usage.input_audio_tokens":              providers.ClassAudioInput,
	"usage.output_audio_tokens":             providers.ClassAudioOutput,
}

func TestRecordedChat(t *testing.T) {
	tapes := cassette.Load(t, shareddata.Path(t, "cassettes"), yaml.Unmarshal, "openai.chat")
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
			if tape.Error != nil || tape.Attributes["gen_ai.response.finish_reasons"] == nil {
				checkRecordedError(t, tape, err)
				return
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
			var reasons []string
			for _, c := range r.Choices {
				reasons = append(reasons, c.RawFinishReason)
			}
			if !slices.Equal(reasons, tape.Reasons("gen_ai.response.finish_reasons")) {
				t.Errorf("finish reasons %q, want %q", reasons, tape.Reasons("gen_ai.response.finish_reasons"))
			}
			checkRecordedUsage(t, tape, &r.Usage)
			checkRecordedToolCalls(t, tape, r)
		})
	}
	t.Logf("%d interactions", len(tapes))
}

func TestRecordedResponses(t *testing.T) {
	// What upstream's tests in Python call the reasons, which the wire has not.
	reasons := map[string]struct{ python, raw string }{
		"stop": {"stop", "completed"}, "tool_call": {"tool_calls", "completed"},
	}
	dir := shareddata.Path(t, "cassettes")
	python := pythonReasons(t, dir)
	tapes := cassette.Load(t, dir, yaml.Unmarshal, "openai.responses")
	for _, tape := range tapes {
		t.Run(tape.Name, func(t *testing.T) {
			p := replay(t, tape.ServeHTTP, openai.WithResponsesAPI())
			var r *providers.Response
			var err error
			if tape.Streamed {
				r, err = providers.Collect(p.Stream(t.Context(), hello()))
			} else {
				r, err = p.Generate(t.Context(), hello())
			}
			if tape.Error != nil {
				checkRecordedError(t, tape, err)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if r.ID != tape.Attributes["gen_ai.response.id"] || r.Model != tape.Attributes["gen_ai.response.model"] || r.API != "responses" {
				t.Errorf("id %q, model %q, API %q; want %v", r.ID, r.Model, r.API, tape.Attributes)
			}
			if r.ServiceTier != tape.Attributes["openai.response.service_tier"] {
				t.Errorf("service tier %q, want %v", r.ServiceTier, tape.Attributes["openai.response.service_tier"])
			}
			want := reasons[string(r.FinishReason())]
			if !slices.Equal(python[tape.Name], []string{want.python}) || r.Choices[0].RawFinishReason != want.raw {
				t.Errorf("finish reason %q (%q), want %q", r.FinishReason(), r.Choices[0].RawFinishReason, python[tape.Name])
			}
			if r.Text() == "" && len(r.ToolCalls()) == 0 {
				t.Error("an answer without anything in it")
			}
			checkRecordedUsage(t, tape, &r.Usage)
			checkRecordedToolCalls(t, tape, r)
		})
	}
	if len(tapes) == 0 {
		t.Error("no interactions")
	}
	t.Logf("%d interactions", len(tapes))
}

// pythonReasons returns the finish reasons of the recordings of the Responses
// API by their names.
func pythonReasons(t *testing.T, dir string) map[string][]string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var expected struct {
		Cassettes map[string]struct {
			Interactions []struct {
				Reasons []string `json:"finish_reasons_python_convention"`
			} `json:"interactions"`
		} `json:"cassettes"`
	}
	if err := json.Unmarshal(raw, &expected); err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for name, c := range expected.Cassettes {
		for n, i := range c.Interactions {
			out[fmt.Sprintf("%s/%d", strings.TrimSuffix(name, ".yaml"), n)] = i.Reasons
		}
	}
	return out
}

// TestRecordedProviderNames checks that hosts are named as the recordings' own
// reading of them is.
func TestRecordedProviderNames(t *testing.T) {
	seen := map[string]bool{}
	for _, tape := range cassette.Load(t, shareddata.Path(t, "cassettes"), yaml.Unmarshal, "openai.chat", "openai.responses", "openai.embeddings") {
		host, _ := tape.Attributes["server.address"].(string)
		if host == "" || seen[host] {
			continue
		}
		seen[host] = true
		p, err := openai.New(openai.WithAPIKey("k"), openai.WithBaseURL("https://"+host+"/v1"))
		if err != nil {
			t.Fatal(err)
		}
		if p.Name() != tape.Attributes["gen_ai.provider.name"] {
			t.Errorf("%s is named %q, want %v", host, p.Name(), tape.Attributes["gen_ai.provider.name"])
		}
	}
	if len(seen) < 5 {
		t.Errorf("only %d hosts", len(seen))
	}
}

func TestRecordedEmbeddings(t *testing.T) {
	want := map[string]int{
		"otel-openai-v2-test_embeddings_with_batch_input/0": 1536,
		"otel-openai-v2-test_embeddings_with_dimensions/0":  512,
	}
	for _, tape := range cassette.Load(t, shareddata.Path(t, "cassettes"), yaml.Unmarshal, "openai.embeddings") {
		t.Run(tape.Name, func(t *testing.T) {
			n := int(tape.Wire["embedding_count"].(float64))
			r, err := replay(t, tape.ServeHTTP).Embed(t.Context(), &providers.EmbedRequest{
				Model: "recorded", Input: slices.Repeat([]string{"hi"}, n),
			})
			if err != nil {
				t.Fatal(err)
			}
			if r.Model != tape.Attributes["gen_ai.response.model"] {
				t.Errorf("model %q", r.Model)
			}
			if len(r.Embeddings) != n || len(r.Embeddings[0]) != want[tape.Name] {
				t.Errorf("%d embeddings of %d numbers, want %d of %d", len(r.Embeddings), len(r.Embeddings[0]), n, want[tape.Name])
			}
			checkRecordedUsage(t, tape, &r.Usage)
		})
	}
}

// replay returns a provider whose service answers with the handler.
func replay(t *testing.T, handler http.HandlerFunc, opts ...openai.Option) *openai.Provider {
	t.Helper()
	srv := providertest.NewServer(t, handler)
	p, err := openai.New(append([]openai.Option{
		openai.WithAPIKey(providertest.Key), openai.WithBaseURL(srv.URL + "/v1"), openai.WithHTTPClient(srv.Client()),
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
		if n, ok := tape.Wire[name].(float64); ok {
			want, reported = int64(n), true
		}
		if got, ok := u.Get(class); got != want || ok != reported {
			t.Errorf("%s = %d (reported %v), want %d (%v)", name, got, ok, want, reported)
		}
	}
	if total, ok := tape.Wire["usage.total_tokens"].(float64); ok && u.Total() != int64(total) {
		t.Errorf("total %d, the vendor says %v", u.Total(), total)
	}
}

func TestRecordedStreamsThatBreak(t *testing.T) {
	for api, opts := range map[string][]openai.Option{"openai.chat": nil, "openai.responses": {openai.WithResponsesAPI()}} {
		t.Run(api, func(t *testing.T) {
			tapes := cassette.Load(t, shareddata.Path(t, "cassettes"), yaml.Unmarshal, api)
			cassette.CheckCut(t, tapes, func(t *testing.T, h http.HandlerFunc) iter.Seq2[*providers.Chunk, error] {
				t.Helper()
				return replay(t, h, opts...).Stream(t.Context(), hello())
			})
		})
	}
}

func checkRecordedToolCalls(t *testing.T, tape cassette.Interaction, r *providers.Response) {
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
}

func checkRecordedError(t *testing.T, tape cassette.Interaction, err error) {
	t.Helper()
	kinds := map[string]providers.Kind{
		"model_not_found": providers.KindModelNotFound, "tool_use_failed": providers.KindMalformed,
		"429": providers.KindRateLimited, "content_filter": providers.KindContentFiltered,
	}
	code := "content_filter" // Azure's refusal, which upstream's tape holds with status 200
	switch c := tape.Error["error.code"].(type) {
	case string:
		code = c
	case float64:
		code = strconv.Itoa(int(c))
	}
	var e *providers.Error
	if !as(err, &e) {
		t.Fatalf("got %v, want an error", err)
	}
	if e.StatusCode != tape.Status || e.Code != code || e.Kind != kinds[code] {
		t.Errorf("status %d, code %q, kind %q; want %d, %q, %q", e.StatusCode, e.Code, e.Kind, tape.Status, code, kinds[code])
	}
}
