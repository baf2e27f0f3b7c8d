package oteltest

import (
	"context"
	"slices"
	"sync"

	sdklog "go.opentelemetry.io/otel/sdk/log"
)

// logs is a processor that keeps log records.
type logs struct {
	mu      sync.Mutex
	records []sdklog.Record
}

var _ sdklog.Processor = (*logs)(nil)

func (*logs) Enabled(context.Context, sdklog.EnabledParameters) bool { return true }

func (l *logs) OnEmit(_ context.Context, r *sdklog.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.records = append(l.records, r.Clone())
	return nil
}

func (*logs) Shutdown(context.Context) error   { return nil }
func (*logs) ForceFlush(context.Context) error { return nil }

// Logs returns the log records in the order in which they were emitted.
func (r *Recorder) Logs() []sdklog.Record {
	r.logs.mu.Lock()
	defer r.logs.mu.Unlock()
	return slices.Clone(r.logs.records)
}
