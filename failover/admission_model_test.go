package failover

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/llmotel/sdk/providers"
)

// bucket is a limit a minute as a specification: a level, in the time that it
// takes to fill up to it.
type bucket struct {
	each, level time.Duration
	at          time.Time
}

func newBucket(n int, now time.Time) *bucket {
	if n == 0 {
		return nil
	}
	return &bucket{time.Minute / time.Duration(n), time.Minute, now}
}

func (b *bucket) fill(now time.Time) {
	b.level = min(time.Minute, b.level+now.Sub(b.at))
	b.at = now
}

// when is the earliest time for n.
func (b *bucket) when(n int64, now time.Time) time.Time {
	if b == nil {
		return now
	}
	b.fill(now)
	return now.Add(max(0, min(time.Duration(n)*b.each, time.Minute)-b.level))
}

func (b *bucket) add(n int64, now time.Time) {
	if b != nil {
		b.fill(now)
		b.level = min(time.Minute, b.level+time.Duration(n)*b.each)
	}
}

// account is what has limits a minute: a target, or one of its keys.
type account struct {
	*model
	requests, tokens *bucket
}

// refuses says why and until when.
func (a *account) refuses(tokens int64, now time.Time) (SkipReason, time.Time) {
	if a.model != nil && !a.admits(now) {
		switch {
		case a.state == providers.BreakerOpen && (a.byHand || now.Before(a.until)):
			return SkipOpen, a.until
		case now.Before(a.cool):
			return SkipCooldown, a.cool
		}
		return SkipHalfOpen, time.Time{}
	}
	if at := a.requests.when(1, now); at.After(now) {
		return SkipRequestRate, at
	}
	if at := a.tokens.when(tokens, now); at.After(now) {
		return SkipTokenRate, at
	}
	return "", time.Time{}
}

// soonest is when the account lets a call through, whatever hangs.
func (a *account) soonest(tokens int64, now time.Time) (time.Time, bool) {
	at, never := now, false
	if a.model != nil {
		at, never = a.usable(now)
	}
	for _, t := range []time.Time{a.requests.when(1, now), a.tokens.when(tokens, now)} {
		if t.After(at) {
			at = t
		}
	}
	return at, never
}

// doorModel is the door as a specification.
type doorModel struct {
	s        settings
	health   map[string]*model // by model; nil: each key has its own
	perModel bool
	keys     []*account
	own      *account
	next     int
	used     int
}

func newDoorModel(s settings, keys int, now time.Time) *doorModel {
	fresh := func(s settings) *model {
		return &model{s: s, state: providers.BreakerClosed, running: map[int]time.Time{}}
	}
	limits := func(m *model) *account {
		return &account{m, newBucket(s.requestsPerMinute, now), newBucket(s.tokensPerMinute, now)}
	}
	d := &doorModel{s: s, own: limits(nil), perModel: s.perModel}
	of := s
	if keys == 0 || !s.perKey {
		d.health = map[string]*model{"m0": fresh(s), "m1": fresh(s), "m2": fresh(s)}
		of.consecutive, of.rate, of.slowRate = 0, 0, 0
	}
	for range keys {
		d.keys = append(d.keys, limits(fresh(of)))
	}
	return d
}

func (d *doorModel) judge(name string) *model {
	if d.health == nil {
		return nil
	}
	if !d.perModel {
		name = "m0"
	}
	return d.health[name]
}

