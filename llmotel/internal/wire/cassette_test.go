package wire_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/llmotel/sdk/internal/shareddata"
	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/wire"
	"github.com/llmotel/sdk/providers"
)

// recording is a real call: what was sent, what came back, and what an
// independent decoder read off it.
type recording struct {
	name, api string // "tl-openai-test_chat/0", "openai.chat"
	url       string
	request   []byte
	status    int
	header    http.Header // without Content-Encoding
	body      []byte      // without its compression
	packed    []byte      // the body as it was sent, if that was gzip; else nil
	// attributes are expected; their numbers are float64.
	attributes map[string]any
	// failure has the http_status, error.type and error.code of an error.
	failure map[string]any
}

// recordings returns the recorded calls of APIs whose names begin with one of
// the prefixes. The names: openai.chat, openai.responses, openai.embeddings,
// anthropic.messages, bedrock.converse, bedrock.converse-stream,
// bedrock.invoke, bedrock.invoke-with-response-stream, gemini.generateContent,
// gemini.streamGenerateContent, cohere.v2.chat, ollama.chat, ollama.embed.
func recordings(tb testing.TB, prefixes ...string) []recording {
	tb.Helper()
	var expected struct {
		Cassettes map[string]struct {
			Interactions []struct {
				Attributes map[string]any `json:"expected_attributes"`
				Reasons    any            `json:"finish_reasons_python_convention"`
				Error      map[string]any `json:"error"`
				Wire       struct {
					API string `json:"api"`
				} `json:"wire"`
			} `json:"interactions"`
		} `json:"cassettes"`
	}
	load(tb, "expected.json", json.Unmarshal, &expected)
	var out []recording
	for _, name := range slices.Sorted(maps.Keys(expected.Cassettes)) {
		var tape struct {
			Interactions []taped `yaml:"interactions"`
		}
		for n, want := range expected.Cassettes[name].Interactions {
			if !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(want.Wire.API, p) }) {
				continue
			}
			if tape.Interactions == nil {
				load(tb, name, yaml.Unmarshal, &tape)
			}
			r := tape.Interactions[n].recording(tb)
			r.name, r.api = fmt.Sprintf("%s/%d", strings.TrimSuffix(name, ".yaml"), n), want.Wire.API
			r.attributes, r.failure = want.Attributes, want.Error
			delete(r.attributes, "server.address") // not the readers' business
			if want.Reasons != nil {               // the Responses API has none of its own
				r.attributes["gen_ai.response.finish_reasons"] = want.Reasons
			}
			out = append(out, r)
		}
	}
	if len(out) == 0 {
		tb.Fatalf("no recordings of %v", prefixes)
	}
	return out
}

func load(tb testing.TB, name string, unmarshal func([]byte, any) error, v any) {
	tb.Helper()
	raw, err := os.ReadFile(shareddata.Path(tb, "cassettes", name))
	if err == nil {
		err = unmarshal(raw, v)
	}
	if err != nil {
		tb.Fatalf("%s: %v", name, err)
	}
}

// taped is an interaction as the recordings hold it.
type taped struct {
	Request struct {
		URI    string `yaml:"uri"`
		Body   string `yaml:"body"`
		Parsed any    `yaml:"parsed_body"`
	} `yaml:"request"`
	Response struct {
		Status struct {
			Code int `yaml:"code"`
		} `yaml:"status"`
		Headers map[string]any `yaml:"headers"` // lists of strings, or strings
		Body    struct {
			String string `yaml:"string"`
		} `yaml:"body"`
		Parsed any `yaml:"parsed_body"`
	} `yaml:"response"`
}

