package faults_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/internal/faults"
	"github.com/llmotel/sdk/providers"
)

// The vendors speak HTTP/2, where an answer breaks off by a reset of its stream or
// by the end of a connection that others share, and where giving one up is a
// frame. Its client's errors have no exported types, so they are met here.

// reply is an answer over HTTP/2.
type reply struct {
	w      http.ResponseWriter
	req    *http.Request
	pieces []string
	first  int // how many of them bring the first text
}

// send sends pieces of the answer.
func (r *reply) send(pieces ...string) {
	for _, piece := range pieces {
		_, _ = io.WriteString(r.w, piece)
	}
	_ = http.NewResponseController(r.w).Flush()
}

// multiplexed is a server of HTTP/2.
type multiplexed struct {
	*httptest.Server
	requests atomic.Int32
	left     chan struct{} // a word for each request that was given up
}

func newMultiplexed(t *testing.T, do func(*multiplexed, *reply)) *multiplexed {
	t.Helper()
	m := &multiplexed{left: make(chan struct{}, 100)}
	m.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.ProtoMajor != 2 {
			t.Errorf("the client speaks %s", req.Proto)
		}
		m.requests.Add(1)
		body, _ := io.ReadAll(req.Body)
		wire, stream := faults.Asked(req.URL.Path, body)
		r := &reply{w: w, req: req, first: len(wire.Start) + 1}
		if stream {
			r.pieces = wire.Events()
			w.Header().Set("Content-Type", wire.Media())
		} else {
			half := len(wire.Unary) / 2
			r.pieces, r.first = []string{wire.Unary[:half], wire.Unary[half:]}, 1
			w.Header().Set("Content-Type", "application/json")
		}
		do(m, r)
	}))
	m.EnableHTTP2 = true
	m.Config.ErrorLog = nil
	m.StartTLS()
	t.Cleanup(m.Close)
	return m
}

// What happens to an answer.
func whole(_ *multiplexed, r *reply) { r.send(r.pieces...) }
func aborted(*multiplexed, *reply)   { panic(http.ErrAbortHandler) }
func abortedLate(_ *multiplexed, r *reply) {
	r.send(r.pieces[:r.first]...)
	panic(http.ErrAbortHandler)
}
func abortedHeaders(_ *multiplexed, r *reply) { r.send(); panic(http.ErrAbortHandler) }

func disconnected(m *multiplexed, r *reply) {
	r.send(r.pieces[:r.first]...)
	time.Sleep(200 * time.Millisecond) // what the client has not acknowledged is lost with the connection
	m.CloseClientConnections()
	<-r.req.Context().Done()
}

func silent(m *multiplexed, r *reply) {
	<-r.req.Context().Done()
	m.left <- struct{}{}
}

func stalled(m *multiplexed, r *reply) {
	r.send(r.pieces[:r.first]...)
	silent(m, r)
}

