package faults_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/internal/faults"
	"github.com/llmotel/sdk/providers"
)

// outage is a provider that is dead for a time, and a caller that asks again
// and again.
type outage struct {
	dead, every, open time.Duration
	fault             faults.Fault
	stream            bool
	slack             time.Duration // for a busy machine
}

// run checks that every request is answered, that the dead provider sees at
// most one trial per open period, and that it is used again within one period
// of its recovery.
func (o *outage) run(ctx context.Context, t *testing.T, primary, backup *faults.Server, ask func(context.Context, bool) (*providers.Response, error)) {
	t.Helper()
	const opening = 2 // failures that open the breaker
	primary.Script(faults.For(o.dead, o.fault, faults.Answer))
	began := time.Now()
	var back time.Time
	asked := 0
	for ; back.IsZero() && time.Since(began) < o.dead+3*o.open; asked++ {
		resp, err := ask(ctx, o.stream)
		if err != nil || resp.Text() != faults.Text {
			t.Fatalf("request %d, after %v: %v", asked+1, time.Since(began), err)
		}
		if resp.Target == "primary" {
			back = time.Now()
		} else {
			time.Sleep(o.every)
		}
	}
	arrivals := primary.Arrivals()
	if back.IsZero() {
		t.Fatalf("the provider was not used again; it saw %d requests", len(arrivals))
	}
	end := arrivals[0].Add(o.dead)
	if late := back.Sub(end); late < 0 || late > o.open+2*o.every+o.slack {
		t.Errorf("used again %v after its recovery, want within %v", late, o.open+2*o.every+o.slack)
	}
	trials := arrivals[opening:]
	for i, at := range trials {
		before := arrivals[opening+i-1]
		if gap := at.Sub(before); gap < o.open-o.slack/4 {
			t.Errorf("trial %d came %v after the request before it; the open period is %v", i+1, gap, o.open)
		}
	}
	if most := int(o.dead/o.open) + 1; len(trials) > most || len(trials) == 0 {
		t.Errorf("%d trials in %v of outage, want 1 to %d", len(trials), o.dead, most)
	}
	if n := backup.Requests(); n != asked-1 {
		t.Errorf("the backup saw %d requests of %d", n, asked)
	}
}

func (o *outage) options() []failover.TargetOption {
	return []failover.TargetOption{
		failover.WithConsecutiveFailures(2), failover.WithOpenDelay(o.open), failover.WithTrials(1, 1), failover.WithBackoff(0, 0),
		failover.WithMaxAttempts(1), failover.WithAttemptTimeout(o.every / 2), failover.WithFirstChunkTimeout(o.every / 2), failover.WithIdleTimeout(o.every / 2),
	}
}

// deaths are the ways in which a provider is down.
var deaths = map[string]faults.Fault{
	"resets":        faults.At(faults.BeforeHeaders, faults.Reset),
	"never answers": faults.At(faults.BeforeHeaders, faults.Stall),
	"503":           faults.Status(503, "text/html", page),
	"cut streams":   faults.At(faults.AfterStart, faults.Cut),
}

// TestOutageOfAMinute is the whole minute, with a request every three seconds
// and the default open period of half a minute or a shorter one, on the clock
// of a bubble.
func TestOutageOfAMinute(t *testing.T) {
	for name, fault := range deaths {
		for _, open := range []time.Duration{30 * time.Second, 8 * time.Second} {
			for _, stream := range []bool{false, true} {
				t.Run(name+"/"+open.String()+map[bool]string{false: "/unary", true: "/stream"}[stream], func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						ends := [2]*faults.Pipe{faults.NewPipe(), faults.NewPipe()}
						primary, backup := faults.Serve(t, ends[0]), faults.Serve(t, ends[1])
						o := &outage{dead: time.Minute, every: 3 * time.Second, open: open, fault: fault, stream: stream}
						chain, err := failover.New([]failover.Target{
							{Name: "primary", Provider: adapter(t, "openai", primary.URL, faults.NewClient(t, nil, ends[0].Dial)), Options: o.options()},
							{Name: "backup", Provider: adapter(t, "anthropic", backup.URL, faults.NewClient(t, nil, ends[1].Dial))},
						})
						if err != nil {
							t.Fatal(err)
						}
						o.run(t.Context(), t, primary, backup, (&bed{chain: chain}).call)
					})
				})
			}
		}
	}
}

// TestOutageOverTCP is an outage over real sockets, scaled down to seconds.
func TestOutageOverTCP(t *testing.T) {
	for name, fault := range deaths {
		for _, stream := range []bool{false, true} {
			t.Run(name+map[bool]string{false: "/unary", true: "/stream"}[stream], func(t *testing.T) {
				t.Parallel()
				o := &outage{dead: 2 * time.Second, every: 100 * time.Millisecond, open: 500 * time.Millisecond, fault: fault, stream: stream, slack: 400 * time.Millisecond}
				opts := o.options()
				if name != "never answers" { // a busy machine is no outage
					opts = append(opts, failover.WithAttemptTimeout(10*time.Second), failover.WithFirstChunkTimeout(10*time.Second), failover.WithIdleTimeout(10*time.Second))
				} else {
					opts = append(opts, failover.WithAttemptTimeout(300*time.Millisecond), failover.WithFirstChunkTimeout(300*time.Millisecond), failover.WithIdleTimeout(10*time.Second))
				}
				b := newBed(t, "anthropic", &scenario{}, opts...)
				o.run(t.Context(), t, b.primary, b.backup, b.call)
			})
		}
	}
}
