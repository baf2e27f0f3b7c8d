package failover_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

// pool is a chain of a target with three keys and a backup.
func pool(t testing.TB, keys []*fake, opts ...failover.Option) (*failover.Chain, *fake) {
	t.Helper()
	backup := script("backup")
	var in []failover.Key
	for i, p := range keys {
		in = append(in, failover.Key{Name: []string{"k1", "k2", "k3"}[i], Provider: p})
	}
	c, err := failover.New([]failover.Target{
		{Name: "a", Model: "model-a", Keys: in},
		{Name: "b", Model: "model-b", Provider: backup},
	}, append([]failover.Option{full}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return c, backup
}

func three() []*fake { return []*fake{script("p"), script("p"), script("p")} }

func counts(all []*fake) (out []int) {
	for _, p := range all {
		out = append(out, p.count())
	}
	return out
}

func TestKeysTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys := three()
		c, backup := pool(t, keys)
		for range 7 {
			if err := call(t, c); err != nil {
				t.Fatal(err)
			}
		}
		if got := counts(keys); !slices.Equal(got, []int{3, 2, 2}) || backup.count() != 0 {
			t.Errorf("calls %v, backup %d", got, backup.count())
		}
	})
}

// The keys that are left share the work of one that is put aside: its neighbour
// does not get it all.
func TestReadyKeysTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys := three()
		keys[1].set(step{err: failAfter(providers.KindRateLimited, time.Hour)})
		c, _ := pool(t, keys)
		for range 20 {
			_ = call(t, c)
		}
		if got := counts(keys); got[1] != 1 || got[0]-got[2] > 1 || got[2]-got[0] > 1 {
			t.Errorf("calls %v", got)
		}
	})
}

// A failure of the credential is answered by another key of the same target: at
// once, without using up the target's attempts.
func TestFailureOfAKeyIsTriedWithTheNext(t *testing.T) {
	for _, kind := range []providers.Kind{
		providers.KindRateLimited, providers.KindAuthentication, providers.KindPermission, providers.KindQuotaExhausted,
	} {
		for _, stream := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				keys := three()
				keys[0].set(step{err: failAfter(kind, time.Hour)})
				keys[1].set(step{err: failAfter(kind, time.Hour)})
				var retries []failover.RetryEvent
				var end failover.EndEvent
				c, backup := pool(t, keys, failover.WithMaxAttempts(1), failover.WithHooks(failover.Hooks{
					Retry:   func(_ context.Context, e failover.RetryEvent) { retries = append(retries, e) },
					CallEnd: func(_ context.Context, e failover.EndEvent) { end = e },
				}))
				begun := time.Now()
				resp, err := either(t, c, stream)
				if err != nil || resp.Target != "a" || resp.Attempts != 3 || backup.count() != 0 || time.Since(begun) != 0 {
					t.Fatalf("%s, stream %v: %+v, %v after %v", kind, stream, resp, err, time.Since(begun))
				}
				var used []string
				for _, a := range end.History {
					used = append(used, a.Key+":"+string(a.Kind))
				}
				if want := []string{"k1:" + string(kind), "k2:" + string(kind), "k3:"}; !slices.Equal(used, want) {
					t.Errorf("history %v, want %v", used, want)
				}
				if len(retries) != 2 || retries[0].Key != "k1" || retries[0].Attempt != 2 || retries[0].Delay != 0 || retries[1].Key != "k2" {
					t.Errorf("retries %+v", retries)
				}
			})
		}
	}
}

