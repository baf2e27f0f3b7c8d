package llmotel_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/llmotel/sdk/internal/oteltest"
	"github.com/llmotel/sdk/llmotel"
)

// HTTP/2 closes a request's body when the response has ended. What has been sent is
// let go of before: see also the gates in internal/benchmarks.
func TestRequestBodiesAreLetGoOfOnceSent(t *testing.T) {
	for name, request := range map[string]string{
		"short": chatRequest,
		"long":  strings.Replace(chatRequest, "Hi", strings.Repeat("x", 20_000), 1),
	} {
		t.Run(name, func(t *testing.T) {
			body := &closing{Reader: strings.NewReader(request)}
			req := post(t.Context(), t, chatURL, request)
			req.Body, req.GetBody = body, nil
			next := roundTripper(func(sent *http.Request) (*http.Response, error) {
				got, err := io.ReadAll(sent.Body)
				if err != nil || string(got) != request {
					t.Errorf("sent %d bytes, %v; want %d", len(got), err, len(request))
				}
				if name == "short" && body.closed != 1 {
					t.Errorf("the caller's body was closed %d times by the end of what is sent, want once", body.closed)
				}
				if n, err := sent.Body.Read(make([]byte, 1)); n != 0 || err != io.EOF {
					t.Errorf("after the end %d bytes, %v", n, err)
				}
				return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(chatReply)), Request: sent}, nil
			})
			resp, err := instrument(t, oteltest.New()).Transport(next).RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, resp.Body) // what it says is not the matter
			_ = resp.Body.Close()
			for range 2 {
				if err := resp.Request.Body.Close(); err != nil {
					t.Error(err)
				}
			}
			if body.closed == 0 || name == "short" && body.closed != 1 {
				t.Errorf("the caller's body was closed %d times", body.closed)
			}
			if _, err := resp.Request.Body.Read(make([]byte, 1)); name == "short" && !errors.Is(err, http.ErrBodyReadAfterClose) {
				t.Errorf("read after Close: %v", err)
			}
		})
	}
}

// The error of closing the caller's body reaches the transport, as it would without
// anybody between them.
func TestRequestBodyThatCannotBeClosed(t *testing.T) {
	broken := errors.New("broken")
	req := post(t.Context(), t, chatURL, chatRequest)
	req.Body = struct {
		io.Reader
		io.Closer
	}{strings.NewReader(chatRequest), closeFunc(func() error { return broken })}
	next := &replies{list: []reply{{body: strings.NewReader(chatReply)}}}
	if _, err := instrument(t, oteltest.New()).Transport(next).RoundTrip(req); !errors.Is(err, broken) { //nolint:bodyclose // there is no response
		t.Errorf("%v, want %v", err, broken)
	}
}

type closeFunc func() error

func (f closeFunc) Close() error { return f() }

// What is kept of a request, to send it again, is kept until it is answered.
func TestRequestBodiesAreForgottenWithTheAnswer(t *testing.T) {
	for name, opt := range map[string]llmotel.HTTPOption{"retries": llmotel.WithRetries(1), "usage": llmotel.WithStreamUsage()} {
		t.Run(name, func(t *testing.T) {
			req := post(t.Context(), t, chatURL, streamAsked)
			if name == "retries" {
				req.GetBody = nil
			}
			next := &replies{list: []reply{{body: strings.NewReader(streamReply(1))}}}
			next2 := roundTripper(func(sent *http.Request) (*http.Response, error) {
				again, err := sent.GetBody()
				if err != nil {
					t.Fatal(err)
				}
				whole, err := io.ReadAll(again)
				if err != nil || len(whole) < len(streamAsked) {
					t.Errorf("while it is not answered %d bytes can be had again, %v", len(whole), err)
				}
				return next.RoundTrip(sent)
			})
			resp, err := instrument(t, oteltest.New()).Transport(next2, opt).RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if resp.Request == req {
				t.Fatal("the response leads to the caller's request")
			}
			if again, err := resp.Request.GetBody(); err == nil {
				t.Errorf("the body can still be had: %v", again)
			}
		})
	}
}
