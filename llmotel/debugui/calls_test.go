package debugui_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/debugui"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

func TestFilters(t *testing.T) {
	p := newPage(t)
	p.record(nil)                                                                                 // 1
	p.record(failedOver)                                                                          // 2
	p.record(func(r *llmotel.Record) { r.ErrorKind = providers.KindTimeout })                     // 3
	p.record(func(r *llmotel.Record) { r.Abandoned = true })                                      // 4
	p.record(func(r *llmotel.Record) { r.ErrorKind = providers.KindCancelled })                   // 5
	p.record(func(r *llmotel.Record) { r.Duration = 3 * time.Second })                            // 6
	p.record(func(r *llmotel.Record) { r.Attribution.Feature, r.Attribution.Variant = "f", "B" }) // 7
	p.record(func(r *llmotel.Record) { r.Cost.Amount *= 100 })                                    // 8: $0.315
	p.record(func(r *llmotel.Record) { r.Cost = pricing.Cost{}; r.Degraded = true })              // 9
	p.record(func(r *llmotel.Record) { r.Visits, r.Target, r.Provider = nil, "", "gemini" })      // 10
	for query, want := range map[string]string{
		"":                               "10 9 8 7 6 5 4 3 2 1",
		"target=backup":                  "2",
		"target=primary&outcome=failed":  "3",
		"target=gemini":                  "10",
		"model=claude-sonnet-5":          "2",
		"model=gpt-5.2&outcome=fallback": "2", // which visited it
		"outcome=succeeded":              "10 9 8 7 6 2 1",
		"outcome=failed":                 "3",
		"outcome=cancelled":              "5",
		"outcome=abandoned":              "4",
		"outcome=retried":                "2",
		"outcome=degraded":               "9",
		"outcome=nonsense":               "",
		"kind=timeout":                   "3",
		"feature=f":                      "7",
		"variant=B":                      "7",
		"min_ms=401":                     "6",
		"min_ms=nonsense":                "10 9 8 7 6 5 4 3 2 1",
		"min_usd=0.3":                    "8",
		"min_usd=0.00315&before=4":       "3 2 1",
		"min_usd=NaN":                    "10 9 8 7 6 5 4 3 2 1",
		"feature=f&kind=timeout":         "",
	} {
		var got calls
		p.json("calls?"+query, &got)
		if ids := strings.TrimSpace(strings.ReplaceAll(got.ids(), "call-", "")); ids != want {
			t.Errorf("%s: %s, want %s", query, ids, want)
		}
	}
	html := p.html("calls?target=backup&min_ms=5")
	for _, want := range []string{`<option value="backup" selected>`, `name="min_ms" inputmode="decimal" size="6" value="5"`, `<option value="timeout">`, `<a class="button" href="calls">`} {
		if !strings.Contains(html, want) {
			t.Errorf("the form does not have %s", want)
		}
	}
}

func TestPages(t *testing.T) {
	p := newPage(t)
	for range 250 {
		p.record(nil)
	}
	at, want := "calls", []int{250, 150, 50}
	for n, first := range want {
		html := p.html(at)
		if !strings.Contains(html, fmt.Sprintf(`<tbody><tr id="c-call-%d"`, first)) || strings.Count(html, "<tr id=") != min(first, 100) {
			t.Errorf("page %d does not begin with call-%d", n, first)
		}
		link, _, more := strings.Cut(html, `" data-key="older"`)
		if more != (n < 2) {
			t.Errorf("page %d: older calls: %v", n, more)
		}
		at = link[strings.LastIndexByte(link, '"')+1:]
		p.record(nil) // moves nothing
	}
}