// The target is passed over only when none of its keys is left, and until the
// first of them is.
func TestTargetRestsWhenAllKeysDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys := three()
		for i, d := range []time.Duration{50 * time.Second, 20 * time.Second, 70 * time.Second} {
			keys[i].set(step{err: failAfter(providers.KindRateLimited, d)})
		}
		c, backup := pool(t, keys)
		begun := time.Now()
		for range 3 {
			if err := call(t, c); err != nil {
				t.Fatal(err)
			}
		}
		if got := counts(keys); !slices.Equal(got, []int{1, 1, 1}) || backup.count() != 3 {
			t.Fatalf("calls %v, backup %d", got, backup.count())
		}
		s, _ := c.BreakerStatus("a")
		if s.State != providers.BreakerClosed || !s.RetryAt.Equal(begun.Add(20*time.Second)) {
			t.Errorf("the target: %+v", s)
		}
		var rest []time.Duration
		for _, s := range c.BreakerStatuses()[1:4] {
			rest = append(rest, s.RetryAt.Sub(begun))
		}
		if want := []time.Duration{50 * time.Second, 20 * time.Second, 70 * time.Second}; !slices.Equal(rest, want) {
			t.Errorf("keys rest for %v, want %v", rest, want)
		}
		backup.set(broken, broken)
		err := call(t, c)
		fe, _ := errors.AsType[*failover.Error](err)
		if fe == nil || fe.History[0].Skip != failover.SkipCooldown || !fe.History[0].Until.Equal(begun.Add(20*time.Second)) {
			t.Fatalf("%+v", fe)
		}
		if want := "cooling down after a rate limit (k1: cooling down, k2: cooling down, k3: cooling down)"; !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q: %v", want, err)
		}
		time.Sleep(time.Until(begun.Add(20 * time.Second)))
		if err := call(t, c); err != nil || keys[1].count() != 2 {
			t.Errorf("after 20 s: %v, calls %v", err, counts(keys))
		}
	})
}

// A target whose keys are all isolated is open for that: not for the failures in a
// row that its own breaker has counted and is closed with.
func TestStatusOfIsolatedKeysHasNoStreak(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys := three()
		for _, k := range keys {
			k.set(broken, step{err: fail(providers.KindAuthentication)})
		}
		c, _ := pool(t, keys, failover.WithMaxAttempts(1))
		for range 3 {
			_ = call(t, c)
		}
		if s := c.BreakerStatuses()[0]; s.State != providers.BreakerClosed || s.ConsecutiveFailures != 3 {
			t.Fatalf("before: %+v", s)
		}
		_ = call(t, c)
		if s := c.BreakerStatuses()[0]; s.State != providers.BreakerOpen || s.Reason != failover.ReasonIsolated || s.ConsecutiveFailures != 0 {
			t.Errorf("isolated: %+v", s)
		}
	})
}

func TestIsolatedKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys := three()
		for _, k := range keys {
			k.set(step{err: fail(providers.KindAuthentication)})
		}
		var events []string
		c, _ := pool(t, keys, failover.WithHooks(failover.Hooks{BreakerChange: func(ctx context.Context, e failover.BreakerEvent) {
			if ctx.Value(callKey{}) != "the call" && e.Reason != failover.ReasonManual {
				t.Error("the change came without the context of its call")
			}
			events = append(events, e.Target+"/"+e.Key+" "+string(e.To)+" "+e.Reason)
		}}))
		ctx := context.WithValue(t.Context(), callKey{}, "the call")
		resp, err := c.Generate(ctx, ask())
		if err != nil || resp.Target != "b" {
			t.Fatal(resp, err)
		}
		if want := []string{"a/k1 open isolated", "a/k2 open isolated", "a/k3 open isolated"}; !slices.Equal(events, want) {
			t.Errorf("%v", events)
		}
		s, _ := c.BreakerStatus("a")
		if s.State != providers.BreakerOpen || s.Reason != failover.ReasonIsolated || time.Until(s.RetryAt) != 5*time.Minute || s.Key != "" {
			t.Errorf("the target, all keys isolated: %+v", s)
		}
		if err := c.Close("a"); err != nil {
			t.Fatal(err)
		}
		for _, s := range c.BreakerStatuses() {
			if s.State != providers.BreakerClosed || !s.RetryAt.IsZero() {
				t.Errorf("after Close: %+v", s)
			}
		}
		if resp, err := c.Generate(ctx, ask()); err != nil || resp.Target != "a" {
			t.Error(resp, err)
		}
	})
}

type callKey struct{}

