package faults_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/internal/faults"
	"github.com/llmotel/sdk/providers"
)

const short = 400 * time.Millisecond

// limitCase is a limit of the chain, and what runs into it.
type limitCase struct {
	limit         failover.Limit
	under         string // what else is set, for the name
	unary, stream bool   // what it limits
	fault         faults.Fault
	target        []failover.TargetOption
	chain         []failover.Option
	late          bool // streams have delivered something by then
	outcome       failover.Outcome
}

// The options under which the caller waits for the whole answer of a
// stream, so that none of it is delivered before.
var (
	streamed = []failover.Option{failover.WithStreamedGenerate()}
	buffered = []failover.Option{failover.WithStreamPolicy(failover.StreamBuffer)}
)

var limitCases = []limitCase{
	{limit: failover.LimitConnect, unary: true, stream: true, target: []failover.TargetOption{failover.WithConnectTimeout(short)}},
	{limit: failover.LimitAttempt, unary: true, fault: faults.At(faults.AfterFirstText, faults.Stall), target: []failover.TargetOption{failover.WithAttemptTimeout(short)}},
	{limit: failover.LimitFirstChunk, stream: true, fault: faults.At(faults.AfterStart, faults.Stall), target: []failover.TargetOption{failover.WithFirstChunkTimeout(short)}},
	{limit: failover.LimitIdle, stream: true, fault: faults.At(faults.AfterFirstText, faults.Stall), target: []failover.TargetOption{failover.WithIdleTimeout(short)}, late: true, outcome: failover.OutcomeInterrupted},
	{limit: failover.LimitFirstChunk, under: "streamed generate", unary: true, fault: faults.At(faults.AfterStart, faults.Stall), target: []failover.TargetOption{failover.WithFirstChunkTimeout(short)}, chain: streamed},
	{limit: failover.LimitIdle, under: "streamed generate", unary: true, fault: faults.At(faults.AfterFirstText, faults.Stall), target: []failover.TargetOption{failover.WithIdleTimeout(short)}, chain: streamed},
	{limit: failover.LimitAttempt, under: "streamed generate", unary: true, fault: faults.Slowly(100 * time.Millisecond), target: []failover.TargetOption{failover.WithAttemptTimeout(short)}, chain: streamed},
	{limit: failover.LimitConnect, under: "streamed generate", unary: true, target: []failover.TargetOption{failover.WithConnectTimeout(short)}, chain: streamed},
	{limit: failover.LimitIdle, under: "buffer", stream: true, fault: faults.At(faults.AfterFirstText, faults.Stall), target: []failover.TargetOption{failover.WithIdleTimeout(short)}, chain: buffered},
	{limit: failover.LimitTotal, under: "streamed generate", unary: true, fault: faults.Slowly(100 * time.Millisecond), chain: append([]failover.Option{failover.WithTotalTimeout(short)}, streamed...), outcome: failover.OutcomeTimeout},
	{limit: failover.LimitTotal, under: "buffer", stream: true, fault: faults.Slowly(100 * time.Millisecond), chain: append([]failover.Option{failover.WithTotalTimeout(short)}, buffered...), outcome: failover.OutcomeTimeout},
	{limit: failover.LimitStream, under: "buffer", stream: true, fault: faults.Slowly(100 * time.Millisecond), chain: append([]failover.Option{failover.WithStreamTimeout(short)}, buffered...), outcome: failover.OutcomeTimeout},
	{limit: failover.LimitTotal, unary: true, stream: true, fault: faults.At(faults.AfterHeaders, faults.Stall), chain: []failover.Option{failover.WithTotalTimeout(short)}, outcome: failover.OutcomeTimeout},
	{limit: failover.LimitStream, stream: true, fault: faults.Slowly(100 * time.Millisecond), chain: []failover.Option{failover.WithStreamTimeout(2 * short)}, late: true, outcome: failover.OutcomeInterrupted},
}

// TestLimits runs into each limit of the chain, whose row of the table decides
// whether the next target is asked.
func TestLimits(t *testing.T) {
	for _, row := range failover.Table() {
		for i := range limitCases {
			c := &limitCases[i]
			for _, wire := range wires {
				for _, stream := range []bool{false, true} {
					if c.limit != row.Limit || stream && !c.stream || !stream && !c.unary {
						continue
					}
					t.Run(strings.TrimSuffix(string(c.limit)+" "+c.under, " ")+"/"+wire+map[bool]string{false: "/unary", true: "/stream"}[stream], func(t *testing.T) {
						t.Parallel()
						c.run(t, row, wire, stream)
					})
				}
			}
		}
	}
}

