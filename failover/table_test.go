package failover_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

var update = flag.Bool("update", false, "rewrite generated files")

// TestTableCoversEveryKind holds the table to the closed set.
func TestTableCoversEveryKind(t *testing.T) {
	var kinds []providers.Kind
	var limits []failover.Limit
	for _, r := range failover.Table() {
		if r.Limit != "" {
			limits = append(limits, r.Limit)
			continue
		}
		kinds = append(kinds, r.Kind)
	}
	if diff := cmp.Diff(providers.Kinds(), kinds); diff != "" {
		t.Errorf("kinds (-declared +in the table):\n%s", diff)
	}
	want := []failover.Limit{
		failover.LimitConnect, failover.LimitFirstChunk, failover.LimitIdle, failover.LimitAttempt, failover.LimitTotal, failover.LimitStream,
	}
	if diff := cmp.Diff(want, limits); diff != "" {
		t.Errorf("limits (-declared +in the table):\n%s", diff)
	}
}

// TestTableBehaviour drives every kind through a chain of two targets, unary
// and streamed, and through a target that is the last.
func TestTableBehaviour(t *testing.T) {
	const (
		closed, open = providers.BreakerClosed, providers.BreakerOpen
		next, stop   = true, false
	)
	cases := []struct {
		kind   providers.Kind
		first  int // calls of the first of two targets
		moves  bool
		alone  int // calls of the only target
		after5 providers.BreakerState
	}{
		{providers.KindRateLimited, 1, next, 2, closed},
		{providers.KindOverloaded, 1, next, 2, open},
		{providers.KindServerError, 2, next, 2, open},
		{providers.KindTimeout, 1, next, 1, open},
		{providers.KindNetwork, 2, next, 2, open},
		{providers.KindMalformed, 2, next, 2, open},
		{providers.KindAuthentication, 1, next, 1, open},
		{providers.KindPermission, 1, next, 1, open},
		{providers.KindQuotaExhausted, 1, next, 1, open},
		{providers.KindModelNotFound, 1, next, 1, closed},
		{providers.KindInvalidRequest, 1, stop, 1, closed},
		{providers.KindContextLength, 1, stop, 1, closed},
		{providers.KindContentFiltered, 1, stop, 1, closed},
		{providers.KindUnsupported, 1, next, 1, closed},
		{providers.KindRejected, 1, next, 1, closed},
		{providers.KindUnknown, 2, next, 2, open},
	}
	for _, tc := range cases {
		for _, stream := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/stream=%v", tc.kind, stream), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					a, b := always("pa", step{err: fail(tc.kind)}), script("pb")
					resp, err := either(t, chain(t, a, b), stream)
					if a.count() != tc.first {
						t.Errorf("first target called %d times, want %d", a.count(), tc.first)
					}
					if tc.moves {
						if err != nil {
							t.Fatal(err)
						}
						if resp.Target != "b" || resp.Attempts != tc.first+1 {
							t.Errorf("answered by %q after %d attempts, want b after %d", resp.Target, resp.Attempts, tc.first+1)
						}
					} else {
						fe, ok := errors.AsType[*failover.Error](err)
						if !ok || fe.Outcome != failover.OutcomeStopped || providers.KindOf(err) != tc.kind || b.count() != 0 {
							t.Errorf("error %v, kind %q, second target called %d times", err, providers.KindOf(err), b.count())
						}
						if errors.Is(err, failover.ErrAllTargetsFailed) {
							t.Error("stopped, but says that all targets failed")
						}
					}

					a = always("pa", step{err: fail(tc.kind)})
					c := chain(t, a, nil)
					if _, err := either(t, c, stream); providers.KindOf(err) != tc.kind {
						t.Errorf("alone: kind %q, want %q", providers.KindOf(err), tc.kind)
					}
					if a.count() != tc.alone {
						t.Errorf("alone: called %d times, want %d", a.count(), tc.alone)
					}
					for range 4 {
						_, _ = either(t, c, stream)
						time.Sleep(61 * time.Second / 4) // cooldowns end, the window stays
					}
					if got := state(t, c); got != tc.after5 && tc.after5 == open {
						t.Errorf("breaker %s after 5 failing calls, want %s", got, tc.after5)
					} else if got != closed && tc.after5 == closed {
						t.Errorf("breaker %s after 5 failing calls, want closed", got)
					}
				})
			})
		}
	}
}

