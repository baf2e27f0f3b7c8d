package failover

import (
	"sync"
	"time"

	"github.com/failsafe-go/failsafe-go/ratelimiter"
)

// meter is a bucket of n permits that fills at the rate of n a minute, as the
// limits of the vendors are. failsafe-go's smooth rate limiter counts, each of
// its permits a nanosecond in which the bucket fills; its wait, meant to be
// waited, tells how much the bucket lacks. The meter adds what the limiter
// does not have (docs/decisions/0204): a burst, permits that come back, asking
// without taking.
type meter struct {
	limiter ratelimiter.RateLimiter[any]
	each    float64 // nanoseconds in which one permit comes

	mu     sync.Mutex
	credit time.Duration // came back; at most what the limiter counts as taken
}

const (
	meterPeriod = time.Minute
	maxMeter    = 1_000_000_000
)

// newMeter returns nil, which limits nothing, for 0.
func newMeter(n int) *meter {
	if n == 0 {
		return nil
	}
	return &meter{
		limiter: ratelimiter.NewSmoothWithMaxRate[any](time.Nanosecond),
		each:    float64(meterPeriod) / float64(n),
	}
}

// take takes n permits, or none and says how long it will be until it can.
// More than the bucket holds is taken when it is full; the rest is a debt.
func (m *meter) take(n int64) (wait time.Duration, ok bool) {
	if m == nil {
		return 0, true
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if wait := m.wait(n); wait > 0 {
		return wait, false
	}
	m.charge(m.worth(n))
	return 0, true
}

// peek says how long it will be until n permits can be taken.
func (m *meter) peek(n int64) time.Duration {
	if m == nil {
		return 0
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.wait(n)
}

// correct replaces an estimate by what was used: the difference is a debt, or
// comes back.
func (m *meter) correct(estimate, used int64) {
	if m == nil || estimate == used {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if used > estimate {
		m.charge(m.worth(used - estimate))
		return
	}
	m.credit += m.worth(estimate - used)
	m.lacks() // a bucket does not become fuller than full
}

// worth is the time in which n permits come, within reason.
func (m *meter) worth(n int64) time.Duration {
	const most = 24 * time.Hour
	return time.Duration(min(float64(n)*m.each, float64(most)))
}

func (m *meter) wait(n int64) time.Duration {
	return max(0, m.lacks()+min(m.worth(n), meterPeriod)-meterPeriod)
}

// charge uses up what came back first.
func (m *meter) charge(d time.Duration) {
	back := min(d, m.credit)
	m.credit -= back
	if d > back {
		m.limiter.ReservePermits(uint(d - back)) //nolint:gosec // it is positive
	}
}

// lacks is the time until the bucket is full.
func (m *meter) lacks() time.Duration {
	taken := m.limiter.ReservePermits(0)
	if taken > 0 {
		taken++ // the limiter says when the last of the permits begins
	}
	m.credit = min(m.credit, taken)
	return taken - m.credit
}
