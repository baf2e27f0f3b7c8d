package failover

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/failsafe-go/failsafe-go/bulkhead"
)

// permits limit how many attempts of a target run at once. failsafe-go's
// bulkhead, used by itself, since its policy would give the permit of a stream
// back before the stream ends and lose it in a panic. The counter says what
// the bulkhead does not.
type permits struct {
	bulkhead bulkhead.Bulkhead[any]
	most     int64
	used     atomic.Int64
}

func newPermits(n int) *permits {
	if n == 0 {
		return nil
	}
	return &permits{bulkhead: bulkhead.New[any](uint(n)), most: int64(n)}
}

func (p *permits) take() bool {
	if p == nil {
		return true
	}
	if !p.bulkhead.TryAcquirePermit() {
		return false
	}
	p.used.Add(1)
	return true
}

// wait takes a permit as soon as there is one, in the order of the callers.
func (p *permits) wait(ctx context.Context, d time.Duration) bool {
	if p.bulkhead.AcquirePermitWithMaxWait(ctx, d) != nil {
		return false
	}
	p.used.Add(1)
	return true
}

func (p *permits) giveBack() {
	if p != nil {
		p.used.Add(-1)
		p.bulkhead.ReleasePermit()
	}
}

func (p *permits) full() bool { return p != nil && p.used.Load() >= p.most }

// rates limit requests and tokens a minute: of a target or, if it has several,
// of each of its keys, since a vendor's limits are those of an account.
type rates struct{ requests, tokens *meter }

func newRates(s *settings) *rates {
	if s.requestsPerMinute == 0 && s.tokensPerMinute == 0 {
		return nil
	}
	return &rates{newMeter(s.requestsPerMinute), newMeter(s.tokensPerMinute)}
}

// take takes a request of so many tokens, or says why and until when not.
func (r *rates) take(tokens int64) refusal {
	if r == nil {
		return refusal{}
	}
	if wait, ok := r.requests.take(1); !ok {
		return refusal{SkipRequestRate, time.Now().Add(wait)}
	}
	if wait, ok := r.tokens.take(tokens); !ok {
		r.requests.correct(1, 0)
		return refusal{SkipTokenRate, time.Now().Add(wait)}
	}
	return refusal{}
}

// refusal is what take would say at a time, if nothing else is taken until
// then.
func (r *rates) refusal(tokens int64, at time.Time) refusal {
	if r == nil {
		return refusal{}
	}
	now := time.Now()
	if wait := r.requests.peek(1); wait > 0 && now.Add(wait).After(at) {
		return refusal{SkipRequestRate, now.Add(wait)}
	}
	if wait := r.tokens.peek(tokens); wait > 0 && now.Add(wait).After(at) {
		return refusal{SkipTokenRate, now.Add(wait)}
	}
	return refusal{}
}

// giveBack returns a request that was not sent.
func (r *rates) giveBack(tokens int64) {
	if r != nil {
		r.requests.correct(1, 0)
		r.tokens.correct(tokens, 0)
	}
}