func (c *limitCase) run(t *testing.T, row failover.Row, wire string, stream bool) {
	t.Helper()
	s := &scenario{fault: c.fault, options: c.chain}
	if c.limit == failover.LimitConnect {
		s.address = deaf(t)
	}
	b := newBed(t, wire, s, c.target...)
	resp, err := b.call(t.Context(), stream)
	tries := b.tried()
	if len(tries) != 1 || tries[0].Kind != providers.KindTimeout {
		t.Fatalf("tries %+v, want one that timed out; %v", tries, err)
	}
	if limit, ok := errors.AsType[*failover.TimeoutError](tries[0].Err); !ok || limit.Limit != c.limit {
		t.Errorf("the limit is %v, want %s", tries[0].Err, c.limit)
	}
	checkSafe(t, err)
	checkSafe(t, tries[0].Err)
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		t.Errorf("%v is taken for the caller's", err)
	}
	if c.outcome == "" {
		if !row.Action.Next || err != nil || resp.Target != "backup" || resp.Text() != faults.Text {
			t.Errorf("want the other target's answer; got %v", err)
		}
		return
	}
	end, ok := errors.AsType[*failover.Error](err)
	if !ok || end.Outcome != c.outcome || providers.KindOf(err) != providers.KindTimeout || b.backup.Requests() != 0 {
		t.Errorf("want %s and no other target; got %v, %d requests", c.outcome, err, b.backup.Requests())
	}
	if broken, ok := errors.AsType[*providers.InterruptedError](err); ok != c.late || c.late && broken.Partial.Text() == "" {
		t.Errorf("interrupted: %v, want %v", ok, c.late)
	}
}

// deaf is the address of a listener that takes connections, and never says a
// word of TLS.
func deaf(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return "https://" + l.Addr().String()
}

// TestStreamPolicies breaks a stream after its first text under the policies
// that do not leave it at that: the caller gets a whole answer.
func TestStreamPolicies(t *testing.T) {
	faultsOf := map[string]faults.Fault{
		"reset": faults.At(faults.AfterFirstText, faults.Reset), "cut": faults.At(faults.BeforeLast, faults.Cut),
		"early end": faults.Truncated(faults.BeforeLast),
	}
	for name, fault := range faultsOf {
		for _, policy := range []failover.StreamPolicy{failover.StreamRestart, failover.StreamBuffer} {
			for _, wire := range wires {
				t.Run(name+"/"+policy.String()+"/"+wire, func(t *testing.T) {
					t.Parallel()
					b := newBed(t, wire, &scenario{fault: fault, options: []failover.Option{failover.WithStreamPolicy(policy)}}, failover.WithMaxAttempts(1))
					restarts, early := 0, ""
					var all providers.Collector
					for chunk, err := range b.chain.Stream(t.Context(), request()) {
						if err != nil {
							t.Fatal(err)
						}
						all.Add(chunk)
						if chunk.Kind == providers.ChunkRestart {
							restarts++
						} else if restarts == 0 {
							early += chunk.Text
						}
					}
					r := all.Response()
					if r.Text() != faults.Text || r.Target != "backup" || b.primary.Requests() != 1 || b.backup.Requests() != 1 {
						t.Errorf("%q from %s; %d and %d requests", r.Text(), r.Target, b.primary.Requests(), b.backup.Requests())
					}
					if policy == failover.StreamRestart && (restarts != 1 || early == "" || !strings.HasPrefix(faults.Text, early)) { //nolint:gocritic // it is the text that begins the whole
						t.Errorf("%d restarts, after %q", restarts, early)
					}
					if policy == failover.StreamBuffer && restarts != 0 {
						t.Errorf("%d restarts of a stream of which nothing was delivered", restarts)
					}
				})
			}
		}
	}
}

// TestStreamedGenerate: a unary call that runs on a stream inside is held to
// the limits of streams, and retried or moved whatever had arrived.
func TestStreamedGenerate(t *testing.T) {
	for _, wire := range wires {
		for name, fault := range map[string]faults.Fault{
			"stall": faults.At(faults.AfterFirstText, faults.Stall), "cut": faults.At(faults.AfterFirstText, faults.Cut),
		} {
			t.Run(name+"/"+wire, func(t *testing.T) {
				t.Parallel()
				b := newBed(t, wire, &scenario{fault: fault, options: []failover.Option{failover.WithStreamedGenerate()}}, failover.WithIdleTimeout(short))
				r, err := b.call(t.Context(), false)
				if err != nil || r.Text() != faults.Text || r.Target != "backup" {
					t.Errorf("%v", err)
				}
			})
		}
	}
}
