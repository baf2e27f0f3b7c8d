package replay_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/llmotel/sdk/internal/shareddata"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/providers"
)

// own is what the vendor counted, as it stands in the answer.
type own struct {
	// Total is the vendor's own sum; nil where it gives none.
	Total *float64 `json:"usage.total_tokens"`
	// Uncached is what Anthropic's input is without the cache, and the others are its parts.
	Uncached *float64 `json:"usage.input_tokens_uncached"`
	Read     float64  `json:"usage.cache_read.input_tokens"`
	Written  float64  `json:"usage.cache_creation.input_tokens"`
	Hour     float64  `json:"usage.cache_creation.ephemeral_1h_input_tokens"`
}

// owns returns what vendors counted, by the recording's name.
func owns(tb testing.TB) map[string]own {
	tb.Helper()
	var expected struct {
		Cassettes map[string]struct {
			Interactions []struct {
				Wire struct {
					Response json.RawMessage `json:"response"`
				} `json:"wire"`
			} `json:"interactions"`
		} `json:"cassettes"`
	}
	load(tb, "expected.json", json.Unmarshal, &expected)
	out := map[string]own{}
	for name, c := range expected.Cassettes {
		for n, i := range c.Interactions {
			var o own
			if len(i.Wire.Response) > 0 {
				if err := json.Unmarshal(i.Wire.Response, &o); err != nil {
					tb.Fatal(name, err)
				}
			}
			out[strings.TrimSuffix(name, ".yaml")+"/"+string(rune('0'+n))] = o
		}
	}
	return out
}

// ended is how an answer ends.
type ended struct {
	after int   // so many bytes
	err   error // nil is io.EOF
}

// answer is a body that ends early.
type answer struct {
	io.Reader
	err error
}

func (a *answer) Read(b []byte) (int, error) {
	n, err := a.Reader.Read(b)
	if errors.Is(err, io.EOF) && a.err != nil {
		err = a.err
	}
	return n, err
}

func (*answer) Close() error { return nil }

// ask makes a recorded call without an SDK and returns its Record. The consumer
// reads all there is, or leaves before the end.
func (r *recording) ask(t *testing.T, e ended, leave bool, opts ...llmotel.Option) *llmotel.Record {
	t.Helper()
	o := observe(t, opts...)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url.String(), bytes.NewReader(r.request))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	transport := o.inst.Transport(roundTripper(func(req *http.Request) (*http.Response, error) {
		if _, err := io.Copy(io.Discard, req.Body); err != nil {
			return nil, err
		}
		body := &answer{bytes.NewReader(r.body[:e.after]), e.err}
		return &http.Response{StatusCode: r.status, Header: r.header.Clone(), Body: body, ContentLength: -1, Request: req, ProtoMajor: 1, ProtoMinor: 1}, nil
	}))
	resp, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	if leave {
		_, _ = io.CopyN(io.Discard, resp.Body, int64(e.after))
	} else {
		_, _ = io.Copy(io.Discard, resp.Body) // its error is what is tested
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
	if len(o.sink.records) != 1 {
		t.Fatalf("%d records", len(o.sink.records))
	}
	return o.sink.records[0]
}

// TestLedgerReconciles compares what is recorded of whole answers with the
// vendors' own sums.
func TestLedgerReconciles(t *testing.T) {
	vendors := owns(t)
	summed, parts := map[string]int{}, 0
	for _, r := range recordings(t) {
		t.Run(r.name, func(t *testing.T) {
			u := r.ask(t, ended{len(r.body), nil}, false).Usage
			if err := u.Validate(); err != nil {
				t.Error(err)
			}
			want := providers.UsageReported
			if len(r.usage()) == 0 {
				want = providers.UsageMissing
			}
			if u.Completeness != want {
				t.Errorf("%v, want %v", u.Completeness, want)
			}
			v := vendors[r.name]
			if v.Total != nil {
				summed[r.api]++
				if got := float64(u.Total()); got != *v.Total {
					t.Errorf("input %d and output %d are %v, the vendor says %v", u.Input, u.Output, got, *v.Total)
				}
			}
			if v.Uncached != nil {
				parts++
				if got := float64(u.FreshInput()); got != *v.Uncached || float64(u.CacheRead) != v.Read || float64(u.CacheWrite) != v.Written || float64(u.CacheWrite1h) != v.Hour {
					t.Errorf("fresh %v read %d written %d, for an hour %d; the vendor says %v %v %v %v",
						got, u.CacheRead, u.CacheWrite, u.CacheWrite1h, *v.Uncached, v.Read, v.Written, v.Hour)
				}
			}
		})
	}
	for _, api := range []string{
		"openai.chat", "openai.responses", "openai.embeddings", "gemini.generateContent", "gemini.streamGenerateContent", "bedrock.converse", "bedrock.converse-stream",
	} {
		if summed[api] == 0 {
			t.Errorf("no recording of %s has the vendor's total", api)
		}
	}
	if parts == 0 {
		t.Error("no recording has Anthropic's parts")
	}
}

