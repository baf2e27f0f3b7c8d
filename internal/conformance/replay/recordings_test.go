package replay_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/llmotel/sdk/internal/shareddata"
)

// recording is a real call: what was sent, what came back, and what an
// independent decoder read off it.
type recording struct {
	name    string // "tl-openai-test_chat/0"
	api     string // "openai.chat", "gemini.streamGenerateContent"
	url     *url.URL
	request []byte
	status  int
	header  http.Header
	body    []byte // as it was sent, perhaps compressed
	// attributes are expected of the span; their numbers are float64.
	attributes map[string]any
}

// streams tells whether a stream was asked for.
func (r *recording) streams() bool {
	asked, _ := r.attributes["gen_ai.request.stream"].(bool)
	return asked || strings.Contains(r.api, "stream")
}

// packed tells whether the body is compressed.
func (r *recording) packed() bool { return bytes.HasPrefix(r.body, []byte{0x1f, 0x8b}) }

// recordings returns all recorded calls.
func recordings(tb testing.TB) []recording {
	tb.Helper()
	var expected struct {
		Cassettes map[string]struct {
			Interactions []struct {
				Attributes map[string]any `json:"expected_attributes"`
				// Reasons are given where the vendor has none of its own.
				Reasons []any `json:"finish_reasons_python_convention"`
				Skip    string
				Wire    struct {
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
		load(tb, name, yaml.Unmarshal, &tape)
		for n, want := range expected.Cassettes[name].Interactions {
			if want.Skip != "" {
				continue
			}
			r := tape.Interactions[n].recording(tb)
			r.name, r.api = fmt.Sprintf("%s/%d", strings.TrimSuffix(name, ".yaml"), n), want.Wire.API
			r.attributes = want.Attributes
			if want.Reasons != nil {
				r.attributes["gen_ai.response.finish_reasons"] = want.Reasons
			}
			maps.Copy(r.attributes, beyond(&r))
			out = append(out, r)
		}
	}
	if len(out) == 0 {
		tb.Fatal("no recordings")
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
	to, err := url.Parse(i.Request.URI)
	if err != nil {
		tb.Fatal(err)
	}
	r := recording{url: to, status: i.Response.Status.Code, header: http.Header{}}
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
	// The server frames the body anew, and some bodies were unpacked when they
	// were recorded.
	for _, name := range []string{"Content-Length", "Transfer-Encoding", "Connection"} {
		r.header.Del(name)
	}
	if !r.packed() {
		r.header.Del("Content-Encoding")
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
