package debugui_test

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"testing"

	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/debugui"
)

type calls struct {
	Kept    int `json:"kept"`
	Matched int `json:"matched"`
	Calls   []struct {
		CallID string `json:"call_id"`
	} `json:"calls"`
}

func (c calls) ids() string {
	s := ""
	for _, one := range c.Calls {
		s += one.CallID + " "
	}
	return s
}

func TestTheLastCallsAreKept(t *testing.T) {
	p := newPage(t, debugui.WithRecords(3))
	for n, want := range []string{"call-1 ", "call-2 call-1 ", "call-3 call-2 call-1 ", "call-4 call-3 call-2 ", "call-5 call-4 call-3 "} {
		p.record(nil)
		var got calls
		p.json("calls", &got)
		if got.ids() != want || got.Kept != min(n+1, 3) {
			t.Errorf("after %d: %q, want %q", n+1, got.ids(), want)
		}
	}
	p.Record(t.Context(), nil) // is nothing
	if w := p.ask("call?id=call-1", nil); w.Code != 404 {
		t.Errorf("a call that is no longer kept: %d", w.Code)
	}
}

// The most that 10,000 calls of two visits take, with all their attribution, is
// 16 MB in and around the ring.
func TestMemory(t *testing.T) {
	const n, most = 10_000, 16 << 20
	p := newPage(t, debugui.WithRecords(n))
	fill := func(from int) {
		for i := range n {
			r := newRecord(from + i)
			failedOver(r)
			id := strconv.Itoa(from + i)
			r.ResponseID, r.RequestID = "chatcmpl-0123456789abcdef-"+id, "req_0123456789abcdef-"+id
			r.Visits[0].RequestID, r.Visits[1].RequestID = "req_a-"+id, r.RequestID
			r.Attribution = llmotel.Attribution{Feature: "support", User: "user-" + id, Session: "session-" + id, Conversation: "conversation-" + id}
			p.Record(t.Context(), r)
		}
	}
	newRecord(0) // reads the prices
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	fill(0)
	fill(n) // and what is displaced is let go
	took := int64(heap()) - int64(before)
	t.Logf("%d calls take %.1f MB", n, float64(took)/(1<<20))
	if took > most {
		t.Errorf("%d calls take %d bytes, at most %d are stated", n, took, most)
	}
	runtime.KeepAlive(p)
}

// An allocation a call is what is stated.
func TestRecordAllocatesOnce(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector empties pools")
	}
	p, r := newPage(t), newRecord(1)
	failedOver(r)
	if n := testing.AllocsPerRun(1000, func() { p.Record(t.Context(), r) }); n > 1 {
		t.Errorf("%v allocations a call", n)
	}
}

func TestHandlerConcurrentSafe(t *testing.T) {
	p := newPage(t, debugui.WithRecords(50))
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 200 {
				r := newRecord(g*1000 + i)
				if i%3 == 0 {
					failedOver(r)
				}
				p.stats.Record(t.Context(), r)
				p.Record(t.Context(), r)
				p.Content(trace.ContextWithSpanContext(t.Context(), trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{byte(i), 1}})), &llmotel.Content{InputMessages: []byte(`[]`)})
			}
		})
		wg.Go(func() {
			for _, at := range []string{"", "calls", "breakers", "experiments", "call?id=call-7", "calls?outcome=fallback", ""} {
				if w := p.ask(at, nil); w.Code != 200 && w.Code != 404 {
					t.Errorf("%s: %d", at, w.Code)
				}
			}
		})
	}
	wg.Wait()
	var got calls
	p.json("calls", &got)
	if got.Kept != 50 || len(got.Calls) != 50 {
		t.Errorf("%d kept", got.Kept)
	}
}

// Ten viewers read what is kept once, not ten times.
func TestViewersShareWhatTheyReadBack(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // it is held weakly
	p := newPage(t, debugui.WithRecords(5000))
	for range 5000 {
		p.record(nil)
	}
	look := func() uint64 {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/debug/llm/calls?outcome=failed", http.NoBody)
		r.Host = "localhost"
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		p.ServeHTTP(httptest.NewRecorder(), r)
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	first, next := look(), uint64(0)
	for range 9 {
		p.record(nil) // each has something new to see
		next += look()
	}
	if next > 2*first {
		t.Errorf("the first viewer took %d bytes, nine others %d", first, next)
	}
}
