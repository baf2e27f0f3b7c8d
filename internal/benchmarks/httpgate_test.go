package benchmarks_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/llmotel/sdk/internal/benchmarks"
	"github.com/llmotel/sdk/llmotel"
)

// What an open stream keeps over real connections, where the transport holds on to
// requests in ways of its own: HTTP/1.1 to the one that was sent, HTTP/2 to its body,
// which it closes when the response ends. The figures are less exact than those of a
// transport in memory: server and connections are in the same process.
func TestAllocatedMemoryOfOpenStreamOverHTTP(t *testing.T) {
	exact(t)
	f := benchmarks.Formats()[0]
	for _, c := range []struct {
		name  string
		http2 bool
		after int
	}{
		{"HTTP/1.1, half way through an event", false, len(f.Events[0]) + len(f.Events[1]) + 61},
		{"HTTP/2, between events", true, len(f.Events[0]) + len(f.Events[1])},
	} {
		t.Run(c.name, func(t *testing.T) {
			srv := serveStream(t, c.http2, slices.Concat(f.Events...)[:c.after])
			var rounds []float64
			for range 5 {
				bare := retainedOverHTTP(t, srv, f, c.after, false)
				rounds = append(rounds, retainedOverHTTP(t, srv, f, c.after, true)-bare)
			}
			slices.Sort(rounds)
			t.Logf("an open stream keeps %v bytes", rounds)
			if rounds[2] > openLimit {
				t.Errorf("an open stream keeps %v bytes, want at most 2 KB", rounds[2])
			}
		})
	}
}

// serveStream answers every request with the beginning of a stream, and no more
// until the client is gone.
func serveStream(t *testing.T, http2 bool, begin []byte) *httptest.Server {
	t.Helper()
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // what it says is not the matter
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = w.Write(begin) // the client waits for it
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	srv.EnableHTTP2 = http2
	srv.StartTLS()
	t.Cleanup(srv.Close)
	return srv
}

func retainedOverHTTP(t *testing.T, srv *httptest.Server, f benchmarks.Format, after int, observed bool) float64 {
	t.Helper()
	base, ok := srv.Client().Transport.(*http.Transport)
	if !ok {
		t.Fatal("the server's client has another transport")
	}
	base = base.Clone()
	defer base.CloseIdleConnections()
	var transport http.RoundTripper = base
	if observed {
		p := benchmarks.Recording()
		inst, err := llmotel.New(llmotel.WithTracerProvider(p.Tracers), llmotel.WithMeterProvider(p.Meters))
		if err != nil {
			t.Fatal(err)
		}
		transport = inst.Transport(base)
	}
	f.URL = strings.Replace(f.URL, "https://api.openai.com", srv.URL, 1)
	bytes, err := benchmarks.RetainedAlone((&http.Client{Transport: transport}).Do, benchmarks.OpenStream{Format: f, After: after, Cancellable: true})
	if err != nil {
		t.Fatal(err)
	}
	return bytes
}
