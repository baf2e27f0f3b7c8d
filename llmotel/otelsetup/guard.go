package otelsetup

import (
	"context"
	"errors"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// The pauses between the attempts of one export. How long it goes on is up to
// the context that the SDK gives: 30 s unless OTEL_*_EXPORT_TIMEOUT says
// otherwise.
const (
	firstPause = time.Second
	maxPause   = 15 * time.Second
)

var errShuttingDown = errors.New("the shutdown had no time left for it")

// guard retries exports and keeps their failures from the SDK, which would
// print each. The exporters' own retry is off, since it can neither be seen
// nor ended when the program wants to exit.
type guard struct {
	reports *reporter
	// stopping is closed when Shutdown begins: from then on one attempt each.
	stopping chan struct{}
	// ctx ends when Shutdown has no more time.
	ctx    context.Context
	cancel context.CancelCauseFunc
}

func newGuard(r *reporter) *guard {
	g := &guard{reports: r, stopping: make(chan struct{})}
	g.ctx, g.cancel = context.WithCancelCause(context.Background())
	return g
}

// export calls attempt until it succeeds or there is no point in going on. It
// returns nil even then: the failure has been reported.
func (g *guard) export(ctx context.Context, s signal, attempt func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := context.AfterFunc(g.ctx, func() { cancel(context.Cause(g.ctx)) }) //nolint:contextcheck // it ends ctx, which is inherited
	defer stop()

	for pause := firstPause; ; pause = min(2*pause, maxPause) {
		err := attempt(ctx)
		if err == nil {
			g.reports.succeeded(s)
			return nil
		}
		switch cause := context.Cause(ctx); {
		case errors.Is(cause, context.Canceled):
			return nil // the SDK changed its mind, which says nothing of the collector
		case errors.Is(cause, errShuttingDown):
			err = cause
		}
		g.reports.failed(s, err)
		wait, again := retryIn(err)
		if !again {
			return nil
		}
		timer := time.NewTimer(max(wait, pause))
		select {
		case <-timer.C:
		case <-g.stopping:
			timer.Stop()
			return nil
		case <-ctx.Done():
			timer.Stop()
			return nil
		}
	}
}

// retryIn tells whether the OTLP specification allows to send the same data
// again, and the pause that the server asks for.
func retryIn(err error) (time.Duration, bool) {
	s := status.Convert(err)
	var wait time.Duration
	throttled := false
	for _, d := range s.Details() {
		if info, ok := d.(*errdetails.RetryInfo); ok && info.RetryDelay != nil {
			wait, throttled = info.RetryDelay.AsDuration(), true
		}
	}
	switch s.Code() {
	case codes.Canceled, codes.DeadlineExceeded, codes.Aborted, codes.OutOfRange, codes.Unavailable, codes.DataLoss:
		return wait, true
	case codes.ResourceExhausted:
		return wait, throttled
	}
	return 0, false
}
