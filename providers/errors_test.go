package providers_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/llmotel/sdk/providers"
)

func TestErrorText(t *testing.T) {
	long := strings.Repeat("x", 150)
	cases := []struct {
		name string
		err  *providers.Error
		want string
	}{
		{"nothing known", &providers.Error{}, "provider: _OTHER"},
		{"kind", &providers.Error{Provider: "openai", Kind: providers.KindNetwork}, "openai: network"},
		{"all", &providers.Error{
			Provider: "openai", Model: "gpt-5.2", Kind: providers.KindRateLimited, StatusCode: 429,
			Code: "rate_limit_exceeded", RequestID: "req_1", RetryAfter: 1500 * time.Millisecond, Detail: "too fast",
		}, "openai gpt-5.2: rate_limited (HTTP 429, code rate_limit_exceeded, request req_1, retry after 1.5s): too fast"},
		{"foreign bytes", &providers.Error{
			Provider: "p", Model: "m d", Kind: providers.KindServerError, Code: "a=\"d\"<é>", RequestID: "#1",
		}, "p m_d: server_error (code a__d____, request _1)"},
		{"no code", &providers.Error{
			Provider: "p", Model: long, Kind: providers.KindAuthentication, StatusCode: 401,
			Code: "Incorrect API key provided: sk-proj-abcdef0123456789", RequestID: long,
		}, "p " + long[:100] + ": authentication (HTTP 401)"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := c.err.Error(); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// Whatever the cause says stays inside.
func TestErrorKeepsItsCauseInside(t *testing.T) {
	cause := errors.New(canary)
	err := error(&providers.Error{Provider: "p", Kind: providers.KindServerError, Err: cause})
	for _, format := range []string{"%v", "%+v", "%s", "%q", "%#v"} {
		if text := fmt.Sprintf(format, err); strings.Contains(text, canary) {
			t.Errorf("%s prints the cause: %s", format, text)
		}
	}
	for _, wrapped := range []error{fmt.Errorf("call: %w", err), errors.Join(err, err), &providers.InterruptedError{Err: err}} {
		if strings.Contains(wrapped.Error(), canary) {
			t.Errorf("%T prints the cause: %v", wrapped, wrapped)
		}
		if !errors.Is(wrapped, cause) {
			t.Errorf("%T hides the cause", wrapped)
		}
	}
}

func TestKindOf(t *testing.T) {
	limited := &providers.Error{Kind: providers.KindRateLimited}
	cases := []struct {
		name string
		err  error
		want providers.Kind
	}{
		{"nil", nil, ""},
		{"plain", errors.New("x"), providers.KindUnknown},
		{"no kind", &providers.Error{}, providers.KindUnknown},
		{"wrapped", fmt.Errorf("x: %w", limited), providers.KindRateLimited},
		{"joined", errors.Join(errors.New("x"), limited), providers.KindRateLimited},
		{"cancelled", fmt.Errorf("x: %w", context.Canceled), providers.KindCancelled},
		{"deadline", context.DeadlineExceeded, providers.KindCancelled},
		{"nil of the type", (*providers.Error)(nil), providers.KindUnknown},
		{"nil of the type, wrapped", fmt.Errorf("x: %w", (*providers.Error)(nil)), providers.KindUnknown},
		{"nil of the type, joined", errors.Join((*providers.Error)(nil), context.Canceled), providers.KindCancelled},
		{"typed before context", &providers.Error{Kind: providers.KindTimeout, Err: context.DeadlineExceeded}, providers.KindTimeout},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := providers.KindOf(c.err); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestNilError(t *testing.T) {
	var e *providers.Error
	if e.Error() != "<nil>" || e.Unwrap() != nil || e.ErrorType() != "_OTHER" {
		t.Errorf("%q, %v, %q", e.Error(), e.Unwrap(), e.ErrorType())
	}
}

func TestErrorIsEncodedWithoutItsCause(t *testing.T) {
	text, err := json.Marshal(&providers.Error{Provider: "p", Err: errors.New(canary)})
	if err != nil || !strings.Contains(string(text), `"Provider":"p"`) || strings.Contains(string(text), "Err") {
		t.Errorf("%s, %v", text, err)
	}
}

func TestErrorType(t *testing.T) {
	for _, kind := range providers.Kinds() {
		if got := (&providers.Error{Kind: kind}).ErrorType(); got != string(kind) {
			t.Errorf("got %q, want %q", got, kind)
		}
	}
	if got := (&providers.Error{}).ErrorType(); got != "_OTHER" {
		t.Errorf("without a kind: %q", got)
	}
}

func TestKindOfStatus(t *testing.T) {
	cases := map[int]providers.Kind{
		400: providers.KindInvalidRequest, 401: providers.KindAuthentication, 402: providers.KindQuotaExhausted,
		403: providers.KindPermission, 404: providers.KindModelNotFound, 408: providers.KindServerError,
		409: providers.KindServerError, 413: providers.KindInvalidRequest, 418: providers.KindInvalidRequest,
		422: providers.KindInvalidRequest, 429: providers.KindRateLimited, 500: providers.KindServerError,
		502: providers.KindServerError, 503: providers.KindOverloaded, 504: providers.KindServerError,
		529: providers.KindOverloaded, 200: providers.KindUnknown, 0: providers.KindUnknown,
	}
	for status, want := range cases {
		if got := providers.KindOfStatus(status); got != want {
			t.Errorf("%d: got %q, want %q", status, got, want)
		}
	}
}

func TestParseRetryAfter(t *testing.T) {
	now := time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)
	cases := []struct {
		name, ms, value string
		want            time.Duration
	}{
		{"absent", "", "", 0},
		{"seconds", "", "7", 7 * time.Second},
		{"fraction", "", " 0.25 ", 250 * time.Millisecond},
		{"milliseconds win", "1500", "7", 1500 * time.Millisecond},
		{"bad milliseconds", "soon", "7", 7 * time.Second},
		{"negative milliseconds", "-5", "7", 7 * time.Second},
		{"date", "", "Wed, 06 May 2026 07:09:09 GMT", time.Minute},
		{"past date", "", "Wed, 06 May 2026 07:00:00 GMT", 0},
		{"negative", "", "-1", 0},
		{"word", "", "tomorrow", 0},
		{"long", "", "999999999", 24 * time.Hour},
		{"far date", "", "Wed, 06 May 2099 07:00:00 GMT", 24 * time.Hour},
		{"not a number", "", "NaN", 0},
		{"infinite", "", "Inf", 0},
		{"infinite milliseconds", "+Inf", "3", 3 * time.Second},
		{"too large to read", "", "1e999", 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h := http.Header{}
			h.Set("Retry-After-Ms", c.ms)
			h.Set("Retry-After", c.value)
			if got := providers.ParseRetryAfter(h, now); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
