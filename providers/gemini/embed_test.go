package gemini_test

import (
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/gemini"
)

func TestEmbed(t *testing.T) {
	vertex := gemini.WithVertexAI("p1", "global")
	two := []string{"a", "b"}
	cases := map[string]struct {
		model       string
		input       []string
		opts        []gemini.Option
		path, asked string
		reply, want string
	}{
		"gemini": {
			model: "gemini-embedding-001", input: two, path: "/v1beta/models/gemini-embedding-001:batchEmbedContents",
			asked: `{"requests":[{"content":{"parts":[{"text":"a"}]},"model":"models/gemini-embedding-001","outputDimensionality":2,"taskType":"CLUSTERING","title":"T"},` +
				`{"content":{"parts":[{"text":"b"}]},"model":"models/gemini-embedding-001","outputDimensionality":2,"taskType":"CLUSTERING","title":"T"}],"x":{"y":1}}`,
			reply: `{"embeddings":[{"values":[0.5,-1]},{"values":[1,2]}]}`, want: "[[0.5 -1] [1 2]] 0 missing",
		},
		"gemini, with usage": {
			model: "m", input: two, path: "/v1beta/models/m:batchEmbedContents",
			reply: `{"embeddings":[{"values":[0.5]},{"values":[1]}],"usageMetadata":{"promptTokenCount":4,"totalTokenCount":4}}`, want: "[[0.5] [1]] 4 reported",
		},
		"predict": {
			model: "gemini-embedding-001", input: two, opts: []gemini.Option{vertex},
			path:  "/v1beta1/projects/p1/locations/global/publishers/google/models/gemini-embedding-001:predict",
			asked: `{"instances":[{"content":"a","task_type":"CLUSTERING","title":"T"},{"content":"b","task_type":"CLUSTERING","title":"T"}],"parameters":{"outputDimensionality":2},"x":{"y":1}}`,
			reply: `{"predictions":[{"embeddings":{"values":[0.5],"statistics":{"token_count":3}}},{"embeddings":{"values":[1],"statistics":{"token_count":4.0}}}]}`,
			want:  "[[0.5] [1]] 7 reported",
		},
		"predict, one count missing": {
			model: "text-embedding-005", input: two, opts: []gemini.Option{vertex},
			path:  "/v1beta1/projects/p1/locations/global/publishers/google/models/text-embedding-005:predict",
			reply: `{"predictions":[{"embeddings":{"values":[0.5],"statistics":{"token_count":3}}},{"embeddings":{"values":[1]}}]}`,
			want:  "[[0.5] [1]] 0 missing",
		},
		"embedContent": {
			model: "gemini-embedding-2", input: two[:1], opts: []gemini.Option{vertex},
			path:  "/v1beta1/projects/p1/locations/global/publishers/google/models/gemini-embedding-2:embedContent",
			reply: `{"embedding":{"values":[0.5]},"usageMetadata":{"promptTokenCount":2}}`, want: "[[0.5]] 2 reported",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var asked string
			p := replay(t, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				asked = r.URL.Path + " " + string(sorted(t, body))
				fmt.Fprint(w, c.reply)
			}, c.opts...)
			r, err := p.Embed(t.Context(), &providers.EmbedRequest{
				Model: c.model, Input: c.input, Dimensions: 2, User: "u", Extensions: []providers.Extension{gemini.Options{
					TaskType: "CLUSTERING", Title: "T", ExtraFields: map[string]any{"x": map[string]any{"y": 1}},
				}},
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprintf("%v %d %v", r.Embeddings, r.Usage.Input, r.Usage.Completeness); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if c.asked != "" && asked != c.path+" "+c.asked {
				t.Errorf("asked %s\nwant  %s %s", asked, c.path, c.asked)
			} else if len(asked) < len(c.path) || asked[:len(c.path)] != c.path {
				t.Errorf("asked %s, want %s", asked, c.path)
			}
			if u := r.Usage; u.Has(providers.ClassOutput) {
				t.Error("embeddings have no output tokens")
			}
		})
	}
}

func TestEmbedRefuses(t *testing.T) {
	for name, bad := range map[string]string{
		"too few":    `{"embeddings":[{"values":[1]}]}`,
		"too many":   `{"embeddings":[{"values":[1]},{"values":[1]},{"values":[1]}]}`,
		"empty":      `{"embeddings":[{"values":[1]},{}]}`,
		"no numbers": `{"embeddings":[{"values":["x"]},{"values":[1]}]}`,
	} {
		p := replay(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, bad) })
		_, err := p.Embed(t.Context(), &providers.EmbedRequest{Model: "m", Input: []string{"a", "b"}})
		if providers.KindOf(err) != providers.KindMalformed {
			t.Errorf("%s: %v", name, err)
		}
	}
	p := replay(t, func(http.ResponseWriter, *http.Request) { t.Error("sent") }, gemini.WithVertexAI("p", "l"))
	if _, err := p.Embed(t.Context(), nil); providers.KindOf(err) != providers.KindInvalidRequest {
		t.Errorf("nil: %v", err)
	}
	_, err := p.Embed(t.Context(), &providers.EmbedRequest{Model: "gemini-embedding-2", Input: []string{"a", "b"}})
	if providers.KindOf(err) != providers.KindUnsupported {
		t.Errorf("two texts: %v", err)
	}
}
