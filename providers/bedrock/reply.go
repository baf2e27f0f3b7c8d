package bedrock

import (
	"context"
	"io"
	"net/http"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/schemas"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/aws/smithy-go/transport/http/protocol/restjson1"

	"github.com/llmotel/sdk/providers/internal/adapter"
)

// reply is what is kept of the HTTP reply of one call. The SDK tells neither the
// status of streams nor how their body ended.
type reply struct {
	limit int64 // of the body; 0 is none
	resp  *http.Response
	body  *body // nil until the reply has begun
}

// options are those of one call.
func (r *reply) options(o *sdk.Options) {
	o.Retryer = aws.NopRetryer{}
	o.HTTPClient = sender{o.HTTPClient}
	o.APIOptions = append(slices.Clip(o.APIOptions), func(stack *middleware.Stack) error {
		return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("LLMReply", r.keep), middleware.After)
	})
}

// streamOptions are those of one streamed call. The SDK's protocol keeps state
// of the stream that it decodes, and a client has one for all of them.
func (r *reply) streamOptions(o *sdk.Options) {
	r.options(o)
	if _, ok := o.Protocol.(*restjson1.Protocol); ok {
		o.Protocol = restjson1.New(schemas.AmazonBedrockFrontendService)
	}
}

// sender is an HTTP client that hides the SDK's own way to copy a request's body.
// The SDK closes the body when the reply begins, and from then on that way ends
// with an error, so that a transport of HTTP/1 that is not quite done with the
// request breaks the connection of the reply. A plain http.Client of the
// program's is kept from following redirects to other hosts, as the SDK's own
// client is: they would be sent the session token, and believed.
type sender struct{ sdk.HTTPClient }

// Do sends the request.
func (s sender) Do(req *http.Request) (*http.Response, error) {
	if req.Body != nil && req.Body != http.NoBody {
		req.Body = struct{ io.ReadCloser }{req.Body}
	}
	if c, ok := s.HTTPClient.(*http.Client); ok {
		return adapter.Client(c).Do(req)
	}
	return s.HTTPClient.Do(req)
}

// keep stands next to the wire in the SDK's stack.
func (r *reply) keep(
	ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler,
) (middleware.DeserializeOutput, middleware.Metadata, error) {
	out, metadata, err := next.HandleDeserialize(ctx, in)
	if resp, ok := out.RawResponse.(*smithyhttp.Response); ok && err == nil { // else it is made up
		r.body = &body{ReadCloser: resp.Body, left: r.limit, limited: r.limit > 0}
		resp.Body = r.body
		r.resp = resp.Response
	}
	return out, metadata, err
}

func (r *reply) status() int {
	if r.resp == nil {
		return 0
	}
	return r.resp.StatusCode
}

// requestID returns the service's id of the HTTP request.
func (r *reply) requestID() string {
	return adapter.FirstHeader(r.resp, "x-amzn-requestid", "x-amz-requestid")
}

// broken returns the error with which the body ended; nil if it ended in good
// order. It is called once the body has been read.
func (r *reply) broken() error {
	if r.body == nil {
		return nil
	}
	return r.body.err
}

// body is a reply's body that remembers its error, which the SDK's event decoder
// takes for an end.
type body struct {
	io.ReadCloser
	left    int64
	limited bool
	err     error
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.limited {
		if b.left -= int64(n); b.left < 0 {
			n, err = 0, adapter.ErrTooLarge
		}
	}
	if err != nil && err != io.EOF {
		b.err = err
	}
	return n, err
}
