package failover_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

// counting are the words of every stream, in order.
const counting = "1 2 3 "

// ways is one mixture of options and of what a caller and providers do.
type ways struct {
	policy           failover.StreamPolicy
	order            failover.Order
	hedge, wrapped   bool
	streamed, nested bool
	stream           bool
	last             bool
	leave            int           // after so many chunks; -1: never
	cancel           time.Duration // 0: never
	panics           int           // in the loop body, after so many chunks; -1: never
}

func (w *ways) options(ends *[]failover.EndEvent) []failover.Option {
	opts := []failover.Option{
		failover.WithStreamPolicy(w.policy), failover.WithOrder(w.order), failover.WithContinuation(),
		failover.WithFirstChunkTimeout(3 * time.Second), failover.WithIdleTimeout(2 * time.Second),
		failover.WithAttemptTimeout(4 * time.Second), failover.WithTotalTimeout(time.Minute),
		failover.WithMaxConcurrency(3), failover.WithConsecutiveFailures(3), failover.WithOpenDelay(time.Second),
	}
	if ends != nil {
		opts = append(opts, failover.WithHooks(collectEnds(ends)))
	}
	if w.hedge {
		opts = append(opts, failover.WithHedge(time.Second))
	}
	if w.streamed {
		opts = append(opts, failover.WithStreamedGenerate())
	}
	if w.wrapped {
		opts = append(opts, failover.WithVisit(func(p providers.Provider) providers.Provider { return &closing{Provider: p} }))
	}
	if w.last {
		opts = append(opts, failover.WithStaticAnswer("sorry"))
	}
	return opts
}

// draw is a random script of a provider.
func draw(r *rand.Rand) []step {
	kinds := []providers.Kind{
		providers.KindServerError, providers.KindOverloaded, providers.KindNetwork, providers.KindModelNotFound,
		providers.KindInvalidRequest, providers.KindRateLimited, providers.KindMalformed, providers.KindAuthentication,
	}
	var steps []step
	for range 6 {
		s := step{after: time.Duration(r.IntN(4)) * 700 * time.Millisecond, usage: r.IntN(2) == 0}
		for i := range r.IntN(4) {
			s.words = append(s.words, counting[2*i:2*i+2])
		}
		s.gap = time.Duration(r.IntN(3)) * 900 * time.Millisecond
		switch r.IntN(7) {
		case 0, 1:
			s.err = fail(kinds[r.IntN(len(kinds))])
		case 2:
			s.hang = true
		case 3:
			s.noFinish = true
		}
		if r.IntN(40) == 0 {
			s.panics = true
		}
		steps = append(steps, s)
	}
	return steps
}

// TestAnythingEnds mixes policies, orders, hedges, wrappers, chains in chains,
// failing providers and callers that leave, cancel or panic at random. Whatever
// happens: the call ends once, what was opened is closed, nothing is held, and
// history, counts and chunks agree.
func TestAnythingEnds(t *testing.T) {
	seeds := uint64(1500)
	if testing.Short() {
		seeds = 200
	}
	for seed := range seeds {
		synctest.Test(t, func(t *testing.T) { anything(t, seed) })
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func anything(t *testing.T, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 4))
	w := ways{
		policy: failover.StreamPolicy(r.IntN(4)), order: failover.Order(r.IntN(5)),
		hedge: r.IntN(2) == 0, wrapped: r.IntN(2) == 0, streamed: r.IntN(2) == 0, nested: r.IntN(4) == 0,
		stream: r.IntN(3) > 0, last: r.IntN(3) == 0, leave: r.IntN(12) - 6, panics: r.IntN(30) - 25,
	}
	if r.IntN(4) == 0 {
		w.cancel = time.Duration(1+r.IntN(6)) * 650 * time.Millisecond
	}
	var ends []failover.EndEvent
	var fakes []*fake
	var closers []*closing
	var targets []failover.Target
	for i := range 3 {
		f := script(fmt.Sprintf("p%d", i), draw(r)...)
		c := &closing{Provider: f}
		fakes, closers = append(fakes, f), append(closers, c)
		targets = append(targets, failover.Target{Name: fmt.Sprintf("t%d", i), Provider: c})
	}
	if w.nested {
		inner, err := failover.New(targets[1:], w.options(nil)...)
		if err != nil {
			t.Fatal(err)
		}
		targets = []failover.Target{targets[0], {Name: "inner", Provider: inner}}
	}
	c, err := failover.New(targets, w.options(&ends)...)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		ends = nil
		before := 0
		for _, f := range fakes {
			before += f.count()
		}
		got := w.call(t, c)
		calls := -before
		for _, f := range fakes {
			calls += f.count()
		}
		w.check(t, got, ends, calls)
		for i, cl := range closers {
			if o, n := cl.opened.Load(), cl.closed.Load(); o != n {
				t.Errorf("provider %d: %d opened, %d closed", i, o, n)
			}
		}
		for _, s := range c.BreakerStatuses() {
			if s.InFlight != 0 {
				t.Errorf("%s holds %d", s.Target, s.InFlight)
			}
		}
		if t.Failed() {
			t.Logf("%+v\nends %+v\n%+v", w, ends, got)
			return
		}
		time.Sleep(2 * time.Second)
	}
	// Nothing is stuck: with healthy providers every target answers again.
	time.Sleep(time.Hour)
	for _, f := range fakes {
		f.set()
	}
	for _, s := range c.BreakerStatuses() {
		if s.State == providers.BreakerOpen && !s.RetryAt.Before(time.Now()) {
			t.Errorf("stuck: %+v", s)
		}
	}
	if resp, err := c.Generate(t.Context(), ask()); err != nil || resp.Degraded {
		t.Errorf("after it all: %+v, %v", resp, err)
	}
}

