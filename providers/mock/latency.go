package mock

import (
	"context"
	"math"
	"math/rand/v2"
	"time"
)

// Latency is a log-normal distribution of times, given by its median and its
// 95th percentile. The zero Latency is no time at all. With P95 not above P50
// every draw is P50.
type Latency struct{ P50, P95 time.Duration }

// z95 is the 95th percentile of the standard normal distribution.
const z95 = 1.6448536269514722

// draw returns a time from the distribution: at most ten times P95, so that no
// run hangs on its tail.
func (l Latency) draw(rng *rand.Rand) time.Duration {
	z := rng.NormFloat64() // always drawn, to keep the sequence in step
	if l.P50 <= 0 || l.P95 <= l.P50 {
		return max(l.P50, 0)
	}
	sigma := math.Log(float64(l.P95)/float64(l.P50)) / z95
	return time.Duration(min(float64(l.P50)*math.Exp(sigma*z), 10*float64(l.P95)))
}

// wait sleeps for d, already scaled, or until ctx ends.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 || ctx.Err() != nil {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// scaled applies WithTimeScale.
func (p *Provider) scaled(d time.Duration) time.Duration {
	return time.Duration(float64(d) * p.cfg.timeScale)
}
