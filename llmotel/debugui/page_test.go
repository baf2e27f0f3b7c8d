package debugui_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/debugui"
	"github.com/llmotel/sdk/llmotel/stats"
	"github.com/llmotel/sdk/providers"
)

var all = []string{"", "breakers", "calls", "experiments", "call?id=call-1"}

const hostile = `"><script>alert(1)</script><img src=x onerror=alert(1)>{{.}}`

// spoil puts what is hostile wherever others have a say.
func spoil(r *llmotel.Record) {
	for _, s := range []*string{
		&r.Provider, &r.RequestModel, &r.ResponseModel, &r.Target, &r.ResponseID, &r.RequestID, &r.ServiceTier, &r.ErrorMessage, &r.ErrorCode,
		&r.Attribution.Feature, &r.Attribution.User, &r.Attribution.Experiment, &r.Attribution.Variant, &r.Visits[0].Target,
		&r.Visits[0].ErrorMessage, &r.Visits[0].RequestModel, &r.Operation,
	} {
		*s = hostile
	}
	r.ErrorKind = providers.Kind(hostile)
	r.Skips = []llmotel.Skip{{Target: hostile, Reason: hostile}}
	r.BreakerChanges = []llmotel.BreakerChange{{Target: hostile, Model: hostile, Key: hostile, From: providers.BreakerState(hostile), To: "open", Reason: hostile}}
}

func TestEverythingIsEscaped(t *testing.T) {
	p := newPage(t, debugui.WithTitle(hostile), debugui.WithBreakers(func() []providers.BreakerStatus {
		return []providers.BreakerStatus{{Target: hostile, Model: hostile, Key: hostile, State: providers.BreakerState(hostile), Reason: hostile, Since: time.Now()}}
	}))
	p.record(spoil)
	allowed := regexp.MustCompile(`<script src="live\.js\?v=[0-9a-f]{12}" defer></script>`)
	for _, at := range append(all, "calls?feature=%22%3E%3Cscript%3E", "calls?min_ms=%22%3E%3Cscript%3E", "?w=%3Cscript%3E") {
		html := p.html(at)
		rest := allowed.ReplaceAllString(html, "")
		for _, bad := range []string{"<script", "<img", "onerror=alert(1)>", "style=", "javascript:"} {
			if strings.Contains(strings.ReplaceAll(rest, "onerror=alert(1)&gt;", ""), bad) {
				t.Errorf("/%s has %q", at, bad)
			}
		}
		if at == "call?id=call-1" && strings.Count(html, "&lt;script&gt;alert(1)&lt;/script&gt;") < 15 {
			t.Errorf("what was hostile is not all there")
		}
		if regexp.MustCompile(`(src|href)="(https?:)?//`).MatchString(html) {
			t.Errorf("/%s loads from or links to elsewhere", at)
		}
	}
}

// What a page weighs when it is full, with all that it loads.
func TestWeight(t *testing.T) {
	const most = 100 << 10
	compressed := newPage(t)
	for i := range 600 {
		r := compressed.record(func(r *llmotel.Record) {
			r.CallID = fmt.Sprintf("%032x", i*7919)
			r.RequestModel, r.Target = fmt.Sprint("model-", i%20), fmt.Sprint("target-", i%10)
			r.Visits[0].RequestModel, r.Visits[0].Target = r.RequestModel, r.Target
			r.Attribution = llmotel.Attribution{Feature: fmt.Sprint("feature-", i%30), Experiment: "e", Variant: fmt.Sprint(i % 4)}
		})
		if i == 0 {
			r.CallID = "call-1"
		}
	}
	gzipped := func(r *http.Request) { r.Header.Set("Accept-Encoding", "gzip") }
	weigh := func(at string) int {
		w := compressed.ask(at, gzipped)
		if w.Header().Get("Content-Encoding") == "gzip" {
			z, err := gzip.NewReader(bytes.NewReader(w.Body.Bytes()))
			if err != nil {
				t.Fatal(err)
			}
			var plain bytes.Buffer
			if _, err := plain.ReadFrom(z); err != nil || !strings.Contains(plain.String(), "{") && !strings.Contains(plain.String(), "<") {
				t.Fatal(err, plain.Len())
			}
		}
		return w.Body.Len()
	}
	assets := weigh("style.css") + weigh("live.js") + weigh("icon.svg")
	for _, at := range []string{"", "breakers", "calls", "experiments"} {
		n := assets + weigh(at)
		t.Logf("/%s: %d bytes, %d of them kept by the browser", at, n, assets)
		if n > most || n < 3000 {
			t.Errorf("/%s weighs %d bytes", at, n)
		}
	}
}

