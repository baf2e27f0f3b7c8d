package failover

import (
	"context"
	"errors"
	"time"

	"github.com/llmotel/sdk/providers"
)

// admit asks a target's door for an attempt and waits for a limit if that is
// wanted and no other target would take the call. If it is not refused, p
// holds it. It returns the time at which the attempt begins.
func (k *call) admit(ctx context.Context, t *target, now time.Time, p *grant) (refusal, time.Time) {
	ref, evs := t.door.admit(k.req, now, p)
	k.admitted(ctx, p, &ref, evs)
	if t.s.limitWait == 0 || !ref.reason.limit() {
		return ref, now
	}
	return k.linger(ctx, t, ref, now, p)
}

// linger waits for a limit. Permits of the limit on concurrency come in the
// order of the calls; of a limit on a rate nothing is held while waiting, so
// that a call that gives up has taken nothing.
func (k *call) linger(ctx context.Context, t *target, ref refusal, now time.Time, p *grant) (refusal, time.Time) {
	end := now.Add(t.s.limitWait)
	if !k.deadline.IsZero() && k.deadline.Before(end) {
		end = k.deadline
	}
	if own, ok := ctx.Deadline(); ok && own.Before(end) {
		end = own
	}
	for ref.reason.limit() && now.Before(end) && k.isLast(now) {
		var evs changes
		if ref.reason == SkipConcurrency {
			if !t.door.permits.wait(ctx, end.Sub(now)) {
				break
			}
			now = time.Now()
			ref, evs = t.door.enter(t.door.judge(k.req, now), k.req, now, p)
		} else {
			if ref.until.After(end) || !pause(ctx, ref.until.Sub(now)) {
				break
			}
			now = time.Now()
			ref, evs = t.door.admit(k.req, now, p)
		}
		k.admitted(ctx, p, &ref, evs)
	}
	return ref, now
}

// admitted tells the hooks what an admission has changed. A hook that ends its
// goroutine takes nothing with it.
func (k *call) admitted(ctx context.Context, p *grant, ref *refusal, evs changes) {
	if evs == (changes{}) {
		return
	}
	told := false
	defer func() {
		if !told && ref.reason == "" {
			p.giveBack(time.Now())
		}
	}()
	k.chain.told(ctx, evs)
	told = true
}

// ready tells whether a target would take the call at that time.
func (k *call) ready(t *target, at time.Time) bool { return k.barred(t, at).reason == "" }

// barred is why a target would not take the call at that time, if so.
func (k *call) barred(t *target, at time.Time) refusal { return t.door.refusal(k.req, at) }

// provider is the one that this attempt calls.
func (v *visit) provider() providers.Provider {
	if v.grant.key != nil {
		return v.grant.key.provider
	}
	return v.t.provider
}

// began tells the door that the stream has begun to answer.
func (v *visit) began() {
	v.call.chain.told(v.ctx, v.grant.firstChunk(v.now))
}

// turns tells whether a failure that puts one key aside is to be tried at once
// with another key of the target. It costs no wait and none of the target's
// attempts, and happens at most once for each key.
func (v *visit) turns(r *result, now time.Time) bool {
	keys := v.t.door.keys
	if keys == nil || v.committed || !r.cooldown && r.isolate == 0 || v.turned+1 >= len(keys.keys) {
		return false
	}
	k := v.call
	if k.callerErr() != nil || v.ctx.Err() != nil || !k.deadline.IsZero() && !now.Before(k.deadline) || !k.ready(v.t, now) {
		return false
	}
	v.turned++
	return true
}

// usage is what the attempt has used, as far as the provider said.
func (v *visit) usage() *providers.Usage {
	switch r := v.grant.rates; {
	case r == nil || r.tokens == nil:
	case v.err != nil:
		if e, ok := errors.AsType[*providers.Error](v.err); ok && !v.committed {
			return &e.Usage
		}
		return v.ledger
	case v.resp != nil:
		return &v.resp.Usage
	default:
		return v.ledger
	}
	return nil
}

// reported keeps the ledger of a stream where a limit wants it.
func (v *visit) reported(chunk *providers.Chunk) {
	switch r := v.grant.rates; {
	case r == nil || r.tokens == nil:
	case chunk.Kind == providers.ChunkUsage && chunk.Usage != nil:
		u := *chunk.Usage
		u.Completeness = min(u.Completeness, providers.UsagePartial) // until the stream ends
		v.ledger = &u
	case chunk.Kind == providers.ChunkFinish && chunk.Finish != nil:
		v.ledger = &chunk.Finish.Usage
	}
}

// late tells whether an attempt timed out while its first chunk was due.
func (v *visit) late(err error, now time.Time) bool {
	s := &v.t.s
	if s.slowRate == 0 || v.yield == nil || v.committed || v.kind != providers.KindTimeout {
		return false
	}
	limit, ok := errors.AsType[*TimeoutError](err)
	return ok && limit == v.t.errFirstChunk || now.Sub(v.now) > s.slowThreshold
}

// key is the name of the attempt's key, if the target has several.
func (v *visit) key() string {
	if v.grant.key == nil {
		return ""
	}
	return v.grant.key.name
}
