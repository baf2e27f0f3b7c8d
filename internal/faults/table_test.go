package faults_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/internal/faults"
	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/openai"
)

// local are the kinds that come from this side of the wire; TestCallerLeaves,
// TestRejected and TestPanic drive them.
var local = []providers.Kind{providers.KindCancelled, providers.KindRejected, providers.KindPanic}

// TestNoRowIsMissing: each kind of error has a scenario that causes it, unary
// and in a stream, or comes from this side.
func TestNoRowIsMissing(t *testing.T) {
	var unary, stream []providers.Kind
	for _, g := range groups {
		for i := range g.list {
			unary = append(unary, g.list[i].unary.kind)
			stream = append(stream, g.list[i].stream.kind)
		}
	}
	rows := failover.Table()
	for _, row := range rows {
		if row.Limit != "" && !slices.ContainsFunc(limitCases, func(c limitCase) bool { return c.limit == row.Limit }) {
			t.Errorf("no test runs into the limit %s", row.Limit)
		}
	}
	for _, k := range providers.Kinds() {
		if !slices.ContainsFunc(rows, func(r failover.Row) bool { return r.Kind == k }) {
			t.Errorf("%s has no row", k)
		}
		if slices.Contains(local, k) {
			continue
		}
		if !slices.Contains(unary, k) || !slices.Contains(stream, k) {
			t.Errorf("no scenario causes %s unary and in a stream", k)
		}
	}
}

// TestVerdicts drives a fault of each kind through a half-open breaker, where
// alive, ignored and failure differ most: a success closes it, a failure opens
// it again, and what says nothing gives the trial back.
func TestVerdicts(t *testing.T) {
	for _, row := range failover.Table() {
		s := cause(row.Kind)
		if s == nil || row.Limit != "" {
			continue
		}
		for _, stream := range []bool{false, true} {
			t.Run(string(row.Kind)+map[bool]string{false: "/unary", true: "/stream"}[stream], func(t *testing.T) {
				t.Parallel()
				const open = 20 * time.Millisecond
				b := newBed(t, "openai", s, failover.WithConsecutiveFailures(1), failover.WithOpenDelay(open), failover.WithTrials(1, 1), failover.WithMaxAttempts(1))
				b.primary.Script(faults.Status(500, "text/html", page), s.fault)
				if _, err := b.call(t.Context(), stream); err != nil {
					t.Fatal(err)
				}
				b.checkState(t, "after a failure", providers.BreakerOpen)
				time.Sleep(2 * open)
				_, err := b.call(t.Context(), stream)
				if tries := b.tried(); len(tries) != 1 || tries[0].Kind != row.Kind {
					t.Fatalf("the trial came to %+v, %v", tries, err)
				}
				want := providers.BreakerHalfOpen // the trial was given back
				switch {
				case row.Action.Isolate > 0, row.Action.Breaker == failover.Failure:
					want = providers.BreakerOpen
				case row.Action.Breaker == failover.Alive:
					want = providers.BreakerClosed
				}
				b.checkState(t, "after the trial", want)
			})
		}
	}
}

// cause is a scenario of OpenAI's protocol that comes to the kind before
// anything is delivered; nil if there is none.
func cause(k providers.Kind) *scenario {
	for _, g := range groups {
		for i := range g.list {
			s := &g.list[i]
			if s.on("openai") && s.fault != nil && !s.recovers && s.unary == fails(k) && s.stream == fails(k) {
				return s
			}
		}
	}
	return nil
}

func (b *bed) checkState(t *testing.T, when string, want providers.BreakerState) {
	t.Helper()
	if status, _ := b.chain.BreakerStatus("primary"); status.State != want {
		t.Errorf("%s the breaker is %+v, want %s", when, status, want)
	}
}

