package anthropic

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
		c.update(parseCounts(r))
	}
	return c.ledger(providers.UsageReported)
}

// ErrorOf returns the kind of an error body.
func ErrorOf(status int, body []byte) providers.Kind {
	var w wireError
	_ = json.Unmarshal(body, &w)
	return kindOf(status, &w)
}

// StreamOf reads the body of a stream.
func StreamOf(ctx context.Context, body []byte) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) {
		p := &Provider{defaults: defaults{name: Name}}
		s := &stream{p: p, call: p.call("m"), yield: yield, blocks: map[int64]*block{}, resp: &http.Response{
			StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(body)),
		}}
		if err := s.run(ctx); err != nil && !s.left {
			yield(nil, err)
		}
	}
}
