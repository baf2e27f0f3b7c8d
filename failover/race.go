package failover

import (
	"cmp"
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

var (
	// errLost is why a branch's context ends when another has won.
	errLost = errors.New("failover: another target answered first")
	// errDecided ends a race that has no winner and nobody left to wait for.
	errDecided = errors.New("failover: no answer")
	// errExited stands for a panic where a provider has ended its goroutine.
	errExited = errors.New("failover: runtime.Goexit")
)

// loserGrace is how long an answer waits for the losers of its race to end, so
// that they are part of the call's record. Only providers that ignore their
// context reach it.
const loserGrace = 50 * time.Millisecond

// race is a call whose targets are asked by several branches at once, each of
// which goes through the targets that no other has taken.
type race struct {
	parent   *call
	attempts atomic.Int64 // of all branches

	mu       sync.Mutex // held for what follows
	cursor   int
	branches []*branch
	running  int
	winner   *branch
	over     bool // no branch may win or take a target any more
	panicked any  // in a branch that was still wanted
}

// runRace is walk with hedging.
func (k *call) runRace() {
	r := &race{parent: k, cursor: k.cursor}
	r.attempts.Store(int64(k.attempts))
	k.raced, k.runners = true, r
	_, _ = k.chain.hedge.exec.WithContext(k.ctx).Get(r.run)
	r.close()
	w := r.winner
	r.relay(w)
	switch r.panicked {
	case nil:
	case errExited:
		runtime.Goexit() // the caller's goroutine, where it belongs
	default:
		panic(r.panicked) // likewise
	}
	if w != nil && w.lost != nil { // it broke after its first chunk
		k.resumeAfter(w)
	}
}

// run is one branch, on a goroutine of the hedge policy.
func (r *race) run() (*race, error) {
	b, err := r.begin()
	if b == nil {
		return r, err
	}
	defer close(b.done)
	won, panicked := b.open()
	if r.finish(b, won, panicked) {
		return r, nil
	}
	b.shut()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over {
		return r, errDecided
	}
	return r, errSkipped
}

// begin makes a branch; nil if there is nothing for one to do.
func (r *race) begin() (*branch, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	hedge := len(r.branches) > 0
	switch {
	case r.over, hedge && r.running == 0:
		return nil, errDecided
	case hedge && !r.hedges(time.Now()):
		return nil, errSkipped
	}
	k := r.parent
	b := &branch{done: make(chan struct{})}
	if k.chain.hedge.recent != nil {
		b.since = time.Now()
	}
	ctx, cancel := context.WithCancelCause(k.ctx)
	b.cancel = cancel
	b.call = call{
		chain: k.chain, caller: ctx, ctx: ctx, req: k.req, start: k.start, deadline: k.deadline, limit: k.limit,
		order: k.order, race: r, hedge: hedge, needs: k.needs, prompt: k.prompt, more: true, waited: k.waited,
		stream: k.stream, unary: !k.stream,
	}
	b.history = b.buf[:0]
	if !hedge && r.cursor < len(k.order) { // before a hedge can take it, however late this goroutine gets to run
		b.reserved = k.order[r.cursor]
		r.cursor++
	}
	r.branches = append(r.branches, b)
	r.running++
	return b, nil
}

// hedges tells whether a further branch is worth its price. Targets that may
// not be called now are left to the branches that run.
func (r *race) hedges(now time.Time) bool {
	k := r.parent
	for _, t := range k.order[r.cursor:] {
		if k.unfit(t) == "" && k.ready(t, now) {
			return k.chain.budget.take(now)
		}
	}
	return false
}

// attempt counts an attempt of a branch. None begins when the race is over, so
// that what the answer says of their number holds.
func (r *race) attempt() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.over {
		r.attempts.Add(1)
	}
	return !r.over
}

// finish enters a branch's end and tells whether it has won.
func (r *race) finish(b *branch, won bool, panicked any) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.running--
	b.late = r.over
	switch {
	case r.over:
	case won:
		r.winner, r.over = b, true
		if times := r.parent.chain.hedge.recent; times != nil {
			times.add(time.Since(b.since))
		}
		return true
	case panicked != nil:
		r.panicked, r.over = panicked, true
	case !b.more, b.timedOut, r.running == 0:
		r.over = true // what it met, the others would meet as well
	}
	return false
}

// close ends all branches but the winner.
func (r *race) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.over = true
	for _, b := range r.branches {
		if b != r.winner {
			b.cancel(errLost)
		}
	}
}

// relay delivers the winner's stream. However that ends, the branches' records
// are brought together.
func (r *race) relay(w *branch) {
	defer r.gather()
	if w == nil {
		return
	}
	defer w.shut()
	if w.next == nil {
		return
	}
	for _, c := range w.head {
		if !r.parent.deliver(c) {
			return
		}
	}
	for {
		c, _, ok := w.next()
		if !ok || !r.parent.deliver(c) {
			return
		}
	}
}

// gather brings the branches' histories together.
func (r *race) gather() {
	k := r.parent
	grace := time.NewTimer(loserGrace)
	defer grace.Stop()
	for _, b := range r.branches {
		if b != r.winner {
			select {
			case <-b.done:
			case <-grace.C:
				continue
			}
		}
		k.visited += b.visited
		k.history = append(k.history, b.history...)
		k.timedOut = k.timedOut || b.timedOut
		if r.winner == nil && (k.err == nil || !b.more && !b.late) {
			k.err, k.more, k.from, k.fromKind = b.err, b.more, b.from, b.fromKind
		}
		k.tooLongFor = max(k.tooLongFor, b.tooLongFor)
	}
	slices.SortStableFunc(k.history, func(a, b Attempt) int { return cmp.Compare(a.Start.UnixNano(), b.Start.UnixNano()) })
	r.mu.Lock()
	k.cursor = r.cursor
	r.mu.Unlock()
	k.attempts, k.runners = int(r.attempts.Load()), nil
	if w := r.winner; w != nil && w.lost == nil {
		k.answered, k.resp = w.answered, w.resp
		if k.resp != nil { // a copy of ours; others may have tried since
			k.resp.Attempts = k.attempts
		}
	}
}

// resumeAfter goes on by itself after the winner of a race has broken.
func (k *call) resumeAfter(w *branch) {
	v := w.lostBy
	k.err, k.from, k.fromKind, k.more, k.prior = w.err, w.from, w.fromKind, v.next, w.prior
	k.broke(v, w.lost)
	if err := k.persist(v.t); err != nil && k.more && len(k.ahead()) > 0 {
		k.walk()
	}
}

func (r *race) ahead() []*target {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over {
		return nil
	}
	return r.parent.order[r.cursor:]
}

// take returns a branch's next target.
func (r *race) take(k *call) *target {
	r.mu.Lock()
	defer r.mu.Unlock()
	if t := k.reserved; t != nil && !r.over {
		k.reserved = nil
		return t
	}
	if r.over || r.cursor >= len(r.parent.order) {
		return nil
	}
	r.cursor++
	return r.parent.order[r.cursor-1]
}
