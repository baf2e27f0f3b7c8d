package faults_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/internal/faults"
	"github.com/llmotel/sdk/providers"
)

// toxicFor is how long TestThroughToxiproxy runs: LLMOTEL_TOXIC_SECONDS, by
// default a few seconds.
func toxicFor(t *testing.T) time.Duration {
	t.Helper()
	if v := os.Getenv("LLMOTEL_TOXIC_SECONDS"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 {
			t.Fatalf("LLMOTEL_TOXIC_SECONDS=%q is no number of seconds", v)
		}
		return time.Duration(n) * time.Second
	}
	if testing.Short() {
		return 2 * time.Second
	}
	return 10 * time.Second
}

// poisons are the toxics of Toxiproxy, each with what it is set to.
var poisons = []func() string{
	func() string {
		return toxic("latency", fmt.Sprintf(`"latency":%d,"jitter":%d`, rand.IntN(60), rand.IntN(40)))
	},
	func() string { return toxic("bandwidth", fmt.Sprintf(`"rate":%d`, 5+rand.IntN(200))) },
	func() string { return toxic("reset_peer", fmt.Sprintf(`"timeout":%d`, rand.IntN(50))) },
	func() string { return toxic("slow_close", fmt.Sprintf(`"delay":%d`, rand.IntN(200))) },
	func() string { return toxic("limit_data", fmt.Sprintf(`"bytes":%d`, rand.IntN(4000))) },
	func() string { return toxic("timeout", fmt.Sprintf(`"timeout":%d`, rand.IntN(300))) },
	func() string {
		return toxic("slicer", fmt.Sprintf(`"average_size":%d,"size_variation":%d,"delay":%d`, 20+rand.IntN(200), 10, rand.IntN(2000)))
	},
}

func toxic(kind, attributes string) string {
	direction := [...]string{"downstream", "downstream", "upstream"}[rand.IntN(3)]
	return fmt.Sprintf(`{"name":"now","type":%q,"stream":%q,"toxicity":%.2f,"attributes":{%s}}`, kind, direction, 0.2+0.8*rand.Float64(), attributes)
}

// poisoned is a Toxiproxy before a server whose toxics change. Toxiproxy 2.5
// hangs for ever when toxics change on a connection whose other end is gone, so
// that each change is a proxy of its own, through which connections go from
// then on; the one before is stopped a little later, with all that it has.
type poisoned struct {
	server  *faults.Server
	current atomic.Pointer[toxiproxy.Proxy]
}

// with starts the next proxy, with one toxic or none.
func (p *poisoned) with(t *testing.T, toxic string) *toxiproxy.Proxy {
	t.Helper()
	api := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(prometheus.NewRegistry()), zerolog.Nop())
	next := toxiproxy.NewProxy(api, "p", "127.0.0.1:0", strings.TrimPrefix(p.server.URL, "http://"))
	if toxic != "" {
		if _, err := next.Toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
			t.Error(err)
		}
	}
	if err := next.Start(); err != nil {
		t.Error(err)
		return nil
	}
	return p.current.Swap(next)
}

// run changes the toxics until the context ends, and then heals.
func (p *poisoned) run(ctx context.Context, t *testing.T) {
	t.Helper()
	for ctx.Err() == nil {
		for _, toxic := range []string{poisons[rand.IntN(len(poisons))](), ""} {
			old := p.with(t, toxic)
			rest(ctx, time.Duration(50+rand.IntN(250))*time.Millisecond)
			old.Stop()
			rest(ctx, time.Duration(rand.IntN(100))*time.Millisecond)
		}
	}
}

// dial connects through the proxy of the moment.
func (p *poisoned) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	return (&net.Dialer{Timeout: time.Second}).DialContext(ctx, network, p.current.Load().Listen)
}