// Health is the target's: failures of the server open one breaker, whatever key
// they came with.
func TestHealthIsTheTargetsNotTheKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys := three()
		for _, k := range keys {
			k.set(broken, broken, broken)
		}
		c, _ := pool(t, keys, failover.WithMaxAttempts(1))
		for range 5 {
			_ = call(t, c)
		}
		all := c.BreakerStatuses()
		if all[0].State != providers.BreakerOpen || all[0].Reason != failover.ReasonConsecutive {
			t.Errorf("the target: %+v", all[0])
		}
		for _, s := range all[1:4] {
			if s.State != providers.BreakerClosed || s.Key == "" {
				t.Errorf("key: %+v", s)
			}
		}
	})
}

func TestBreakerPerKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys := three()
		keys[1] = always("p", broken)
		c, backup := pool(t, keys, failover.WithMaxAttempts(1), failover.WithBreakerPerKey())
		for range 15 {
			_ = call(t, c)
		}
		if keys[1].count() != 5 || backup.count() != 5 {
			t.Errorf("calls %v, backup %d; want 5 of the broken key", counts(keys), backup.count())
		}
		all := c.BreakerStatuses()
		if all[0].State != providers.BreakerClosed || all[0].Failures != 5 || all[0].Key != "" {
			t.Errorf("the target: %+v", all[0])
		}
		if all[2].State != providers.BreakerOpen || all[2].Key != "k2" {
			t.Errorf("k2: %+v", all[2])
		}
		// By hand, the target is all of its keys.
		if err := c.Open("a"); err != nil {
			t.Fatal(err)
		}
		if s, _ := c.BreakerStatus("a"); s.State != providers.BreakerOpen || !s.RetryAt.IsZero() {
			t.Errorf("opened by hand: %+v", s)
		}
		before := counts(keys)
		if resp, err := c.Generate(t.Context(), ask()); err != nil || resp.Target != "b" || !slices.Equal(before, counts(keys)) {
			t.Errorf("opened by hand, but %v %v", resp, err)
		}
	})
}

// An error that names a target names its key, and never more of it.
func TestErrorsNameTheKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys := three()[:1]
		keys[0].set(step{err: fail(providers.KindInvalidRequest)})
		c, _ := pool(t, keys)
		err := call(t, c)
		if err == nil || !strings.Contains(err.Error(), "a (key k1): ") {
			t.Errorf("%v", err)
		}
		keys[0].set(step{words: []string{"x"}, err: fail(providers.KindNetwork)})
		_, err = providers.Collect(c.Stream(t.Context(), ask()))
		te, _ := errors.AsType[*failover.TargetError](err)
		if te == nil || te.Key != "k1" {
			t.Errorf("%v", err)
		}
	})
}

// Each key is tried at most once in this way, even if it is ready again before
// the others have answered.
func TestKeysAreTriedOnceEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var keys []*fake
		for range 3 {
			keys = append(keys, always("p", step{after: time.Second, err: failAfter(providers.KindRateLimited, time.Millisecond)}))
		}
		c, backup := pool(t, keys, failover.WithMaxAttempts(1))
		if resp, err := c.Generate(t.Context(), ask()); err != nil || resp.Target != "b" || resp.Attempts != 4 {
			t.Fatal(resp, err)
		}
		if got := counts(keys); !slices.Equal(got, []int{1, 1, 1}) || backup.count() != 1 {
			t.Errorf("calls %v", got)
		}
	})
}

// A key that is put aside uses up none of the target's attempts and moves no
// backoff on.
func TestKeysUseUpNoAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys := three()
		keys[0].set(step{err: failAfter(providers.KindRateLimited, time.Hour)})
		keys[1].set(broken)
		c, _ := pool(t, keys, failover.WithMaxAttempts(2), failover.WithBackoff(time.Second, time.Minute))
		begun := time.Now()
		resp, err := c.Generate(t.Context(), ask())
		if err != nil || resp.Target != "a" || resp.Attempts != 3 || time.Since(begun) != time.Second {
			t.Errorf("%+v, %v after %v", resp, err, time.Since(begun))
		}
	})
}

