package failover_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

// byModel answers for models but those that are down.
type byModel struct {
	down  map[string]error
	calls map[string]int
}

func (p *byModel) Name() string { return "p" }

func (p *byModel) Generate(_ context.Context, req *providers.Request) (*providers.Response, error) {
	p.calls[req.Model]++
	if err := p.down[req.Model]; err != nil {
		return nil, err
	}
	return &providers.Response{Provider: "p", Model: req.Model}, nil
}

func (p *byModel) Stream(context.Context, *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return nil
}

func perModel(t testing.TB, opts ...failover.Option) (*failover.Chain, *byModel) {
	t.Helper()
	p := &byModel{map[string]error{}, map[string]int{}}
	c, err := failover.New([]failover.Target{{Name: "a", Provider: p}},
		append([]failover.Option{failover.WithMaxAttempts(1), failover.WithBreakerPerModel()}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return c, p
}

func askFor(t testing.TB, c *failover.Chain, model string) error {
	t.Helper()
	req := ask()
	req.Model = model
	_, err := c.Generate(t.Context(), req)
	return err
}

func TestBreakerPerModel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var changed []string
		c, p := perModel(t, failover.WithHooks(failover.Hooks{BreakerChange: func(_ context.Context, e failover.BreakerEvent) {
			changed = append(changed, e.Target+"/"+e.Model+" "+string(e.To))
		}}))
		p.down["bad"], p.down["busy"] = fail(providers.KindServerError), failAfter(providers.KindRateLimited, time.Minute)
		for range 7 {
			_ = askFor(t, c, "bad")
			_ = askFor(t, c, "busy")
			if err := askFor(t, c, "good"); err != nil {
				t.Fatal(err)
			}
		}
		if p.calls["bad"] != 5 || p.calls["busy"] != 1 || p.calls["good"] != 7 {
			t.Errorf("%v", p.calls)
		}
		err := askFor(t, c, "bad")
		fe, _ := errors.AsType[*failover.Error](err)
		if fe == nil || fe.RetryAfter() != 30*time.Second || !strings.Contains(err.Error(), "circuit breaker open (consecutive_failures, server_error)") {
			t.Errorf("%v", err)
		}
		if e, ok := errors.AsType[*providers.Error](err); !ok || e.Model != "bad" {
			t.Errorf("%#v", e)
		}
		var got []string
		for _, s := range c.BreakerStatuses() {
			got = append(got, s.Target+"/"+s.Model+" "+string(s.State))
		}
		if want := []string{"a/ open", "a/bad open", "a/busy closed", "a/good closed"}; !slices.Equal(got, want) {
			t.Errorf("statuses %v, want %v", got, want)
		}
		if s := c.BreakerStatuses()[0]; s.Failures != 5 || s.Successes != 7 || s.InFlight != 0 {
			t.Errorf("the target's sum: %+v", s)
		}
		if !slices.Equal(changed, []string{"a/bad open"}) {
			t.Errorf("changes %v", changed)
		}
	})
}

// What is done by hand holds for all models, also those that come later.
func TestByHandForAllModels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p := perModel(t)
		_ = askFor(t, c, "one")
		_ = c.Open("a")
		time.Sleep(time.Hour)
		for _, model := range []string{"one", "two"} {
			if err := askFor(t, c, model); !errors.Is(err, failover.ErrOpen) {
				t.Errorf("opened by hand, model %s: %v", model, err)
			}
		}
		_ = c.Close("a")
		for _, model := range []string{"one", "two", "three"} {
			if err := askFor(t, c, model); err != nil {
				t.Errorf("closed by hand, model %s: %v", model, err)
			}
		}
		_ = c.Isolate("a", time.Minute)
		if err := askFor(t, c, "four"); !errors.Is(err, failover.ErrOpen) {
			t.Errorf("isolated: %v", err)
		}
		time.Sleep(time.Minute)
		for _, model := range []string{"one", "four", "five"} {
			if err := askFor(t, c, model); err != nil {
				t.Errorf("after isolation, model %s: %v", model, err)
			}
		}
		if s, _ := c.BreakerStatus("a"); s.State != providers.BreakerOpen {
			t.Errorf("the target, two of its models not tried again: %+v", s)
		}
		for range 2 {
			for _, model := range []string{"one", "two", "three", "four", "five"} {
				_ = askFor(t, c, model)
			}
		}
		if s, _ := c.BreakerStatus("a"); s.State != providers.BreakerClosed {
			t.Errorf("the target, all of its models well: %+v", s)
		}
		if p.calls["two"] != 3 {
			t.Errorf("%v", p.calls)
		}
	})
}

// Model names may come from outside: their number is bounded. A model that
// nothing is held against makes room, others do not.
func TestModelsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p := perModel(t)
		for i := range 1000 {
			name := fmt.Sprint("nonsense-", i)
			p.down[name] = fail(providers.KindModelNotFound)
			_ = askFor(t, c, name)
		}
		if n := len(c.BreakerStatuses()); n != 1+64 {
			t.Fatalf("%d statuses", n)
		}
		for i := range 64 {
			name := fmt.Sprint("bad-", i)
			p.down[name] = fail(providers.KindServerError)
			for range 5 {
				_ = askFor(t, c, name)
			}
		}
		open := 0
		for _, s := range c.BreakerStatuses() {
			if strings.HasPrefix(s.Model, "bad-") && s.State == providers.BreakerOpen {
				open++
			}
		}
		if open != 64 {
			t.Errorf("%d of 64 broken models have an open breaker of their own", open)
		}
		// Two more share a guard: what one of them does, the other feels.
		p.down["more-1"] = fail(providers.KindServerError)
		for range 5 {
			_ = askFor(t, c, "more-1")
		}
		if err := askFor(t, c, "more-2"); !errors.Is(err, failover.ErrOpen) || p.calls["more-2"] != 0 {
			t.Errorf("%v", err)
		}
		if n := len(c.BreakerStatuses()); n != 1+64 {
			t.Errorf("%d statuses", n)
		}
	})
}

// A model that is being called keeps its place.
func TestModelInFlightKeepsItsBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := script("p", step{after: time.Minute, err: fail(providers.KindServerError)})
		for range 100 {
			p.script = append(p.script, step{err: fail(providers.KindModelNotFound)})
		}
		c, err := failover.New([]failover.Target{{Name: "a", Provider: p}}, failover.WithMaxAttempts(1), failover.WithBreakerPerModel())
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error)
		go func() { done <- askFor(t, c, "long") }()
		synctest.Wait()
		for i := range 100 {
			_ = askFor(t, c, fmt.Sprint("nonsense-", i))
		}
		if n := inFlight(c); n != 1 {
			t.Errorf("%d in flight", n)
		}
		if err := <-done; providers.KindOf(err) != providers.KindServerError {
			t.Error(err)
		}
		if s := c.BreakerStatuses()[0]; s.Failures != 1 || s.InFlight != 0 {
			t.Errorf("%+v", s)
		}
	})
}

// A target with a model of its own has one breaker.
func TestBreakerPerModelMeansNothingWithAModel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := one(t, script("p"), failover.WithBreakerPerModel())
		_ = call(t, c)
		if got := c.BreakerStatuses(); len(got) != 1 || got[0].Model != "" || got[0].Successes != 1 {
			t.Errorf("%+v", got)
		}
	})
}
