package failover

import (
	"context"
	"fmt"
	"time"

	"github.com/llmotel/sdk/providers"
)

// BreakerStatuses returns the state of each target's circuit breaker, in the
// order of the targets. A target with keys or a breaker for each model has its
// own status first, which sums up those of its keys or models; they follow it.
//
// The counts are those of the last result; RetryAt is also set while a target
// cools down. An open breaker whose RetryAt has passed lets the next call
// through as a trial.
func (c *Chain) BreakerStatuses() []providers.BreakerStatus {
	now := time.Now()
	out := make([]providers.BreakerStatus, 0, len(c.targets))
	for _, t := range c.targets {
		out = t.door.statuses(out, now)
	}
	return out
}

// BreakerStatus returns the state of one target's circuit breaker.
func (c *Chain) BreakerStatus(target string) (providers.BreakerStatus, bool) {
	t, ok := c.byName[target]
	if !ok {
		return providers.BreakerStatus{}, false
	}
	return t.door.status(time.Now()), true
}

// Open opens a target's circuit breaker until Close is called, those of all its
// models and keys together.
func (c *Chain) Open(target string) error {
	return c.byHand(target, &hand{reason: ReasonManual}, false, func(g *guard) *BreakerEvent {
		return g.forceOpen(time.Now(), -1, ReasonManual)
	})
}

// Close closes a target's circuit breaker, ends its cooldown and forgets the
// results that it had counted; so for all its models and keys.
func (c *Chain) Close(target string) error {
	return c.byHand(target, nil, true, func(g *guard) *BreakerEvent { return g.forceClose(time.Now()) })
}

// Isolate opens a target's circuit breaker for a time, after which trials
// decide.
func (c *Chain) Isolate(target string, d time.Duration) error {
	if d <= 0 {
		return fmt.Errorf("failover: isolate %q for %v: the time must be positive", target, d)
	}
	h := &hand{until: time.Now().Add(d), reason: ReasonIsolated}
	return c.byHand(target, h, false, func(g *guard) *BreakerEvent { return g.forceOpen(time.Now(), d, ReasonIsolated) })
}

func (c *Chain) byHand(target string, open *hand, keys bool, change func(*guard) *BreakerEvent) error {
	t, ok := c.byName[target]
	if !ok {
		return fmt.Errorf("%w: %q", ErrUnknownTarget, target)
	}
	for _, ev := range t.door.byHand(open, keys, change) {
		if ev != nil {
			c.hookBreaker(context.Background(), *ev)
		}
	}
	return nil
}

// byHand changes what judges the target's health and, if asked, its keys.
func (d *door) byHand(open *hand, keys bool, change func(*guard) *BreakerEvent) []*BreakerEvent {
	var evs []*BreakerEvent
	switch {
	case d.models != nil:
		evs = d.models.byHand(open, change)
	case d.guard != nil:
		evs = append(evs, change(d.guard))
	default:
		keys = true
	}
	if keys && d.keys != nil {
		for _, k := range d.keys.keys {
			evs = append(evs, change(k.guard))
		}
	}
	return evs
}

// statuses appends the target's own status and those of its keys and models.
func (d *door) statuses(out []providers.BreakerStatus, now time.Time) []providers.BreakerStatus {
	out = append(out, d.status(now))
	if d.models != nil {
		for _, g := range d.models.all() {
			if g != d.models.shared {
				out = append(out, g.status(now))
			}
		}
	}
	if d.keys != nil {
		for _, k := range d.keys.keys {
			out = append(out, k.guard.status(now))
		}
	}
	return out
}

// status is the target's own.
func (d *door) status(now time.Time) providers.BreakerStatus {
	var s providers.BreakerStatus
	switch {
	case d.models != nil:
		s = sum(d.models.telling(), now, worse)
	case d.guard != nil:
		s = d.guard.status(now)
	default:
		s = sum(d.keys.guards(), now, better)
	}
	s.Model, s.Key = "", ""
	if d.keys != nil && d.guard != nil {
		d.keys.bear(&s, now)
	}
	return s
}

// bear enters in the target's status what its keys mean for it: while none of
// them may be used, neither may the target.
func (r *keyring) bear(s *providers.BreakerStatus, now time.Time) {
	if s.State == providers.BreakerOpen && s.RetryAt.IsZero() { // by hand
		return
	}
	ref := r.refusal(now, 0)
	if ref.reason == "" {
		return
	}
	if ref.reason == SkipOpen && s.State != providers.BreakerOpen {
		first := sum(r.guards(), now, better)
		s.State, s.Reason, s.Since, s.ConsecutiveFailures = first.State, first.Reason, first.Since, first.ConsecutiveFailures
	}
	s.RetryAt = later(s.RetryAt, ref.until)
}

func (r *keyring) guards() []*guard {
	out := make([]*guard, len(r.keys))
	for i, k := range r.keys {
		out[i] = k.guard
	}
	return out
}

// sum is the status of several guards together: the one that stands for them,
// with the counts of all.
func sum(all []*guard, now time.Time, stands func(a, b *providers.BreakerStatus) bool) providers.BreakerStatus {
	var out providers.BreakerStatus
	var ok, failed, late, timed, running int
	for i, g := range all {
		s := g.status(now)
		if i == 0 || stands(&s, &out) {
			out = s
		}
		ok, failed, late, timed, running = ok+s.Successes, failed+s.Failures, late+s.SlowCalls, timed+s.TimedCalls, running+s.InFlight
	}
	out.Successes, out.Failures, out.SlowCalls, out.TimedCalls, out.InFlight = ok, failed, late, timed, running
	out.FailureRate = 0
	if n := ok + failed; n > 0 {
		out.FailureRate = float64(failed) / float64(n)
	}
	return out
}

// better tells which of two keys is used first, worse which of two models is
// the worse off.
func better(a, b *providers.BreakerStatus) bool {
	if x, y := rank(a.State), rank(b.State); x != y {
		return x < y
	}
	return !a.RetryAt.IsZero() && a.RetryAt.Before(b.RetryAt) || a.RetryAt.IsZero() && a.State != providers.BreakerOpen && !b.RetryAt.IsZero()
}

func worse(a, b *providers.BreakerStatus) bool {
	if x, y := rank(a.State), rank(b.State); x != y {
		return x > y
	}
	return a.RetryAt.After(b.RetryAt)
}

func rank(s providers.BreakerState) int {
	switch s {
	case providers.BreakerOpen:
		return 2
	case providers.BreakerHalfOpen:
		return 1
	}
	return 0
}
