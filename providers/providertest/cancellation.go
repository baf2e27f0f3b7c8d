package providertest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/llmotel/sdk/providers"
)

// cancellation checks that a call ends promptly when its context does, and
// says so.
func (s suite) cancellation(t *testing.T) {
	t.Helper()
	s.test(t, "cancel/before", Scenario{Behaviour: Text}, func(t *testing.T, b bench) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		b.both(ctx, t, context.Canceled)
		if n := b.Calls(); n != 0 {
			t.Errorf("%d calls were sent with a cancelled context", n)
		}
	})
	s.test(t, "cancel/during", Scenario{Behaviour: Stall}, func(t *testing.T, b bench) {
		for _, how := range []string{"Generate", "Stream"} {
			ctx, cancel := context.WithCancel(t.Context())
			sent := b.Calls()
			go func() {
				b.eventually(func() bool { return b.Calls() > sent })
				cancel()
			}()
			b.cancelled(ctx, t, how, context.Canceled)
			cancel()
		}
		b.checkReleased(t)
	})
	s.test(t, "cancel/deadline", Scenario{Behaviour: Stall}, func(t *testing.T, b bench) {
		for _, how := range []string{"Generate", "Stream"} {
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
			b.cancelled(ctx, t, how, context.DeadlineExceeded)
			cancel()
		}
		b.checkReleased(t)
	})
	s.test(t, "cancel/mid_stream", Scenario{Behaviour: StallMidStream}, func(t *testing.T, b bench) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var end error
		texts := 0
		b.within(t, "a stalled stream whose context was cancelled", func() {
			for chunk, err := range b.Provider.Stream(ctx, b.request()) {
				if end = err; err == nil && chunk.Kind.Semantic() {
					texts++
					cancel()
				}
			}
		})
		if texts == 0 {
			t.Error("no text before the stall")
		}
		b.checkCancelled(t, "Stream", end, context.Canceled)
		b.checkReleased(t)
	})
}

func (b bench) both(ctx context.Context, t *testing.T, want error) {
	t.Helper()
	b.cancelled(ctx, t, "Generate", want)
	b.cancelled(ctx, t, "Stream", want)
}

// cancelled makes a call that the end of ctx ends.
func (b bench) cancelled(ctx context.Context, t *testing.T, how string, want error) {
	t.Helper()
	var err error
	b.within(t, how+" with a context that ended", func() {
		if how == "Generate" {
			_, err = b.Provider.Generate(ctx, b.request())
			return
		}
		_, err = providers.Collect(b.Provider.Stream(ctx, b.request()))
	})
	b.checkCancelled(t, how, err, want)
}

func (b bench) checkCancelled(t *testing.T, how string, err, want error) {
	t.Helper()
	if b.checkError(t, how, err, providers.KindCancelled) != nil && !errors.Is(err, want) {
		t.Errorf("%s: errors.Is(err, %v) is false: %v", how, want, err)
	}
}