func (i *taped) recording(tb testing.TB) recording {
	tb.Helper()
	r := recording{url: i.Request.URI, status: i.Response.Status.Code, header: http.Header{}}
	r.request = bodyOf(tb, i.Request.Body, i.Request.Parsed)
	r.body = bodyOf(tb, i.Response.Body.String, i.Response.Parsed)
	for name, values := range i.Response.Headers {
		switch values := values.(type) {
		case string:
			r.header.Add(name, values)
		case []any:
			for _, v := range values {
				r.header.Add(name, fmt.Sprint(v))
			}
		}
	}
	r.header.Del("Content-Encoding")
	if bytes.HasPrefix(r.body, []byte{0x1f, 0x8b}) {
		r.packed = r.body
		z, err := gzip.NewReader(bytes.NewReader(r.packed))
		if err == nil {
			r.body, err = io.ReadAll(z)
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	return r
}

func bodyOf(tb testing.TB, text string, parsed any) []byte {
	tb.Helper()
	if parsed == nil {
		return []byte(text)
	}
	body, err := json.Marshal(parsed)
	if err != nil {
		tb.Fatal(err)
	}
	return body
}

// replay passes the recording through an Exchange in pieces of size bytes; 0 is
// all at once.
func (r *recording) replay(tb testing.TB, size int, b *content.Builder) *wire.Exchange {
	tb.Helper()
	route, ok := wire.Match(httptest.NewRequestWithContext(tb.Context(), http.MethodPost, r.url, http.NoBody))
	if !ok {
		tb.Fatalf("%s is not recognised", r.url)
	}
	x := &wire.Exchange{}
	x.Begin(route, b)
	inPieces(r.request, size, x.Request)
	x.Response(r.status, r.header)
	inPieces(r.body, size, func(p []byte) { _, _ = x.Write(p) }) // takes everything
	x.End()
	return x
}

func inPieces(p []byte, size int, write func([]byte)) {
	for size > 0 && len(p) > size {
		write(p[:size:size])
		p = p[size:]
	}
	write(p)
}

// attributes are the telemetry attributes that follow from x, with numbers as
// float64.
func attributes(x *wire.Exchange, provider string) map[string]any {
	m := map[string]any{
		"gen_ai.operation.name": x.API.Operation(),
		"gen_ai.provider.name":  provider,
		"gen_ai.request.model":  x.Asked.Model(),
	}
	put := func(name string, v any, ok bool) {
		if ok {
			m[name] = v
		}
	}
	put("gen_ai.request.stream", true, x.Stream)
	put("gen_ai.request.max_tokens", float64(x.MaxTokens()), x.Has(wire.ParamMaxTokens))
	put("gen_ai.request.temperature", x.Temperature(), x.Has(wire.ParamTemperature))
	put("gen_ai.request.top_p", x.TopP(), x.Has(wire.ParamTopP))
	put("gen_ai.request.stop_sequences", anys(x.Stop()), x.Stop() != nil)
	put("gen_ai.request.choice.count", float64(x.Choices()), x.Has(wire.ParamChoices) && x.Choices() != 1)
	put("gen_ai.embeddings.dimension.count", float64(x.Dimensions()), x.Has(wire.ParamDimensions))
	put("openai.request.service_tier", x.ServiceTier(), x.ServiceTier() != "")
	put("gen_ai.response.id", x.ID, x.ID != "")
	put("gen_ai.response.model", x.Answer.Model(), x.Answer.Model() != "")
	put("gen_ai.response.finish_reasons", anys(x.Reasons()), x.Reasons() != nil)
	put("openai.response.service_tier", x.Tier(), x.Tier() != "")
	put("openai.response.system_fingerprint", x.Fingerprint(), x.Fingerprint() != "")
	u := x.Usage()
	for name, class := range map[string]providers.TokenClass{
		"gen_ai.usage.input_tokens":             providers.ClassInput,
		"gen_ai.usage.output_tokens":            providers.ClassOutput,
		"gen_ai.usage.cache_read.input_tokens":  providers.ClassCacheRead,
		"gen_ai.usage.cache_write.input_tokens": providers.ClassCacheWrite,
		"gen_ai.usage.reasoning.output_tokens":  providers.ClassReasoning,
	} {
		n, ok := u.Get(class)
		put(name, float64(n), ok)
	}
	return m
}

func anys(list []string) []any {
	var out []any
	for _, s := range list {
		out = append(out, s)
	}
	return out
}

// check compares what x has learned with what is expected of the recording:
// every attribute, and of usage and the answer's identity no other.
func (r *recording) check(tb testing.TB, x *wire.Exchange) {
	tb.Helper()
	got := attributes(x, provider(tb, r.url))
	for name := range got {
		_, expected := r.attributes[name]
		if !expected && !strings.HasPrefix(name, "gen_ai.usage.") && name != "gen_ai.response.id" && name != "gen_ai.response.finish_reasons" {
			delete(got, name)
		}
	}
	if diff := cmp.Diff(r.attributes, got); diff != "" {
		tb.Errorf("%s (-want +got):\n%s", r.name, diff)
	}
	if x.Malformed != 0 {
		tb.Errorf("%s: %d malformed", r.name, x.Malformed)
	}
	if r.failure != nil && !x.Failed {
		tb.Errorf("%s: the error was not seen", r.name)
	}
	if kind, ok := r.failure["error.type"]; ok && kind != x.ErrorType {
		tb.Errorf("%s: type %q, want %q", r.name, x.ErrorType, kind)
	}
	if code, ok := r.failure["error.code"]; ok && fmt.Sprint(code) != x.ErrorCode {
		tb.Errorf("%s: code %q, want %v", r.name, x.ErrorCode, code)
	}
}

// checkRecordings replays the recordings of the APIs in pieces of many sizes.
func checkRecordings(t *testing.T, prefixes ...string) {
	for _, r := range recordings(t, prefixes...) {
		t.Run(r.name, func(t *testing.T) {
			for _, size := range []int{0, 1, 3, 7, 64, 1000} {
				r.check(t, r.replay(t, size, nil))
				b := content.Get(0)
				r.check(t, r.replay(t, size, b))
				b.Free()
				if t.Failed() {
					t.Fatalf("in pieces of %d", size)
				}
			}
		})
	}
}
