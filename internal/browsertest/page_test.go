package browsertest

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/chromedp/chromedp"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/debugui"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/llmotel/stats"
	"github.com/llmotel/sdk/providers"
)

// hostile is what nobody should call a model.
const hostile = `"><script>window.hacked=1</script><img src=x onerror="window.hacked=1">`

type world struct {
	page  *debugui.Handler
	stats *stats.Sink
	calls int
}

// call ends a call now.
func (w *world) call(change func(*llmotel.Record)) {
	w.calls++
	u := providers.Usage{Completeness: providers.UsageReported}
	u.Set(providers.ClassInput, 1000)
	u.Set(providers.ClassOutput, 100)
	took := 400 * time.Millisecond
	r := &llmotel.Record{
		CallID: fmt.Sprintf("%032x", w.calls), TraceID: trace.TraceID{1, byte(w.calls)}, SpanID: trace.SpanID{1, byte(w.calls)}, Operation: "chat", Start: time.Now().Add(-took), Duration: took,
		Provider: "openai", RequestModel: "gpt-5.2", ResponseModel: "gpt-5.2", Target: "primary", Attempts: 1, Usage: u,
		Cost:        pricing.Default().Cost("openai", "gpt-5.2", "", &u, time.Now()),
		Attribution: llmotel.Attribution{Feature: "support", Experiment: "prompt", Variant: []string{"A", "B"}[w.calls%2]},
	}
	r.Visits = []llmotel.Visit{{Target: "primary", Provider: "openai", RequestModel: "gpt-5.2", ResponseModel: "gpt-5.2", Start: r.Start, Duration: took, Attempts: 1, Usage: u, Cost: r.Cost}}
	if change != nil {
		change(r)
	}
	w.stats.Record(context.Background(), r)
	w.page.Record(context.Background(), r)
}

// failover makes a call that the backup answered.
func failover(r *llmotel.Record) {
	v := &r.Visits[0]
	v.Usage, v.Cost = providers.Usage{}, pricing.Cost{}
	v.ErrorKind, v.ErrorMessage, v.Duration, v.Attempts = providers.KindOverloaded, "openai: overloaded", 150*time.Millisecond, 2
	v.Retries = []llmotel.Retry{{At: r.Start.Add(40 * time.Millisecond), Delay: 60 * time.Millisecond, ErrorKind: providers.KindOverloaded, StatusCode: 529}}
	r.Target, r.Provider, r.RequestModel, r.Attempts = "backup", "anthropic", "claude-sonnet-5", 3
	r.Visits = append(r.Visits, llmotel.Visit{
		Target: "backup", Provider: "anthropic", RequestModel: "claude-sonnet-5", ResponseModel: "claude-sonnet-5",
		Start: r.Start.Add(150 * time.Millisecond), Duration: 250 * time.Millisecond, TimeToFirstChunk: 90 * time.Millisecond, Attempts: 1, Usage: r.Usage, Cost: r.Cost,
	})
	r.Stream, r.TimeToFirstChunk, r.Chunks = true, 240*time.Millisecond, 12
	r.BreakerChanges = []llmotel.BreakerChange{{Target: "primary", From: providers.BreakerClosed, To: providers.BreakerOpen, Reason: "consecutive_failures"}}
}

