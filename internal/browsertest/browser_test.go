package browsertest

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser is a Chromium whose every request and every word on the console is
// noted.
type browser struct {
	t    *testing.T
	ctx  context.Context
	base string
	dir  string // of screenshots

	mu       sync.Mutex
	requests []string
	console  []string
}

func open(t *testing.T, base string) *browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("LLMOTEL_CI_FAIL_SKIPS") != "" {
			t.Fatal("there is no chromium")
		}
		t.Skip("there is no chromium: apt-get install chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1280, 900), chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("disable-features", "Translate,OptimizationHints,MediaRouter"), chromedp.Flag("disable-component-update", true),
		chromedp.WSURLReadTimeout(60*time.Second))
	allocated, stop := chromedp.NewExecAllocator(context.Background(), options...) //nolint:usetesting // the browser is closed in a cleanup, which comes after the end of the test's context
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocated)
	t.Cleanup(cancel)
	b := &browser{t: t, ctx: ctx, base: base, dir: t.ArtifactDir()}
	chromedp.ListenTarget(ctx, b.listen)
	if err := chromedp.Run(ctx, network.Enable(), log.Enable(), runtime.Enable()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil { // waits for the browser
			t.Log(err)
		}
	})
	return b
}

func (b *browser) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, e.Request.URL)
	case *runtime.EventConsoleAPICalled:
		b.console = append(b.console, "console."+e.Type.String())
	case *runtime.EventExceptionThrown:
		b.console = append(b.console, e.ExceptionDetails.Error())
	case *log.EventEntryAdded:
		b.console = append(b.console, e.Entry.Level.String()+": "+e.Entry.Text+" "+e.Entry.URL)
	}
}

// run does things in the browser, for 20 seconds at most.
func (b *browser) run(actions ...chromedp.Action) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 20*time.Second)
	defer cancel()
	if err := chromedp.Run(ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *browser) visit(page string) {
	b.t.Helper()
	b.run(chromedp.Navigate(b.base+page), chromedp.WaitReady("footer", chromedp.ByQuery))
}

// text is what a person reads at a selector, white space in one.
func (b *browser) text(selector string) string {
	b.t.Helper()
	var s string
	b.run(chromedp.Evaluate(`Array.from(document.querySelectorAll(`+quote(selector)+`), e => e.innerText).join("\n")`, &s))
	return strings.Join(strings.Fields(s), " ")
}

// eventually waits until a condition in JavaScript holds, on whatever page is
// there by then.
func (b *browser) eventually(condition string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 20*time.Second)
	defer cancel()
	for {
		var holds bool
		err := chromedp.Run(ctx, chromedp.Evaluate(`!!(`+condition+`)`, &holds))
		if err == nil && holds {
			return
		}
		if ctx.Err() != nil {
			b.t.Fatalf("never: %s (%v)", condition, err)
		}
		time.Sleep(50 * time.Millisecond) // of a browser there is no synctest
	}
}

func quote(s string) string { return "`" + strings.ReplaceAll(s, "`", "\\`") + "`" }

// look takes a screenshot of the whole page.
func (b *browser) look(name, scheme string, width, height int64) {
	b.t.Helper()
	var png []byte
	b.run(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}),
		emulation.SetDeviceMetricsOverride(width, height, 1, width < 600),
		chromedp.FullScreenshot(&png, 100))
	if err := os.WriteFile(filepath.Join(b.dir, name+".png"), png, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// fitsWidth is wrong if the page can be moved sideways.
func (b *browser) fitsWidth(what string) {
	b.t.Helper()
	var over int
	b.run(chromedp.Evaluate(`document.documentElement.scrollWidth - document.documentElement.clientWidth`, &over))
	if over > 0 {
		b.t.Errorf("%s is %d pixels too wide", what, over)
	}
}

// quiet is wrong if there was anything on the console.
func (b *browser) quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, line := range b.console {
		b.t.Errorf("on the console: %s", line)
	}
}

// stayedHome is wrong if a request left this machine.
func (b *browser) stayedHome() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if !slices.ContainsFunc(b.requests, func(s string) bool { return strings.HasSuffix(s, "/debug/llm/events") }) {
		b.t.Errorf("requests were not noted: %q", b.requests)
	}
	for _, s := range b.requests {
		if u, err := url.Parse(s); err != nil || u.Hostname() != "127.0.0.1" {
			b.t.Errorf("a request went to %s", s)
		}
	}
}
