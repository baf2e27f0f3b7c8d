package llmotel_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/llmotel/sdk/internal/oteltest"
	"github.com/llmotel/sdk/llmotel"
)

// What ends a stream is read to its end, however it is split: an error's code
// comes after the word that tells that it is one.
func TestMiddlewareReadsErrorsInPieces(t *testing.T) {
	const body = `data: {"id":"c1","choices":[{"index":0,"delta":{"content":"x"}}]}` + "\n\n" +
		`data: {"error":{"message":"m","type":"rate_limit_error","code":"rate_limit_exceeded"}}` + "\n\n"
	for _, pieces := range []func(io.Reader) io.Reader{iotest.OneByteReader, iotest.HalfReader, iotest.DataErrReader} {
		rec := oteltest.New()
		resp, err := instrument(t, rec).Transport(&replies{list: []reply{{body: pieces(strings.NewReader(body))}}}).RoundTrip(post(t.Context(), t, chatURL, streamAsked))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body) // what it says is not the matter
		_ = resp.Body.Close()
		if got := attributesOf(onlySpan(t, rec))["error.type"]; got != "rate_limited" {
			t.Errorf("error.type %v, want rate_limited", got)
		}
	}
}

// http.Client takes responses without a body from transports.
func TestTransportPassesResponsesWithoutBody(t *testing.T) {
	for _, c := range []struct {
		status int
		want   string
	}{{200, "malformed_reply"}, {204, "malformed_reply"}, {404, "model_not_found"}, {500, "server_error"}} {
		synctest.Test(t, func(t *testing.T) {
			rec := oteltest.New()
			client := http.Client{Transport: instrument(t, rec).Transport(roundTripper(func(r *http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: c.status, Header: http.Header{}, Request: r}, nil
			}), llmotel.WithRetries(1), llmotel.WithStreamUsage())}
			resp, err := client.Do(post(t.Context(), t, chatURL, streamAsked))
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if got := attributesOf(onlySpan(t, rec))["error.type"]; got != c.want || resp.StatusCode != c.status {
				t.Errorf("status %d, error.type %v, want %d %s", resp.StatusCode, got, c.status, c.want)
			}
		})
	}
}

// A context past its deadline tells why, whatever the transport makes of it: HTTP/2
// says that the stream was cancelled.
func TestMiddlewareTakesDeadlinesForTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := oteltest.New()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := instrument(t, rec).Transport(roundTripper(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, errors.New("stream error: CANCEL")
		})).RoundTrip(post(ctx, t, chatURL, chatRequest))
		if err == nil {
			t.Error("no error")
		}
		if got := attributesOf(onlySpan(t, rec))["error.type"]; got != "timeout" {
			t.Errorf("error.type %v, want timeout", got)
		}
	})
}

// A connection that breaks behind the end of the answer has not cut it.
func TestMiddlewareStreamThatBreaksBehindItsEnd(t *testing.T) {
	for _, c := range []struct {
		body string
		want any
	}{{streamReply(3), nil}, {strings.TrimSuffix(streamReply(3), "data: [DONE]\n\n")[:200], "network"}} {
		rec := oteltest.New()
		broken := iotest.DataErrReader(io.MultiReader(strings.NewReader(c.body), iotest.ErrReader(io.ErrUnexpectedEOF)))
		resp, err := instrument(t, rec).Transport(&replies{list: []reply{{body: broken}}}).RoundTrip(post(t.Context(), t, chatURL, streamAsked))
		if err != nil {
			t.Fatal(err)
		}
		got := make([]byte, len(c.body)+1)
		n, err := resp.Body.Read(got) // all of it, and the error
		if string(got[:n]) != c.body || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%d bytes of %d, %v", n, len(c.body), err)
		}
		_ = resp.Body.Close()
		if got := attributesOf(onlySpan(t, rec))["error.type"]; got != c.want {
			t.Errorf("error.type %v, want %v", got, c.want)
		}
	}
}

// Of a long failure only the beginning is read to learn the error; the caller has all
// of it, and what it closes is closed.
func TestMiddlewarePassesLongFailures(t *testing.T) {
	for _, size := range []int{0, 64<<10 - 40, 64 << 10, 200_000} {
		want := `{"error":{"message":"` + strings.Repeat("x", size) + `","code":"rate_limit_exceeded"}}`
		body := &closing{Reader: strings.NewReader(want)}
		rec := oteltest.New()
		resp, err := instrument(t, rec).Transport(roundTripper(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 429, Header: http.Header{}, Body: body, Request: r}, nil
		})).RoundTrip(post(t.Context(), t, chatURL, chatRequest))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		if err != nil || string(got) != want {
			t.Errorf("size %d: %d bytes of %d, %v", size, len(got), len(want), err)
		}
		_ = resp.Body.Close()
		if body.closed == 0 {
			t.Errorf("size %d: the body is open", size)
		}
		if got := attributesOf(onlySpan(t, rec))["error.type"]; got != "rate_limited" {
			t.Errorf("size %d: error.type %v", size, got)
		}
	}
}

