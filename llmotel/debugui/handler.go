package debugui

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/stats"
)

// Handler keeps the last calls and serves the page. It is safe for concurrent
// use.
type Handler struct {
	cfg   config
	stats *stats.Sink
	since time.Time

	calls   ring
	said    contents
	figures cache

	viewers   atomic.Int32
	closing   chan struct{}
	closeOnce sync.Once
}

var (
	_ llmotel.Sink = (*Handler)(nil)
	_ http.Handler = (*Handler)(nil)
)

// New returns a Handler over the statistics, which must be given the same calls.
// Mount it under a path that ends with a slash. Its error names the option that
// cannot be.
func New(s *stats.Sink, opts ...Option) (*Handler, error) {
	if s == nil {
		return nil, errors.New("debugui: New needs a stats.Sink")
	}
	cfg, err := newConfig(opts)
	if err != nil {
		return nil, err
	}
	return &Handler{cfg: cfg, stats: s, since: time.Now(), calls: newRing(cfg.records), closing: make(chan struct{})}, nil
}

// Record keeps a finished call, in place of the oldest one if there are too many.
func (h *Handler) Record(_ context.Context, r *llmotel.Record) {
	if r != nil {
		h.calls.add(r)
	}
}

// Close ends the live streams, which http.Server.Shutdown would wait for: pass it
// to http.Server.RegisterOnShutdown. Pages are still served.
func (h *Handler) Close() { h.closeOnce.Do(func() { close(h.closing) }) }

// ServeHTTP answers GET and HEAD.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !h.admit(w, r) {
		return
	}
	name := lastSegment(r.URL.Path)
	switch name {
	case "events":
		h.events(w, r)
		return
	case styleFile, scriptFile, iconFile:
		serveAsset(w, r, name)
		return
	}
	page, found := pages[name]
	if !found {
		http.Error(w, "There is no such page. The overview is at the path under which the handler is mounted, with a slash at its end.", http.StatusNotFound)
		return
	}
	h.serve(w, r, name, page)
}
