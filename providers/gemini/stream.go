package gemini

import (
	"context"
	"encoding/json"
	"iter"
	"mime"

	sdk "google.golang.org/genai"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/internal/adapter"
)

// Stream makes one streamed call each time it is ranged over.
func (p *Provider) Stream(ctx context.Context, req *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) {
		body, err := p.encode(req)
		if err != nil {
			yield(nil, err)
			return
		}
		call := p.call(req.Model)
		x, err := p.send(ctx, call, func(ctx context.Context, opts *sdk.HTTPOptions) error {
			opts.ExtrasRequestProvider = p.replace(body)
			config := &sdk.GenerateContentConfig{HTTPOptions: opts}
			for _, err := range p.client.Models.GenerateContentStream(ctx, req.Model, nil, config) {
				return err
			}
			return nil
		})
		if err != nil {
			yield(nil, err)
			return
		}
		defer x.close()
		s := &stream{p: p, call: call, exchange: x, yield: yield, skipped: adapter.SkippedIn(req)}
		if len(req.Tools) > 0 {
			// Calls come whole, so that one which is lost leaves no trace.
			s.skipped.Whole()
		}
		if err := s.run(ctx); err != nil && !s.left {
			if err.Usage == (providers.Usage{}) {
				err.Usage = s.counts.ledger(providers.UsagePartial)
			}
			yield(nil, err)
		}
	}
}

// stream is one streamed answer.
type stream struct {
	*exchange
	p     *Provider
	call  adapter.Call
	yield func(*providers.Chunk, error) bool

	left     bool // the consumer has left the loop
	started  bool
	counts   counts
	reported providers.Usage // the ledger that was yielded last
	choices  []*choice       // by index
	finish   providers.Finish
	skipped  adapter.Skipped
}

// run reads the stream to its end. It returns nil after the consumer has left.
func (s *stream) run(ctx context.Context) *providers.Error {
	if err := s.checkType(ctx); err != nil {
		return err
	}
	in := newEvents(s.resp.Body)
	for !s.left && in.next() {
		if err := s.event(in.data); err != nil {
			return err
		}
	}
	if s.left {
		return nil
	}
	// The wire has no terminator: a finish reason is the only sign of an end, and
	// what breaks after it takes nothing from the answer.
	if !s.whole() {
		err := in.err()
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return s.p.broken(ctx, s.call, s.resp, err)
		}
		return s.malformed("the stream ended without a finish reason", nil)
	}
	s.end()
	return nil
}

func (s *stream) whole() bool {
	for _, c := range s.choices {
		if c.reason == "" {
			return false
		}
	}
	return len(s.choices) > 0
}

// checkType recognises replies that are no stream: errors with status 200 and
// pages of proxies.
func (s *stream) checkType(ctx context.Context) *providers.Error {
	media, _, _ := mime.ParseMediaType(s.resp.Header.Get("Content-Type")) // unknown types are read as streams
	switch media {
	case "application/json", "text/html":
	default:
		return nil
	}
	body, err := adapter.ReadBody(s.resp)
	if err != nil {
		return s.p.broken(ctx, s.call, s.resp, err)
	}
	if isError(body) {
		return s.p.apiError(s.call, s.resp, body)
	}
	return s.malformed("it is not an event stream", nil)
}

func (s *stream) malformed(detail string, cause error) *providers.Error {
	return s.call.Malformed(s.resp, requestID(s.resp), detail, cause)
}

func (s *stream) event(data []byte) *providers.Error {
	var w reply
	if err := json.Unmarshal(data, &w); err != nil {
		if isError(data) {
			return s.p.apiError(s.call, s.resp, data)
		}
		if s.skipped.Skip() {
			return nil
		}
		return s.malformed("an event of the stream is not JSON", err)
	}
	if present(w.Error) {
		return s.p.apiError(s.call, s.resp, data)
	}
	s.start(&w)
	if present(w.Usage) {
		s.counts.update(w.Usage)
	}
	if len(w.Candidates) == 0 && w.Feedback.BlockReason != "" {
		return s.p.blocked(s.call, s.resp, w.Feedback.BlockReason, s.counts.ledger(providers.UsageReported))
	}
	for i := range w.Candidates {
		if err := s.candidate(&w.Candidates[i]); err != nil {
			return err
		}
	}
	// Yielded when it has changed: the same figures may come with every event.
	if u := s.counts.ledger(providers.UsagePartial); u != s.reported {
		s.reported = u
		s.emit(&providers.Chunk{Kind: providers.ChunkUsage, Usage: &u})
	}
	return nil
}

func (s *stream) start(w *reply) {
	f := &s.finish
	set(&f.ResponseID, w.ResponseID)
	set(&f.Model, w.ModelVersion)
	if t := w.created(); !t.IsZero() {
		f.Created = t
	}
	if s.started {
		return
	}
	s.started = true
	f.Provider, f.RequestID = s.p.name, requestID(s.resp)
	s.emit(&providers.Chunk{Kind: providers.ChunkStart, ResponseID: f.ResponseID, RequestID: f.RequestID, Model: f.Model})
}

func (s *stream) emit(c *providers.Chunk) {
	if !s.left && !s.yield(c, nil) {
		s.left = true
	}
}

func (s *stream) end() {
	f := s.finish
	n := len(s.choices)
	f.Reasons, f.RawReasons = make([]providers.FinishReason, n), make([]string, n)
	for i, c := range s.choices {
		f.Reasons[i], f.RawReasons[i] = finishReason(c.reason, c.calls > 0), c.reason
		if c.logprobs != nil {
			if f.Logprobs == nil {
				f.Logprobs = make([][]byte, n)
			}
			f.Logprobs[i] = c.logprobs
		}
	}
	f.Usage = s.counts.ledger(providers.UsageReported)
	f.ServiceTier = s.counts.tier(s.resp)
	f.MalformedChunks = s.skipped.N
	s.emit(&providers.Chunk{Kind: providers.ChunkFinish, Finish: &f})
}
