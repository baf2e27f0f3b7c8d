package calllog

import (
	"context"
	"errors"
	"log/slog"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/log"
	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/providers"
)

// EmitOption configures an Emitter.
type EmitOption interface{ applyEmit(config) config }

// EventName is the name of an Emitter's log records.
const EventName = "llmotel.call"

// Slog writes each record through a slog.Handler. It is safe for concurrent use
// if the handler is, as handlers must be.
type Slog struct {
	handler slog.Handler
	reports reports
}

var (
	_ llmotel.Sink = (*Slog)(nil)
	_ llmotel.Sink = (*Emitter)(nil)
)

// NewSlog returns a sink on h. A call is a record "LLM call" at the time of its
// end with the fields of the JSON Schema as attributes: at level Error if it
// failed, Warn if it was answered on a second try or by another target, else
// Info. WithOnError tells of errors of the handler; without it Dropped does.
func NewSlog(h slog.Handler, opts ...Option) (*Slog, error) {
	if h == nil {
		return nil, errors.New("calllog: NewSlog needs a handler")
	}
	cfg := defaults()
	for _, o := range opts {
		if o != nil {
			cfg = o.apply(cfg)
		}
	}
	s := &Slog{handler: h}
	s.reports.start(cfg, "*calllog.Slog")
	return s, nil
}

// Record hands one finished call to the handler.
func (s *Slog) Record(ctx context.Context, r *llmotel.Record) {
	if r == nil {
		return
	}
	level := slogLevels[gravityOf(r)]
	weight, keep := s.reports.sampler.Keep(r)
	if !keep || !s.handler.Enabled(ctx, level) {
		return
	}
	var t tree[slog.Attr]
	t.kind = slogTree{}
	t.open = make([][]slog.Attr, 1, 4)
	writer{&t}.record(r, weight)
	rec := slog.NewRecord(r.Start.Add(r.Duration), level, "LLM call", 0)
	rec.AddAttrs(t.open[0]...)
	if err := s.handler.Handle(ctx, rec); err != nil {
		s.reports.drop(1, err)
	}
}

// Dropped returns how many records the handler did not take.
func (s *Slog) Dropped() int64 { return s.reports.dropped.Load() }

// Emitter writes each record as an OpenTelemetry log record.
type Emitter struct {
	logger log.Logger
	cfg    config
}

// NewEmitter returns a sink on a LoggerProvider. A call is a log record named
// EventName that belongs to the call's span; its body is a map of the fields of
// the JSON Schema. Its severity is as the level of NewSlog.
func NewEmitter(lp log.LoggerProvider, opts ...EmitOption) (*Emitter, error) {
	if lp == nil {
		return nil, errors.New("calllog: NewEmitter needs a LoggerProvider")
	}
	cfg := defaults()
	for _, o := range opts {
		if o != nil {
			cfg = o.applyEmit(cfg)
		}
	}
	return &Emitter{logger: lp.Logger(ScopeName, log.WithInstrumentationVersion(llmotel.Version)), cfg: cfg}, nil
}

// ScopeName is the instrumentation scope of an Emitter's log records.
const ScopeName = "github.com/llmotel/sdk/llmotel/calllog"

// Record emits one finished call.
func (e *Emitter) Record(ctx context.Context, r *llmotel.Record) {
	if r == nil {
		return
	}
	weight, keep := e.cfg.sampler.Keep(r)
	gravity := gravityOf(r)
	if r.TraceID.IsValid() && r.SpanID.IsValid() {
		var flags trace.TraceFlags
		ctx = trace.ContextWithSpanContext(ctx, trace.NewSpanContext(trace.SpanContextConfig{
			TraceID: r.TraceID, SpanID: r.SpanID, TraceFlags: flags.WithSampled(r.Sampled),
		}))
	}
	if !keep || !e.logger.Enabled(ctx, log.EnabledParameters{Severity: severities[gravity], EventName: EventName}) {
		return
	}
	var t tree[attribute.KeyValue]
	t.kind = otelTree{}
	t.open = make([][]attribute.KeyValue, 1, 4)
	writer{&t}.record(r, weight)
	var rec log.Record
	rec.SetEventName(EventName)
	rec.SetTimestamp(r.Start.Add(r.Duration))
	rec.SetSeverity(severities[gravity])
	rec.SetSeverityText(slogLevels[gravity].String())
	rec.SetBody(attribute.MapValue(t.open[0]...))
	e.logger.Emit(ctx, rec)
}

// gravity is how much a call deserves to be seen.
type gravity int

const (
	answered gravity = iota
	rescued
	failed
)

var (
	slogLevels = [...]slog.Level{slog.LevelInfo, slog.LevelWarn, slog.LevelError}
	severities = [...]log.Severity{log.SeverityInfo, log.SeverityWarn, log.SeverityError}
)

func gravityOf(r *llmotel.Record) gravity {
	switch {
	case r.ErrorKind == providers.KindCancelled:
		return answered // the caller's own wish
	case r.ErrorKind != "":
		return failed
	case len(r.Visits) > 1 || len(r.Skips) > 0 || r.Attempts > 1:
		return rescued
	}
	return answered
}
