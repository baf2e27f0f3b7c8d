package failover_test

import (
	"context"
	"iter"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

// recording is a fake that keeps the messages it was asked last.
type recording struct {
	*fake
	messages []providers.Message
}

func (r *recording) Stream(ctx context.Context, req *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) {
		r.messages = req.Messages
		r.fake.Stream(ctx, req)(yield)
	}
}

// canned streams these chunks, then the error, every time.
type canned struct {
	name   string
	chunks []*providers.Chunk
	err    error
	calls  int
}

func (c *canned) Name() string { return c.name }

func (c *canned) Generate(context.Context, *providers.Request) (*providers.Response, error) {
	panic("not asked for")
}

func (c *canned) Stream(context.Context, *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) {
		c.calls++
		for _, chunk := range c.chunks {
			if !yield(chunk, nil) {
				return
			}
		}
		if c.err != nil {
			yield(nil, c.err)
		}
	}
}

// collectEnds keeps the ends of calls.
func collectEnds(into *[]failover.EndEvent) failover.Hooks {
	return failover.Hooks{CallEnd: func(_ context.Context, e failover.EndEvent) { *into = append(*into, e) }}
}
