package failover_test

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

func described(t *testing.T, targets []failover.Target, opts ...failover.Option) failover.Description {
	t.Helper()
	c, err := failover.New(targets, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return c.Describe()
}

func TestDescriptionAsText(t *testing.T) {
	two := []failover.Target{{Provider: script("openai")}, {Name: "second", Model: "m", Provider: script("b")}}
	for name, c := range map[string]struct {
		d    failover.Description
		want string
	}{
		"the defaults": {described(t, two), `chain "failover": 2 targets, order fixed, broken streams: fail, at most 10m a call
1. openai: openai, the request's model
   as by default
2. second: b, m
   as by default`},

		"the chain": {described(
			t, two[1:], failover.WithName("answers"), failover.WithTotalTimeout(90*time.Second), failover.WithStreamTimeout(time.Hour),
			failover.WithStickyKey(func(context.Context, *providers.Request) string { return "" }), failover.WithOrder(failover.OrderWeighted), failover.WithExperiment("tone"),
			failover.WithStreamPolicy(failover.StreamBuffer), failover.WithStreamedGenerate(), failover.WithOpenWait(90*time.Minute), failover.WithRetryBudget(.57, 0),
			failover.WithHedge(2*time.Second), failover.WithLastResort(func(context.Context, *providers.Request, *failover.Error) (*providers.Response, error) {
				return nil, nil
			}),
			failover.WithAction(providers.KindContentFiltered, failover.Action{Breaker: failover.Alive, Next: true}),
			failover.WithAction(providers.KindServerError, failover.Action{Breaker: failover.Failure, Retry: failover.RetryIfLast, NextIfLarger: true, Cooldown: true, Isolate: time.Minute}),
			failover.WithTimeoutAction(failover.LimitIdle, failover.Action{Breaker: failover.Ignored}),
		), `chain "answers": 1 target, order weighted, broken streams: buffer, at most 1m30s a call, 1h a stream
   calls with the same key begin at the same target, experiment "tone", answers are fetched as streams, waits up to 1h30m for an open circuit breaker, ` +
			`retries for 57 % of the calls and 0 a second, hedged after 2s, a last resort, within 30s
   on server_error: breaker failure, retry if last target, next target if its context window is larger, cooldown, isolated for 1m
   on timeout (idle): breaker ignored, retry no, next target no
   on content_filtered: breaker alive, retry no, next target yes
1. second: b, m
   as by default`},

		"off": {described(
			t, two[1:], failover.WithTotalTimeout(0), failover.WithOpenWait(0), failover.WithRetryBudget(0, 0), failover.WithHedgeQuantile(.95, 20),
			failover.WithConsecutiveFailures(0), failover.WithFailureRate(0, 0, 0), failover.WithFirstChunkTimeout(0), failover.WithIdleTimeout(0),
		), `chain "failover": 1 target, order fixed, broken streams: fail, no limit on a call's time
   no wait for an open circuit breaker, no retries on the same target, hedged where slower than 95 % of the last calls, from 20 on
1. second: b, m
   limits on time: first chunk none, idle none
   circuit breaker: does not open for failures in a row, does not open for a share of failures`},

		"a target": {described(t, []failover.Target{{
			Name: "eu", Provider: script("openai"), Keys: []failover.Key{{Name: "k1", Provider: script("openai")}, {Name: "k2", Provider: script("openai")}},
			Options: []failover.TargetOption{
				failover.WithMaxAttempts(1), failover.WithBackoff(time.Second, time.Minute), failover.WithRetryWaits(time.Second, 5*time.Second),
				failover.WithConnectTimeout(2 * time.Second), failover.WithAttemptTimeout(40 * time.Second), failover.WithFirstChunkTimeout(5 * time.Second), failover.WithIdleTimeout(10 * time.Second),
				failover.WithMaxConcurrency(8), failover.WithRequestsPerMinute(600), failover.WithTokensPerMinute(90_000), failover.WithLimitWait(250 * time.Millisecond),
				failover.WithConsecutiveFailures(3), failover.WithFailureRate(.25, 40, 2*time.Minute), failover.WithSlowCallRate(.8, 3*time.Second, 10, time.Minute),
				failover.WithOpenDelay(time.Minute), failover.WithTrials(2, 3), failover.WithBreakerPerKey(),
				failover.WithWeight(2.5), failover.WithVariant("b"), failover.WithoutCapabilities(failover.Tools, failover.Audio), failover.WithContextWindow(128_000), failover.WithContinuation(),
			},
		}}), `chain "failover": 1 target, order fixed, broken streams: fail, at most 10m a call
1. eu: openai, the request's model, keys k1 k2
   retries: 1 attempt, backoff 1s to 1m, waits for a Retry-After up to 1s, of the last target 5s
   limits on time: connect 2s, attempt 40s, first chunk 5s, idle 10s
   limits on use: 8 at once, 600 requests a minute, 90000 tokens a minute, waits up to 250ms for them
   circuit breaker: opens at 3 failures in a row, opens at 25 % failures of at least 40 calls in 2m, ` +
			`opens at 80 % first chunks later than 3s of at least 10 in 1m, trials after 1m, 2 trials at once, closes after 3 successful trials, one for each key
   weight 2.5, variant "b", lacks tools, audio, context window of 128000 tokens, continues answers`},
	} {
		if diff := cmp.Diff(c.want, c.d.String()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// Whatever is changed shows: no field is left out, nor will one be that is added.
func TestDescriptionAsTextLeavesNothingOut(t *testing.T) {
	whole := func() failover.Description {
		d := described(t, []failover.Target{{Name: "a", Provider: script("p")}})
		// The figures of rules that are off are none.
		d.LastResort, d.LastResortTimeout = true, time.Second
		d.Targets[0].SlowCallRate = .5
		d.HedgeDelay, d.HedgeQuantile, d.HedgeMinCalls = time.Second, .5, 1
		return d
	}
	before := whole().String()
	try := func(of string, change func(d *failover.Description) reflect.Value) {
		n := change(new(whole())).NumField()
		for i := range n {
			d := whole()
			v := change(&d)
			switch f := v.Field(i); f.Kind() {
			case reflect.String:
				f.SetString(f.String() + "x")
			case reflect.Bool:
				f.SetBool(!f.Bool())
			case reflect.Int, reflect.Int64:
				f.SetInt(f.Int() + 1)
			case reflect.Uint8, reflect.Uint16, reflect.Uint32:
				f.SetUint(f.Uint() + 1)
			case reflect.Float64:
				f.SetFloat(f.Float() + 1)
			case reflect.Slice:
				if f.Type().Elem().Kind() != reflect.String {
					continue // gone into on its own
				}
				f.Set(reflect.ValueOf([]string{"x"}))
			default:
				t.Fatalf("%s.%s is a %s", of, v.Type().Field(i).Name, f.Kind())
			}
			if d.String() == before {
				t.Errorf("%s.%s does not show", of, v.Type().Field(i).Name)
			}
		}
	}
	try("Description", func(d *failover.Description) reflect.Value { return reflect.ValueOf(d).Elem() })
	try("TargetDescription", func(d *failover.Description) reflect.Value { return reflect.ValueOf(&d.Targets[0]).Elem() })
	try("Action", func(d *failover.Description) reflect.Value { return reflect.ValueOf(&d.Table[2].Action).Elem() })
}