func TestWithActionOverridesTable(t *testing.T) {
	a, b := always("pa", step{err: fail(providers.KindContentFiltered)}), script("pb")
	c := chain(t, a, b, failover.WithAction(providers.KindContentFiltered, failover.Action{Breaker: failover.Alive, Next: true}))
	resp, err := c.Generate(t.Context(), ask())
	if err != nil || resp.Target != "b" {
		t.Fatalf("%v, %v", resp, err)
	}
	for _, r := range c.Table() {
		if r.Kind == providers.KindContentFiltered && !r.Action.Next {
			t.Error("Table does not show the change")
		}
	}
}

// One limit's action is that limit's alone; the kind's is that of all.
func TestWithTimeoutActionOverridesARow(t *testing.T) {
	here := failover.Action{Breaker: failover.Alive, Retry: failover.RetryHere, Next: false}
	attempt, own := step{hang: true}, step{err: fail(providers.KindTimeout)}
	for name, c := range map[string]struct {
		opt   failover.Option
		step  step
		tries int
		moved bool
	}{
		"the limit":                   {failover.WithTimeoutAction(failover.LimitAttempt, here), attempt, 2, false},
		"another limit":               {failover.WithTimeoutAction(failover.LimitConnect, here), attempt, 1, true},
		"the provider's own":          {failover.WithTimeoutAction(failover.LimitAttempt, here), own, 1, true},
		"the kind":                    {failover.WithAction(providers.KindTimeout, here), attempt, 2, false},
		"the provider's, by the kind": {failover.WithAction(providers.KindTimeout, here), own, 2, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := script("pa", c.step, c.step, c.step), script("pb")
				chain := chain(t, a, b, failover.WithAttemptTimeout(time.Second), failover.WithBackoff(0, 0), c.opt)
				resp, err := chain.Generate(t.Context(), ask())
				if a.count() != c.tries || c.moved != (b.count() == 1) || c.moved != (err == nil) || !c.moved && providers.KindOf(err) != providers.KindTimeout {
					t.Errorf("%d and %d calls: %+v, %v", a.count(), b.count(), resp, err)
				}
				if s, _ := chain.BreakerStatus("a"); c.moved != (s.Failures == 1) {
					t.Errorf("%+v", s)
				}
			})
		})
	}
}

// A kind that the table lacks is treated as one that nobody knows.
func TestKindThatNobodyKnows(t *testing.T) {
	a, b := always("pa", step{err: fail("novel")}), script("pb")
	c := chain(t, a, b, failover.WithBackoff(0, 0))
	if got := winnerOf(t, c, ask()); got != "b" || a.count() != 2 {
		t.Errorf("%s answered after %d calls of a", got, a.count())
	}
	if s, _ := c.BreakerStatus("a"); s.Failures != 2 {
		t.Errorf("%+v", s)
	}
}

// TestTableDocument keeps docs/failover-table.md in step with the code.
func TestTableDocument(t *testing.T) {
	const path = "../docs/failover-table.md"
	var b strings.Builder
	b.WriteString("# What failover does about errors\n\n" +
		"<!-- Written by `go generate ./failover` from failover/table.go. Do not edit. -->\n\n" +
		"`failover.WithAction` changes a row for one chain. A result counts for the circuit breaker as *failure*,\n" +
		"*alive* (neutral while closed, a success in half-open) or *ignored* (a half-open trial is given back).\n" +
		"After the first semantic chunk of a stream nothing is retried or moved unless `WithStreamPolicy` says so.\n" +
		"`timeout` alone is what a provider's own client reports; the rows behind it are the limits of the chain,\n" +
		"which `failover.WithTimeoutAction` changes. The vendors' codes decide on the kind, before HTTP statuses do.\n\n" +
		"| kind | breaker | retry on the target | next target | target is left alone | why |\n|---|---|---|---|---|---|\n")
	for _, r := range failover.Table() {
		next, alone := "no: returned at once", "-"
		switch {
		case r.Action.Next:
			next = "yes"
		case r.Action.NextIfLarger:
			next = "with a larger context window"
		}
		what := "`" + string(r.Kind) + "`"
		if r.Limit != "" {
			what += " " + strings.ReplaceAll(string(r.Limit), "_", " ")
		}
		switch {
		case r.Action.Cooldown:
			alone = "until Retry-After, else 1 s to 60 s"
		case r.Action.Isolate > 0:
			alone = "isolated for " + strings.TrimSuffix(r.Action.Isolate.String(), "0s")
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", what, r.Action.Breaker, r.Action.Retry, next, alone, r.Why)
	}
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != b.String() {
		t.Errorf("%s is stale; run go generate ./failover", path)
	}
}
