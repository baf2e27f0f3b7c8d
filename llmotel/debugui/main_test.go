package debugui_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/debugui"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/llmotel/stats"
	"github.com/llmotel/sdk/providers"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// page is a Handler with its statistics.
type page struct {
	*debugui.Handler
	t     testing.TB
	stats *stats.Sink
	calls int
}

func newPage(t testing.TB, opts ...debugui.Option) *page {
	t.Helper()
	s := stats.New()
	h, err := debugui.New(s, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return &page{Handler: h, t: t, stats: s}
}

// record is a call of 400 ms that has just ended, changed.
func (p *page) record(change func(*llmotel.Record)) *llmotel.Record {
	p.calls++
	r := newRecord(p.calls)
	if change != nil {
		change(r)
	}
	p.stats.Record(context.Background(), r)
	p.Record(context.Background(), r)
	return r
}

func newRecord(n int) *llmotel.Record {
	const took = 400 * time.Millisecond
	u := providers.Usage{Completeness: providers.UsageReported}
	u.Set(providers.ClassInput, 1000)
	u.Set(providers.ClassOutput, 100)
	start := time.Now().Add(-took)
	cost := pricing.Default().Cost("openai", "gpt-5.2", "", &u, start)
	return &llmotel.Record{
		CallID: fmt.Sprintf("call-%d", n), Operation: "chat", Start: start, Duration: took, Provider: "openai", RequestModel: "gpt-5.2",
		ResponseModel: "gpt-5.2", Target: "primary", Attempts: 1, Usage: u, Cost: cost,
		Visits: []llmotel.Visit{{
			Target: "primary", Provider: "openai", RequestModel: "gpt-5.2", ResponseModel: "gpt-5.2", Start: start, Duration: took, Attempts: 1, Usage: u, Cost: cost,
		}},
	}
}

// failedOver is what a call becomes that the backup answered.
func failedOver(r *llmotel.Record) {
	v := &r.Visits[0]
	v.ErrorKind, v.ErrorMessage, v.Duration, v.Attempts = providers.KindOverloaded, "openai: overloaded", 150*time.Millisecond, 2
	v.Usage, v.Cost = providers.Usage{}, pricing.Cost{}
	v.Retries = []llmotel.Retry{{At: r.Start.Add(40 * time.Millisecond), Delay: 60 * time.Millisecond, ErrorKind: providers.KindOverloaded, StatusCode: 529}}
	r.Target, r.Provider, r.RequestModel, r.Attempts = "backup", "anthropic", "claude-sonnet-5", 3
	r.Visits = append(r.Visits, llmotel.Visit{
		Target: "backup", Provider: "anthropic", RequestModel: "claude-sonnet-5", Start: r.Start.Add(150 * time.Millisecond),
		Duration: 250 * time.Millisecond, TimeToFirstChunk: 90 * time.Millisecond, Attempts: 1, Usage: r.Usage, Cost: r.Cost,
	})
}

// ask sends a request, changed, and returns the answer.
func (p *page) ask(target string, change func(*http.Request)) *httptest.ResponseRecorder {
	p.t.Helper()
	r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, "/debug/llm/"+target, http.NoBody)
	r.Host = "localhost:8080"
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w
}

func (p *page) html(target string) string {
	p.t.Helper()
	w := p.ask(target, nil)
	if w.Code != http.StatusOK {
		p.t.Fatalf("%s: %d %s", target, w.Code, w.Body)
	}
	return w.Body.String()
}

// json reads the JSON of a page into v.
func (p *page) json(target string, v any) {
	p.t.Helper()
	w := p.ask(target, func(r *http.Request) { r.Header.Set("Accept", "application/json") })
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/json" {
		p.t.Fatalf("%s: %d %s", target, w.Code, w.Header().Get("Content-Type"))
	}
	if err := json.Unmarshal(w.Body.Bytes(), v); err != nil {
		p.t.Fatal(err)
	}
}
