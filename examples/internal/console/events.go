package console

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/log"
	"go.opentelemetry.io/otel/log/embedded"
	"go.opentelemetry.io/otel/trace"
)

// event is an event of a span, or a log record that belongs to one.
type event struct {
	name       string
	attributes []attribute.KeyValue
}

// loggers passes events on to the next provider and to the Console.
type loggers struct {
	embedded.LoggerProvider
	next log.LoggerProvider
}

func (l *loggers) Logger(name string, opts ...log.LoggerOption) log.Logger {
	return &logger{next: l.next.Logger(name, opts...)}
}

type logger struct {
	embedded.Logger
	next log.Logger
}

func (*logger) Enabled(context.Context, log.EnabledParameters) bool { return true }

func (l *logger) Emit(ctx context.Context, r log.Record) {
	l.next.Emit(ctx, r)
	e := event{name: r.EventName()}
	r.WalkAttributes(func(kv attribute.KeyValue) bool {
		e.attributes = append(e.attributes, kv)
		return true
	})
	id := trace.SpanContextFromContext(ctx).SpanID()
	c := current.Load()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.events[id] = append(c.events[id], e)
}
