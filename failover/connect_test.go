package failover_test

import (
	"context"
	"errors"
	"io"
	"iter"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

// dialled is a provider that needs a connection, from this dialler.
type dialled struct {
	name   string
	client *http.Client
	url    string
}

func newDialled(t *testing.T, name, url string, dial func(context.Context, string, string) (net.Conn, error)) *dialled {
	tr := &http.Transport{DialContext: dial}
	t.Cleanup(tr.CloseIdleConnections)
	return &dialled{name: name, client: &http.Client{Transport: tr}, url: url}
}

func (d *dialled) Name() string { return d.name }

func (d *dialled) get(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.url, http.NoBody)
	if err != nil {
		return err
	}
	resp, err := d.client.Do(req)
	if err != nil {
		return &providers.Error{Provider: d.name, Kind: providers.KindNetwork, Err: err}
	}
	defer func() { _ = resp.Body.Close() }()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

func (d *dialled) Generate(ctx context.Context, _ *providers.Request) (*providers.Response, error) {
	if err := d.get(ctx); err != nil {
		return nil, err
	}
	return &providers.Response{Provider: d.name}, nil
}

func (d *dialled) Stream(ctx context.Context, _ *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) {
		if err := d.get(ctx); err != nil {
			yield(nil, err)
			return
		}
		if yield(&providers.Chunk{Kind: providers.ChunkText, Text: "hello"}, nil) {
			yield(&providers.Chunk{Kind: providers.ChunkFinish, Finish: &providers.Finish{}}, nil)
		}
	}
}

// TestConnectTimeout has a server that cannot be reached and one that is slow
// once it is.
func TestConnectTimeout(t *testing.T) {
	const limit = 50 * time.Millisecond
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		<-time.After(4 * limit) // thinks for longer than a connection may take
	})}
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close() })
	url := "http://" + l.Addr().String()
	never := func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	for _, stream := range []bool{false, true} {
		c, err := failover.New([]failover.Target{
			{Name: "unreachable", Provider: newDialled(t, "u", url, never)},
			{Name: "slow", Provider: newDialled(t, "s", url, (&net.Dialer{}).DialContext)},
		}, failover.WithConnectTimeout(limit))
		if err != nil {
			t.Fatal(err)
		}
		var got *providers.Response
		if got, err = either(t, c, stream); err != nil || got.Target != "slow" || got.Attempts != 2 {
			t.Errorf("stream %t: %+v, %v", stream, got, err)
		}
		if s, _ := c.BreakerStatus("unreachable"); s.Failures != 1 {
			t.Errorf("%+v", s)
		}
		alone, err := failover.New([]failover.Target{{Name: "unreachable", Provider: newDialled(t, "u", url, never)}}, failover.WithConnectTimeout(limit))
		if err != nil {
			t.Fatal(err)
		}
		_, err = either(t, alone, stream)
		e, ok := errors.AsType[*failover.TimeoutError](err)
		if !ok || e.Limit != failover.LimitConnect || e.After != limit || providers.KindOf(err) != providers.KindTimeout || errors.Is(err, context.Canceled) {
			t.Errorf("stream %t: %v", stream, err)
		}
	}
}

// A connection that is used again, or followed to another place, is not late.
func TestConnectTimeoutWithKeptAndRedirectedConnections(t *testing.T) {
	const limit = 100 * time.Millisecond
	var conns atomic.Int32
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(limit + limit/2) // longer than a connection may take
		if r.URL.Path != "/there" {
			http.Redirect(w, r, "/there", http.StatusTemporaryRedirect)
		}
	}))
	srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			conns.Add(1)
		}
	}
	srv.Start()
	t.Cleanup(srv.Close)
	c, err := failover.New([]failover.Target{{Name: "a", Provider: newDialled(t, "a", srv.URL, (&net.Dialer{}).DialContext)}},
		failover.WithConnectTimeout(limit), onlyOnce)
	if err != nil {
		t.Fatal(err)
	}
	for _, stream := range []bool{false, true, false} {
		if _, err := either(t, c, stream); err != nil {
			t.Errorf("stream %t: %v", stream, err)
		}
	}
	if conns.Load() != 1 {
		t.Errorf("%d connections, want one that is kept", conns.Load())
	}
}

// tracing keeps what it was given to report its connections to.
type tracing struct {
	*fake
	kept *httptrace.ClientTrace
}

func (p *tracing) Generate(ctx context.Context, req *providers.Request) (*providers.Response, error) {
	p.kept = httptrace.ContextClientTrace(ctx)
	return p.fake.Generate(ctx, req)
}

// A provider that goes on connecting after it has answered harms nobody.
func TestConnectionAfterTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &tracing{fake: script("p")}
		c := chain(t, p, nil, failover.WithConnectTimeout(time.Second))
		if _, err := c.Generate(t.Context(), ask()); err != nil {
			t.Fatal(err)
		}
		p.kept.GetConn("host:443")
		time.Sleep(time.Minute)
		if _, err := c.Generate(t.Context(), ask()); err != nil {
			t.Error(err)
		}
	})
}
