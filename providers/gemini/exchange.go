package gemini

import (
	"context"
	"errors"
	"net/http"

	sdk "google.golang.org/genai"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/internal/adapter"
)

// exchange is one HTTP request of the SDK and its reply, which the SDK does not
// get to see: it would lose what its types do not have, continue answers by
// further requests, and print errors to stderr.
type exchange struct {
	ctx    context.Context // the caller's: the SDK's own ends when its method returns
	cancel context.CancelFunc
	resp   *http.Response
	err    error
	sent   bool
}

type exchangeKey struct{}

// errHandedOver is what the SDK sees instead of a reply.
var errHandedOver = errors.New("gemini: the reply was handed over")

// handover is a transport that leaves the reply in the context's exchange.
type handover struct{ client *http.Client }

// RoundTrip sends the request. Its error never reaches the caller.
func (h handover) RoundTrip(req *http.Request) (*http.Response, error) {
	x, ok := req.Context().Value(exchangeKey{}).(*exchange)
	if !ok || x.sent {
		return nil, errHandedOver
	}
	x.sent = true
	x.resp, x.err = h.client.Do(req.WithContext(x.ctx)) //nolint:contextcheck,gosec // context and address are the caller's
	return nil, errHandedOver
}

// send lets the SDK make a request and returns a reply whose status is good.
// Whoever gets it closes it.
func (p *Provider) send(ctx context.Context, call adapter.Call, request func(context.Context, *sdk.HTTPOptions) error) (*exchange, error) {
	x := &exchange{ctx: ctx, cancel: func() {}}
	if limit := p.config.HTTPOptions.Timeout; limit != nil && *limit > 0 {
		x.ctx, x.cancel = context.WithTimeout(ctx, *limit)
	}
	err := request(context.WithValue(ctx, exchangeKey{}, x), &sdk.HTTPOptions{})
	switch {
	case !x.sent:
		err = p.unsent(ctx, call, err)
	case x.err != nil:
		err = call.Transport(ctx, x.err)
	case x.resp.StatusCode < 200 || x.resp.StatusCode > 299:
		err = p.failure(ctx, call, x.resp)
	default:
		return x, nil
	}
	x.close()
	return nil, err
}

// unsent is the error of a request that the SDK did not send.
func (p *Provider) unsent(ctx context.Context, call adapter.Call, err error) error {
	e := call.Transport(ctx, err)
	if e.Kind == providers.KindUnknown {
		e.Kind = providers.KindInvalidRequest
		e.Detail = "the SDK refuses the request; the name of a model holds no question mark, ampersand or double dot"
	}
	return e
}

func (x *exchange) close() {
	if x.resp != nil && x.resp.Body != nil {
		_ = x.resp.Body.Close() // what was to be read has been read
	}
	x.cancel()
}

// replace returns the hook with which the SDK takes the body as it is. The
// configuration's own hook comes after it.
func (p *Provider) replace(body map[string]any) func(map[string]any) map[string]any {
	return func(map[string]any) map[string]any {
		if hook := p.config.HTTPOptions.ExtrasRequestProvider; hook != nil {
			return hook(body)
		}
		return body
	}
}
