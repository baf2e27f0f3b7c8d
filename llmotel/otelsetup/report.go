package otelsetup

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// reporter tells the handler about changes of state only: once when an
// endpoint stops taking telemetry, once when it takes all of it again.
type reporter struct {
	handler   func(error)
	endpoints map[signal]string

	mu      sync.Mutex
	failing map[signal]*ExportError
	seen    map[string]time.Time // other errors, by text
}

func newReporter(handler func(error)) *reporter {
	r := &reporter{
		handler:   handler,
		endpoints: make(map[signal]string),
		failing:   make(map[signal]*ExportError),
		seen:      make(map[string]time.Time),
	}
	for _, s := range []signal{traces, metrics, logs} {
		r.endpoints[s] = displayEndpoint(s)
	}
	return r
}

// failed notes that an export of s failed. A collector that is away concerns
// every signal that goes there and is reported once; a refusal of one signal
// is reported for that signal.
func (r *reporter) failed(s signal, err error) {
	failure := &ExportError{Signal: string(s), Endpoint: r.endpoints[s], Err: err}
	r.mu.Lock()
	before := r.failing[s]
	r.failing[s] = failure
	known := before != nil && transport(before.Err) == transport(err)
	for other, f := range r.failing {
		known = known || other != s && f.Endpoint == failure.Endpoint && transport(f.Err) && transport(err)
	}
	r.mu.Unlock()
	if !known {
		r.call(failure)
	}
}

func (r *reporter) succeeded(s signal) {
	r.mu.Lock()
	recovered := r.failing[s] != nil
	delete(r.failing, s)
	for _, f := range r.failing {
		recovered = recovered && f.Endpoint != r.endpoints[s]
	}
	r.mu.Unlock()
	if recovered {
		r.call(fmt.Errorf("otelsetup: %w to %s", ErrRecovered, r.endpoints[s]))
	}
}

const (
	otherEvery = time.Minute
	maxOther   = 64
)

// other takes what the SDK reports to OpenTelemetry's global error handler: at
// most one report a minute of the same text.
func (r *reporter) other(err error) {
	if err == nil {
		return
	}
	text := err.Error()
	now := time.Now()
	r.mu.Lock()
	last, again := r.seen[text]
	quiet := again && now.Sub(last) < otherEvery
	if !quiet {
		if len(r.seen) >= maxOther {
			clear(r.seen)
		}
		r.seen[text] = now
	}
	r.mu.Unlock()
	if !quiet {
		r.call(fmt.Errorf("otelsetup: %w", err))
	}
}

// current returns the failures that last, one for each endpoint and reason.
func (r *reporter) current() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var errs []error
	said := make(map[string]bool)
	for _, s := range []signal{traces, metrics, logs} {
		f := r.failing[s]
		if f == nil || said[f.Error()] {
			continue
		}
		said[f.Error()] = true
		errs = append(errs, f)
	}
	return errors.Join(errs...)
}

func (r *reporter) call(err error) {
	defer func() { _ = recover() }() // the user's handler must not end the exporter
	r.handler(err)
}

// transport tells whether the collector could not be reached, rather than
// having answered that it does not want the data.
func transport(err error) bool {
	switch status.Code(err) {
	case codes.Unavailable, codes.DeadlineExceeded, codes.Canceled:
		return true
	}
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, errShuttingDown)
}

// reason shortens gRPC's texts to what a person needs.
func reason(err error) string {
	text := err.Error()
	var rpc interface{ GRPCStatus() *status.Status }
	if errors.As(err, &rpc) {
		text = rpc.GRPCStatus().Code().String() + ": " + rpc.GRPCStatus().Message()
	}
	for _, known := range []string{"connection refused", "no such host", "network is unreachable", "no route to host", "first record does not look like a TLS handshake"} {
		if strings.Contains(text, known) {
			return known
		}
	}
	if errors.Is(err, context.DeadlineExceeded) || status.Code(err) == codes.DeadlineExceeded {
		return "no answer in time"
	}
	const limit = 200
	text = strings.Map(func(c rune) rune {
		if c < ' ' {
			return ' '
		}
		return c
	}, text)
	if len(text) > limit {
		text = strings.ToValidUTF8(text[:limit], "") + "…"
	}
	return text
}