func TestDetail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPage(t, debugui.WithTraceURL("http://localhost:16686/trace/{trace_id}?uiFind={span_id}"))
		p.record(func(r *llmotel.Record) {
			failedOver(r)
			r.Visits[1].Provider, r.Visits[1].RequestModel = "openai", "gpt-5.2" // whose price it has
			r.TraceID, r.SpanID, r.Visits[1].SpanID = trace.TraceID{0xab}, trace.SpanID{0xcd}, trace.SpanID{0xef}
			r.Skips = []llmotel.Skip{{Target: "spare", Reason: "breaker_open"}}
		})
		said := func(id byte, text string) {
			ctx := trace.ContextWithSpanContext(t.Context(), trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{id}}))
			p.Content(ctx, &llmotel.Content{OutputMessages: []byte(text)})
		}
		said(0xef, `[{"role":"assistant","parts":[{"type":"text","content":"the answer"}]}]`)
		p.Content(t.Context(), &llmotel.Content{OutputMessages: []byte(`["of no span"]`)})
		html := strings.ReplaceAll(p.html("call?id=call-1"), "\u00a0", " ")
		for _, want := range []string{
			"http://localhost:16686/trace/ab000000000000000000000000000000?uiFind=cd00000000000000", "spare was not asked: breaker open",
			// The first visit takes 150 of 400 ms: a try of 40, a wait of 60, a try of 50.
			`<rect class="failed" x="0" width="100" y="3" height="14">`, `<rect class="waiting" x="100" width="150" y="8" height="4">`, `<rect class="failed" x="250" width="125"`,
			`<rect class="succeeded" x="375" width="625"`, `<path class="mark" d="M600 0V20"/>`,
			"try 1 failed after 40.0 ms: overloaded (529); next one 60.0 ms later",
			// 1,000 tokens at $1.75 a million and 100 at $14
			`<td class="n">1,000</td><td class="n">$1.75</td><td class="n">0.00175</td>`, `<td class="n">100</td><td class="n">$14.00</td><td class="n">0.0014</td>`,
			"Price openai/gpt-5.2@", "the answer", "openai: overloaded",
		} {
			if !strings.Contains(html, want) {
				t.Errorf("%s is not there", want)
			}
		}
		if strings.Contains(html, "of no span") || strings.Contains(p.html("calls"), "the answer") {
			t.Error("content where it does not belong")
		}
		var got struct {
			Call    struct{ Attempts int }
			Retries []struct {
				Target  string
				DelayMS float64 `json:"delay_ms"`
			}
			Costs []struct {
				PriceID string             `json:"price_id"`
				From    string             `json:"price_from"`
				Amounts map[string]float64 `json:"amounts"`
			}
			Content map[string]struct{ Output_Messages []any } //nolint:revive // as in the JSON
		}
		p.json("call?id=call-1", &got)
		if got.Call.Attempts != 3 || len(got.Retries) != 1 || got.Retries[0].DelayMS != 60 || len(got.Costs) != 1 || got.Costs[0].Amounts["output"] != 0.0014 || len(got.Costs[0].From) != 10 || len(got.Content["ef00000000000000"].Output_Messages) != 1 {
			t.Errorf("%+v", got)
		}
		for range 5 { // 5 MiB are more than is kept
			for id := range byte(8) {
				said(id, `["`+strings.Repeat("x", 128<<10)+`"]`)
			}
		}
		for id := byte(0x20); id < 0x60; id++ {
			said(id, `["`+strings.Repeat("x", 128<<10)+`"]`)
		}
		if strings.Contains(p.html("call?id=call-1"), "the answer") {
			t.Error("content is kept without bound")
		}
	})
}

func TestExperiments(t *testing.T) {
	p := newPage(t)
	for i := range 200 {
		p.record(func(r *llmotel.Record) {
			r.Attribution.Experiment, r.Attribution.Variant = "prompt", []string{"control", "short"}[i%2]
			r.Duration = time.Duration(300+i%10) * time.Millisecond
			if i%2 == 1 {
				r.Duration += 500 * time.Millisecond
				r.Cost.Amount /= 2
			}
		})
	}
	p.record(nil) // belongs to none
	var got struct {
		Calls       int
		Comparisons []struct {
			Baseline, Variant string
			Latency           struct {
				Difference float64
				Interval   struct{ Low, High float64 }
			} `json:"latency_ms"`
		}
	}
	p.json("experiments", &got)
	if got.Calls != 201 || len(got.Comparisons) != 1 {
		t.Fatalf("%+v", got)
	}
	// Variances of {0,2,4,6,8} and {1,3,5,7,9} are 8 x 100/99; Welch: 501 ± 1.972 x sqrt(2 x 8.08/100)
	c := got.Comparisons[0]
	if c.Baseline != "control" || c.Variant != "short" || c.Latency.Difference < 500.99 || c.Latency.Difference > 501.01 ||
		c.Latency.Interval.Low < 500.20 || c.Latency.Interval.Low > 500.22 || c.Latency.Interval.High < 501.78 || c.Latency.Interval.High > 501.80 {
		t.Errorf("%+v", c)
	}
	html := strings.ReplaceAll(p.html("experiments"), "\u00a0", " ")
	for _, want := range []string{`control <span class="tag">baseline</span>`, "&#43;501 ms", "(&#43;500 ms to &#43;502 ms)", "clearly higher", "clearly lower", "no clear difference", "$0.00158"} {
		if !strings.Contains(html, want) {
			t.Errorf("%s is not there", want)
		}
	}
}