// choose is the key to use, or the reason why there is none: that of the key
// that is ready first.
func (d *doorModel) choose(tokens int64, now time.Time) (at int, why SkipReason) {
	if len(d.keys) == 0 {
		why, _ = d.own.refuses(tokens, now)
		return -1, why
	}
	var first time.Time
	for i := range d.keys {
		at := (d.next + i) % len(d.keys)
		reason, until := d.keys[at].refuses(tokens, now)
		if reason == "" {
			return at, ""
		}
		if byHand := reason == SkipOpen && d.keys[at].byHand; byHand {
			until = time.Time{}
		}
		if reason == SkipHalfOpen {
			var last time.Time
			for _, t := range d.keys[at].running {
				if t.After(last) {
					last = t
				}
			}
			until = last.Add(d.s.openFor)
		}
		if c := d.keys[at].cool; reason == SkipOpen && !until.IsZero() && c.After(until) {
			until = c
		}
		if why == "" || !until.IsZero() && (first.IsZero() || until.Before(first)) {
			why, first = reason, until
		}
	}
	return -1, why
}

type doorTicket struct {
	grant  grant
	health *model
	key    int
	ht, kt modelTicket
	tokens int64
}

// step compares one admission.
func (d *doorModel) admit(tested *door, id int, req *providers.Request, now time.Time) (*doorTicket, error) {
	tokens := int64(0)
	if d.s.tokensPerMinute > 0 {
		tokens = req.MaxOutputTokens
	}
	h := d.judge(req.Model)
	key, want := -1, SkipReason("")
	switch {
	case h != nil && !h.admits(now):
		want, _ = (&account{model: h}).refuses(0, now)
	case d.s.maxConcurrency > 0 && d.used >= d.s.maxConcurrency:
		want = SkipConcurrency
	default:
		key, want = d.choose(tokens, now)
	}
	before := tested.refusal(req, now)
	var g grant
	ref, _ := tested.admit(req, now, &g)
	if ref.reason != want || before.reason == "" != (want == "") || !before.until.Equal(ref.until) {
		return nil, fmt.Errorf("admission said %q (asked before: %q), model %q", ref.reason, before.reason, want)
	}
	if want != "" {
		return nil, nil
	}
	t := &doorTicket{grant: g, health: h, key: key, tokens: tokens}
	d.used++
	a := d.own
	if key >= 0 {
		a = d.keys[key]
		if g.key != tested.keys.keys[key] {
			return nil, fmt.Errorf("key %s, model's choice is number %d", g.key.name, key)
		}
		d.next = (key + 1) % len(d.keys)
		t.kt = a.admit(id, now)
	}
	a.requests.add(-1, now)
	a.tokens.add(-tokens, now)
	if h != nil {
		t.ht = h.admit(id, now)
	}
	return t, nil
}

func (d *doorModel) done(t *doorTicket, r result, u *providers.Usage, now time.Time) {
	t.grant.done(r, u, now)
	d.used--
	a := d.own
	if t.key >= 0 {
		a = d.keys[t.key]
		own := r
		if t.health != nil {
			if own.verdict == Failure {
				own.verdict = Ignored
			}
			r.cooldown, r.isolate = false, 0
		}
		a.done(t.kt, own, now)
	}
	if u != nil {
		a.tokens.add(t.tokens-u.Total(), now)
	}
	if t.health != nil {
		t.health.done(t.ht, r, now)
	}
}

// guards are the models of all that the hands of an operator reach.
func (d *doorModel) reached(keys bool) (out []*model) {
	for _, m := range d.health {
		out = append(out, m)
	}
	if keys || d.health == nil {
		for _, k := range d.keys {
			out = append(out, k.model)
		}
	}
	return out
}

// soonest is when a request is let through at the latest.
func (d *doorModel) soonest(req *providers.Request, now time.Time) (time.Time, bool) {
	at, never := now, false
	if h := d.judge(req.Model); h != nil {
		at, never = h.usable(now)
	}
	tokens := req.MaxOutputTokens
	if len(d.keys) == 0 {
		end, _ := d.own.soonest(tokens, now)
		return later(at, end), never
	}
	var first time.Time
	for _, k := range d.keys {
		if end, no := k.soonest(tokens, now); !no && (first.IsZero() || end.Before(first)) {
			first = end
		}
	}
	return later(at, first), never || first.IsZero()
}