func rest(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// tally counts how calls ended. Each call ends once.
type tally struct {
	begun, answered, failed, interrupted, cancelled, left atomic.Int64
	starts, ends                                          atomic.Int64 // as the hooks saw them
	primary, backup                                       atomic.Int64

	mu      sync.Mutex
	longest time.Duration
}

func (y *tally) ended() int64 {
	return y.answered.Load() + y.failed.Load() + y.interrupted.Load() + y.cancelled.Load() + y.left.Load()
}

func (y *tally) hooks() failover.Hooks {
	return failover.Hooks{
		CallStart: func(ctx context.Context, _ failover.StartEvent) context.Context {
			y.starts.Add(1)
			return ctx
		},
		CallEnd: func(context.Context, failover.EndEvent) { y.ends.Add(1) },
	}
}

// TestThroughToxiproxy has 64 callers, unary and streamed, some of whom
// cancel or leave, call two providers through Toxiproxy while what it does to
// the connections changes. Each call ends once: with the whole answer, with an
// error that says what happened, or as the caller wanted. Nothing stays behind.
func TestThroughToxiproxy(t *testing.T) {
	const callers, longest = 64, 4 * time.Second
	var y tally
	servers := []*faults.Server{faults.NewServer(t), faults.NewServer(t)}
	servers[0].Script(sometimes)
	servers[1].Script(sometimes)
	var clients []*faults.Client
	chains := map[string]*failover.Chain{}
	proxies := make([]*poisoned, len(servers))
	for i, srv := range servers {
		p := &poisoned{server: srv}
		p.with(t, "")
		t.Cleanup(func() { p.current.Load().Stop() })
		proxies[i] = p
	}
	for _, wire := range wires {
		var targets []failover.Target
		for i, name := range []string{"primary", "backup"} {
			client := faults.NewClient(t, nil, proxies[i].dial)
			clients = append(clients, client)
			targets = append(targets, failover.Target{Name: name, Provider: adapter(t, wire, servers[i].URL, client), Options: []failover.TargetOption{
				failover.WithAttemptTimeout(time.Second), failover.WithFirstChunkTimeout(time.Second), failover.WithIdleTimeout(time.Second),
				failover.WithBackoff(time.Millisecond, 10*time.Millisecond),
				// Breakers that are mostly open would keep the calls away from what is tried here.
				failover.WithConsecutiveFailures(30), failover.WithFailureRate(0.9, 50, time.Second), failover.WithOpenDelay(50 * time.Millisecond), failover.WithTrials(4, 1),
			}})
		}
		chain, err := failover.New(targets, failover.WithTotalTimeout(longest), failover.WithHooks(y.hooks()))
		if err != nil {
			t.Fatal(err)
		}
		chains[wire] = chain
	}

	ctx, stop := context.WithTimeout(t.Context(), toxicFor(t))
	defer stop()
	var running sync.WaitGroup
	for _, p := range proxies {
		running.Go(func() { p.run(ctx, t) })
	}
	for i := range callers {
		running.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				y.call(context.WithoutCancel(ctx), t, chains[wires[(i+n)%len(wires)]])
				rest(ctx, time.Duration(rand.IntN(10))*time.Millisecond)
			}
		})
	}
	running.Wait()

	t.Logf("%d calls: %d answered (%d by the first, %d by the second), %d failed, %d interrupted, %d cancelled, %d left; the longest took %v",
		y.begun.Load(), y.answered.Load(), y.primary.Load(), y.backup.Load(), y.failed.Load(), y.interrupted.Load(), y.cancelled.Load(), y.left.Load(), y.longest.Round(time.Millisecond))
	if n := y.begun.Load(); y.ended() != n || y.starts.Load() != n || y.ends.Load() != n {
		t.Errorf("%d calls begun, %d ended; the hooks saw %d and %d", n, y.ended(), y.starts.Load(), y.ends.Load())
	}
	for what, n := range map[string]int64{
		"answered by the first": y.primary.Load(), "answered by the second": y.backup.Load(),
		"interrupted": y.interrupted.Load(), "cancelled": y.cancelled.Load(), "left": y.left.Load(),
	} {
		if n == 0 {
			t.Errorf("no call was %s; the test shows little", what)
		}
	}
	if y.longest > 5*longest { // more than a busy machine explains
		t.Errorf("a call took %v, whose limit is %v", y.longest, longest)
	}
	checkHealed(t, chains)
	for _, c := range clients {
		if n := c.Released(20 * time.Second); n != 0 {
			t.Errorf("%d connections were never closed", n)
		}
	}
	for _, srv := range servers {
		for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
			accepted, open := srv.Connections()
			if open == 0 {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("%d of %d connections are open at the provider", open, accepted)
			}
		}
	}
}

