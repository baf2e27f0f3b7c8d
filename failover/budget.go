package failover

import (
	"sync"
	"time"
)

// WithRetryBudget limits retries on the same target over all calls of the
// chain, so that an outage is not amplified: each call earns share of a retry,
// and perSecond more are free, so that programs with few calls may retry at
// all. What ten seconds earn can be saved up. A retry beyond it is not made;
// the call moves on to the next target. The defaults are 0.2 and 10 (the
// scheme and defaults of Finagle's RetryBudget). WithRetryBudget(0, 0) forbids
// retries.
func WithRetryBudget(share, perSecond float64) Option {
	return optionFunc(func(c config) config { c.retryShare, c.retryRate = share, perSecond; return c })
}

// savedUp is how long retries that were not used can be saved.
const savedUp = 10 * time.Second

// budget is a leaky bucket of retries. failsafe-go's limits those in flight to
// a share of the calls in flight, which a lone call never meets and which does
// not see retries that wait (docs/decisions/0206).
type budget struct {
	share, rate float64

	mu     sync.Mutex
	saved  float64 // retries in hand
	calls  float64 // of the last ten seconds, decaying
	filled time.Time
}

func newBudget(share, perSecond float64) *budget {
	return &budget{share: share, rate: perSecond, saved: perSecond * savedUp.Seconds()}
}

// call earns a call's share.
func (b *budget) call(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fill(now)
	b.calls++
	b.saved = min(b.saved+b.share, b.most())
}

// take asks for a retry.
func (b *budget) take(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fill(now)
	if b.saved < 1 {
		return false
	}
	b.saved--
	return true
}

func (b *budget) fill(now time.Time) {
	d := now.Sub(b.filled).Seconds()
	if d <= 0 {
		return
	}
	b.filled = now
	b.calls *= max(0, 1-d/savedUp.Seconds())
	b.saved = min(b.saved+d*b.rate, b.most())
}

// most is what ten seconds earn; never less than one retry, if any are to be
// had at all.
func (b *budget) most() float64 {
	m := b.rate*savedUp.Seconds() + b.calls*b.share
	if m > 0 {
		m = max(m, 1)
	}
	return m
}