// TestAdmissionAgainstModel runs all that decides over a call (breakers, of a
// target, of models and of keys, cooldowns, isolation, limits) and its
// specification through the same random calls, results, changes by hand and
// steps of the clock. At every step there is a time, not later than the model
// says, at which the next call is let through.
func TestAdmissionAgainstModel(t *testing.T) {
	runs := 300
	if testing.Short() {
		runs = 40
	}
	for seed := range runs {
		synctest.Test(t, func(t *testing.T) {
			if err := compareDoors(uint64(seed)); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
		})
	}
}

func randomDoor(rnd *rand.Rand) (settings, int) {
	s := defaults().defaults
	s.rateWindow, s.slowWindow = 24*time.Hour, 24*time.Hour
	s.consecutive, s.trials, s.successes, s.rateMinCalls = rnd.IntN(7), 1+rnd.IntN(3), 1+rnd.IntN(3), 3+rnd.IntN(20)
	if rnd.IntN(2) == 0 {
		s.slowRate, s.slowThreshold, s.slowMinCalls = .5, 2*time.Second, 1+rnd.IntN(12)
	}
	keys := rnd.IntN(5)
	s.perKey = keys > 0 && rnd.IntN(3) == 0
	s.perModel = !s.perKey && rnd.IntN(2) == 0
	s.maxConcurrency = rnd.IntN(8)
	s.requestsPerMinute = []int{0, 6, 60}[rnd.IntN(3)]
	s.tokensPerMinute = []int{0, 6_000, 60_000}[rnd.IntN(3)]
	return s, keys
}

func compareDoors(seed uint64) error {
	rnd := rand.New(rand.NewPCG(seed, 2))
	s, n := randomDoor(rnd)
	var in []Key
	for i := range n {
		in = append(in, Key{Name: fmt.Sprint("k", i)})
	}
	tested, m := newDoor("x", false, in, &s), newDoorModel(s, n, time.Now())
	for name := range m.health {
		tested.judge(&providers.Request{Model: name}, time.Now())
	}
	var out []*doorTicket
	failing := rnd.Float64()
	request := func() *providers.Request {
		return &providers.Request{Model: fmt.Sprint("m", rnd.IntN(3)), MaxOutputTokens: int64(1 + rnd.IntN(3000))}
	}
	for i := range 1 + rnd.IntN(400) {
		now := time.Now()
		switch what := rnd.IntN(100); {
		case what < 45:
			t, err := m.admit(tested, i, request(), now)
			if err != nil {
				return fmt.Errorf("step %d: %w", i, err)
			}
			if t != nil {
				out = append(out, t)
			}
		case what < 88 && len(out) > 0:
			at := rnd.IntN(len(out))
			t := out[at]
			out = append(out[:at], out[at+1:]...)
			m.finish(t, rnd, failing)
		case what == 95:
			d := time.Duration(1+rnd.IntN(60)) * time.Second
			tested.byHand(&hand{until: now.Add(d), reason: ReasonIsolated}, false, func(g *guard) *BreakerEvent { return g.forceOpen(now, d, ReasonIsolated) })
			for _, g := range m.reached(false) {
				g.open(now, d)
			}
		case what == 96:
			m.closeByHand(tested, now)
		case what == 97 && rnd.IntN(3) == 0:
			tested.byHand(&hand{reason: ReasonManual}, false, func(g *guard) *BreakerEvent { return g.forceOpen(now, -1, ReasonManual) })
			for _, g := range m.reached(false) {
				g.open(now, 0)
				g.byHand = true
			}
		default:
			time.Sleep(time.Duration(rnd.IntN(10_000)) * time.Millisecond)
		}
		if err := m.same(tested, request(), out); err != nil {
			return fmt.Errorf("step %d: %w", i, err)
		}
	}
	return m.recovers(tested, out, request())
}

