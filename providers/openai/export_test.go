package openai

import (
	"bytes"
	"context"
	"io"
	"iter"
	"net/http"

	"github.com/llmotel/sdk/providers"
)

// Ledger reads a usage object.
var Ledger = ledger

// ErrorOf returns kind and code of an error body.
func ErrorOf(status int, body []byte) (kind, code string) {
	w := parseError(body)
	c, t, i := scalar(w.Code), scalar(w.Type), scalar(w.InnerError.Code)
	return string(w.refine(kindOf(status, c, t, i))), first(c, t, i)
}

// StreamOf reads the body of a stream, which is one of the Responses API or of
// Chat Completions.
func StreamOf(ctx context.Context, body []byte, responsesAPI bool) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) {
		p := &Provider{dialect: dialect{name: Name}}
		f := feed{p: p, call: p.call("m"), yield: yield, resp: &http.Response{
			StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(body)),
		}}
		if responsesAPI {
			(&itemStream{feed: f}).deliver(ctx)
		} else {
			(&stream{feed: f}).deliver(ctx)
		}
	}
}
