package monitor

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/debugui"
)

// debug is where the debug page comes in when somebody asks for it. Until then it
// is a sink that looks at a pointer.
type debug struct {
	page atomic.Pointer[debugui.Handler]
}

func (d *debug) Record(ctx context.Context, r *llmotel.Record) {
	if p := d.page.Load(); p != nil {
		p.Record(ctx, r)
	}
}

func (d *debug) content(ctx context.Context, c *llmotel.Content) {
	if p := d.page.Load(); p != nil {
		p.Content(ctx, c)
	}
}

// DebugHandler returns the page of this Monitor's calls, from now on, with its
// statistics and circuit breakers. Mount it under a path that ends with a slash:
//
//	mux.Handle("/debug/llm/", page)
//
// It answers only under loopback names unless debugui.WithHosts says otherwise;
// see docs/debug-page.md before others can reach it. A Monitor has one; a second
// call is an error. Until the first nothing is kept. Close ends its live streams.
func (m *Monitor) DebugHandler(opts ...debugui.Option) (*debugui.Handler, error) {
	page, err := debugui.New(m.stats, append([]debugui.Option{debugui.WithBreakers(m.Breakers)}, opts...)...)
	if err != nil {
		return nil, err
	}
	if !m.debug.page.CompareAndSwap(nil, page) {
		return nil, errors.New("monitor: there is a DebugHandler already; one page serves all")
	}
	return page, nil
}
