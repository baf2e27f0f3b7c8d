package faults_test

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/internal/faults"
	"github.com/llmotel/sdk/providers"
)

// gate is a fault that holds requests until it is opened, and counts them.
type gate struct {
	open      chan struct{}
	now, most atomic.Int32
	arrived   chan struct{}
}

func newGate() *gate { return &gate{open: make(chan struct{}), arrived: make(chan struct{}, 100)} }

// until holds an answer at the point.
func (g *gate) until(at faults.Point) faults.Fault {
	return func(x *faults.Exchange) {
		raise(&g.most, g.now.Add(1))
		faults.At(at, func(x *faults.Exchange) {
			g.arrived <- struct{}{}
			hold(g.open)
			g.now.Add(-1)
			ending(x, at)
		})(x)
	}
}

// raise lifts the mark to n.
func raise(mark *atomic.Int32, n int32) {
	for {
		most := mark.Load()
		if n <= most || mark.CompareAndSwap(most, n) {
			return
		}
	}
}

// ending ends a healthy answer that was begun up to the point.
func ending(x *faults.Exchange, at faults.Point) {
	if at == faults.BeforeHeaders {
		faults.Answer(x)
		return
	}
	w := x.Wire
	if !x.Stream {
		x.Piece(w.Unary[len(w.Unary)/2:])
	} else {
		for _, piece := range w.Events()[len(w.Start)+1:] {
			x.Piece(piece)
		}
	}
	x.End()
}

// TestConcurrencyLimit: a target that is asked as often at once as it may be is
// passed over; a stream counts until it ends, and what it held comes back.
func TestConcurrencyLimit(t *testing.T) {
	points := map[string]faults.Point{"waiting": faults.BeforeHeaders, "answering": faults.AfterFirstText}
	for name, at := range points {
		for _, wire := range wires {
			for _, stream := range []bool{false, true} {
				t.Run(name+"/"+wire+map[bool]string{false: "/unary", true: "/stream"}[stream], func(t *testing.T) {
					t.Parallel()
					const limit = 2
					b := newBed(t, wire, &scenario{}, failover.WithMaxConcurrency(limit))
					g := newGate()
					b.primary.Script(g.until(at))
					var calls sync.WaitGroup
					for range limit {
						calls.Go(func() {
							if r, err := b.call(t.Context(), stream); err != nil || r.Target != "primary" || r.Text() != faults.Text {
								t.Errorf("%+v, %v", r, err)
							}
						})
					}
					for range limit {
						hold(g.arrived)
					}
					for range 3 {
						r, err := b.call(t.Context(), stream)
						if err != nil || r.Target != "backup" {
							t.Errorf("%+v, %v", r, err)
						}
					}
					if tries := b.tried(); len(tries) != 0 {
						t.Errorf("tries %+v", tries)
					}
					b.mu.Lock()
					skip := b.end.History[0]
					b.mu.Unlock()
					if skip.Skip != failover.SkipConcurrency {
						t.Errorf("skipped for %q", skip.Skip)
					}
					close(g.open)
					calls.Wait()
					if r, err := b.call(t.Context(), stream); err != nil || r.Target != "primary" {
						t.Errorf("%+v, %v", r, err)
					}
					if n := b.primary.Requests(); n != limit+1 || g.most.Load() > limit {
						t.Errorf("%d requests, %d at once", n, g.most.Load())
					}
				})
			}
		}
	}
}

// TestConcurrencyOfAbandonedStreams: a stream that the caller leaves gives back
// what it held at once, though the provider would go on for ever.
func TestConcurrencyOfAbandonedStreams(t *testing.T) {
	for _, wire := range wires {
		left := make(chan struct{}, 10)
		b := newBed(t, wire, &scenario{fault: faults.Left(faults.At(faults.AfterFirstText, faults.Stall), left)}, failover.WithMaxConcurrency(1))
		for range 5 {
			for chunk, err := range b.chain.Stream(t.Context(), request()) {
				if err != nil {
					t.Fatal(err)
				}
				if chunk.Kind.Semantic() {
					break
				}
			}
			await(t, left)
		}
		if n := b.primary.Requests(); n != 5 || b.backup.Requests() != 0 {
			t.Errorf("%s: %d requests of 5, %d elsewhere", wire, n, b.backup.Requests())
		}
	}
}