// connection is what net/http's transport makes the body of a 101.
type connection struct {
	io.Reader
	io.Writer
	io.Closer
}

func TestTransportPassesUpgradedConnections(t *testing.T) {
	rec := oteltest.New()
	conn := &connection{}
	resp, err := instrument(t, rec).Transport(roundTripper(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusSwitchingProtocols, Header: http.Header{}, Body: conn, Request: r}, nil
	}), llmotel.WithStreamUsage()).RoundTrip(post(t.Context(), t, chatURL, streamAsked))
	if err != nil {
		t.Fatal(err)
	}
	if resp.Body != io.ReadCloser(conn) {
		t.Errorf("the body is a %T", resp.Body)
	}
	if got := attributesOf(onlySpan(t, rec))["error.type"]; got != "_OTHER" {
		t.Errorf("error.type %v, want _OTHER", got)
	}
}

func TestMiddlewareWithoutResponse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := oteltest.New()
		mw := instrument(t, rec).Middleware(llmotel.WithRetries(1))
		resp, err := mw(post(t.Context(), t, chatURL, chatRequest), func(*http.Request) (*http.Response, error) { return nil, nil }) //nolint:nilnil // that is what is tested
		if resp != nil || err != nil {
			t.Errorf("response %v, error %v, want none", resp, err)
		}
		if got := attributesOf(onlySpan(t, rec))["error.type"]; got != "network" {
			t.Errorf("error.type %v, want network", got)
		}
	})
}

// closing counts how often a body is closed.
type closing struct {
	io.Reader
	closed int
}

func (c *closing) Close() error { c.closed++; return nil }

func TestWithStreamUsageClosesTheRequest(t *testing.T) {
	body := &closing{Reader: strings.NewReader(streamAsked)}
	req := post(t.Context(), t, chatURL, streamAsked)
	req.Body = body
	resp, err := instrument(t, oteltest.New()).Transport(&replies{list: []reply{{body: strings.NewReader(streamReply(1))}}}, llmotel.WithStreamUsage()).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if body.closed == 0 {
		t.Error("the request's body is open")
	}
}

// A body of which an event is hidden is shorter than the server says.
func TestWithStreamUsageTellsNoLength(t *testing.T) {
	transport := instrument(t, oteltest.New()).Transport(roundTripper(func(r *http.Request) (*http.Response, error) {
		body := streamReply(1)
		return &http.Response{
			StatusCode: 200, Header: http.Header{"Content-Length": {fmt.Sprint(len(body))}}, ContentLength: int64(len(body)),
			Body: io.NopCloser(strings.NewReader(body)), Request: r,
		}, nil
	}), llmotel.WithStreamUsage())
	resp, err := transport.RoundTrip(post(t.Context(), t, chatURL, streamAsked))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.ContentLength != -1 || resp.Header.Get("Content-Length") != "" {
		t.Errorf("length %d, header %q, want none", resp.ContentLength, resp.Header.Get("Content-Length"))
	}
}

// Only the event that has nothing but usage is hidden.
func TestWithStreamUsageHidesNothingElse(t *testing.T) {
	const asked = `data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2}}`
	for _, c := range []struct{ name, line, want string }{
		{"usage alone", asked + "\n\n", ""},
		{"with spaces", `data: { "usage" : {"prompt_tokens":9} , "choices" : [ ] }` + "\n\n", ""},
		{"lines that end in CR LF", asked + "\r\n\r\n", ""},
		{"on the last piece", `data: {"choices":[{"index":0,"delta":{"content":"choices\":[]"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9}}` + "\n\n", "same"},
		{"filters of Azure", `data: {"choices":[],"prompt_filter_results":[],"usage":null}` + "\n\n", "same"},
		{"no choices at all", `data: {"usage":{"prompt_tokens":9}}` + "\n\n", "same"},
		{"a comment", `: "choices":[],"usage":{}` + "\n\n", "same"},
		{"no JSON", `data: "choices":[],"usage":{` + "\n\n", "same"},
		{"a long line", `data: {"choices":[],"usage":{"x":"` + strings.Repeat("x", 64<<10) + `"}}` + "\n\n", "same"},
		{"what does not end", `data: {"choices":[{"delta":{}}],"usage"`, "same"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.want == "same" {
				c.want = c.line
			}
			for _, pieces := range []func(io.Reader) io.Reader{iotest.OneByteReader, iotest.HalfReader, iotest.DataErrReader} {
				next := &replies{list: []reply{{body: pieces(strings.NewReader("data: {}\n\n" + c.line))}}}
				resp, err := instrument(t, oteltest.New()).Transport(next, llmotel.WithStreamUsage()).RoundTrip(post(t.Context(), t, chatURL, streamAsked))
				if err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(resp.Body)
				if err != nil || string(got) != "data: {}\n\n"+c.want {
					t.Errorf("got %.200q, %v", got, err)
				}
				_ = resp.Body.Close()
			}
		})
	}
}

func TestMiddlewareCancelledBetweenRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		time.AfterFunc(time.Second, cancel)
		var made []*closing
		req := post(ctx, t, chatURL, chatRequest)
		req.GetBody = func() (io.ReadCloser, error) {
			made = append(made, &closing{Reader: strings.NewReader(chatRequest)})
			return made[len(made)-1], nil
		}
		rec, failed := oteltest.New(), &closing{Reader: strings.NewReader(strings.Repeat("x", 1<<20))}
		next := &replies{list: []reply{{status: 500, header: http.Header{"Retry-After": {"60"}}, body: failed}}}
		_, err := instrument(t, rec).Transport(next, llmotel.WithRetries(3)).RoundTrip(req)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want that of the context", err)
		}
		if len(made) != 1 || made[0].closed != 1 || failed.closed != 1 {
			t.Errorf("%d bodies to send again, the failed response closed %d times; all are to be closed", len(made), failed.closed)
		}
		if got := attributesOf(onlySpan(t, rec))["error.type"]; got != "cancelled" {
			t.Errorf("error.type %v, want cancelled", got)
		}
	})
}

// A lost connection has no status, whatever the attempt before had.
func TestMiddlewareForgetsTheAttemptBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec, sink := oteltest.New(), &recordSink{}
		next := &replies{list: []reply{{status: 500, header: http.Header{"X-Request-Id": {"req_1"}}}, {err: errors.New("reset")}}}
		_, err := instrument(t, rec, llmotel.WithSinks(sink)).Transport(next, llmotel.WithRetries(1)).RoundTrip(post(t.Context(), t, chatURL, chatRequest))
		if err == nil || len(sink.records) != 1 {
			t.Fatalf("error %v, %d records", err, len(sink.records))
		}
		if r := sink.records[0]; r.StatusCode != 0 || r.RequestID != "" || r.ErrorKind != "network" {
			t.Errorf("status %d, request %q, error %s", r.StatusCode, r.RequestID, r.ErrorKind)
		}
	})
}

// One string that is no UTF-8 would keep a whole batch from being exported.
func TestMiddlewareRecordsUTF8(t *testing.T) {
	rec := oteltest.New()
	body := strings.NewReplacer("gpt-4o-mini-2024-07-18", "m\xff\xfe", `"stop"`, `"st`+strings.Repeat("é", 200)+`"`, "default", "\xc3").Replace(chatReply)
	resp, err := instrument(t, rec).Transport(&replies{list: []reply{{body: strings.NewReader(body)}}}).RoundTrip(post(t.Context(), t, chatURL, chatRequest))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(resp.Body); err != nil || string(got) != body {
		t.Errorf("body %q, %v", got, err)
	}
	_ = resp.Body.Close()
	for _, kv := range onlySpan(t, rec).Attributes {
		if !utf8.ValidString(kv.Value.String()) {
			t.Errorf("%s: %q", kv.Key, kv.Value.String())
		}
	}
}

// Goroutines that read and close a compressed body may be locked to threads.
func TestMiddlewareOnLockedThreads(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = io.WriteString(w, chatReply) // to memory
	_ = w.Close()
	rec := oteltest.New()
	next := &replies{list: []reply{{header: http.Header{"Content-Encoding": {"gzip"}}, body: iotest.HalfReader(&packed)}}}
	resp, err := instrument(t, rec).Transport(next).RoundTrip(post(t.Context(), t, chatURL, chatRequest))
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []func(){
		func() { _, _ = resp.Body.Read(make([]byte, 40)) },
		func() { _, _ = io.Copy(io.Discard, resp.Body) },
		func() { _ = resp.Body.Close() },
	} {
		done := make(chan struct{})
		go func() {
			defer close(done)
			runtime.LockOSThread()
			step()
		}()
		<-done
	}
	if got := attributesOf(onlySpan(t, rec))["gen_ai.usage.input_tokens"]; got != int64(9) {
		t.Errorf("input tokens %v, want 9", got)
	}
}

// A transport may go on reading the request when the call has panicked.
func TestMiddlewarePanicWhileSending(t *testing.T) {
	long := `{"messages":[{"role":"user","content":"` + strings.Repeat("x", 50_000) + `"}],"model":"gpt-4o-mini","seed":7}`
	req := post(t.Context(), t, chatURL, long)
	req.GetBody = nil
	rec, sent := oteltest.New(), make(chan string)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic did not go on")
			}
		}()
		_, _ = instrument(t, rec).Middleware()(req, func(r *http.Request) (*http.Response, error) {
			go func() {
				all, _ := io.ReadAll(iotest.OneByteReader(r.Body)) // the length tells
				sent <- string(all)
			}()
			panic("no")
		})
	}()
	if got := <-sent; got != long {
		t.Errorf("sent %d bytes, want %d", len(got), len(long))
	}
	onlySpan(t, rec)
}
