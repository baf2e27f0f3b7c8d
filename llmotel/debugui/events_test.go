package debugui_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/llmotel/sdk/llmotel/debugui"
)

// stream is a viewer.
type stream struct {
	mu     sync.Mutex
	header http.Header
	code   int
	body   bytes.Buffer
	gone   bool
}

func (s *stream) Header() http.Header { return s.header }
func (s *stream) WriteHeader(c int)   { s.code = c }
func (s *stream) Flush()              {}

func (s *stream) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gone {
		return 0, errors.New("gone")
	}
	return s.body.Write(b)
}

// ticks is how often the viewer was told of something since it was asked last.
func (s *stream) ticks() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := strings.Count(s.body.String(), "event: tick\ndata:\n\n")
	s.body.Reset()
	return n
}

// watch opens a stream. done is closed when it has ended.
func (p *page) watch(ctx context.Context) (s *stream, done chan struct{}) {
	s, done = &stream{header: http.Header{}}, make(chan struct{})
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/debug/llm/events", http.NoBody)
	r.Host = "localhost"
	go func() {
		defer close(done)
		p.ServeHTTP(s, r)
	}()
	return s, done
}

func TestEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPage(t, debugui.WithMaxViewers(2))
		ctx, cancel := context.WithCancel(t.Context())
		a, leftA := p.watch(ctx)
		b, leftB := p.watch(t.Context())
		synctest.Wait()
		if n := a.ticks(); n != 1 || a.header.Get("Content-Type") != "text/event-stream" {
			t.Errorf("%d ticks at first, %v", n, a.header)
		}
		time.Sleep(20*time.Second + time.Millisecond)
		if n := a.ticks(); n < 4 || n > 6 { // every five seconds or so: windows move
			t.Errorf("%d ticks in 20 s without a call", n)
		}
		for range 100 { // many calls are one piece of news
			p.record(nil)
		}
		time.Sleep(time.Second)
		if n := a.ticks(); n != 1 {
			t.Errorf("%d ticks a second after a hundred calls", n)
		}

		c, leftC := p.watch(t.Context())
		<-leftC
		if c.code != http.StatusServiceUnavailable || c.header.Get("Retry-After") == "" {
			t.Errorf("a viewer too many: %d", c.code)
		}
		if w := p.ask("", nil); w.Code != http.StatusOK {
			t.Errorf("the page itself: %d", w.Code)
		}
		cancel()
		<-leftA
		d, leftD := p.watch(t.Context()) // there is room again
		synctest.Wait()
		if d.ticks() != 1 {
			t.Error("no room for a viewer after one left")
		}
		d.mu.Lock()
		d.gone = true
		d.mu.Unlock()
		<-leftD // the next write fails
		_, leftE := p.watch(t.Context())
		time.Sleep(time.Second)
		p.Close()
		p.Close()
		<-leftB
		<-leftE
		b.ticks()
		if w := p.ask("", nil); w.Code != http.StatusOK {
			t.Errorf("after Close: %d", w.Code)
		}
	})
}

// A stream ends by itself: whoever is still there comes again.
func TestEventsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPage(t)
		begun := time.Now()
		_, left := p.watch(t.Context())
		<-left
		if took := time.Since(begun); took != 10*time.Minute {
			t.Errorf("it took %v", took)
		}
	})
}
