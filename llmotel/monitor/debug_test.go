package monitor_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/llmotel/sdk/internal/oteltest"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/debugui"
	"github.com/llmotel/sdk/llmotel/monitor"
	"github.com/llmotel/sdk/providers"
)

func look(t *testing.T, page http.Handler, at string) string {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/debug/llm/"+at, http.NoBody)
	r.Host = "localhost"
	w := httptest.NewRecorder()
	page.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d", at, w.Code)
	}
	return w.Body.String()
}

// The page has the calls made since it was asked for, the breakers and, if that
// was asked for, the content.
func TestDebugHandler(t *testing.T) {
	for _, content := range []bool{false, true} {
		telemetry := oteltest.New()
		primary := &scripted{name: "openai", replies: []reply{{usage: tokens(7, 1)}, failed(providers.KindInvalidRequest, providers.Usage{}), {usage: tokens(1000, 50)}}}
		opts := []monitor.Option{monitor.WithGlobalTelemetry(), monitor.WithoutCallLog(), monitor.WithRecorder(
			llmotel.WithTracerProvider(telemetry.TracerProvider), llmotel.WithMeterProvider(telemetry.MeterProvider))}
		if content {
			opts = append(opts, monitor.WithDebugContent())
		}
		m, err := monitor.New([]monitor.Target{{Name: "primary", Model: "gpt-4o-mini", Provider: primary}}, opts...)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = m.Close() })
		if _, err := m.Generate(t.Context(), request()); err != nil { // nobody looks yet
			t.Fatal(err)
		}
		if _, err := m.DebugHandler(debugui.WithRecords(-1)); err == nil {
			t.Error("an option that cannot be was taken")
		}
		page, err := m.DebugHandler()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.DebugHandler(); err == nil {
			t.Error("there are two pages")
		}
		_, _ = m.Generate(t.Context(), request())
		if _, err := m.Generate(t.Context(), request()); err != nil {
			t.Fatal(err)
		}
		list := look(t, page, "calls")
		if n := strings.Count(list, `<tr id="c-`); n != 2 {
			t.Errorf("%d calls, want the 2 made since the page was asked for", n)
		}
		if overview := look(t, page, ""); !strings.Contains(overview, "<dt>Calls</dt><dd>3</dd>") { // statistics are older
			t.Error("the overview does not have the statistics of the Monitor")
		}
		if breakers := look(t, page, "breakers"); !strings.Contains(breakers, "primary") || !strings.Contains(breakers, "It never opened") {
			t.Error("the breaker of the target is not there")
		}
		_, id, _ := strings.Cut(list, `href="call?id=`)
		id, _, _ = strings.Cut(id, `"`)
		call := look(t, page, "call?id="+id)
		if strings.Contains(call, "Not captured") == content || strings.Contains(call, "&#34;yes&#34;") != content {
			t.Errorf("content asked for: %v; %s", content, call)
		}
	}
}
