package llmotel

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/llmotel/sdk/providers"
)

// maxFailure is how much of a failed response's body is read to learn the
// error.
const maxFailure = 64 << 10

// readFailure reads the error in a response and puts what it has read back:
// clients that retry close the body unread.
func (x *exchange) readFailure(resp *http.Response) *providers.Error {
	x.begin(resp)
	if resp.Body == nil {
		x.End()
		return x.failure()
	}
	head, err := io.ReadAll(io.LimitReader(resp.Body, maxFailure))
	_, _ = x.Write(head) // takes everything
	x.End()
	if err == nil && len(head) < maxFailure {
		_ = resp.Body.Close() // all of it is here
		resp.Body = &readBack{head: head, err: io.EOF}
	} else {
		resp.Body = &readBack{head: head, err: err, rest: resp.Body}
	}
	return x.failure()
}

// failure is the error that the response reports.
func (x *exchange) failure() *providers.Error {
	return &providers.Error{
		Provider: x.span.call.Provider, Model: x.Asked.Model(), Kind: x.Kind(int(x.status)), StatusCode: int(x.status), Code: x.Code(),
		RequestID: cmp.Or(requestID(x.header), x.RequestID), RetryAfter: max(providers.ParseRetryAfter(x.header, time.Now()), x.RetryDelay), Usage: x.Usage(),
	}
}

// transportError is an error without a response.
func (x *exchange) transportError(ctx context.Context, err error) *providers.Error {
	e := &providers.Error{Provider: x.span.call.Provider, Model: x.Asked.Model(), Kind: providers.KindNetwork, StatusCode: int(x.status), RequestID: requestID(x.header), Err: err}
	var timeout net.Error
	switch {
	// Clients set their own time limits as deadlines of the context: nobody gave
	// the call up, the provider did not answer in time.
	case errors.Is(ctx.Err(), context.DeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		e.Kind = providers.KindTimeout
	case ctx.Err() != nil, errors.Is(err, context.Canceled):
		e.Kind = providers.KindCancelled
	case errors.As(err, &timeout) && timeout.Timeout():
		e.Kind = providers.KindTimeout
	}
	return e
}

// result is what the response has said so far.
func (x *exchange) result() Result {
	r := Result{
		ResponseID: x.ID, Model: x.Answer.Model(), ServiceTier: x.Tier(), SystemFingerprint: x.Fingerprint(), Region: x.Region, API: apiType(x.API),
		Usage: x.Usage(), RequestID: requestID(x.header), ResponseChars: x.AnswerBytes(), Compacted: x.Compacted, refused: x.Refused() > 0,
	}
	if reasons := x.Reasons(); len(reasons) > 0 {
		r.RawFinishReasons, r.FinishReasons = rawReasons(reasons), normalReasons(reasons, x.Calls())
	}
	return r
}