// sometimes is a provider that is mostly healthy, sometimes slow, and sometimes
// not well.
func sometimes(x *faults.Exchange) {
	switch n := rand.IntN(40); {
	case n < 20:
		faults.Answer(x)
	case n < 30:
		faults.Slowly(3 * time.Millisecond)(x)
	case n < 34:
		faults.Malformed(faults.AfterFirstText)(x)
	case n < 36:
		faults.Status(503, "text/html", page)(x)
	case n < 38:
		faults.At(faults.AfterFirstText, faults.Cut)(x)
	default:
		faults.At(faults.BeforeHeaders, faults.Reset)(x)
	}
}

// call makes one call of a random sort.
func (y *tally) call(ctx context.Context, t *testing.T, chain *failover.Chain) {
	t.Helper()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cancels := rand.IntN(8) == 0
	if cancels {
		timer := time.AfterFunc(time.Duration(rand.IntN(60))*time.Millisecond, cancel)
		defer timer.Stop()
	}
	y.begun.Add(1)
	began := time.Now()
	defer func() {
		y.mu.Lock()
		defer y.mu.Unlock()
		y.longest = max(y.longest, time.Since(began))
	}()
	if rand.IntN(2) == 0 {
		resp, err := chain.Generate(ctx, request())
		y.end(t, resp, err, cancels)
		return
	}
	leaves := rand.IntN(5) == 0
	var all providers.Collector
	ends := 0
	for chunk, err := range chain.Stream(ctx, request()) {
		if ends > 0 {
			t.Error("the stream went on after its end")
		}
		if err != nil {
			ends++
			y.end(t, nil, err, cancels)
			continue
		}
		all.Add(chunk)
		if chunk.Kind == providers.ChunkFinish {
			ends++
			y.end(t, all.Response(), nil, cancels)
		}
		if leaves && ends == 0 && chunk.Kind.Semantic() {
			y.left.Add(1)
			return
		}
	}
	if ends != 1 {
		t.Errorf("a stream with %d ends", ends)
	}
}

// end counts an end and checks it: an answer is whole, and an error says whose
// doing it was.
func (y *tally) end(t *testing.T, resp *providers.Response, err error, cancels bool) {
	t.Helper()
	if err == nil {
		y.answered.Add(1)
		if resp.Target == "primary" {
			y.primary.Add(1)
		} else {
			y.backup.Add(1)
		}
		if resp.Text() != faults.Text || resp.FinishReason() != providers.FinishStop {
			t.Errorf("the answer is %q (%s)", resp.Text(), resp.FinishReason())
		}
		return
	}
	checkSafe(t, err)
	own, ok := errors.AsType[*failover.Error](err)
	switch kind := providers.KindOf(err); {
	case !ok:
		y.failed.Add(1)
		t.Errorf("an error of no chain: %v", err)
	case kind == providers.KindCancelled:
		y.cancelled.Add(1)
		if !cancels || own.Outcome != failover.OutcomeCancelled && own.Outcome != failover.OutcomeInterrupted {
			t.Errorf("cancelled, which the caller did not do: %v", err)
		}
	case errors.Is(err, providers.ErrStreamInterrupted):
		y.interrupted.Add(1)
	default:
		y.failed.Add(1)
		switch kind {
		case providers.KindNetwork, providers.KindTimeout, providers.KindMalformed, providers.KindOverloaded, providers.KindRejected:
		default:
			t.Errorf("an error of kind %s: %v", kind, err)
		}
	}
}

// checkHealed checks that the first provider answers again once nothing is in
// its way.
func checkHealed(t *testing.T, chains map[string]*failover.Chain) {
	t.Helper()
	for wire, chain := range chains {
		for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			resp, err := chain.Generate(t.Context(), request())
			if err == nil && resp.Target == "primary" {
				break
			}
			if time.Now().After(end) {
				t.Errorf("%s: the first provider is not used again: %v", wire, err)
				break
			}
		}
	}
}
