package failover_test

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// fleet is a chain of healthy targets by these names.
func fleet(t testing.TB, targets []failover.Target, opts ...failover.Option) *failover.Chain {
	t.Helper()
	for i := range targets {
		if targets[i].Provider == nil {
			targets[i].Provider = script(targets[i].Name)
		}
	}
	c, err := failover.New(targets, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func winnerOf(t testing.TB, c *failover.Chain, req *providers.Request) string {
	t.Helper()
	resp, err := c.Generate(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return resp.Target
}

func TestRoundRobin(t *testing.T) {
	down := always("b", step{err: fail(providers.KindModelNotFound)})
	c := fleet(t, []failover.Target{{Name: "a"}, {Name: "b", Provider: down}, {Name: "c"}}, failover.WithOrder(failover.OrderRoundRobin))
	var got []string
	for range 6 {
		got = append(got, winnerOf(t, c, ask()))
	}
	// The turn of b falls to the one behind it.
	if diff := cmp.Diff([]string{"a", "c", "c", "a", "c", "c"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestWeightedShares(t *testing.T) {
	const calls = 20_000
	c := fleet(t, []failover.Target{
		{Name: "never", Options: []failover.TargetOption{failover.WithWeight(0)}},
		{Name: "one"},
		{Name: "three", Options: []failover.TargetOption{failover.WithWeight(3)}},
	}, failover.WithOrder(failover.OrderWeighted))
	count := map[string]int{}
	for range calls {
		count[winnerOf(t, c, ask())]++
	}
	// Four standard deviations of a binomial of 20,000 with p = 1/4.
	if got, want := float64(count["one"]), calls/4.; math.Abs(got-want) > 4*61.3 {
		t.Errorf("one answered %v of %d, want about %v", got, calls, want)
	}
	if count["never"] != 0 {
		t.Errorf("weight 0 answered %d times", count["never"])
	}
}

func TestWeightZeroIsAFallback(t *testing.T) {
	c := fleet(t, []failover.Target{
		{Name: "spare", Options: []failover.TargetOption{failover.WithWeight(0)}},
		{Name: "main", Provider: always("main", step{err: fail(providers.KindUnsupported)})},
	}, failover.WithOrder(failover.OrderWeighted))
	if got := winnerOf(t, c, ask()); got != "spare" {
		t.Errorf("%s answered", got)
	}
}

// keyed is a context key of the test's caller.
type keyed struct{}

func stickyTo(names []string, weight func(string) float64) ([]failover.Target, failover.Option) {
	var targets []failover.Target
	for _, n := range names {
		targets = append(targets, failover.Target{Name: n, Options: []failover.TargetOption{failover.WithWeight(weight(n))}})
	}
	return targets, failover.WithStickyKey(func(ctx context.Context, _ *providers.Request) string {
		key, _ := ctx.Value(keyed{}).(string)
		return key
	})
}

// keys is how many keys are assigned.
const keys = 4000

// assign returns the target of each of them.
func assign(t *testing.T, names []string, weight func(string) float64) []string {
	t.Helper()
	targets, sticky := stickyTo(names, weight)
	c := fleet(t, targets, failover.WithOrder(failover.OrderWeighted), sticky)
	out := make([]string, keys)
	for i := range out {
		resp, err := c.Generate(context.WithValue(t.Context(), keyed{}, "user-"+strconv.Itoa(i)), ask())
		if err != nil {
			t.Fatal(err)
		}
		out[i] = resp.Target
	}
	return out
}

func TestStickyKeys(t *testing.T) {
	equal := func(string) float64 { return 1 }
	two := assign(t, []string{"control", "candidate"}, equal)
	if diff := cmp.Diff(two, assign(t, []string{"candidate", "control"}, equal)); diff != "" {
		t.Error("another process with another order assigns otherwise")
	}
	share := func(of []string, name string) float64 {
		return float64(strings.Count(strings.Join(of, " ")+" ", name+" ")) / keys
	}
	if got := share(two, "control"); math.Abs(got-.5) > .032 { // four standard deviations
		t.Errorf("control has %v of the keys", got)
	}
	weighted := assign(t, []string{"control", "candidate"}, func(n string) float64 {
		if n == "candidate" {
			return 1. / 9
		}
		return 1
	})
	if got := share(weighted, "candidate"); math.Abs(got-.1) > .019 {
		t.Errorf("candidate of weight 1/9 has %v of the keys", got)
	}
	// A third target takes keys, and moves none between the others.
	three := assign(t, []string{"control", "candidate", "third"}, equal)
	for i := range three {
		if three[i] != two[i] && three[i] != "third" {
			t.Fatalf("key %d moved from %s to %s", i, two[i], three[i])
		}
	}
	if got := share(three, "third"); math.Abs(got-1./3) > .03 {
		t.Errorf("third has %v of the keys", got)
	}
}

func TestStickyKeyThatPanicsOrIsEmpty(t *testing.T) {
	c := fleet(t, []failover.Target{{Name: "a"}, {Name: "b"}}, failover.WithOrder(failover.OrderWeighted),
		failover.WithStickyKey(func(context.Context, *providers.Request) string { panic("no key") }))
	seen := map[string]bool{}
	for range 200 {
		seen[winnerOf(t, c, ask())] = true
	}
	if len(seen) != 2 || c.HookPanics() != 200 {
		t.Errorf("%v answered, %d panics", seen, c.HookPanics())
	}
}

func TestExperimentReachesHooks(t *testing.T) {
	var events []failover.StartEvent
	down := always("b", step{err: fail(providers.KindUnsupported)})
	c := fleet(t, []failover.Target{
		{Name: "a", Options: []failover.TargetOption{failover.WithWeight(0)}},
		{Name: "b", Provider: down, Options: []failover.TargetOption{failover.WithVariant("new prompt")}},
	}, failover.WithOrder(failover.OrderWeighted), failover.WithExperiment("prompts"),
		failover.WithHooks(failover.Hooks{CallStart: func(ctx context.Context, e failover.StartEvent) context.Context {
			events = append(events, e)
			return ctx
		}}))
	if got := winnerOf(t, c, ask()); got != "a" {
		t.Fatalf("%s answered", got)
	}
	// The variant is what was drawn, not what answered.
	if len(events) != 1 || events[0].Experiment != "prompts" || events[0].Variant != "new prompt" {
		t.Errorf("%+v", events)
	}
}

func TestLowestLatency(t *testing.T) {
	for _, stream := range []bool{false, true} {
		t.Run(fmt.Sprintf("stream=%t", stream), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				slow, fast := always("slow", step{after: time.Second, words: []string{"x"}}), always("fast", step{after: 100 * time.Millisecond, words: []string{"x"}})
				c := fleet(t, []failover.Target{{Name: "slow", Provider: slow}, {Name: "fast", Provider: fast}},
					failover.WithOrder(failover.OrderLowestLatency), full)
				var got []string
				for range 5 {
					resp, err := either(t, c, stream)
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, resp.Target)
				}
				// Each is tried before there is anything to compare.
				if diff := cmp.Diff([]string{"slow", "fast", "fast", "fast", "fast"}, got); diff != "" {
					t.Error(diff)
				}
				// It is an average: one slow answer of 20 s moves it to 100 ms + 19.9 s / 8.
				fast.set(step{after: 20 * time.Second, words: []string{"x"}})
				_, _ = either(t, c, stream)
				fast.set()
				if resp, err := either(t, c, stream); err != nil || resp.Target != "slow" {
					t.Errorf("%v, %v", resp, err)
				}
			})
		})
	}
}

// It is an average, which one slow answer moves by an eighth.
func TestLowestLatencyForgivesOneSlowAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := script("a", step{after: 100 * time.Millisecond}), always("b", step{after: 500 * time.Millisecond})
		c := fleet(t, []failover.Target{{Name: "a", Provider: a}, {Name: "b", Provider: b}}, failover.WithOrder(failover.OrderLowestLatency), full)
		got := []string{winnerOf(t, c, ask()), winnerOf(t, c, ask())}
		a.set(step{after: 2 * time.Second}, step{after: 2 * time.Second}, step{after: 2 * time.Second})
		// 100 ms; 337.5 ms after one of 2 s, 545 ms after two.
		got = append(got, winnerOf(t, c, ask()), winnerOf(t, c, ask()), winnerOf(t, c, ask()))
		if diff := cmp.Diff([]string{"a", "b", "a", "a", "b"}, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestLowestLatencyLooksElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		draws := []float64{1, 1, .04, .6} // the third call explores, the second target
		next := failover.WithRandom(func() float64 {
			if len(draws) == 0 {
				return 1
			}
			d := draws[0]
			draws = draws[1:]
			return d
		})
		a, b := always("a", step{after: time.Millisecond}), always("b", step{after: time.Second})
		c := fleet(t, []failover.Target{{Name: "a", Provider: a}, {Name: "b", Provider: b}}, failover.WithOrder(failover.OrderLowestLatency), next)
		var got []string
		for range 4 {
			got = append(got, winnerOf(t, c, ask()))
		}
		if diff := cmp.Diff([]string{"a", "b", "b", "a"}, got); diff != "" {
			t.Error(diff)
		}
	})
}