func TestOverviewIsTheStatistics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPage(t)
		time.Sleep(time.Minute)
		for range 3 {
			p.record(nil)
		}
		p.record(failedOver)
		p.record(func(r *llmotel.Record) {
			r.ErrorKind, r.Visits[0].ErrorKind = providers.KindTimeout, providers.KindTimeout
		})
		p.record(func(r *llmotel.Record) { r.ErrorKind = providers.KindCancelled })
		time.Sleep(6 * time.Second)
		var got struct {
			stats.Report
			Timeline stats.Timeline `json:"timeline"`
		}
		p.json("?w=1m", &got)
		o := got.LastMinute.Overall
		// 6 calls of 1,000 and 100 tokens, at $1.75 and $14 a million
		if o.Requests != 6 || o.Failed != 1 || o.Cancelled != 1 || o.ErrorRate != 0.2 || o.Fallbacks != 1 || o.Tokens.Input != 6000 || o.Cost.USD != 0.0189 || got.Timeline.Window != stats.LastMinute {
			t.Errorf("%+v %v", o, got.Timeline.Window)
		}
		html := strings.ReplaceAll(p.html("?w=1m"), "\u00a0", " ")
		for _, want := range []string{
			`<dt>Calls</dt><dd>6</dd>`, `<dd>20.0 %</dd>`, "1 failed, 1 retries", `<dd>6,600</dd><dd class="note">6,000 in · 600 out`, `<dd>$0.0189</dd>`,
			`aria-label="Calls by outcome: succeeded 4, failed 1, cancelled 1"`, `aria-label="Cost by model: `, `<title>00:01:00`, "call?id=call-5",
		} {
			if !strings.Contains(html, want) {
				t.Errorf("%s is not there", want)
			}
		}
		// Six calls in the slice before the last of twelve, which reach 6/10 of
		// the height: 4, on top 1, on top 1.
		if !strings.Contains(html, `<path d="M504 120V72h42V120z" fill="url(#look0)"/>`) && !strings.Contains(html, "V72h42V120z") {
			t.Errorf("no bar of 4 of 10 calls: %s", regexp.MustCompile(`<path d="[^"]*" fill[^>]*>`).FindAllString(html, 3))
		}
		time.Sleep(2 * time.Minute)
		if html := p.html("?w=1m"); !strings.Contains(html, "No calls in this time.") || !strings.Contains(html, "None of the kept calls failed") {
			t.Error("an empty window does not say so")
		}
	})
}

func TestEmptyPagesSayWhatToDo(t *testing.T) {
	p := newPage(t)
	for at, want := range map[string]string{
		"": "as soon as the first call has ended", "breakers": "debugui.WithBreakers", "calls": "No calls yet", "experiments": "llmotel.WithAttribution", "calls?kind=timeout": "No call matches",
	} {
		if html := p.html(at); !strings.Contains(html, want) {
			t.Errorf("/%s does not say %q", at, want)
		}
	}
	if w := p.ask("call?id=x", nil); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "No such call") {
		t.Errorf("%d", w.Code)
	}
}

func TestAccept(t *testing.T) {
	p := newPage(t)
	for accept, want := range map[string]string{
		"": "text/html", "*/*": "text/html", "application/json": "application/json", "text/html,application/xhtml+xml,*/*;q=0.8": "text/html",
		"application/json, text/html;q=0.5": "application/json", "application/json;q=0.1, text/html": "text/html", "APPLICATION/JSON": "application/json",
	} {
		for _, at := range []string{"", "calls", "breakers", "experiments"} {
			w := p.ask(at, func(r *http.Request) { r.Header.Set("Accept", accept) })
			if got, _, _ := strings.Cut(w.Header().Get("Content-Type"), ";"); got != want {
				t.Errorf("%q: /%s is %s, want %s", accept, at, got, want)
			}
		}
	}
	if w := p.ask("call?id=x&format=json", nil); w.Code != 404 || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

func FuzzPage(f *testing.F) {
	f.Add("calls", "target=a&min_ms=1e9&before=3")
	f.Add("call", "id=call-1")
	f.Add("", "w=1h&format=json")
	p := newPage(f)
	p.record(spoil)
	p.record(failedOver)
	f.Fuzz(func(t *testing.T, at, query string) {
		p := &page{Handler: p.Handler, t: t}
		w := p.ask("", func(r *http.Request) { r.URL.Path, r.URL.RawQuery = "/debug/llm/"+at, query })
		if w.Code >= 500 && w.Code != http.StatusServiceUnavailable {
			t.Errorf("%d", w.Code)
		}
		if strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") && strings.Count(w.Body.String(), "<script") != 1 {
			t.Errorf("scripts: %s", w.Body)
		}
	})
}