// TestRetryAfterExtendsTheOpenTime: a 503 that asks for a minute opens the
// breaker for a minute.
func TestRetryAfterExtendsTheOpenTime(t *testing.T) {
	b := newBed(t, "anthropic", &scenario{fault: faults.Status(503, "text/html", page, "Retry-After: 60")},
		failover.WithConsecutiveFailures(1), failover.WithOpenDelay(time.Second))
	began := time.Now()
	if _, err := b.call(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	status, _ := b.chain.BreakerStatus("primary")
	if left := status.RetryAt.Sub(began); status.State != providers.BreakerOpen || left < 55*time.Second || left > 90*time.Second {
		t.Errorf("%s for %v; want open for a minute", status.State, left)
	}
}

// TestCallerLeaves: the caller's cancellation is its own error, neither retried
// nor moved, and counts for nothing.
func TestCallerLeaves(t *testing.T) {
	points := map[string]faults.Point{"before the headers": faults.BeforeHeaders, "in the answer": faults.AfterFirstText}
	for name, at := range points {
		for _, wire := range wires {
			for _, stream := range []bool{false, true} {
				t.Run(name+"/"+wire+map[bool]string{false: "/unary", true: "/stream"}[stream], func(t *testing.T) {
					t.Parallel()
					b := newBed(t, wire, &scenario{fault: faults.At(at, faults.Stall)})
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					var leaving sync.WaitGroup
					leaving.Go(func() {
						for b.primary.Requests() == 0 {
							time.Sleep(time.Millisecond)
						}
						time.Sleep(20 * time.Millisecond)
						cancel()
					})
					_, err := b.call(ctx, stream)
					leaving.Wait()
					checkSafe(t, err)
					if providers.KindOf(err) != providers.KindCancelled || !errors.Is(err, context.Canceled) {
						t.Errorf("got %v", err)
					}
					status, _ := b.chain.BreakerStatus("primary")
					if b.primary.Requests() != 1 || b.backup.Requests() != 0 || status.Failures+status.Successes+status.ConsecutiveFailures != 0 {
						t.Errorf("%d and %d requests, breaker %+v", b.primary.Requests(), b.backup.Requests(), status)
					}
				})
			}
		}
	}
}

// TestCallerLeavesTheLoop: a stream that is not read to its end is given up at
// once, although more would come, and is no failure.
func TestCallerLeavesTheLoop(t *testing.T) {
	for _, wire := range wires {
		t.Run(wire, func(t *testing.T) {
			t.Parallel()
			b := newBed(t, wire, &scenario{fault: faults.At(faults.AfterFirstText, faults.Stall)})
			bare := adapter(t, wire, b.primary.URL, faults.NewClient(t, nil, nil)) // which has no context of its own to end
			for _, p := range []providers.Provider{b.chain, bare} {
				for chunk, err := range p.Stream(t.Context(), request()) {
					if err != nil {
						t.Fatal(err)
					}
					if chunk.Kind.Semantic() {
						break
					}
				}
			}
			for end := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
				if _, open := b.primary.Connections(); open == 0 {
					break
				}
				if time.Now().After(end) {
					t.Fatal("the connection is still open")
				}
			}
			if status, _ := b.chain.BreakerStatus("primary"); status.Failures != 0 {
				t.Errorf("breaker %+v", status)
			}
		})
	}
}

// TestRejected: a target whose breaker is open is not sent anything.
func TestRejected(t *testing.T) {
	for _, stream := range []bool{false, true} {
		b := newBed(t, "openai", &scenario{})
		for _, target := range []string{"primary", "backup"} {
			if err := b.chain.Open(target); err != nil {
				t.Fatal(err)
			}
		}
		_, err := b.call(t.Context(), stream)
		if providers.KindOf(err) != providers.KindRejected || !errors.Is(err, failover.ErrOpen) || b.primary.Requests()+b.backup.Requests() != 0 {
			t.Errorf("got %v", err)
		}
		checkSafe(t, err)
		if err := b.chain.Close("backup"); err != nil {
			t.Fatal(err)
		}
		if r, err := b.call(t.Context(), stream); err != nil || r.Target != "backup" || b.primary.Requests() != 0 {
			t.Errorf("%+v, %v", r, err)
		}
	}
}

type panicking struct{}

func (panicking) RoundTrip(*http.Request) (*http.Response, error) { panic("a bug") }

// TestPanic: a panic below the adapter reaches the caller and counts against
// the target.
func TestPanic(t *testing.T) {
	for _, stream := range []bool{false, true} {
		p, err := openai.New(openai.WithAPIKey(faults.Key), openai.WithBaseURL("http://127.0.0.1:9/v1"), openai.WithHTTPClient(&http.Client{Transport: panicking{}}))
		if err != nil {
			t.Fatal(err)
		}
		chain, err := failover.New([]failover.Target{{Name: "primary", Provider: p}, {Name: "backup", Provider: p}})
		if err != nil {
			t.Fatal(err)
		}
		b := &bed{chain: chain}
		func() {
			defer func() {
				if got := recover(); got != "a bug" {
					t.Errorf("recovered %v", got)
				}
			}()
			_, _ = b.call(t.Context(), stream)
		}()
		if status, _ := chain.BreakerStatus("primary"); status.Failures != 1 {
			t.Errorf("breaker %+v", status)
		}
	}
}

// TestRedirectKeepsKeyAndPrompt: what another host asks to be sent there is not
// sent; within a host redirects are followed.
func TestRedirectKeepsKeyAndPrompt(t *testing.T) {
	for _, wire := range wires {
		for _, stream := range []bool{false, true} {
			elsewhere, here := faults.NewServer(t), faults.NewServer(t)
			p := adapter(t, wire, here.URL, faults.NewClient(t, nil, nil))
			for _, status := range []int{301, 302, 303, 307, 308} {
				here.Script(func(x *faults.Exchange) { x.Reply(status, "text/html", page, "Location: "+elsewhere.URL+x.Path) })
				_, err := once(t.Context(), p, stream)
				if providers.KindOf(err) != providers.KindMalformed || elsewhere.Requests() != 0 {
					t.Errorf("%s, %d: %v, %d requests elsewhere", wire, status, err, elsewhere.Requests())
				}
				checkSafe(t, err)
			}
			here.Script(func(x *faults.Exchange) { x.Reply(307, "text/html", page, "Location: "+x.Path) }, faults.Answer)
			if wire == "gemini" && stream || wire == "bedrock" {
				continue // the query, which asks for events, would be lost; Bedrock's SDK follows none
			}
			if r, err := once(t.Context(), p, stream); err != nil || r.Text() != faults.Text {
				t.Errorf("%s, within the host: %v", wire, err)
			}
		}
	}
}

func once(ctx context.Context, p providers.Provider, stream bool) (*providers.Response, error) {
	if stream {
		return providers.Collect(p.Stream(ctx, request()))
	}
	return p.Generate(ctx, request())
}
