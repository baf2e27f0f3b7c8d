package failover_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

// TestRetryAtOverAllSkips: of targets passed over for every reason, the call is
// worth trying again when the first that is fit for it may be called.
func TestRetryAtOverAllSkips(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := fleet(t, []failover.Target{
			{Name: "unfit", Options: []failover.TargetOption{failover.WithoutCapabilities(failover.Tools)}},
			{Name: "small", Options: []failover.TargetOption{failover.WithContextWindow(1)}},
			{Name: "isolated"},
			{Name: "by hand"},
			{Name: "cooling", Provider: script("p", step{err: failAfter(providers.KindRateLimited, 20*time.Second)})},
			{Name: "limited", Options: []failover.TargetOption{failover.WithRequestsPerMinute(2)}},
		}, failover.WithOpenWait(0))
		req := ask()
		req.Tools = []providers.Tool{{Name: "f"}}
		for name, d := range map[string]time.Duration{"unfit": time.Second, "small": time.Second, "isolated": 40 * time.Second} {
			if err := c.Isolate(name, d); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.Open("by hand"); err != nil {
			t.Fatal(err)
		}
		for range 2 { // cooling asks for its pause, limited uses up its minute
			if got := winnerOf(t, c, req); got != "limited" {
				t.Fatal(got)
			}
		}
		at := func() (time.Duration, []string) {
			_, err := c.Generate(t.Context(), req)
			e, ok := errors.AsType[*failover.Error](err)
			if !ok {
				t.Fatal(err)
			}
			var why []string
			for _, a := range e.History {
				why = append(why, a.Target+": "+string(a.Skip))
			}
			if e.RetryAt.IsZero() {
				return 0, why
			}
			return time.Until(e.RetryAt), why
		}
		d, why := at()
		want := []string{
			"unfit: lacks_capability", "small: context_window", "isolated: breaker_open", "by hand: breaker_open",
			"cooling: cooldown", "limited: request_rate",
		}
		if diff := cmp.Diff(want, why); diff != "" {
			t.Error(diff)
		}
		if d != 20*time.Second { // the next permit of limited comes after 30 s
			t.Errorf("worth trying again in %v, want 20 s", d)
		}
		if err := c.Open("cooling"); err != nil {
			t.Fatal(err)
		}
		if d, _ = at(); d != 30*time.Second {
			t.Errorf("worth trying again in %v, want 30 s", d)
		}
		if err := c.Open("limited"); err != nil {
			t.Fatal(err)
		}
		if d, _ = at(); d != 40*time.Second {
			t.Errorf("worth trying again in %v, want 40 s", d)
		}
		if err := c.Open("isolated"); err != nil {
			t.Fatal(err)
		}
		if d, _ = at(); d != 0 {
			t.Errorf("worth trying again in %v, though all are shut by hand or unfit", d)
		}
	})
}

// Where no target has a weight, all are as they were given.
func TestNoWeightAtAll(t *testing.T) {
	none := failover.WithWeight(0)
	c := fleet(t, []failover.Target{{Name: "a"}, {Name: "b"}}, failover.WithOrder(failover.OrderWeighted), none)
	alone := fleet(t, []failover.Target{{Name: "a"}}, failover.WithOrder(failover.OrderWeighted), none, failover.WithExperiment("x"))
	for range 20 {
		if got := winnerOf(t, c, ask()) + winnerOf(t, alone, ask()); got != "aa" {
			t.Fatal(got)
		}
	}
}
