package faults_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/internal/faults"
	"github.com/llmotel/sdk/providers"
)

// ring is a chain whose first target has three keys, all of one server.
type ring struct {
	bed
	mu   sync.Mutex
	used []string
}

func newRing(t *testing.T, wire string, byKey map[string]faults.Fault, opts ...failover.TargetOption) *ring {
	t.Helper()
	r := &ring{bed: bed{primary: faults.NewServer(t), backup: faults.NewServer(t)}}
	r.primary.Script(func(x *faults.Exchange) {
		r.mu.Lock()
		r.used = append(r.used, x.Credential())
		f := byKey[x.Credential()]
		r.mu.Unlock()
		if f == nil {
			f = faults.Answer
		}
		f(x)
	})
	client := faults.NewClient(t, nil, nil) // one for all keys, as programs have it
	var keys []failover.Key
	for _, name := range []string{"k1", "k2", "k3"} {
		keys = append(keys, failover.Key{Name: name, Provider: keyed(t, wire, r.primary.URL, faults.Key+name, client)})
	}
	var err error
	r.chain, err = failover.New([]failover.Target{
		{Name: "primary", Keys: keys, Options: append([]failover.TargetOption{failover.WithMaxAttempts(1)}, opts...)},
		{Name: "backup", Provider: adapter(t, wire, r.backup.URL, faults.NewClient(t, nil, nil))},
	}, failover.WithHooks(r.ends()))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// calls makes calls that all must be answered by the target, and returns the
// credentials that the server has seen.
func (r *ring) calls(t *testing.T, n int, stream bool, target string) []string {
	t.Helper()
	r.mu.Lock()
	r.used = nil
	r.mu.Unlock()
	for range n {
		resp, err := r.call(t.Context(), stream)
		if err != nil || resp.Text() != faults.Text || resp.Target != target {
			t.Fatalf("%+v, %v", resp, err)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.used)
}

// statuses are those of the target and its keys.
func (r *ring) statuses(t *testing.T) map[string]providers.BreakerStatus {
	t.Helper()
	out := map[string]providers.BreakerStatus{}
	for _, s := range r.chain.BreakerStatuses() {
		if s.Target == "primary" {
			out[s.Key] = s
		}
	}
	if len(out) != 4 {
		t.Fatalf("%d statuses: %+v", len(out), out)
	}
	return out
}

// TestKeyPool: what is held against one credential puts that one aside alone and
// at once, and the others go on.
func TestKeyPool(t *testing.T) {
	const k1, k2, k3 = faults.Key + "k1", faults.Key + "k2", faults.Key + "k3"
	cases := []struct {
		name  string
		fault faults.Fault
		kind  providers.Kind
		state providers.BreakerState
		rest  time.Duration
	}{
		{"429", faults.Status(429, "text/html", page, "Retry-After: 60"), providers.KindRateLimited, providers.BreakerClosed, time.Minute},
		{"401", faults.Status(401, "text/html", page), providers.KindAuthentication, providers.BreakerOpen, 5 * time.Minute},
		{"402", faults.Status(402, "text/html", page), providers.KindQuotaExhausted, providers.BreakerOpen, 10 * time.Minute},
	}
	for _, c := range cases {
		for _, wire := range wires {
			for _, stream := range []bool{false, true} {
				t.Run(c.name+"/"+wire+map[bool]string{false: "/unary", true: "/stream"}[stream], func(t *testing.T) {
					t.Parallel()
					r := newRing(t, wire, map[string]faults.Fault{k1: c.fault})
					began := time.Now()
					if got := r.calls(t, 1, stream, "primary"); !slices.Equal(got, []string{k1, k2}) {
						t.Errorf("the first call used %v", got)
					}
					tries := r.tried()
					if len(tries) != 2 || tries[0].Key != "k1" || tries[0].Kind != c.kind || tries[1].Key != "k2" || tries[1].Kind != "" {
						t.Fatalf("tries %+v", tries)
					}
					checkSafe(t, tries[0].Err)
					if got := r.calls(t, 4, stream, "primary"); !slices.Equal(got, []string{k3, k2, k3, k2}) {
						t.Errorf("further calls used %v", got)
					}
					for key, s := range r.statuses(t) {
						if key != "k1" {
							if s.State != providers.BreakerClosed || !s.RetryAt.IsZero() || s.Failures != 0 {
								t.Errorf("%q is held to account: %+v", key, s)
							}
							continue
						}
						if left := s.RetryAt.Sub(began); s.State != c.state || left < c.rest-5*time.Second || left > c.rest+time.Minute {
							t.Errorf("k1 rests for %v: %+v", left, s)
						}
					}
					if n := r.backup.Requests(); n != 0 {
						t.Errorf("%d requests to the backup", n)
					}
				})
			}
		}
	}
}

// TestKeyPoolIsExhausted: when no credential is left the next target answers, and
// the target is passed over without a request until one is.
func TestKeyPoolIsExhausted(t *testing.T) {
	for _, stream := range []bool{false, true} {
		limited := faults.Status(429, "text/html", page, "Retry-After: 60")
		r := newRing(t, "openai", map[string]faults.Fault{
			faults.Key + "k1": limited, faults.Key + "k2": faults.Status(401, "text/html", page), faults.Key + "k3": limited,
		})
		if got := r.calls(t, 1, stream, "backup"); len(got) != 3 {
			t.Errorf("used %v", got)
		}
		if got := r.calls(t, 2, stream, "backup"); len(got) != 0 {
			t.Errorf("used %v", got)
		}
		r.bed.mu.Lock()
		skip := r.end.History[0]
		r.bed.mu.Unlock()
		if skip.Skip != failover.SkipCooldown || time.Until(skip.Until) < 50*time.Second || time.Until(skip.Until) > time.Minute {
			t.Errorf("%+v", skip)
		}
	}
}

// TestKeysHealthIsTheTargets: a server that fails is down for all of its keys.
func TestKeysHealthIsTheTargets(t *testing.T) {
	down := faults.At(faults.BeforeHeaders, faults.Reset)
	r := newRing(t, "anthropic", map[string]faults.Fault{faults.Key + "k1": down, faults.Key + "k2": down}, failover.WithConsecutiveFailures(2))
	if got := r.calls(t, 3, true, "backup"); len(got) != 2 {
		t.Errorf("used %v", got)
	}
	all := r.statuses(t)
	if s := all[""]; s.State != providers.BreakerOpen {
		t.Errorf("%+v", s)
	}
	for _, key := range []string{"k1", "k2", "k3"} {
		if s := all[key]; s.State != providers.BreakerClosed {
			t.Errorf("%+v", s)
		}
	}
}
