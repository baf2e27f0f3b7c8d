package openai

import (
	"context"
	"mime"
	"net/http"

	"github.com/openai/openai-go/v3/packages/ssestream"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/internal/adapter"
)

// feed is a streamed reply and the consumer of what it says.
type feed struct {
	p     *Provider
	call  adapter.Call
	resp  *http.Response
	yield func(*providers.Chunk, error) bool

	left bool  // the consumer has left the loop
	done bool  // the terminator has come
	err  error // why reading ended, if the connection broke

	skipped adapter.Skipped
}

// read passes the events to take until the terminator, the end of the reply or
// an error, or until the consumer has left.
func (f *feed) read(ctx context.Context, take func(ssestream.Event) *providers.Error) *providers.Error {
	if err := f.checkType(ctx); err != nil {
		return err
	}
	dec := ssestream.NewDecoder(f.resp)
	for !f.left && !f.done && dec.Next() {
		if err := take(dec.Event()); err != nil {
			return err
		}
	}
	if f.err = dec.Err(); f.err == nil {
		f.err = ctx.Err()
	}
	return nil
}

// cut is the error of a stream that ended before its end.
func (f *feed) cut(ctx context.Context) *providers.Error {
	if f.err != nil {
		return f.p.broken(ctx, f.call, f.resp, f.err)
	}
	return f.malformed("the stream ended before its end", nil)
}

// checkType recognises replies that are no stream: errors with status 200 and
// pages of proxies.
func (f *feed) checkType(ctx context.Context) *providers.Error {
	media, _, _ := mime.ParseMediaType(f.resp.Header.Get("Content-Type")) // unknown types are read as streams
	switch media {
	case "application/json", "text/html":
	default:
		return nil
	}
	body, err := adapter.ReadBody(f.resp)
	if err != nil {
		return f.p.broken(ctx, f.call, f.resp, err)
	}
	if parsed := parseError(body); scalar(parsed.Code) != "" || scalar(parsed.Type) != "" {
		return f.p.apiError(f.call, f.resp, body, nil)
	}
	return f.malformed("it is not an event stream", nil)
}

// skip leaves out an event that is not JSON, or fails if the answer cannot do
// without it.
func (f *feed) skip(cause error) *providers.Error {
	if f.skipped.Skip() {
		return nil
	}
	return f.malformed("an event of the stream is not JSON", cause)
}

func (f *feed) malformed(detail string, cause error) *providers.Error {
	return f.call.Malformed(f.resp, requestID(f.resp), detail, cause)
}

func (f *feed) emit(c *providers.Chunk) {
	if !f.left && !f.yield(c, nil) {
		f.left = true
	}
}
