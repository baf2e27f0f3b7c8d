package failover

import (
	"context"
	"time"

	"github.com/llmotel/sdk/providers"
)

// door is what stands before a target: everything that decides whether an
// attempt may be made.
//
//	breaker and cooldown -> permits -> key, rates -> ticket of the breaker
//
// The limits are asked before the breaker gives its ticket, so that a full
// limiter never looks like a result to it (docs/decisions/0204).
type door struct {
	guard   *guard   // nil: each key has its own
	models  *guards  // nil: one for all models
	permits *permits // nil: no limit
	rates   *rates   // nil: no limit, or each key has its own
	keys    *keyring // nil: one credential
}

// newDoor returns the door of a target.
func newDoor(target string, ownModel bool, keys []Key, s *settings) *door {
	d := &door{guard: newGuard(target, s), permits: newPermits(s.maxConcurrency)}
	if s.perModel && !ownModel {
		d.models = newGuards(target, s, d.guard)
	}
	if len(keys) == 0 {
		d.rates = newRates(s)
		return d
	}
	d.keys = newKeyring(target, keys, s)
	if s.perKey {
		d.guard = nil
	}
	return d
}

// grant is what an attempt holds while it runs. It goes back with done, once.
type grant struct {
	guard     *guard
	ticket    ticket
	permits   *permits
	key       *key
	keyTicket ticket
	rates     *rates
	tokens    int64 // taken from rates
}

// changes are the changes of breakers that a step caused.
type changes struct{ key, target *BreakerEvent }

// admit asks for an attempt at the time now. If it is not refused, p holds it.
func (d *door) admit(req *providers.Request, now time.Time, p *grant) (ref refusal, evs changes) {
	g := d.judge(req, now)
	if d.plain() {
		*p = grant{guard: g}
		p.ticket, ref, evs.target = g.admit(now)
		return ref, evs
	}
	if g != nil {
		if ref = g.barred(now); ref.reason != "" {
			return ref, evs
		}
	}
	if !d.permits.take() {
		return refusal{reason: SkipConcurrency}, evs
	}
	return d.enter(g, req, now, p)
}

// enter goes on with a permit in hand.
func (d *door) enter(g *guard, req *providers.Request, now time.Time, p *grant) (ref refusal, evs changes) {
	*p = grant{permits: d.permits, rates: d.rates, tokens: d.tokens(req)}
	if d.keys != nil {
		if p.key, p.keyTicket, ref, evs.key = d.keys.take(now, p.tokens); p.key != nil {
			p.rates = p.key.rates
		}
	} else {
		ref = d.rates.take(p.tokens)
	}
	if ref.reason != "" {
		p.permits.giveBack()
		*p = grant{}
		return ref, evs
	}
	if g == nil {
		return ref, evs
	}
	var t ticket
	if t, ref, evs.target = g.admit(now); ref.reason != "" { // another call was faster
		p.giveBack(now)
		*p = grant{}
		return ref, evs
	}
	p.guard, p.ticket = g, t
	return ref, evs
}

// refusal is what admit would say at a time, if nothing else happens until
// then.
func (d *door) refusal(req *providers.Request, at time.Time) refusal {
	g := d.guard
	if d.models != nil && req != nil {
		g = d.models.find(req.Model)
	}
	if g != nil {
		if ref := g.barred(at); ref.reason != "" || d.plain() {
			return ref
		}
	}
	if d.permits.full() {
		return refusal{reason: SkipConcurrency}
	}
	if d.keys != nil {
		return d.keys.refusal(at, d.tokens(req))
	}
	return d.rates.refusal(d.tokens(req), at)
}

// why says in words why the breaker is open, of each key if it has several.
func (d *door) why(reason SkipReason, model string, now time.Time) string {
	g := d.guard
	if d.models != nil {
		g = d.models.find(model)
	}
	switch {
	case g != nil && reason == SkipOpen && (d.keys == nil || g.barred(now).reason != ""):
		return g.why()
	case d.keys != nil && reason != SkipConcurrency && (g == nil || g.barred(now).reason == ""):
		return d.keys.why(now)
	}
	return ""
}

// plain tells whether a breaker is all there is.
func (d *door) plain() bool { return d.permits == nil && d.rates == nil && d.keys == nil }

// judge is the guard of the request's model.
func (d *door) judge(req *providers.Request, now time.Time) *guard {
	if d.models == nil || req == nil {
		return d.guard
	}
	return d.models.of(req.Model, now)
}

func (d *door) tokens(req *providers.Request) int64 {
	if d.keys != nil {
		if r := d.keys.keys[0].rates; r == nil || r.tokens == nil {
			return 0
		}
	} else if d.rates == nil || d.rates.tokens == nil {
		return 0
	}
	return estimate(req)
}

// firstChunk enters that a stream which began then has begun to answer.
func (p *grant) firstChunk(began time.Time) (evs changes) {
	if !p.guard.waitsForChunk(&p.ticket) && (p.key == nil || !p.key.guard.waitsForChunk(&p.keyTicket)) {
		return evs
	}
	now := time.Now()
	if p.key != nil {
		evs.key = p.key.guard.firstChunk(&p.keyTicket, now.Sub(began), now)
	}
	if p.guard != nil {
		evs.target = p.guard.firstChunk(&p.ticket, now.Sub(began), now)
	}
	return evs
}

// done gives everything back with the result of the attempt and what it used,
// if that is known. It returns the end of the cooldown, of the key if there is
// one.
func (p *grant) done(r result, u *providers.Usage, now time.Time) (evs changes, cool time.Time) {
	if p.rates != nil {
		p.rates.tokens.correct(p.tokens, used(u, &r, p.tokens))
	}
	p.permits.giveBack()
	if p.key == nil {
		evs.target, cool = p.guard.done(p.ticket, r, now)
		return evs, cool
	}
	own := r
	if p.guard != nil { // the target's health is not the key's, nor the key's rest the target's
		if own.verdict == Failure {
			own.verdict, own.slow = Ignored, false
		}
		r.cooldown, r.isolate = false, 0
		evs.target, _ = p.guard.done(p.ticket, r, now)
	}
	evs.key, cool = p.key.guard.done(p.keyTicket, own, now)
	return evs, cool
}

// giveBack returns a grant that no attempt has used.
func (p *grant) giveBack(now time.Time) {
	p.rates.giveBack(p.tokens)
	p.permits.giveBack()
	if p.key != nil {
		p.key.guard.done(p.keyTicket, result{}, now)
	}
	if p.guard != nil {
		p.guard.done(p.ticket, result{}, now)
	}
}

// told calls the hooks of changes.
func (c *Chain) told(ctx context.Context, evs changes) {
	if evs.key != nil {
		c.hookBreaker(ctx, *evs.key)
	}
	if evs.target != nil {
		c.hookBreaker(ctx, *evs.target)
	}
}
