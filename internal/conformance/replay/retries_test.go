package replay_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/llmotel"
)

// waits are ways in which a server says how long to wait: 30 seconds in two
// retries.
func waits() map[string][]http.Header {
	now := time.Now()
	return map[string][]http.Header{
		"milliseconds": {{"Retry-After-Ms": {"10000"}}, {"Retry-After-Ms": {"20000"}}},
		"seconds":      {{"Retry-After": {"10"}}, {"Retry-After": {"20"}}},
		"dates": {
			{"Retry-After": {now.Add(10 * time.Second).UTC().Format(http.TimeFormat)}},
			{"Retry-After": {now.Add(30 * time.Second).UTC().Format(http.TimeFormat)}},
		},
	}
}

// installed are a client's layers over base.
var installed = map[string]func(o *observed, base http.RoundTripper, opts ...llmotel.HTTPOption) dialling{
	"Middleware": func(o *observed, base http.RoundTripper, opts ...llmotel.HTTPOption) dialling {
		return dialling{client: &http.Client{Transport: base}, middleware: o.inst.Middleware(opts...)}
	},
	"Transport": func(o *observed, base http.RoundTripper, opts ...llmotel.HTTPOption) dialling {
		return dialling{client: &http.Client{Transport: o.inst.Transport(base, opts...)}}
	},
	"Middleware and Transport": func(o *observed, base http.RoundTripper, opts ...llmotel.HTTPOption) dialling {
		return dialling{client: &http.Client{Transport: o.inst.Transport(base)}, middleware: o.inst.Middleware(opts...)}
	},
}

// eachRetried runs test for every call, layer and way to say how long to wait,
// where the server fails twice.
func eachRetried(t *testing.T, test func(t *testing.T, r *recording, s *script, layer string)) {
	for _, r := range written {
		for layer := range installed {
			for _, wait := range []string{"milliseconds", "seconds", "dates"} {
				t.Run(r.name+", "+layer+", "+wait, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						headers := waits()[wait]
						begun := time.Now()
						s := &script{replies: []reply{busy(headers[0]), busy(headers[1]), r.reply()}}
						test(t, &r, s, layer)
						if waited := time.Since(begun); waited != 30*time.Second {
							t.Errorf("waited %v, want 30 s", waited)
						}
						if len(s.sent) != 3 {
							t.Errorf("%d requests, want 3", len(s.sent))
						}
						if got := s.sent[2].Get("X-Stainless-Retry-Count"); got != "2" {
							t.Errorf("retry count %q, want 2", got)
						}
					})
				})
			}
		}
	}
}

func TestOurRetriesAreOneSpan(t *testing.T) {
	eachRetried(t, func(t *testing.T, r *recording, s *script, layer string) {
		o := observe(t)
		if _, err := r.sdk(t).call(t.Context(), t, r, installed[layer](o, s, llmotel.WithRetries(2))); err != nil {
			t.Fatal(err)
		}
		r.check(t, o, r.spanName())
		span, rec := o.one(t)
		var events []string
		for _, e := range span.Events {
			a := attributesOf(e.Attributes)
			kind, _ := a["error.type"].(string)
			events = append(events, e.Name+" "+kind)
		}
		if diff := cmp.Diff([]string{"llmotel.retry rate_limited", "llmotel.retry rate_limited"}, events); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
		if rec.Attempts != 3 || rec.Duration != 30*time.Second {
			t.Errorf("%d attempts in %v", rec.Attempts, rec.Duration)
		}
	})
}

func TestTheSDKsRetriesAreASpanEach(t *testing.T) {
	eachRetried(t, func(t *testing.T, r *recording, s *script, layer string) {
		o := observe(t)
		d := installed[layer](o, s)
		d.retries = 2
		if _, err := r.sdk(t).call(t.Context(), t, r, d); err != nil {
			t.Fatal(err)
		}
		spans := o.calling()
		if len(spans) != 3 || len(o.sink.records) != 3 {
			t.Fatalf("%d spans, %d records, want three each", len(spans), len(o.sink.records))
		}
		for i := range spans {
			a := attributesOf(spans[i].Attributes)
			resend, _ := a["http.request.resend_count"].(float64)
			if resend != float64(i) {
				t.Errorf("attempt %d: resend count %v", i, a["http.request.resend_count"])
			}
			if i < 2 {
				if a["error.type"] != "rate_limited" || a["gen_ai.usage.input_tokens"] != nil || a["llmotel.cost.amount"] != nil {
					t.Errorf("attempt %d: %v", i, a)
				}
				continue
			}
			if a["error.type"] != nil || a["gen_ai.usage.input_tokens"] != r.attributes["gen_ai.usage.input_tokens"] {
				t.Errorf("attempt %d: %v", i, a)
			}
		}
		r.checkTokens(t, o)
	})
}