// marks are what stands before counts in answers.
var marks = []string{`"usage"`, `"usageMetadata"`, `"x_groq"`, `"prompt_eval_count"`, `"eval_count"`, `invocationMetrics`}

// counted returns where the first and the last counts stand in an answer; -1 if nowhere.
func counted(body []byte) (first, last int) {
	first, last = -1, -1
	for _, mark := range marks {
		if at := bytes.Index(body, []byte(mark)); at >= 0 && (first < 0 || at < first) {
			first = at
		}
		last = max(last, bytes.LastIndex(body, []byte(mark)))
	}
	return first, last
}

// TestLedgerOfUnfinishedAnswers ends every recorded answer at many places, by
// a connection that breaks, one that closes as if all were well, a caller that
// cancels and a consumer that leaves.
func TestLedgerOfUnfinishedAnswers(t *testing.T) {
	ends := []struct {
		name  string
		err   error
		leave bool
	}{
		{"cut", io.ErrUnexpectedEOF, false}, {"closed", nil, false}, {"cancelled", context.Canceled, false}, {"left", nil, true},
	}
	seen := map[string]map[providers.Completeness]int{}
	for _, r := range recordings(t) {
		if _, failed := failures[r.name]; failed || r.packed() {
			continue
		}
		t.Run(r.name, func(t *testing.T) {
			whole := r.ask(t, ended{len(r.body), nil}, false).Usage
			first, last := counted(r.body)
			if seen[r.api] == nil {
				seen[r.api] = map[providers.Completeness]int{}
			}
			for _, at := range places(r.body, first, last) {
				for _, e := range ends {
					rec := r.ask(t, ended{at, e.err}, e.leave)
					u := rec.Usage
					seen[r.api][u.Completeness]++
					if err := u.Validate(); err != nil {
						t.Errorf("%s after %d of %d bytes: %v", e.name, at, len(r.body), err)
					}
					inHeaders := r.header.Get("X-Amzn-Bedrock-Input-Token-Count") != ""
					switch u.Completeness {
					case providers.UsageMissing:
						if u.Total() != 0 || u.Reported != 0 {
							t.Errorf("%s after %d of %d bytes: missing, but %+v", e.name, at, len(r.body), u)
						}
					case providers.UsageReported:
						if at <= last && !inHeaders || u != whole {
							t.Errorf("%s after %d of %d bytes, the last counts at %d: reported %+v, in the end %+v", e.name, at, len(r.body), last, u, whole)
						}
					case providers.UsagePartial:
						if u.Reported == 0 || u.Input > whole.Input || u.Output > whole.Output || u.CacheRead > whole.CacheRead {
							t.Errorf("%s after %d of %d bytes: %+v, in the end %+v", e.name, at, len(r.body), u, whole)
						}
					default:
						t.Errorf("%s after %d bytes: %v, which nobody asked for", e.name, at, u.Completeness)
					}
					if at <= first && !inHeaders && u.Completeness != providers.UsageMissing {
						t.Errorf("%s after %d bytes, before any counts at %d: %+v", e.name, at, first, u)
					}
					if rec.Cost.Priced && u.Completeness == providers.UsageMissing {
						t.Errorf("%s after %d bytes: priced without counts: %+v", e.name, at, rec.Cost)
					}
				}
			}
		})
	}
	for api, states := range map[string][]providers.Completeness{
		"anthropic.messages":                  {providers.UsagePartial},
		"gemini.streamGenerateContent":        {providers.UsagePartial},
		"openai.chat":                         {providers.UsageMissing},
		"openai.responses":                    {providers.UsageMissing},
		"bedrock.converse-stream":             {providers.UsageMissing},
		"bedrock.invoke-with-response-stream": {providers.UsagePartial},
	} {
		for _, state := range states {
			if seen[api][state] == 0 {
				t.Errorf("%s: no unfinished answer is %v; there are %v", api, state, seen[api])
			}
		}
	}
	if t.Failed() {
		return
	}
	shareddata.Path(t, "cassettes") // the counts above are of recordings, and there were some
	if len(seen) < 10 {
		t.Errorf("%d kinds of API, want at least ten", len(seen))
	}
}

// places are where to end: some everywhere, and around the counts.
func places(body []byte, first, last int) []int {
	all := []int{0}
	for i := 1; i <= 12; i++ {
		all = append(all, len(body)*i/13)
	}
	for _, at := range []int{first, first + 12, last, last + 40, len(body) - 1} {
		if at > 0 && at < len(body) {
			all = append(all, at)
		}
	}
	return all
}