// A caller who leaves gets no further key tried.
func TestNoFurtherKeyForACallerWhoHasLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys := three()
		ctx, cancel := context.WithCancel(t.Context())
		keys[0].set(step{err: failAfter(providers.KindRateLimited, time.Hour)})
		c, backup := pool(t, keys, failover.WithVisit(func(p providers.Provider) providers.Provider { return leaving{p, cancel} }))
		_, err := c.Generate(ctx, ask())
		if !errors.Is(err, context.Canceled) || keys[1].count() != 0 || backup.count() != 0 {
			t.Errorf("%v, calls %v, backup %d", err, counts(keys), backup.count())
		}
	})
}

// leaving cancels the call before its provider is asked.
type leaving struct {
	providers.Provider
	cancel context.CancelFunc
}

func (l leaving) Generate(ctx context.Context, req *providers.Request) (*providers.Response, error) {
	l.cancel()
	return l.Provider.Generate(ctx, req)
}

func TestKeysAreValidated(t *testing.T) {
	p, other := script("p"), script("other")
	for name, c := range map[string]struct {
		in   failover.Target
		want string
	}{
		"no provider":     {failover.Target{Name: "a", Keys: []failover.Key{{Name: "k1"}}}, "no provider for its first key"},
		"later one":       {failover.Target{Name: "a", Keys: []failover.Key{{"k1", p}, {"k2", (*fake)(nil)}}}, `no provider for key 1 ("k2")`},
		"no name":         {failover.Target{Name: "a", Keys: []failover.Key{{"", p}}}, "key without a name"},
		"twice":           {failover.Target{Name: "a", Keys: []failover.Key{{"k", p}, {"k", p}}}, `two keys named "k"`},
		"other vendor":    {failover.Target{Name: "a", Keys: []failover.Key{{"k1", p}, {"k2", other}}}, `its key "k2" of "other"`},
		"other provider":  {failover.Target{Name: "a", Provider: other, Keys: []failover.Key{{"k1", p}}}, `of provider "other", but its key "k1" of "p"`},
		"key and model":   {failover.Target{Name: "a", Provider: p, Options: []failover.TargetOption{failover.WithBreakerPerKey(), failover.WithBreakerPerModel()}}, "choose one"},
		"slow rate":       {failover.Target{Name: "a", Provider: p, Options: []failover.TargetOption{failover.WithSlowCallRate(1.1, 1, 1, time.Minute)}}, "between 0 and 1"},
		"slow threshold":  {failover.Target{Name: "a", Provider: p, Options: []failover.TargetOption{failover.WithSlowCallRate(.5, 0, 1, time.Minute)}}, "threshold must be positive"},
		"slow calls":      {failover.Target{Name: "a", Provider: p, Options: []failover.TargetOption{failover.WithSlowCallRate(.5, 1, 0, time.Minute)}}, "at least 1 call"},
		"slow window":     {failover.Target{Name: "a", Provider: p, Options: []failover.TargetOption{failover.WithSlowCallRate(.5, 1, 1, 1)}}, "at least 10ms"},
		"concurrency":     {failover.Target{Name: "a", Provider: p, Options: []failover.TargetOption{failover.WithMaxConcurrency(-1)}}, "WithMaxConcurrency(-1)"},
		"request rate":    {failover.Target{Name: "a", Provider: p, Options: []failover.TargetOption{failover.WithRequestsPerMinute(-1)}}, "WithRequestsPerMinute(-1)"},
		"token rate":      {failover.Target{Name: "a", Provider: p, Options: []failover.TargetOption{failover.WithTokensPerMinute(2_000_000_000)}}, "WithTokensPerMinute(2000000000)"},
		"wait for limits": {failover.Target{Name: "a", Provider: p, Options: []failover.TargetOption{failover.WithLimitWait(-1)}}, "WithLimitWait(-1ns)"},
	} {
		_, err := failover.New([]failover.Target{c.in})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q in it", name, err, c.want)
		}
	}
	if _, err := failover.New([]failover.Target{{Provider: p, Keys: []failover.Key{{"k1", script("p")}}}}); err != nil {
		t.Errorf("a provider beside keys of its vendor: %v", err)
	}
}
