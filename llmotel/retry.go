package llmotel

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/llmotel/sdk/providers"
)

const (
	// maxBackoff and maxWait are those of the SDKs.
	firstBackoff = 500 * time.Millisecond
	maxBackoff   = 8 * time.Second
	maxWait      = 2 * time.Minute
)

// send makes the request, again and again if WithRetries says so. The response leads
// to the request that was sent, not to the caller's: net/http's transport keeps the
// former as long as a stream is open, whatever the response says.
func (w *httpWay) send(req *http.Request, x *exchange, next func(*http.Request) (*http.Response, error)) (*http.Response, error) {
	ctx := req.Context()
	for retry := 0; ; retry++ {
		resp, err := next(req)
		if retry >= w.retries || ctx.Err() != nil || !retryable(req, resp, err) {
			return resp, err
		}
		var failure *providers.Error
		if err != nil || resp == nil {
			failure = x.transportError(ctx, err)
		} else {
			failure = x.readFailure(resp)
			x.Restart()
			x.status, x.header = 0, nil
		}
		delay := backoff(retry)
		if failure.RetryAfter > 0 {
			delay = failure.RetryAfter
		}
		deadline, limited := ctx.Deadline()
		if failure.Kind == providers.KindQuotaExhausted || delay > maxWait || limited && time.Until(deadline) <= delay {
			return resp, err
		}
		again := req.Clone(ctx)
		if req.GetBody != nil {
			var bodyErr error
			if again.Body, bodyErr = req.GetBody(); bodyErr != nil {
				return resp, err
			}
		}
		if req.Header.Get("X-Stainless-Retry-Count") != "" {
			again.Header.Set("X-Stainless-Retry-Count", strconv.Itoa(retry+1))
		}
		if resp != nil && resp.Body != nil {
			_ = resp.Body.Close() // nobody will read it
		}
		x.span.Retry(delay, failure)
		timer := time.NewTimer(delay)
		select {
		case <-ctx.Done():
			timer.Stop()
			if again.Body != nil {
				_ = again.Body.Close() // it is not sent
			}
			return nil, ctx.Err()
		case <-timer.C:
		}
		req = again
	}
}

// retryable follows the rules of OpenAI's and Anthropic's SDKs.
func retryable(req *http.Request, resp *http.Response, err error) bool {
	if req.Body != nil && req.Body != http.NoBody && req.GetBody == nil {
		return false
	}
	if err != nil || resp == nil {
		return true
	}
	switch resp.Header.Get("X-Should-Retry") {
	case "true":
		return resp.StatusCode >= http.StatusBadRequest
	case "false":
		return false
	}
	switch resp.StatusCode {
	case http.StatusRequestTimeout, http.StatusConflict, http.StatusTooManyRequests:
		return true
	}
	return resp.StatusCode >= http.StatusInternalServerError
}

// backoff is the wait before a retry that nobody has told how long to wait.
func backoff(retry int) time.Duration {
	d := maxBackoff
	if retry < 4 {
		d = firstBackoff << retry
	}
	return d - rand.N(d/4)
}
