package bedrock_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/bedrock"
)

const (
	titan  = "amazon.titan-embed-text-v2:0"
	cohere = "cohere.embed-multilingual-v3"
)

func TestEmbed(t *testing.T) {
	tokens := func(n int64) providers.Usage {
		return providers.Usage{Completeness: providers.UsageReported, Reported: providers.ClassInput, Input: n}
	}
	cases := map[string]struct {
		req    providers.EmbedRequest
		answer string // %d is the number of the call
		sent   []string
		want   [][]float32
		usage  providers.Usage
	}{
		"titan, one call a text": {
			providers.EmbedRequest{Model: titan, Input: []string{"a", "b"}, Dimensions: 256, User: "u"},
			`{"embedding":[%d,0.5],"inputTextTokenCount":3}`,
			[]string{`{"dimensions":256,"inputText":"a"}`, `{"dimensions":256,"inputText":"b"}`},
			[][]float32{{1, 0.5}, {2, 0.5}},
			tokens(6),
		},
		"titan, counted in the header": {
			providers.EmbedRequest{
				Model: titan, Input: []string{"a"},
				Extensions: []providers.Extension{bedrock.Options{ModelFields: map[string]any{"normalize": false}}},
			},
			`{"embedding":[%d]}`,
			[]string{`{"inputText":"a","normalize":false}`},
			[][]float32{{1}},
			tokens(7),
		},
		"cohere": {
			providers.EmbedRequest{Model: cohere, Input: []string{"a", "b"}},
			`{"embeddings":[[%d],[0.25]],"id":"x","response_type":"embeddings_floats","texts":["a","b"]}`,
			[]string{`{"input_type":"search_document","texts":["a","b"]}`},
			[][]float32{{1}, {0.25}},
			tokens(7),
		},
		"cohere, by type": {
			providers.EmbedRequest{
				Model: "us.cohere.embed-v4:0", Input: []string{"a"}, Dimensions: 512,
				Extensions: []providers.Extension{bedrock.Options{ModelFields: map[string]any{"input_type": "search_query"}}},
			},
			`{"embeddings":{"float":[[%d]]},"response_type":"embeddings_by_type"}`,
			[]string{`{"input_type":"search_query","output_dimension":512,"texts":["a"]}`},
			[][]float32{{1}},
			tokens(7),
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var sent []string
			p := replay(t, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				sent = append(sent, string(body))
				if want := "/model/" + c.req.Model + "/invoke"; r.URL.Path != want {
					t.Errorf("path %s, want %s", r.URL.Path, want)
				}
				w.Header().Set("X-Amzn-Requestid", "req_7")
				w.Header().Set("X-Amzn-Bedrock-Input-Token-Count", "7")
				fmt.Fprintf(w, c.answer, len(sent))
			})
			got, err := p.Embed(t.Context(), &c.req)
			if err != nil {
				t.Fatal(err)
			}
			want := &providers.EmbedResponse{Model: c.req.Model, Embeddings: c.want, Usage: c.usage, RequestID: "req_7"}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
			if d := cmp.Diff(c.sent, sent); d != "" {
				t.Errorf("sent (-want +got)\n%s", d)
			}
		})
	}
}

func TestEmbedFails(t *testing.T) {
	cases := map[string]struct {
		model, answer string
		edit          func(*providers.EmbedRequest)
		kind          providers.Kind
	}{
		"other maker":     {model: "amazon.titan-embed-image-v1", kind: providers.KindUnsupported},
		"not for vectors": {model: claude, kind: providers.KindUnsupported},
		"one size":        {model: cohere, edit: func(r *providers.EmbedRequest) { r.Dimensions = 5 }, kind: providers.KindUnsupported},
		"no input":        {model: titan, edit: func(r *providers.EmbedRequest) { r.Input = nil }, kind: providers.KindInvalidRequest},
		"not json":        {model: titan, answer: `<html>`, kind: providers.KindMalformed},
		"empty":           {model: titan, answer: `{"embedding":[]}`, kind: providers.KindMalformed},
		"too few":         {model: cohere, answer: `{"embeddings":[]}`, kind: providers.KindMalformed},
		"no numbers":      {model: cohere, answer: `{"embeddings":"x"}`, kind: providers.KindMalformed},
		"an empty one":    {model: cohere, answer: `{"embeddings":[[]]}`, kind: providers.KindMalformed},
		"nothing":         {model: cohere, answer: ``, kind: providers.KindMalformed},
		"no field": {model: titan, edit: func(r *providers.EmbedRequest) {
			r.Extensions = []providers.Extension{bedrock.Options{ModelFields: map[string]any{"f": func() {}}}}
		}, kind: providers.KindInvalidRequest},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			req := &providers.EmbedRequest{Model: c.model, Input: []string{"a"}}
			if c.edit != nil {
				c.edit(req)
			}
			r, err := replay(t, answer([]byte(c.answer))).Embed(t.Context(), req)
			if r != nil || providers.KindOf(err) != c.kind {
				t.Errorf("%+v, %v, want %s", r, err, c.kind)
			}
		})
	}
}

// TestEmbedKeepsCount guards what the calls before a failed one had used.
func TestEmbedKeepsCount(t *testing.T) {
	calls := 0
	p := replay(t, func(w http.ResponseWriter, r *http.Request) {
		calls++
		if calls == 2 {
			w.Header().Set("X-Amzn-Errortype", "ThrottlingException")
			w.WriteHeader(http.StatusTooManyRequests)
			_ = json.NewEncoder(w).Encode(map[string]string{"message": "m"})
			return
		}
		answer([]byte(`{"embedding":[1],"inputTextTokenCount":3}`))(w, r)
	})
	_, err := p.Embed(t.Context(), &providers.EmbedRequest{Model: titan, Input: []string{"a", "b", "c"}})
	want := providers.Usage{Completeness: providers.UsagePartial, Reported: providers.ClassInput, Input: 3}
	var e *providers.Error
	if !errors.As(err, &e) || e.Kind != providers.KindRateLimited || e.Usage != want || calls != 2 {
		t.Errorf("%v, %+v, %d calls", err, e, calls)
	}
}
