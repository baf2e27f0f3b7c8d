package llmotel_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/codes"

	"github.com/llmotel/sdk/internal/oteltest"
	"github.com/llmotel/sdk/llmotel"
)

// A gateway may send calls on to another address. http.Client follows, and the call
// is one.
func TestRedirectedCallIsOneSpan(t *testing.T) {
	mux := http.NewServeMux()
	to := func(path string, status int) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/next"+strings.TrimPrefix(r.URL.Path, "/again"), status)
		})
	}
	to("/v1/chat/completions", http.StatusTemporaryRedirect)
	to("/again/v1/chat/completions", http.StatusPermanentRedirect)
	to("/lost/v1/chat/completions", http.StatusSeeOther)
	mux.HandleFunc("/next/", func(w http.ResponseWriter, r *http.Request) {
		switch sent, _ := io.ReadAll(r.Body); {
		case r.Method != http.MethodPost:
			_, _ = io.WriteString(w, "<html>")
		case strings.Contains(string(sent), `"stream":true`):
			_, _ = io.WriteString(w, streamReply(3))
		default:
			_, _ = io.WriteString(w, chatReply)
		}
	})
	mux.HandleFunc("/login/v1/chat/completions", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/next/login", http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("/loop/v1/chat/completions", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Path, http.StatusTemporaryRedirect)
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)

	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answered := map[string]any{"id": "c1", "input": int64(9), "output": int64(2), "status": codes.Unset, "first": false}
	streamed := map[string]any{"id": "c1", "input": int64(9), "output": int64(2), "status": codes.Unset, "first": true}
	failed := map[string]any{"id": nil, "input": nil, "output": nil, "status": codes.Error, "first": false}
	for _, c := range []struct {
		name, path, body string
		client           http.Client
		want             map[string]any
		fails            bool
	}{
		{name: "temporary", path: "", body: chatRequest, want: answered},
		{name: "permanent", path: "/again", body: chatRequest, want: answered},
		{name: "under a time limit", path: "", body: chatRequest, client: http.Client{Timeout: time.Minute}, want: answered},
		{name: "a stream", path: "", body: streamAsked, want: streamed},
		{name: "a GET, which is no call", path: "/lost", body: chatRequest, want: failed},
		{name: "away from all calls", path: "/login", body: chatRequest, want: failed},
		{name: "for ever", path: "/loop", body: chatRequest, want: failed, fails: true},
		{name: "not followed", path: "", body: chatRequest, client: http.Client{CheckRedirect: stay}, want: failed},
		{name: "refused", path: "", body: chatRequest, client: http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("no") }}, want: failed, fails: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			rec, sink := oteltest.New(), &recordSink{}
			inst := instrument(t, rec, llmotel.WithSinks(sink), llmotel.WithContentCapture(llmotel.ContentOnSpans))
			client := c.client
			client.Transport = inst.Transport(srv.Client().Transport, llmotel.WithStreamUsage())
			func() {
				resp, err := client.Do(post(t.Context(), t, srv.URL+c.path+"/v1/chat/completions", c.body))
				if (err != nil) != c.fails {
					t.Fatal(err)
				}
				if resp != nil {
					_, _ = io.Copy(io.Discard, resp.Body)
					_ = resp.Body.Close()
				}
			}()
			// A span whose redirect nobody follows ends when nobody has the response.
			for deadline := time.Now().Add(10 * time.Second); len(sink.list()) == 0 && time.Now().Before(deadline); {
				runtime.GC()
				time.Sleep(time.Millisecond)
			}
			span := onlySpan(t, rec)
			a := attributesOf(span)
			_, first := a["gen_ai.response.time_to_first_chunk"]
			got := map[string]any{"id": a["gen_ai.response.id"], "input": a["gen_ai.usage.input_tokens"], "output": a["gen_ai.usage.output_tokens"], "status": span.Status.Code, "first": first}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("got another span (-want +got):\n%s", diff)
			}
			if n := len(sink.list()); n != 1 {
				t.Errorf("%d records, want 1", n)
			}
			if n := strings.Count(a["gen_ai.input.messages"].(string), `"Hi"`); n != 1 {
				t.Errorf("the prompt is in the content %d times: %s", n, a["gen_ai.input.messages"])
			}
		})
	}
}
