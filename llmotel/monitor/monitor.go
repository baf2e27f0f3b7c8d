package monitor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"sync"

	"go.opentelemetry.io/otel"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/calllog"
	"github.com/llmotel/sdk/llmotel/otelfailover"
	"github.com/llmotel/sdk/llmotel/otelsetup"
	"github.com/llmotel/sdk/llmotel/stats"
	"github.com/llmotel/sdk/providers"
)

// Target is a provider, the model to ask of it, and a name for both.
type Target = failover.Target

// Monitor is a Provider over several targets whose calls are recorded. It is
// safe for concurrent use.
type Monitor struct {
	chain *failover.Chain
	stats *stats.Sink
	debug debug

	closeOnce sync.Once
	closers   []func() error // in the order in which they run
	closeErr  error
}

var _ providers.Provider = (*Monitor)(nil)

// New puts the parts together. The targets are tried in order. Without options
// telemetry is exported to an OpenTelemetry collector on this machine if there
// is one, and call records go to llm_telemetry.jsonl in the working directory.
func New(targets []Target, opts ...Option) (*Monitor, error) {
	c := config{serviceName: "", callLog: calllog.DefaultPath}
	for _, o := range opts {
		if o != nil {
			c = o.apply(c)
		}
	}
	if c.globalTelemetry && (c.serviceName != "" || len(c.telemetry) > 0) {
		return nil, errors.New("monitor: WithGlobalTelemetry leaves the OpenTelemetry SDK to the program, so WithServiceName and WithTelemetry would do nothing; use one or the other")
	}
	m := &Monitor{}
	if err := m.build(targets, c); err != nil {
		closing := m.Close()
		if _, export := errors.AsType[*otelsetup.ExportError](closing); export {
			closing = nil // there was nothing to export yet
		}
		return nil, errors.Join(err, closing)
	}
	return m, nil
}

// build adds one part after the other; what is open when it fails is closed by
// the caller.
func (m *Monitor) build(targets []Target, c config) error {
	tp, mp, lp := otel.GetTracerProvider(), otel.GetMeterProvider(), otel.GetLoggerProvider()
	if !c.globalTelemetry {
		sdk, err := otelsetup.Start(context.Background(), c.setup()...)
		if err != nil {
			return err
		}
		tp, mp, lp = sdk.TracerProvider(), sdk.MeterProvider(), sdk.LoggerProvider()
		m.onClose(func() error { return sdk.Shutdown(context.Background()) })
	}
	m.stats = stats.New(stats.WithBreakers(m.Breakers))
	sinks := []llmotel.Sink{m.stats, &m.debug}
	if c.callLog != "" {
		log, err := calllog.Open(c.callLog, append([]calllog.FileOption{calllog.WithMeterProvider(mp)}, c.callLogOptions...)...)
		if err != nil {
			return fmt.Errorf("%w (monitor.WithCallLog puts the log elsewhere, monitor.WithoutCallLog turns it off)", err)
		}
		sink := interface {
			llmotel.Sink
			io.Closer
		}(log)
		if c.callLogQueue != nil {
			queue, err := calllog.NewQueue(log, append([]calllog.QueueOption{calllog.WithMeterProvider(mp)}, c.callLogQueue...)...)
			if err != nil {
				return errors.Join(err, log.Close())
			}
			sink = queue // closes the log as well
		}
		m.onClose(sink.Close)
		sinks = append(sinks, sink)
	}
	recorder := []llmotel.Option{
		llmotel.WithTracerProvider(tp), llmotel.WithMeterProvider(mp), llmotel.WithLoggerProvider(lp),
		llmotel.WithSinks(sinks...),
	}
	if c.debugContent {
		recorder = append(recorder, llmotel.WithUploadHook(m.debug.content))
	}
	inst, err := llmotel.New(append(recorder, c.recorder...)...)
	if err != nil {
		return err
	}
	telemetry, err := otelfailover.New(inst, otelfailover.WithMeterProvider(mp))
	if err != nil {
		return err
	}
	m.chain, err = failover.New(targets, append(telemetry.Options(), c.failover...)...)
	if err != nil {
		return errors.Join(err, telemetry.Close())
	}
	telemetry.Observe(m.chain)
	// Metrics are flushed with the breakers still observed.
	m.closers = append(m.closers, telemetry.Close)
	return nil
}

// onClose adds what is to be closed, before what is open already.
func (m *Monitor) onClose(f func() error) {
	m.closers = append([]func() error{f}, m.closers...)
}

// Name is the chain's name, "failover" by default.
func (m *Monitor) Name() string { return m.chain.Name() }

// Generate returns the answer of the first target that gives one.
func (m *Monitor) Generate(ctx context.Context, req *providers.Request) (*providers.Response, error) {
	return m.chain.Generate(ctx, req)
}

// Stream yields the answer of the first target whose answer begins.
func (m *Monitor) Stream(ctx context.Context, req *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return m.chain.Stream(ctx, req)
}

// Snapshot returns the statistics since New.
func (m *Monitor) Snapshot() stats.Snapshot { return m.stats.Snapshot() }

// Stats returns the statistics themselves, for windows of time and the
// timeline.
func (m *Monitor) Stats() *stats.Sink { return m.stats }

// Breakers returns the state of each target's circuit breaker, in the order of
// the targets.
func (m *Monitor) Breakers() []providers.BreakerStatus {
	if m.chain == nil {
		return nil
	}
	return m.chain.BreakerStatuses()
}

// Chain returns the failover chain, for what Monitor does not show.
func (m *Monitor) Chain() *failover.Chain { return m.chain }

// Close flushes telemetry and the call log and ends what New started. It waits
// for the export no longer than otelsetup's limit. Calls made later are still
// answered, but no longer recorded. A second Close returns what the first did.
func (m *Monitor) Close() error {
	if m == nil { // New has failed, and its error was not looked at
		return nil
	}
	m.closeOnce.Do(func() {
		if p := m.debug.page.Load(); p != nil {
			p.Close()
		}
		var errs []error
		for _, f := range m.closers {
			errs = append(errs, f())
		}
		m.closeErr = errors.Join(errs...)
	})
	return m.closeErr
}