// priced has a price by model: input and output per token.
type priced map[string][2]int64

func (p priced) Cost(_, model, _ string, u *providers.Usage, _ time.Time) pricing.Cost {
	rates, ok := p[model]
	if !ok {
		return pricing.Cost{}
	}
	return pricing.Cost{Priced: true, Amount: pricing.Amount(u.Input*rates[0] + u.Output*rates[1])}
}

func TestLowestCostDependsOnTheRequest(t *testing.T) {
	c := fleet(t, []failover.Target{
		{Name: "unpriced", Model: "house"},
		{Name: "dear output", Model: "x"},
		{Name: "dear input", Model: "y"},
	}, failover.WithOrder(failover.OrderLowestCost), failover.WithPrices(priced{"x": {1, 100}, "y": {10, 10}}))
	long := &providers.Request{Messages: []providers.Message{providers.UserText(strings.Repeat("word ", 4000))}, MaxOutputTokens: 10}
	short := &providers.Request{Messages: []providers.Message{providers.UserText("hi")}}
	// 5,000 tokens in and 10 out: 6,000 against 50,100. 1 in and 1,000 out: 100,001 against 10,010.
	if got := winnerOf(t, c, long); got != "dear output" {
		t.Errorf("a long prompt went to %s", got)
	}
	if got := winnerOf(t, c, short); got != "dear input" {
		t.Errorf("a long answer went to %s", got)
	}
}