// TestHTTP2 drives what can happen to an answer over HTTP/2.
func TestHTTP2(t *testing.T) {
	cases := []struct {
		name          string
		do            func(*multiplexed, *reply)
		unary, stream outcome
		leaves        bool // the request was given up, and the server told so
	}{
		{"answers", whole, answered, answered, false},
		{"resets the stream before the headers", aborted, fails(providers.KindNetwork), fails(providers.KindNetwork), false},
		{"resets the stream after the headers", abortedHeaders, fails(providers.KindNetwork), fails(providers.KindNetwork), false},
		{"resets the stream after the first text", abortedLate, fails(providers.KindNetwork), breaks(providers.KindNetwork), false},
		{"closes the connection after the first text", disconnected, fails(providers.KindNetwork), breaks(providers.KindNetwork), false},
		{"never answers", silent, fails(providers.KindTimeout), fails(providers.KindTimeout), true},
		{"stalls after the first text", stalled, fails(providers.KindTimeout), breaks(providers.KindTimeout), true},
	}
	for _, c := range cases {
		for _, wire := range wires {
			for _, stream := range []bool{false, true} {
				t.Run(strings.ReplaceAll(c.name, " ", "_")+"/"+wire+map[bool]string{false: "/unary", true: "/stream"}[stream], func(t *testing.T) {
					t.Parallel()
					m := newMultiplexed(t, c.do)
					s := &scenario{unary: c.unary, stream: c.stream}
					o := s.outcome(wire, stream)
					limit, first := time.Minute, time.Minute
					if c.leaves {
						limit = short
						if !c.stream.late {
							first = short
						}
					}
					b := newBed(t, wire, s)
					chain, err := failover.New([]failover.Target{
						{Name: "primary", Provider: keyed(t, wire, m.URL, faults.Key, &faults.Client{Client: m.Client()}), Options: []failover.TargetOption{
							failover.WithBackoff(0, 0), failover.WithAttemptTimeout(limit), failover.WithFirstChunkTimeout(first), failover.WithIdleTimeout(limit),
						}},
						{Name: "backup", Provider: adapter(t, wire, b.backup.URL, faults.NewClient(t, nil, nil))},
					}, failover.WithHooks(b.ends()))
					if err != nil {
						t.Fatal(err)
					}
					b.chain = chain
					began := time.Now()
					resp, err := b.call(t.Context(), stream)
					b.checkResult(t, s, o, resp, err)
					tries := b.tried()
					if len(tries) != s.attempts(o) || int(m.requests.Load()) != len(tries) {
						t.Errorf("%d tries, want %d; %d requests", len(tries), s.attempts(o), m.requests.Load())
					}
					for _, a := range tries {
						if a.Kind != o.kind {
							t.Errorf("kind %q of %v, want %q", a.Kind, a.Err, o.kind)
						}
						checkSafe(t, a.Err)
					}
					b.checkBreaker(t, s, o, began)
					if c.leaves {
						await(t, m.left)
					}
				})
			}
		}
	}
}

// TestHTTP2GivesUpOneAnswer: leaving a stream, and losing to a hedge, ends that
// answer at once and leaves the connection to the others.
func TestHTTP2GivesUpOneAnswer(t *testing.T) {
	for _, wire := range wires {
		t.Run(wire, func(t *testing.T) {
			t.Parallel()
			m := newMultiplexed(t, stalled)
			p := keyed(t, wire, m.URL, faults.Key, &faults.Client{Client: m.Client()})
			chain, err := failover.New([]failover.Target{{Name: "primary", Provider: p}})
			if err != nil {
				t.Fatal(err)
			}
			next := make(chan struct{})
			go func() { // another answer on the same connection
				defer close(next)
				for chunk, err := range chain.Stream(t.Context(), request()) {
					if err != nil {
						t.Error(err)
						return
					}
					if chunk.Kind.Semantic() {
						hold(m.left) // until the first is given up, which this one outlives
						return
					}
				}
			}()
			for m.requests.Load() == 0 {
				time.Sleep(time.Millisecond)
			}
			for chunk, err := range chain.Stream(t.Context(), request()) {
				if err != nil {
					t.Fatal(err)
				}
				if chunk.Kind.Semantic() {
					break
				}
			}
			<-next
			await(t, m.left)
			if n := m.requests.Load(); n != 2 {
				t.Errorf("%d requests", n)
			}
			// A hedge that is won by another target.
			b := newBed(t, wire, &scenario{})
			hedged, err := failover.New([]failover.Target{
				{Name: "primary", Provider: p}, {Name: "backup", Provider: adapter(t, wire, b.backup.URL, faults.NewClient(t, nil, nil))},
			}, failover.WithHedge(50*time.Millisecond))
			if err != nil {
				t.Fatal(err)
			}
			if r, err := hedged.Generate(t.Context(), request()); err != nil || r.Target != "backup" {
				t.Errorf("%v", err)
			}
			await(t, m.left)
		})
	}
}
