package llmotel_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/llmotel/sdk/internal/oteltest"
	"github.com/llmotel/sdk/llmotel"
)

// serve is an LLM server on a real connection. Each request has a number of its
// own, which the answer repeats as its id.
func serve(t *testing.T, http2 bool) *httptest.Server {
	t.Helper()
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get("X-Number")
		if r.Header.Get("X-Early") == "" {
			_, _ = io.Copy(io.Discard, r.Body) // else the answer comes first
		}
		if r.Header.Get("X-Fail") != "" {
			http.Error(w, `{"error":{"code":"rate_limit_exceeded"}}`, http.StatusTooManyRequests)
			return
		}
		if r.Header.Get("X-Stream") == "" {
			_, _ = io.WriteString(w, strings.Replace(chatReply, "c1", id, 1)) // the client may be gone
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		for event := range strings.SplitAfterSeq(strings.ReplaceAll(streamReply(5), "c1", id), "\n\n") {
			if _, err := io.WriteString(w, event); err != nil {
				return
			}
			w.(http.Flusher).Flush()
		}
	}))
	srv.EnableHTTP2 = http2
	srv.StartTLS()
	t.Cleanup(srv.Close)
	return srv
}

// Many calls at once that share the pools, and end in every way there is: each
// span tells of its own call, once.
func TestTransportConcurrentSafe(t *testing.T) {
	for _, http2 := range []bool{false, true} {
		t.Run(fmt.Sprintf("http2 %v", http2), func(t *testing.T) {
			srv, rec := serve(t, http2), oteltest.New()
			base, ok := srv.Client().Transport.(*http.Transport)
			if !ok {
				t.Fatal("the server's client has another transport")
			}
			client := http.Client{Transport: instrument(t, rec).Transport(base, llmotel.WithStreamUsage())}
			const workers, calls = 24, 12
			var wg sync.WaitGroup
			for worker := range workers {
				wg.Go(func() {
					for n := range calls {
						oneCall(t, &client, srv.URL+"/v1/chat/completions", worker*calls+n)
					}
				})
			}
			wg.Wait()
			for deadline := time.Now().Add(30 * time.Second); len(rec.Spans()) < workers*calls && time.Now().Before(deadline); {
				time.Sleep(time.Millisecond) // those whose context has ended end in goroutines of their own
			}
			seen := map[any]bool{}
			for _, s := range rec.Spans() {
				a := attributesOf(&s)
				number, id := a["gen_ai.request.seed"], a["gen_ai.response.id"]
				if seen[number] {
					t.Errorf("call %v has two spans", number)
				}
				seen[number] = true
				if id != nil && id != fmt.Sprint(number) {
					t.Errorf("call %v has the answer of %v", number, id)
				}
			}
			if len(seen) != workers*calls {
				t.Errorf("%d spans, want %d", len(seen), workers*calls)
			}
		})
	}
}

// oneCall makes a call of some kind, and ends it in some way.
func oneCall(t *testing.T, client *http.Client, url string, number int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stream, long := number%2 == 0, number%3 == 0
	body := fmt.Sprintf(`{"model":"m","seed":%d,"stream":%v,"messages":[{"role":"user","content":"Hi"}]}`, number, stream)
	if long {
		body = strings.Replace(body, "Hi", strings.Repeat("Hi", 40_000), 1)
	}
	req := post(ctx, t, url, body)
	req.Header.Set("X-Number", fmt.Sprint(number))
	if stream {
		req.Header.Set("X-Stream", "1")
	}
	switch number % 7 {
	case 1:
		req.Header.Set("X-Early", "1")
	case 2:
		req.Header.Set("X-Fail", "1")
	case 3:
		req.GetBody = nil
	}
	resp, err := client.Do(req)
	if err != nil {
		if number%7 != 1 { // the server may close the connection before it has read
			t.Errorf("call %d: %v", number, err)
		}
		return
	}
	switch number % 5 {
	case 0: // Close while Read waits, and twice
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, _ = io.Copy(io.Discard, resp.Body) // fails
		}()
		_ = resp.Body.Close()
		<-done
	case 1: // cancelled while Read waits, and read after that
		time.AfterFunc(rand.N(time.Millisecond), cancel)
		_, _ = io.Copy(io.Discard, resp.Body) // may fail
		_, _ = resp.Body.Read(make([]byte, 1))
	case 2: // closed half way
		_, _ = io.ReadFull(resp.Body, make([]byte, 300)) // may be shorter
	default:
		_, _ = io.Copy(io.Discard, resp.Body) // may be shorter
	}
	_ = resp.Body.Close()
	_, _ = resp.Body.Read(make([]byte, 1)) // of one that is closed
}

// No event waits for the one after it: the server sends each only when the
// client has the one before.
func TestStreamsAreNotDelayed(t *testing.T) {
	for _, opts := range [][]llmotel.HTTPOption{nil, {llmotel.WithStreamUsage()}} {
		got := make(chan struct{}, 1)
		events := strings.SplitAfter(streamReply(5), "\n\n")
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for _, event := range events {
				if event == "" || opts != nil && strings.Contains(event, `"usage":{`) {
					continue
				}
				_, _ = io.WriteString(w, event) // the client is there
				w.(http.Flusher).Flush()
				select {
				case <-got:
				case <-r.Context().Done():
					return
				}
			}
		}))
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		client := http.Client{Transport: instrument(t, oteltest.New()).Transport(srv.Client().Transport, opts...)}
		resp, err := client.Do(post(ctx, t, srv.URL+"/v1/chat/completions", streamAsked))
		if err != nil {
			t.Fatal(err)
		}
		var all strings.Builder
		buf := make([]byte, 4096)
		for {
			n, err := resp.Body.Read(buf)
			all.Write(buf[:n])
			if strings.HasSuffix(all.String(), "\n\n") && n > 0 {
				got <- struct{}{}
			}
			if err != nil {
				if !errors.Is(err, io.EOF) {
					t.Errorf("after %q: %v", all.String(), err)
				}
				break
			}
		}
		_ = resp.Body.Close()
		cancel()
		srv.Close()
	}
}
