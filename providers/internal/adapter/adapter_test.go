package adapter_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/internal/adapter"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTransport(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	dial := &url.Error{Op: "Post", URL: "https://example.com/?key=canary", Err: &net.OpError{Op: "dial", Err: errors.New("refused")}}
	_, unencodable := json.Marshal(math.Inf(1))
	cases := map[string]struct {
		ctx  context.Context
		err  error
		want providers.Kind
	}{
		"caller left":         {cancelled, io.ErrUnexpectedEOF, providers.KindCancelled},
		"dial":                {t.Context(), dial, providers.KindNetwork},
		"cut":                 {t.Context(), fmt.Errorf("reading: %w", io.ErrUnexpectedEOF), providers.KindNetwork},
		"timeout of a client": {t.Context(), &url.Error{Op: "Post", Err: os.ErrDeadlineExceeded}, providers.KindTimeout},
		"timeout of an SDK":   {t.Context(), context.DeadlineExceeded, providers.KindTimeout},
		"unencodable":         {t.Context(), unencodable, providers.KindInvalidRequest},
		"anything else":       {t.Context(), errors.New("odd"), providers.KindUnknown},
	}
	for name, c := range cases {
		e := adapter.Call{Provider: "acme", Model: "m"}.Transport(c.ctx, c.err)
		if e.Kind != c.want || e.Provider != "acme" || !errors.Is(e, c.err) {
			t.Errorf("%s: %+v", name, e)
		}
		if c.want == providers.KindCancelled && !errors.Is(e, context.Canceled) {
			t.Errorf("%s: %v does not say so", name, e)
		}
		if bytes.Contains([]byte(e.Error()), []byte("canary")) {
			t.Errorf("%s: %v", name, e)
		}
	}
}

func TestAddress(t *testing.T) {
	for raw, want := range map[string]string{
		"https://api.openai.com/v1/": "api.openai.com 443", "http://localhost:8080": "localhost 8080",
		"http://h": "h 80", "https://[::1]:9/x": "::1 9", "unix://s": "s 0",
	} {
		u, err := url.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		if host, port := adapter.Address(u); fmt.Sprint(host, " ", port) != want {
			t.Errorf("%s: %s %d", raw, host, port)
		}
	}
	if host, port := adapter.Address(nil); host != "" || port != 0 {
		t.Errorf("nil: %s %d", host, port)
	}
}

func TestCount(t *testing.T) {
	for raw, want := range map[string]adapter.Count{
		`12`: {N: 12, Set: true}, `0`: {Set: true}, `12.0`: {N: 12, Set: true}, `1e3`: {N: 1000, Set: true},
		`null`: {}, `"12"`: {}, `1.5`: {}, `{}`: {}, `1e300`: {}, `-3`: {N: -3, Set: true},
	} {
		var c adapter.Count
		if err := json.Unmarshal([]byte(raw), &c); err != nil || c != want {
			t.Errorf("%s: %+v, %v", raw, c, err)
		}
	}
}

func TestFirstHeader(t *testing.T) {
	resp := &http.Response{Header: http.Header{"B": {"2"}}}
	if got := adapter.FirstHeader(resp, "a", "b"); got != "2" {
		t.Errorf("got %q", got)
	}
	if got := adapter.FirstHeader(nil, "a"); got != "" {
		t.Errorf("got %q", got)
	}
}

func FuzzTidy(f *testing.F) {
	f.Add(int64(20), int64(10), int64(15), int64(15), int64(16), int64(11), uint16(0xffff))
	f.Add(int64(-1), int64(1<<62), int64(0), int64(0), int64(0), int64(0), uint16(3))
	f.Fuzz(func(t *testing.T, in, out, read, write, hour, reasoning int64, reported uint16) {
		u := adapter.Tidy(providers.Usage{
			Completeness: providers.UsageReported, Reported: providers.TokenClass(reported),
			Input: in, Output: out, CacheRead: read, CacheWrite: write, CacheWrite1h: hour, Reasoning: reasoning,
		})
		if err := u.Validate(); err != nil {
			t.Error(err)
		}
	})
}
