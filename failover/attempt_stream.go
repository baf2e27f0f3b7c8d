package failover

import (
	"context"
	"time"

	"github.com/llmotel/sdk/providers"
)

// attemptStream runs a whole stream. Until the first semantic chunk nothing is
// delivered; from then on the visit is committed and the error, if any, is the
// end of it.
func (v *visit) attemptStream() error {
	ctx, w := v.watched()
	defer w.stop()
	v.begin, v.partial, v.ledger = [2]*providers.Chunk{}, new(providers.Collector), nil
	err := v.pull(ctx, w)
	switch {
	case v.left || err == nil && v.finished:
		return nil
	case err == nil:
		err = v.malformed("the stream ended without its end")
	}
	err = v.withUsage(v.classify(ctx, err))
	if v.committed {
		v.interrupt(err)
	}
	return err
}

// pull ranges over the provider's stream and delivers it.
func (v *visit) pull(ctx context.Context, w *watch) error {
	for chunk, err := range v.provider().Stream(ctx, v.req) {
		if err != nil {
			if v.finished {
				return nil // the answer is whole
			}
			return err
		}
		if chunk == nil {
			return v.malformed("a chunk without content")
		}
		if v.finished || v.holdBack(chunk) {
			continue
		}
		w.pause()
		if !v.deliver(chunk) {
			v.left = true
			return nil
		}
		w.resume()
	}
	return nil
}

// holdBack keeps what is not yet an answer. Each such chunk replaces the one
// of its kind before, so little is kept.
func (v *visit) holdBack(chunk *providers.Chunk) bool {
	if v.committed {
		return false
	}
	switch chunk.Kind {
	case providers.ChunkStart:
		v.begin[0] = chunk
	case providers.ChunkUsage:
		v.begin[1] = chunk
	case providers.ChunkFinish:
		return false
	default:
		return !chunk.Kind.Semantic()
	}
	return true
}

// deliver commits the stream with its first chunk and passes the chunk on.
func (v *visit) deliver(chunk *providers.Chunk) bool {
	if !v.committed {
		v.committed = true
		if v.call.chain.order == OrderLowestLatency {
			v.took(time.Now())
		}
		v.began()
		for _, c := range v.begin {
			if c != nil && !v.pass(c) {
				return false
			}
		}
	}
	if chunk.Kind == providers.ChunkFinish {
		v.finished = true
		c := *chunk
		var f providers.Finish
		if c.Finish != nil {
			f = *c.Finish
		}
		f.Target, f.Attempts = v.t.name, v.n
		c.Finish = &f
		chunk = &c
	}
	return v.pass(chunk)
}

func (v *visit) pass(chunk *providers.Chunk) bool {
	v.partial.Add(chunk)
	v.reported(chunk)
	v.inYield = true
	more := v.yield(chunk)
	v.inYield = false
	return more
}

// interrupt makes the error of a stream that broke after its first chunk.
func (v *visit) interrupt(err error) {
	p := v.partial.Partial()
	if p == nil {
		p = &providers.Response{}
	}
	p.Target, p.Attempts = v.t.name, v.n
	if p.Provider == "" {
		p.Provider = v.t.provider.Name()
	}
	v.interrupted = &providers.InterruptedError{
		Partial: p,
		Err:     &TargetError{Target: v.t.name, Key: v.key(), Attempts: v.n, Err: err},
	}
}
