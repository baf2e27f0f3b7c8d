package adapter

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"syscall"

	"github.com/llmotel/sdk/providers"
)

// Call names what is called, for its errors.
type Call struct{ Provider, Model string }

// Refuse returns the error of a request that failed validation, with the
// provider's name in it.
func (c Call) Refuse(err error) error {
	if e, ok := errors.AsType[*providers.Error](err); ok {
		named := *e
		named.Provider = c.Provider
		return &named
	}
	return &providers.Error{Provider: c.Provider, Model: c.Model, Kind: providers.KindInvalidRequest, Err: err}
}

// Unsupported returns the error of a request whose field this vendor cannot
// serve. The problem must not hold content of the request.
func (c Call) Unsupported(field, problem string) error {
	f := &providers.FieldError{Field: field, Problem: problem}
	return &providers.Error{
		Provider: c.Provider, Model: c.Model, Kind: providers.KindUnsupported, Detail: f.Error(), Err: f,
	}
}

// Malformed returns the error of a reply that makes no sense. Detail must not
// hold any of it; resp may be nil.
func (c Call) Malformed(resp *http.Response, requestID, detail string, cause error) *providers.Error {
	e := &providers.Error{
		Provider: c.Provider, Model: c.Model, Kind: providers.KindMalformed,
		RequestID: requestID, Detail: detail, Err: cause,
	}
	if resp != nil {
		e.StatusCode = resp.StatusCode
	}
	return e
}

// Transport returns the error of a call that could not be sent, got no reply,
// or whose reply broke off. The caller's cancellation and deadline come before anything else.
func (c Call) Transport(ctx context.Context, err error) *providers.Error {
	e := &providers.Error{Provider: c.Provider, Model: c.Model, Kind: TransportKind(err), Err: err}
	if cause := ctx.Err(); cause != nil {
		e.Kind = providers.KindCancelled
		if !errors.Is(err, cause) {
			e.Err = errors.Join(cause, err)
		}
	} else if unencodable(err) {
		e.Kind = providers.KindInvalidRequest
		e.Detail = "the request or one of its extensions cannot be encoded as JSON"
	}
	return e
}

// unencodable reports whether a request failed before it became bytes.
func unencodable(err error) bool {
	_, marshaler := errors.AsType[*json.MarshalerError](err)
	_, typ := errors.AsType[*json.UnsupportedTypeError](err)
	_, value := errors.AsType[*json.UnsupportedValueError](err)
	return marshaler || typ || value
}

// TransportKind tells timeouts and broken connections apart from what is
// neither.
func TransportKind(err error) providers.Kind {
	if ne, ok := errors.AsType[net.Error](err); ok && ne.Timeout() {
		return providers.KindTimeout
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return providers.KindTimeout
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) {
		return providers.KindNetwork
	}
	if _, ok := errors.AsType[*url.Error](err); ok {
		return providers.KindNetwork
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return providers.KindNetwork
	}
	if _, ok := errors.AsType[syscall.Errno](err); ok {
		return providers.KindNetwork
	}
	// The HTTP/2 client's stream and connection errors have no exported type.
	if http2Broken(err) {
		return providers.KindNetwork
	}
	return providers.KindUnknown
}
