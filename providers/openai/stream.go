package openai

import (
	"bytes"
	"context"
	"encoding/json"
	"iter"
	"time"

	sdk "github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/packages/ssestream"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/internal/adapter"
)

// Stream makes one streamed call each time it is ranged over.
func (p *Provider) Stream(ctx context.Context, req *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) {
		if p.responses {
			p.streamResponse(ctx, req, yield)
			return
		}
		params, err := p.encode(req, true)
		if err != nil {
			yield(nil, err)
			return
		}
		call := p.call(req.Model)
		resp, err := p.complete(ctx, call, params) //nolint:bodyclose // deliver closes it
		if err != nil {
			yield(nil, err)
			return
		}
		s := &stream{
			feed:        feed{p: p, call: call, resp: resp, yield: yield, skipped: adapter.SkippedIn(req)},
			audioFormat: req.AudioFormat,
		}
		s.deliver(ctx)
	}
}

// stream is one streamed answer.
type stream struct {
	feed
	audioFormat string

	started bool
	id      string
	model   string
	tier    string
	print   string
	created time.Time
	usage   providers.Usage
	choices []*choice
}

// deliver yields the answer, or as much of it as there is and the error.
func (s *stream) deliver(ctx context.Context) {
	defer s.resp.Body.Close()
	if err := s.run(ctx); err != nil && !s.left {
		err.Usage = s.partialUsage()
		s.yield(nil, err)
	}
}

// run reads the stream to its end. It returns nil after the consumer has left.
func (s *stream) run(ctx context.Context) *providers.Error {
	if err := s.read(ctx, s.event); err != nil || s.left {
		return err
	}
	if !s.finished() {
		return s.cut(ctx)
	}
	if s.called() && !s.skipped.Whole() {
		return s.malformed(pieceMissing, nil)
	}
	s.finish()
	return nil
}

// pieceMissing is why an answer with tool calls is not taken with a hole in it.
const pieceMissing = "an event of a stream with tool calls is not JSON"

// called reports whether a choice ended with tool calls.
func (s *stream) called() bool {
	for _, c := range s.choices {
		if c.tools != nil || finishReason(c.finish) == providers.FinishToolCall {
			return true
		}
	}
	return false
}

// finished reports whether the answer is whole: all its choices have a finish
// reason. The terminator alone does not say so, because gateways write it after
// whatever they got; without it only usage can be lost, which is then missing
// and does not make the answer worthless.
func (s *stream) finished() bool {
	for _, c := range s.choices {
		if c.finish == "" {
			return false
		}
	}
	return len(s.choices) > 0
}

func (s *stream) event(ev ssestream.Event) *providers.Error {
	data := bytes.TrimSpace(ev.Data)
	if bytes.HasPrefix(data, []byte("[DONE]")) {
		s.done = true
		return nil
	}
	if len(data) == 0 {
		return nil
	}
	if ev.Type == "error" {
		return s.p.apiError(s.call, s.resp, data, nil)
	}
	var c sdk.ChatCompletionChunk
	if err := json.Unmarshal(data, &c); err != nil {
		return s.skip(err)
	}
	if present(c.JSON.ExtraFields["error"]) {
		return s.p.apiError(s.call, s.resp, data, nil)
	}
	s.header(&c)
	for i := range c.Choices {
		if s.left {
			return nil
		}
		if err := s.choice(&c.Choices[i]); err != nil {
			return err
		}
	}
	if raw := usageOf(c.JSON.Usage, c.JSON.ExtraFields); raw != "" && !s.left {
		s.setUsage(ledger(raw))
	}
	return nil
}

// header takes what chunks say about the whole answer and yields the start.
// Azure's first chunk has neither choices nor id nor model.
func (s *stream) header(c *sdk.ChatCompletionChunk) {
	set(&s.id, c.ID)
	set(&s.model, c.Model)
	set(&s.tier, string(c.ServiceTier))
	set(&s.print, c.SystemFingerprint) //nolint:staticcheck // services still send it
	if s.created.IsZero() {
		s.created = created(c.Created)
	}
	if !s.started && (s.id != "" || len(c.Choices) > 0) {
		s.started = true
		s.emit(&providers.Chunk{Kind: providers.ChunkStart, ResponseID: s.id, RequestID: requestID(s.resp), Model: s.model})
	}
}

func (s *stream) setUsage(u providers.Usage) {
	if u.Completeness == providers.UsageMissing {
		return
	}
	s.usage = u
	if !s.finished() {
		u.Completeness = providers.UsagePartial
	}
	if s.started {
		s.emit(&providers.Chunk{Kind: providers.ChunkUsage, Usage: &u})
	}
}

// partialUsage is what is known of the usage of a stream that broke.
func (s *stream) partialUsage() providers.Usage {
	u := s.usage
	if u.Completeness == providers.UsageReported {
		u.Completeness = providers.UsagePartial
	}
	return u
}

func (s *stream) finish() {
	f := &providers.Finish{
		ResponseID: s.id, RequestID: requestID(s.resp), Provider: s.p.name, Model: s.model, API: providers.APIChatCompletions,
		Usage: s.usage, ServiceTier: s.tier, SystemFingerprint: s.print, Created: s.created,
		MalformedChunks: s.skipped.N,
		Reasons:         make([]providers.FinishReason, len(s.choices)), RawReasons: make([]string, len(s.choices)),
	}
	for i, c := range s.choices {
		for _, part := range c.late.parts(s.p.name, s.audioFormat) {
			switch part := part.(type) {
			case providers.ToolCall:
				s.emit(&providers.Chunk{Kind: providers.ChunkToolCall, Choice: i, Part: c.next(), ToolCall: &part})
			default:
				s.emit(&providers.Chunk{Kind: providers.ChunkPart, Choice: i, Part: c.next(), Whole: part})
			}
		}
		f.Reasons[i], f.RawReasons[i] = finishReason(c.finish), c.finish
		if lp := c.logprobs.json(); lp != nil {
			if f.Logprobs == nil {
				f.Logprobs = make([][]byte, len(s.choices))
			}
			f.Logprobs[i] = lp
		}
	}
	s.emit(&providers.Chunk{Kind: providers.ChunkFinish, Finish: f})
}