// TestConcurrencyLimitUnderLoad: whatever 64 callers do at once, the server never
// sees more of them than it may, and nobody goes without an answer.
func TestConcurrencyLimitUnderLoad(t *testing.T) {
	const limit = 3
	for _, wait := range []time.Duration{0, time.Minute} {
		b := newBed(t, "openai", &scenario{}, failover.WithMaxConcurrency(limit), failover.WithLimitWait(wait))
		if wait > 0 { // nobody else would answer
			if err := b.chain.Open("backup"); err != nil {
				t.Fatal(err)
			}
		}
		var now, most atomic.Int32
		b.primary.Script(func(x *faults.Exchange) {
			raise(&most, now.Add(1))
			x.Pause(5 * time.Millisecond)
			now.Add(-1) // before the client can know that it has its answer
			faults.Answer(x)
		})
		var calls sync.WaitGroup
		for i := range 64 {
			calls.Go(func() {
				if r, err := b.call(t.Context(), i%2 == 0); err != nil || r.Text() != faults.Text {
					t.Errorf("%v", err)
				}
			})
		}
		calls.Wait()
		if n := most.Load(); n > limit || n < 1 || wait > 0 && n < limit {
			t.Errorf("%d at once, want %d", n, limit)
		}
		if n := b.backup.Requests(); wait > 0 && n != 0 || wait == 0 && n+b.primary.Requests() != 64 {
			t.Errorf("%d requests to the primary, %d to the backup", b.primary.Requests(), n)
		}
	}
}

// TestRequestsAMinute: what is beyond the limit goes to the next target, and is
// not sent.
func TestRequestsAMinute(t *testing.T) {
	for _, wire := range wires {
		for _, stream := range []bool{false, true} {
			b := newBed(t, wire, &scenario{}, failover.WithRequestsPerMinute(3))
			var got []string
			for range 5 {
				r, err := b.call(t.Context(), stream)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, r.Target)
			}
			if want := []string{"primary", "primary", "primary", "backup", "backup"}; !slices.Equal(got, want) || b.primary.Requests() != 3 {
				t.Errorf("%s: %v, %d requests", wire, got, b.primary.Requests())
			}
			b.mu.Lock()
			skip := b.end.History[0]
			b.mu.Unlock()
			if in := time.Until(skip.Until); skip.Skip != failover.SkipRequestRate || in < 10*time.Second || in > 20*time.Second { // one comes in 20 s
				t.Errorf("%s: skipped for %q, until in %v", wire, skip.Skip, in)
			}
		}
	}
}

// TestTokensAMinute: the usage that the wire reports takes the place of the
// estimate: 48 tokens a call, where 1000 of output had been reckoned with.
func TestTokensAMinute(t *testing.T) {
	for _, wire := range wires {
		for _, stream := range []bool{false, true} {
			b := newBed(t, wire, &scenario{}, failover.WithTokensPerMinute(1100))
			var err error
			var r *providers.Response
			n := 0
			for ; n < 10; n++ {
				if r, err = b.call(t.Context(), stream); err != nil {
					t.Fatal(err)
				}
				if r.Target != "primary" {
					break
				}
			}
			// 1013 are asked for: 1100, 1052 and 1004 are left, and 18 come in a second.
			if n < 2 || n > 3 {
				t.Errorf("%s: %d calls before the limit", wire, n)
			}
		}
	}
}

// TestNobodyLeft: where all are at their limits the caller gets an error that
// says so, and nothing was sent.
func TestNobodyLeft(t *testing.T) {
	b := newBed(t, "openai", &scenario{options: []failover.Option{failover.WithRequestsPerMinute(1)}})
	for range 2 {
		if _, err := b.call(t.Context(), false); err != nil {
			t.Fatal(err)
		}
	}
	_, err := b.call(t.Context(), false)
	end, ok := errors.AsType[*failover.Error](err)
	if !ok || !errors.Is(err, failover.ErrRateLimit) || providers.KindOf(err) != providers.KindRejected || end.RetryAfter() < 50*time.Second {
		t.Errorf("%v", err)
	}
	if n := b.primary.Requests() + b.backup.Requests(); n != 2 {
		t.Errorf("%d requests", n)
	}
	checkSafe(t, err)
}
