// Package cassette serves recorded replies of real providers to tests. The
// recordings are shared test data and no part of this repository; where they
// are absent the tests are skipped.
package cassette

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"
)

// Interaction is one recorded reply and what it means.
type Interaction struct {
	// Name is the recording's file and the number within it.
	Name string
	// API is the wire format, such as "openai.chat".
	API string
	// Streamed says whether the reply is an event stream.
	Streamed bool
	Status   int
	Header   http.Header
	Body     []byte
	// Attributes are the telemetry attributes that an independent decoder
	// read off the recording; counts are float64.
	Attributes map[string]any
	// Wire holds further raw values.
	Wire map[string]any
	// Error holds what an error reply says: http_status, error.type, error.code.
	Error map[string]any
}

// Load returns the folder's interactions of the APIs, in the order of their
// files; shareddata.Path(tb, "cassettes") is the folder.
// Unmarshal decodes YAML, so that this module needs no decoder.
func Load(tb testing.TB, dir string, unmarshal func([]byte, any) error, apis ...string) []Interaction {
	tb.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, "expected.json")) //nolint:gosec // the path is that of the recordings
	if err != nil {
		tb.Fatal(err)
	}
	var expected struct {
		Cassettes map[string]struct {
			Interactions []expectation `json:"interactions"`
		} `json:"cassettes"`
	}
	if err := json.Unmarshal(raw, &expected); err != nil {
		tb.Fatal(err)
	}
	names := make([]string, 0, len(expected.Cassettes))
	for name := range expected.Cassettes {
		names = append(names, name)
	}
	sort.Strings(names)
	var out []Interaction
	for _, name := range names {
		var tape []recording // read when the first interaction asks for it
		for n, want := range expected.Cassettes[name].Interactions {
			if !slices.Contains(apis, want.Wire.API) {
				continue
			}
			if tape == nil {
				tape = read(tb, filepath.Join(dir, name), unmarshal)
			}
			i := tape[n].interaction(tb)
			i.Name = fmt.Sprintf("%s/%d", strings.TrimSuffix(name, ".yaml"), n)
			i.API, i.Streamed = want.Wire.API, want.Wire.Framing == "sse"
			i.Attributes, i.Wire, i.Error = want.Attributes, want.Wire.Response, want.Error
			out = append(out, i)
		}
	}
	return out
}

type expectation struct {
	Attributes map[string]any `json:"expected_attributes"`
	Error      map[string]any `json:"error"`
	Wire       struct {
		API      string         `json:"api"`
		Framing  string         `json:"framing"`
		Response map[string]any `json:"response"`
	} `json:"wire"`
}

type recording struct {
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

func read(tb testing.TB, path string, unmarshal func([]byte, any) error) []recording {
	tb.Helper()
	raw, err := os.ReadFile(path) //nolint:gosec // the path is that of a recording
	if err != nil {
		tb.Fatal(err)
	}
	var tape struct {
		Interactions []recording `yaml:"interactions"`
	}
	if err := unmarshal(raw, &tape); err != nil {
		tb.Fatalf("%s: %v", path, err)
	}
	return tape.Interactions
}

func (r *recording) interaction(tb testing.TB) Interaction {
	tb.Helper()
	i := Interaction{Status: r.Response.Status.Code, Header: http.Header{}, Body: []byte(r.Response.Body.String)}
	if r.Response.Parsed != nil {
		body, err := json.Marshal(r.Response.Parsed)
		if err != nil {
			tb.Fatal(err)
		}
		i.Body = body
	}
	for name, values := range r.Response.Headers {
		switch strings.ToLower(name) {
		case "content-length", "transfer-encoding", "connection", "content-encoding":
		default:
			switch values := values.(type) {
			case string:
				i.Header.Add(name, values)
			case []any:
				for _, v := range values {
					i.Header.Add(name, fmt.Sprint(v))
				}
			}
		}
	}
	if len(i.Body) > 1 && i.Body[0] == 0x1f && i.Body[1] == 0x8b {
		i.Header.Set("Content-Encoding", "gzip")
	}
	return i
}

// ServeHTTP replays the reply.
func (i Interaction) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	maps.Copy(w.Header(), i.Header)
	w.WriteHeader(i.Status)
	_, _ = w.Write(i.Body) // a client that left is the test's business
}

// Count returns an expected count and whether there is one.
func (i Interaction) Count(attribute string) (int64, bool) {
	n, ok := i.Attributes[attribute].(float64)
	return int64(n), ok
}

// Reasons returns the expected list of finish reasons, as received.
func (i Interaction) Reasons(attribute string) []string {
	list, _ := i.Attributes[attribute].([]any)
	out := make([]string, len(list))
	for n := range list {
		out[n], _ = list[n].(string)
	}
	return out
}