func (d *doorModel) closeByHand(tested *door, now time.Time) {
	tested.byHand(nil, true, func(g *guard) *BreakerEvent { return g.forceClose(now) })
	for _, g := range d.reached(true) {
		g.cool, g.asked = time.Time{}, time.Time{}
		g.enter(providers.BreakerClosed)
	}
}

// finish ends a call with a random result.
func (d *doorModel) finish(t *doorTicket, rnd *rand.Rand, failing float64) {
	now := time.Now()
	r := randomResult(rnd, failing)
	var u *providers.Usage
	if rnd.IntN(2) == 0 {
		u = &providers.Usage{Completeness: providers.UsageReported, Output: int64(rnd.IntN(4000))}
	} else if r.verdict == Alive || r.isolate > 0 { // refused: nothing was used
		u = &providers.Usage{Completeness: providers.UsageReported}
	}
	if rnd.IntN(3) == 0 {
		took := time.Duration(rnd.IntN(4000)) * time.Millisecond
		t.grant.firstChunk(now.Add(-took))
		if t.key >= 0 {
			d.keys[t.key].firstChunk(t.kt, took, now)
		}
		if t.health != nil {
			t.health.firstChunk(t.ht, took, now)
		}
		r.slow = false
	}
	d.done(t, r, u, now)
}

// same compares what can be seen, and asks whether a call can get through.
func (d *doorModel) same(tested *door, req *providers.Request, out []*doorTicket) error {
	now := time.Now()
	for name := range d.health {
		if got, want := tested.judge(&providers.Request{Model: name}, now).status(now), d.judge(name); got.State != want.state || got.InFlight != want.out {
			return fmt.Errorf("%+v, model %s with %d in flight", got, want.state, want.out)
		}
	}
	for i, k := range d.keys {
		if got := tested.keys.keys[i].guard.status(now); got.State != k.state || got.InFlight != k.out {
			return fmt.Errorf("%+v, model %s with %d in flight", got, k.state, k.out)
		}
	}
	if got := tested.status(now).InFlight; got != len(out) {
		return fmt.Errorf("%d in flight, model %d", got, len(out))
	}
	at, never := d.soonest(req, now)
	full := d.s.maxConcurrency > 0 && d.used >= d.s.maxConcurrency
	if ref := tested.refusal(req, at); ref.reason != "" && !never && !full || ref.reason == "" && never {
		return fmt.Errorf("stuck: %+v at %v (never: %v)", ref, at, never)
	}
	return nil
}

// recovers lets the provider be well again: a call is let through in time, and
// all breakers that it meets close.
func (d *doorModel) recovers(tested *door, out []*doorTicket, req *providers.Request) error {
	if d.s.maxConcurrency > 0 { // a call that hangs keeps its permit
		for _, t := range out {
			d.done(t, result{}, nil, time.Now())
		}
	}
	reopened := 0
	for i := range 3 * d.s.successes * (1 + len(d.keys)) {
		at, never := d.soonest(req, time.Now())
		if never {
			d.closeByHand(tested, time.Now())
			at, _ = d.soonest(req, time.Now())
		}
		time.Sleep(time.Until(at))
		t, err := d.admit(tested, 1000+i, req, time.Now())
		if t == nil {
			return fmt.Errorf("a healthy provider is refused at %v in %+v: %w", at, tested.status(time.Now()), err)
		}
		before := tested.status(time.Now()).State
		d.done(t, result{verdict: Success}, nil, time.Now())
		if before == providers.BreakerClosed && tested.status(time.Now()).State == providers.BreakerOpen {
			reopened++
		}
	}
	if reopened > 1+len(d.keys) { // what a window remembers may open its breaker once more
		return fmt.Errorf("opened %d times although the provider is well", reopened)
	}
	if s := tested.status(time.Now()); !d.perModel && s.State != providers.BreakerClosed {
		return fmt.Errorf("%+v although the provider is well", s)
	}
	return nil
}
