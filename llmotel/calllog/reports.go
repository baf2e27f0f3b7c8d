package calllog

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/internal/genai"
)

// reports counts what is dropped, and tells the user's function at most once
// in a while.
type reports struct {
	config
	sink    string
	counter metric.Int64Counter // nil without
	dropped atomic.Int64

	mu   sync.Mutex
	err  error // the last one
	told time.Time
}

// start makes the counter, if there is a MeterProvider. An instrument that
// cannot be made counts nothing.
func (r *reports) start(c config, sink string) {
	r.config, r.sink = c, sink
	if c.meters == nil {
		return
	}
	def := genai.MetricTelemetryDropped
	meter := c.meters.Meter(ScopeName, metric.WithInstrumentationVersion(llmotel.Version))
	counter, err := meter.Int64Counter(def.Name, metric.WithUnit(def.Unit), metric.WithDescription(def.Description))
	if err == nil {
		r.counter = counter
	}
}

// count adds to the metric.
func (r *reports) count(n int64, err error) {
	if r.counter == nil {
		return
	}
	reason := genai.ReasonFailed
	switch {
	case errors.Is(err, ErrFull):
		reason = genai.ReasonFull
	case errors.Is(err, ErrClosed) || errors.Is(err, context.Canceled):
		reason = genai.ReasonClosed
	case errors.Is(err, ErrRefused):
		reason = genai.ReasonRefused
	}
	r.counter.Add(context.Background(), n, metric.WithAttributeSet(attribute.NewSet(
		genai.SinkKey.String(r.sink), genai.ReasonKey.String(reason))))
}

// drop counts n records that are lost.
func (r *reports) drop(n int64, err error) {
	total := r.dropped.Add(n)
	r.count(n, err)
	if r.note(err) {
		r.call(&DroppedError{Dropped: total, Err: err})
	}
}

// tell reports an error that has cost no record yet.
func (r *reports) tell(err error) {
	if r.note(err) {
		r.call(err)
	}
}

// note remembers the error and says whether it is to be reported now.
func (r *reports) note(err error) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = err
	now := time.Now()
	if r.onError == nil || !r.told.IsZero() && now.Sub(r.told) < r.every {
		return false
	}
	r.told = now
	return true
}

func (r *reports) call(err error) {
	defer func() { _ = recover() }() // the user's function must not fail the call
	r.onError(err)
}

func (r *reports) last() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}
