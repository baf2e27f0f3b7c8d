package failover

import (
	"context"
	"iter"
	"time"

	"github.com/llmotel/sdk/providers"
)

// branch is one runner of a race, a call of its own that ends with its first
// chunk as far as the race goes.
type branch struct {
	call
	cancel context.CancelCauseFunc
	done   chan struct{} // closed when it has won or ended
	since  time.Time     // where a quantile of the times is kept

	// Of a stream that has begun: its chunks up to the first semantic one were
	// taken from next.
	head []*providers.Chunk
	next func() (*providers.Chunk, error, bool)
	stop func()

	late bool // it ended when the race was over
}

// open runs a branch to its first chunk, or to its answer, and tells whether
// there is one. It does so on a goroutine of its own, since the policy would
// wait for ever for one that a provider has ended.
func (b *branch) open() (ok bool, panicked any) {
	done := make(chan struct{})
	go func() {
		panicked = errExited
		defer close(done)
		defer func() {
			if p := recover(); p != nil {
				panicked = p
			}
		}()
		ok = b.start()
		panicked = nil
	}()
	<-done
	return ok, panicked
}

func (b *branch) start() bool {
	if !b.stream {
		b.walk()
		return b.answered != nil
	}
	b.next, b.stop = iter.Pull2(func(yield func(*providers.Chunk, error) bool) {
		b.yield = yield
		b.walk()
	})
	// With what stands before the first semantic chunk also losers have told
	// what they used.
	for {
		c, _, ok := b.next()
		if !ok {
			return len(b.head) > 0
		}
		b.head = append(b.head, c)
		if c.Kind.Semantic() || c.Kind == providers.ChunkFinish {
			return true
		}
	}
}

// shut ends a branch.
func (b *branch) shut() {
	b.cancel(errLost)
	if b.stop != nil {
		b.stop()
	}
}
