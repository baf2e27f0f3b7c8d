package mock

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/llmotel/sdk/providers"
)

// reply is how a service reports a kind of failure.
type reply struct {
	status int
	code   string
}

var replies = [...]map[providers.Kind]reply{
	DialectOpenAI: {
		providers.KindRateLimited:     {http.StatusTooManyRequests, "rate_limit_exceeded"},
		providers.KindOverloaded:      {http.StatusServiceUnavailable, "server_overloaded"},
		providers.KindServerError:     {http.StatusInternalServerError, "server_error"},
		providers.KindAuthentication:  {http.StatusUnauthorized, "invalid_api_key"},
		providers.KindPermission:      {http.StatusForbidden, "insufficient_permissions"},
		providers.KindQuotaExhausted:  {http.StatusTooManyRequests, "insufficient_quota"},
		providers.KindModelNotFound:   {http.StatusNotFound, "model_not_found"},
		providers.KindInvalidRequest:  {http.StatusBadRequest, "invalid_value"},
		providers.KindContextLength:   {http.StatusBadRequest, "context_length_exceeded"},
		providers.KindContentFiltered: {http.StatusBadRequest, "content_filter"},
		providers.KindUnsupported:     {http.StatusBadRequest, "unsupported_parameter"},
		providers.KindMalformed:       {http.StatusOK, ""},
		providers.KindUnknown:         {http.StatusTeapot, ""},
	},
	DialectAnthropic: {
		providers.KindRateLimited:     {http.StatusTooManyRequests, "rate_limit_error"},
		providers.KindOverloaded:      {529, "overloaded_error"},
		providers.KindServerError:     {http.StatusInternalServerError, "api_error"},
		providers.KindAuthentication:  {http.StatusUnauthorized, "authentication_error"},
		providers.KindPermission:      {http.StatusForbidden, "permission_error"},
		providers.KindQuotaExhausted:  {http.StatusPaymentRequired, "billing_error"},
		providers.KindModelNotFound:   {http.StatusNotFound, "not_found_error"},
		providers.KindInvalidRequest:  {http.StatusBadRequest, "invalid_request_error"},
		providers.KindContextLength:   {http.StatusBadRequest, "invalid_request_error"},
		providers.KindContentFiltered: {http.StatusBadRequest, "invalid_request_error"},
		providers.KindUnsupported:     {http.StatusBadRequest, "invalid_request_error"},
		providers.KindMalformed:       {http.StatusOK, ""},
		providers.KindUnknown:         {http.StatusTeapot, ""},
	},
}

// checkKind refuses kinds that a service cannot cause.
func checkKind(kind providers.Kind) error {
	switch kind {
	case providers.KindCancelled, providers.KindRejected, providers.KindPanic:
		return fmt.Errorf("mock: %s is not a failure of a service", kind)
	}
	if !slices.Contains(providers.Kinds(), kind) {
		return fmt.Errorf("mock: unknown error kind %q", kind)
	}
	return nil
}

// failure returns the error of the kind as the dialect reports it.
func (c *call) failure(kind providers.Kind) *providers.Error {
	r := replies[c.p.profile.Dialect][kind]
	e := &providers.Error{
		Provider: c.p.profile.Name, Model: c.req.Model,
		Kind: kind, StatusCode: r.status, Code: r.code,
		// The text of a real SDK's error: everything that must not get out.
		Err: fmt.Errorf("POST https://%s/v1?key=sk-mock: %d %s: cannot answer %q",
			c.p.cfg.host, r.status, r.code, question(c.req)),
	}
	if r.status != 0 {
		e.RequestID = c.ids.request
	}
	if kind == providers.KindRateLimited {
		e.RetryAfter = c.p.scaled(c.p.cfg.retryAfter)
	}
	if c.step.retryAfter != nil {
		e.RetryAfter = *c.step.retryAfter
	}
	return e
}

// ended returns the error of a call whose context ended.
func (p *Provider) ended(ctx context.Context, req *providers.Request) *providers.Error {
	return p.cancelled(ctx, req.Model)
}

func (p *Provider) cancelled(ctx context.Context, model string) *providers.Error {
	err := ctx.Err()
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, err) {
		err = errors.Join(err, cause)
	}
	return &providers.Error{Provider: p.profile.Name, Model: model, Kind: providers.KindCancelled, Err: err}
}

// breaks returns the error with which a broken answer ends, after waiting if
// it stalls.
func (c *call) breaks(ctx context.Context) error {
	switch c.step.broken {
	case cut:
		return c.failure(providers.KindNetwork)
	case truncated:
		return c.failure(providers.KindMalformed)
	case failing:
		return c.failure(c.step.kind)
	default:
		<-ctx.Done()
		return c.p.ended(ctx, c.req)
	}
}

// failureDelay is how long a failure takes.
func (c *call) failureDelay(kind providers.Kind) time.Duration {
	d := c.p.profile.Failure.draw(c.rng)
	if kind == providers.KindTimeout {
		d = c.p.profile.Timeout
	}
	return c.delay(d)
}