func TestDebugPage(t *testing.T) {
	opened := time.Now()
	w := &world{stats: stats.New()}
	var err error
	w.page, err = debugui.New(w.stats, debugui.WithTitle("browsertest"), debugui.WithTraceURL("http://127.0.0.1:16686/trace/{trace_id}"),
		debugui.WithBreakers(func() []providers.BreakerStatus {
			return []providers.BreakerStatus{
				{
					Target: "primary", State: providers.BreakerOpen, Since: opened, Reason: "consecutive_failures", RetryAt: opened.Add(2 * time.Minute),
					ConsecutiveFailures: 5, Failures: 5, FailureRate: 1,
				},
				{Target: "backup", State: providers.BreakerClosed, Successes: 3},
			}
		}))
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/debug/llm/", w.page)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	t.Cleanup(w.page.Close)
	b := open(t, server.URL+"/debug/llm/")

	b.visit("")
	if s := b.text("main"); !strings.Contains(s, "No calls yet") {
		t.Errorf("without a call: %s", s)
	}
	b.look("empty", "light", 1280, 900)

	for range 7 {
		w.call(nil)
	}
	w.call(failover)
	w.call(func(r *llmotel.Record) {
		r.RequestModel, r.Visits[0].RequestModel = hostile, hostile
		r.Attribution.Feature, r.Attribution.User = hostile, hostile
		r.ErrorKind, r.ErrorMessage, r.ErrorCode = providers.KindServerError, hostile, hostile
		r.Visits[0].ErrorKind, r.Visits[0].ErrorMessage = r.ErrorKind, hostile
	})
	w.page.Content(trace.ContextWithSpanContext(t.Context(), trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1, 9}, SpanID: trace.SpanID{1, 9}})),
		&llmotel.Content{InputMessages: []byte(`[{"role":"user","parts":[{"type":"text","content":"` + strings.ReplaceAll(hostile, `"`, `\"`) + `"}]}]`)})

	t.Run("figures", func(t *testing.T) {
		b.t = t
		b.visit("")
		o := w.stats.Window(stats.Last5Minutes).Overall
		if o.Requests != 9 || o.Failed != 1 {
			t.Fatalf("%+v", o)
		}
		// 1 of 9 failed; 9 x (1,000 + 100) tokens; GPT-5.2 costs $1.75 and $14 a million: 9 x 0.00315
		for n, want := range []string{"Calls 9 ", "Error rate 11.1 %", "Latency p50 4", "First chunk p50 2", "Tokens 9,900 9,000 in · 900 out", "Cost $0.028"} {
			if got := b.text(fmt.Sprintf(".tiles > div:nth-child(%d)", n+1)); !strings.HasPrefix(strings.ReplaceAll(got, "\u00a0", " "), want) {
				t.Errorf("tile %d says %q, want %q", n+1, got, want)
			}
		}
		if got := b.text(".chips"); !strings.Contains(got, "primary ○ open consecutive failures, trial in") {
			t.Errorf("breakers: %q", got)
		}
	})

	t.Run("live", func(t *testing.T) {
		b.t = t
		b.visit("calls")
		b.eventually(`document.getElementById("live").dataset.state === "on"`)
		b.run(chromedp.Focus(`a[href="call?id=00000000000000000000000000000003"]`, chromedp.ByQuery))
		w.call(func(r *llmotel.Record) { r.Attribution.Feature = "brand-new" })
		b.eventually(`document.querySelector("tbody tr").innerText.includes("brand-new")`)
		if got := b.text("#live-calls .sum"); got != "10 calls, newest first." {
			t.Errorf("%q", got)
		}
		b.eventually(`document.activeElement.getAttribute("href") === "call?id=00000000000000000000000000000003"`)
		b.run(chromedp.Click(`#live button`, chromedp.ByQuery))
		b.eventually(`document.getElementById("live").innerText.startsWith("Paused")`)
		w.call(nil)
		time.Sleep(1500 * time.Millisecond) // a live page would have shown it
		if got := b.text("#live-calls .sum"); got != "10 calls, newest first." {
			t.Errorf("paused: %q", got)
		}
		b.run(chromedp.Click(`#live button`, chromedp.ByQuery))
		b.eventually(`document.querySelector("#live-calls .sum").innerText.startsWith("11 calls")`)
	})

	// What is new moves nothing that is there.
	t.Run("steady", func(t *testing.T) {
		b.t = t
		b.visit("")
		b.eventually(`document.getElementById("live").dataset.state === "on"`)
		b.run(chromedp.Evaluate(`window.moved = 0; new PerformanceObserver(l => { for (const e of l.getEntries()) window.moved += e.value }).observe({type: "layout-shift"})`, nil))
		time.Sleep(300 * time.Millisecond) // the figures of the load are not those of the update
		w.call(nil)
		b.eventually(`document.querySelector(".tiles dd").innerText === "12"`)
		var moved float64
		b.run(chromedp.Sleep(300*time.Millisecond), chromedp.Evaluate(`window.moved`, &moved))
		if moved > 0.001 {
			t.Errorf("the layout shifts by %v", moved)
		}
	})

	t.Run("filter", func(t *testing.T) {
		b.t = t
		b.visit("calls")
		b.run(chromedp.SetValue(`select[name=target]`, "backup", chromedp.ByQuery), chromedp.Click(".filter button", chromedp.ByQuery))
		b.eventually(`location.search.includes("target=backup") && document.querySelectorAll("tbody tr").length === 1`)
		if got := b.text("tbody tr"); !strings.Contains(got, "fallback") || !strings.Contains(got, "claude-sonnet-5") {
			t.Errorf("%q", got)
		}
		b.visit("calls?outcome=failed")
		if got := b.text("#live-calls .sum"); got != "1 call of 12 kept match, newest first." {
			t.Errorf("%q", got)
		}
		b.visit("calls?min_ms=5000")
		if got := b.text("main"); !strings.Contains(got, "No call matches") {
			t.Errorf("%q", got)
		}
	})

	t.Run("detail", func(t *testing.T) {
		b.t = t
		b.visit("calls?target=backup")
		b.run(chromedp.Click("tbody a", chromedp.ByQuery), chromedp.WaitVisible(".waterfall", chromedp.ByQuery))
		got := strings.ReplaceAll(b.text("main"), "\u00a0", " ")
		for _, want := range []string{
			"3 tries", "try 1 failed after 40.0 ms: overloaded (529); next one 60.0 ms later", "first chunk 90.0 ms", "openai: overloaded",
			"Completeness: reported", "$0.00315", "openai/gpt-5.2@", "● closed → ○ open (consecutive failures)", "Not captured",
		} {
			if !strings.Contains(got, want) {
				t.Errorf("%q is not in %s", want, got)
			}
		}
		var link string
		b.run(chromedp.AttributeValue(".head p a:last-child", "href", &link, nil, chromedp.ByQuery))
		if link != "http://127.0.0.1:16686/trace/01080000000000000000000000000000" {
			t.Errorf("trace: %s", link)
		}
	})

	t.Run("hostile", func(t *testing.T) {
		b.t = t
		b.t = t
		for _, page := range []string{"", "calls", "calls?model=" + "%22%3E%3Cscript%3Ewindow.hacked=1%3C/script%3E", "call?id=00000000000000000000000000000009", "breakers", "experiments"} {
			b.visit(page)
			var hacked bool
			b.run(chromedp.Sleep(100*time.Millisecond), chromedp.Evaluate(`window.hacked !== undefined || document.querySelector("main script, main img") !== null`, &hacked))
			if hacked {
				t.Errorf("%s runs what is in a name", page)
			}
		}
		b.visit("call?id=00000000000000000000000000000009")
		b.run(chromedp.Click("summary", chromedp.ByQuery))
		if got := b.text("main"); strings.Count(got, "<script>window.hacked=1</script>") < 5 || !strings.Contains(b.text("pre"), "<script>") {
			t.Errorf("it is not there as text: %s", got)
		}
	})

	t.Run("looks", func(t *testing.T) {
		b.t = t
		for _, p := range []struct{ name, page string }{{"overview", ""}, {"breakers", "breakers"}, {"calls", "calls"}, {"call", "call?id=00000000000000000000000000000008"}, {"experiments", "experiments"}} {
			b.visit(p.page)
			b.look(p.name+"-light", "light", 1280, 900)
			b.fitsWidth(p.name)
			b.look(p.name+"-dark", "dark", 1280, 900)
			b.look(p.name+"-phone", "light", 390, 844)
			b.fitsWidth(p.name + " on a phone")
		}
	})
	b.t = t
	b.quiet()
	b.stayedHome()
}
