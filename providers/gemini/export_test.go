package gemini

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"iter"
	"net/http"

	"github.com/llmotel/sdk/providers"
)

// Ledger reads usage objects, each of which replaces what it has.
func Ledger(raw ...string) providers.Usage {
	var c counts
	for _, r := range raw {
		c.update(json.RawMessage(r))
	}
	return c.ledger(providers.UsageReported)
}

// ErrorOf returns the kind of an error body.
func ErrorOf(status int, body []byte) providers.Kind {
	w, _ := parseError(body)
	return kindOf(status, &w)
}

// StreamOf reads an event stream.
func StreamOf(ctx context.Context, body []byte) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) {
		p := &Provider{name: Name}
		resp := &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(body))}
		s := &stream{p: p, call: p.call("m"), exchange: &exchange{resp: resp}, yield: yield}
		if err := s.run(ctx); err != nil && !s.left {
			yield(nil, err)
		}
	}
}