// outcome is what a caller got.
type outcome struct {
	err      error
	left     bool
	panicked any
	finishes int
	after    int // chunks after the last one
	attempts int
	text     string
	degraded bool
}

func (w *ways) call(t *testing.T, c *failover.Chain) (got outcome) {
	ctx := t.Context()
	if w.cancel > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithCancel(ctx)
		defer cancel()
		timer := time.AfterFunc(w.cancel, cancel)
		defer timer.Stop()
	}
	defer func() { got.panicked = recover() }()
	if !w.stream {
		resp, err := c.Generate(ctx, ask())
		got.err = err
		if err == nil {
			got.finishes, got.attempts, got.text, got.degraded = 1, resp.Attempts, resp.Text(), resp.Degraded
		}
		return got
	}
	n := 0
	for chunk, err := range c.Stream(ctx, ask()) {
		if err != nil {
			got.err = err
			continue
		}
		if got.err != nil || got.finishes > 0 {
			got.after++
		}
		switch chunk.Kind {
		case providers.ChunkFinish:
			got.finishes++
			got.attempts, got.degraded = chunk.Finish.Attempts, chunk.Finish.Degraded
		case providers.ChunkText:
			got.text += chunk.Text
		case providers.ChunkRestart:
			got.text = ""
		}
		n++
		if w.panics >= 0 && n > w.panics {
			panic("consumer")
		}
		if w.leave >= 0 && n > w.leave {
			got.left = true
			break
		}
	}
	return got
}

func (w *ways) check(t *testing.T, got outcome, ends []failover.EndEvent, calls int) {
	t.Helper()
	if len(ends) != 1 {
		t.Fatalf("%d ends", len(ends))
	}
	e := ends[0]
	tries := 0
	for i := range e.History {
		if e.History[i].Skip == "" {
			tries++
		}
		if i > 0 && e.History[i].Start.Before(e.History[i-1].Start) {
			t.Errorf("history out of order: %+v", e.History)
		}
	}
	if tries != e.Attempts || !w.nested && tries != calls {
		t.Errorf("%d tries in the history, %d attempts, %d calls", tries, e.Attempts, calls)
	}
	if got.after > 0 {
		t.Errorf("%d chunks after the end", got.after)
	}
	switch {
	case got.panicked != nil && got.panicked != "consumer" && got.panicked != "boom":
		t.Errorf("panic %v", got.panicked)
	case got.panicked == "boom":
		if providers.KindOf(e.Err) != providers.KindPanic {
			t.Errorf("the provider panicked, and the end says %v", e.Err)
		}
	case got.panicked == "consumer", got.left:
		if e.Err != nil || !e.Abandoned && got.finishes == 0 {
			t.Errorf("left: %+v", e)
		}
	case got.err == nil:
		if got.finishes != 1 || e.Err != nil || got.attempts != e.Attempts || got.degraded != e.Degraded {
			t.Errorf("answered: %+v", e)
		}
		if e.Target == "" != e.Degraded && !w.nested || e.Abandoned {
			t.Errorf("answered by %q: %+v", e.Target, e)
		}
	default:
		fe, ok := errors.AsType[*failover.Error](got.err)
		if !ok || got.finishes != 0 || !errors.Is(e.Err, got.err) && e.Err.Error() != got.err.Error() {
			t.Errorf("%v, %v", got.err, e.Err)
		}
		if fe != nil && fe.Attempts() != e.Attempts {
			t.Errorf("%d attempts in %v", fe.Attempts(), fe)
		}
		if broke := errors.Is(got.err, providers.ErrStreamInterrupted) && fe != nil && fe.Outcome == failover.OutcomeInterrupted; broke {
			cut, _ := errors.AsType[*providers.InterruptedError](got.err)
			if cut.Partial == nil || cut.Partial.Text() != got.text {
				t.Errorf("partial %+v, delivered %q", cut.Partial, got.text)
			}
		} else if got.text != "" {
			t.Errorf("%q was delivered, and %v", got.text, got.err)
		}
	}
	switch whole := strings.HasPrefix(counting, got.text) || got.text == "sorry" || strings.HasPrefix(got.text, "hello"); {
	case !whole && (!w.stream || w.policy != failover.StreamContinue): // one attempt's words, in order
		t.Errorf("pieced together: %q", got.text)
	case w.policy == failover.StreamBuffer && got.err != nil && got.text != "":
		t.Errorf("a broken answer was delivered: %q", got.text)
	}
}
