package failover

import (
	"context"
	"math"
	"net/http/httptrace"
	"time"
)

// WithConnectTimeout limits how long an attempt may take to get a connection:
// name, dial, proxy and TLS. Providers that make their calls with net/http are
// held to it, the vendors' SDKs among them; for others it has no effect. The
// default 0 means no limit but that of the HTTP client.
func WithConnectTimeout(d time.Duration) TargetOption {
	return targetOptionFunc(func(s settings) settings { s.connect = d; return s })
}

// connecting returns a context under which cancel is called if a connection
// takes too long, and what stops that.
func (v *visit) connecting(ctx context.Context, cancel context.CancelCauseFunc) (context.Context, func()) {
	// The provider may keep the hooks for longer than the visit lives.
	limit, cause := v.t.s.connect, v.t.errConnect
	timer := time.AfterFunc(math.MaxInt64, func() { cancel(cause) })
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { timer.Reset(limit) },
		GotConn: func(httptrace.GotConnInfo) { timer.Stop() },
	})
	return ctx, func() { timer.Stop() }
}
