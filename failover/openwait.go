package failover

import "time"

// WithOpenWait lets a call that no target may take, because all of them are
// open, cooling down or busy with a trial, wait until the first of them may be
// called: altogether that long at most, and only if the deadlines of the call
// and the caller allow it. The default is 2 s; 0 ends the call at once. Its
// *Error says when to try again. For limits of ours see WithLimitWait.
func WithOpenWait(d time.Duration) Option {
	return optionFunc(func(c config) config { c.openWait = d; return c })
}

// awaitTrial waits for the nearest time at which a target may be called, if
// none could be, and tells whether to go through them again.
func (k *call) awaitTrial() bool {
	if k.chain.openWait == 0 || k.answered != nil || !k.more || k.visited > 0 || k.timedOut || k.callerErr() != nil {
		return false
	}
	now := time.Now()
	at := k.admittedAt()
	if at.IsZero() {
		return false
	}
	wait := max(at.Sub(now), time.Millisecond) // another call may be faster
	if k.waited+wait > k.chain.openWait {
		return false
	}
	end := now.Add(wait)
	if !k.deadline.IsZero() && !end.Before(k.deadline) {
		return false
	}
	if d, ok := k.ctx.Deadline(); ok && !end.Before(d) {
		return false
	}
	k.waited += wait
	if !pause(k.ctx, wait) {
		k.more = false
		return false
	}
	k.cursor, k.walked = 0, len(k.history)
	return true
}

// admittedAt is the earliest time at which a target that was passed over may be
// called; zero if waiting does not help.
func (k *call) admittedAt() time.Time {
	var best time.Time
	for i := range k.history[k.walked:] {
		switch a := &k.history[k.walked+i]; a.Skip {
		case SkipOpen, SkipHalfOpen, SkipCooldown:
			if !a.Until.IsZero() && (best.IsZero() || a.Until.Before(best)) {
				best = a.Until
			}
		}
	}
	return best
}