// tiered has prices for one service tier alone.
type tiered struct{}

func (tiered) Cost(_, model, tier string, _ *providers.Usage, _ time.Time) pricing.Cost {
	prices := map[string]pricing.Amount{"x/flex": 1, "y/flex": 2, "x/": 2, "y/": 1}
	amount, ok := prices[model+"/"+tier]
	return pricing.Cost{Priced: ok, Amount: amount}
}

func TestLowestCostOfTheServiceTier(t *testing.T) {
	c := fleet(t, []failover.Target{{Name: "a", Model: "x"}, {Name: "b", Model: "y"}},
		failover.WithOrder(failover.OrderLowestCost), failover.WithPrices(tiered{}))
	flex := ask()
	flex.ServiceTier = "flex"
	if got := []string{winnerOf(t, c, ask()), winnerOf(t, c, flex)}; got[0] != "b" || got[1] != "a" {
		t.Errorf("%v", got)
	}
}

// A price list that panics is as good as none: the order is the one given.
func TestLowestCostWithoutAPriceList(t *testing.T) {
	c := fleet(t, []failover.Target{{Name: "a", Model: "x"}, {Name: "b", Model: "y"}},
		failover.WithOrder(failover.OrderLowestCost), failover.WithPrices(faultyPrices{}))
	if got := winnerOf(t, c, ask()); got != "a" || c.HookPanics() != 2 {
		t.Errorf("%s answered, %d panics contained", got, c.HookPanics())
	}
}

// faultyPrices is a price list with a bug.
type faultyPrices struct{}

func (faultyPrices) Cost(string, string, string, *providers.Usage, time.Time) pricing.Cost {
	panic("a bug")
}

func TestLowestCostOnListPrices(t *testing.T) {
	c := fleet(t, []failover.Target{
		{Name: "large", Model: "gpt-4o", Provider: script("openai")},
		{Name: "small", Model: "gpt-4o-mini", Provider: script("openai")},
	}, failover.WithOrder(failover.OrderLowestCost))
	if got := winnerOf(t, c, ask()); got != "small" {
		t.Errorf("%s answered", got)
	}
}

func TestOrderOptionsThatCannotBe(t *testing.T) {
	key := failover.WithStickyKey(func(context.Context, *providers.Request) string { return "" })
	cases := []struct {
		name string
		opts []failover.Option
		want string
	}{
		{"order", []failover.Option{failover.WithOrder(99)}, "WithOrder(99): no such order"},
		{"key", []failover.Option{key}, "needs WithOrder(OrderWeighted), not fixed"},
		{"experiment", []failover.Option{failover.WithExperiment("e"), failover.WithOrder(failover.OrderRoundRobin)}, "needs WithOrder(OrderWeighted), not round_robin"},
		{"negative weight", []failover.Option{failover.WithWeight(-1)}, "WithWeight(-1)"},
		{"no number", []failover.Option{failover.WithWeight(math.NaN())}, "WithWeight(NaN)"},
		{"window", []failover.Option{failover.WithContextWindow(-1)}, "WithContextWindow(-1)"},
		{"capability", []failover.Option{failover.WithoutCapabilities(1 << 12)}, "no such capability"},
		{"budget", []failover.Option{failover.WithRetryBudget(-1, 0)}, "WithRetryBudget(-1, 0)"},
		{"hedge", []failover.Option{failover.WithHedge(0)}, "the delay must be positive"},
		{"quantile", []failover.Option{failover.WithHedgeQuantile(1, 5)}, "between 0 and 1"},
		{"quantile of nothing", []failover.Option{failover.WithHedgeQuantile(.9, 0)}, "at least 1 call"},
		{"policy", []failover.Option{failover.WithStreamPolicy(9)}, "WithStreamPolicy(9)"},
		{"wait", []failover.Option{failover.WithOpenWait(-1)}, "WithOpenWait(-1ns)"},
		{"last resort", []failover.Option{failover.WithLastResortTimeout(-1)}, "WithLastResortTimeout(-1ns)"},
		{"connect", []failover.Option{failover.WithConnectTimeout(-1)}, "connect -1ns"},
		{"limit", []failover.Option{failover.WithTimeoutAction("never", failover.Action{})}, `"never" is no limit`},
		{"fixed limit", []failover.Option{failover.WithTimeoutAction(failover.LimitTotal, failover.Action{})}, `"total" is fixed`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := failover.New([]failover.Target{{Name: "a", Provider: script("a")}}, c.opts...)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
