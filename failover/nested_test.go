package failover_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

// The time limit of a chain that is a target is not the outer chain's.
func TestInnerChainsLimitMovesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := chain(t, always("slow", step{hang: true}), nil, failover.WithTotalTimeout(time.Second))
		for name, total := range map[string]time.Duration{"outer without limit": 0, "outer with a limit": time.Minute} {
			outer := chain(t, inner, script("b"), failover.WithTotalTimeout(total))
			resp, err := outer.Generate(t.Context(), ask())
			if err != nil || resp.Target != "b" {
				t.Errorf("%s: got %+v and %v, want the answer of b", name, resp, err)
			}
		}
	})
}

// An inner chain has breakers of its own: the outer one does not bench it for
// what its last target said.
func TestExhaustedInnerChainIsNotIsolated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := chain(t, script("x", step{err: fail(providers.KindTimeout)}), script("y", step{err: fail(providers.KindAuthentication)}))
		outer := chain(t, inner, script("b"), failover.WithMaxAttempts(1))
		if resp, err := outer.Generate(t.Context(), ask()); err != nil || resp.Target != "b" {
			t.Fatalf("got %+v and %v", resp, err)
		}
		if s := state(t, outer); s != providers.BreakerClosed {
			t.Errorf("the outer breaker is %s", s)
		}
	})
}

// What a provider puts into an error is not in ours.
func TestForeignInterruptionStaysOut(t *testing.T) {
	raw := &providers.InterruptedError{Err: errors.New("POST https://x/?key=CANARY")}
	_, err := chain(t, always("a", step{err: raw}), nil, failover.WithMaxAttempts(1)).Generate(t.Context(), ask())
	if err == nil || strings.Contains(err.Error(), "CANARY") || strings.Contains(raw.Error(), "CANARY") {
		t.Errorf("%v / %v", err, raw)
	}
}

// The answer of an inner chain's last resort stays marked on its way out.
func TestLastResortOfAChainInside(t *testing.T) {
	for _, opts := range [][]failover.Option{
		nil,
		{failover.WithStreamPolicy(failover.StreamBuffer), failover.WithStreamedGenerate()},
		{failover.WithHedge(time.Second)},
	} {
		for _, stream := range []bool{false, true} {
			inner := chain(t, always("x", step{err: fail(providers.KindOverloaded)}), nil, onlyOnce, failover.WithStaticAnswer("sorry"))
			var ends []failover.EndEvent
			outer := chain(t, inner, script("b"), append(opts, failover.WithHooks(collectEnds(&ends)))...)
			resp, err := either(t, outer, stream)
			if err != nil || !resp.Degraded || resp.Target != "a" || resp.Text() != "sorry" {
				t.Errorf("%+v, %v", resp, err)
			}
			if len(ends) != 1 || !ends[0].Degraded || ends[0].Target != "a" {
				t.Errorf("%+v", ends)
			}
		}
	}
}
