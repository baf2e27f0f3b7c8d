package anthropic

import (
	"bytes"
	"context"
	"encoding/json"
	"iter"
	"mime"
	"net/http"

	sdk "github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/packages/ssestream"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/internal/adapter"
)

// Stream makes one streamed call each time it is ranged over.
func (p *Provider) Stream(ctx context.Context, req *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) {
		params, err := p.encode(req, true)
		if err != nil {
			yield(nil, err)
			return
		}
		call := p.call(req.Model)
		resp, err := p.send(ctx, call, params)
		if err != nil {
			yield(nil, err)
			return
		}
		s := &stream{
			p: p, call: call, resp: resp, yield: yield, blocks: map[int64]*block{}, skipped: adapter.SkippedIn(req),
		}
		defer resp.Body.Close()
		if err := s.run(ctx); err != nil && !s.left {
			err.Usage = s.counts.ledger(providers.UsagePartial)
			yield(nil, err)
		}
	}
}

// stream is one streamed answer.
type stream struct {
	p     *Provider
	call  adapter.Call
	resp  *http.Response
	yield func(*providers.Chunk, error) bool

	left    bool // the consumer has left the loop
	started bool
	done    bool // message_stop has come
	counts  counts
	blocks  map[int64]*block
	last    int64 // highest index of a block so far
	refusal string
	skipped adapter.Skipped
	finish  providers.Finish
}

// pieceMissing is why an answer with tool calls is not taken with a hole in it.
const pieceMissing = "an event of a stream with tool calls is not JSON"

// run reads the stream to its end. It returns nil after the consumer has left.
func (s *stream) run(ctx context.Context) *providers.Error {
	if err := s.checkType(ctx); err != nil {
		return err
	}
	dec := ssestream.NewDecoder(s.resp)
	for !s.left && !s.done && dec.Next() {
		if err := s.event(dec.Event()); err != nil {
			return err
		}
	}
	if s.left {
		return nil
	}
	if !s.done {
		if err := dec.Err(); err != nil || ctx.Err() != nil {
			if err == nil {
				err = ctx.Err()
			}
			return s.p.broken(ctx, s.call, s.resp, err)
		}
		return s.malformed("the stream ended before its end", nil)
	}
	switch {
	case s.finish.Reasons == nil:
		return s.malformed("the stream ended without a stop reason", nil)
	case s.finish.Reasons[0] == providers.FinishToolCall && !s.skipped.Whole():
		return s.malformed(pieceMissing, nil)
	}
	s.end()
	return nil
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
	var w wireError
	if json.Unmarshal(body, &w) == nil && w.Error.Type != "" {
		return s.p.apiError(s.call, s.resp, body, nil)
	}
	return s.malformed("it is not an event stream", nil)
}

func (s *stream) malformed(detail string, cause error) *providers.Error {
	return s.call.Malformed(s.resp, requestID(s.resp), detail, cause)
}

func (s *stream) event(ev ssestream.Event) *providers.Error {
	data := bytes.TrimSpace(ev.Data)
	if len(data) == 0 || ev.Type == "ping" || bytes.HasPrefix(data, []byte("[DONE]")) { // the last is a gateway's
		return nil
	}
	if ev.Type == "error" {
		return s.p.apiError(s.call, s.resp, data, nil)
	}
	var w sdk.MessageStreamEventUnion
	if err := json.Unmarshal(data, &w); err != nil {
		if s.skipped.Skip() {
			return nil
		}
		return s.malformed("an event of the stream is not JSON", err)
	}
	if w.Type != "message_start" && w.Type != "error" && !s.started {
		return s.malformed("the stream does not begin with message_start", nil)
	}
	switch w.Type {
	case "error":
		return s.p.apiError(s.call, s.resp, data, nil)
	case "message_start":
		s.start(&w.Message)
	case "content_block_start":
		if w.ContentBlock.Type == "tool_use" && !s.skipped.Whole() {
			return s.malformed(pieceMissing, nil)
		}
		s.blockStart(w.Index, &w.ContentBlock)
	case "content_block_delta":
		s.blockDelta(w.Index, &w.Delta)
	case "content_block_stop":
		s.blockStop(w.Index)
	case "message_delta":
		s.delta(&w)
	case "message_stop":
		s.done = true
	}
	return nil
}

func (s *stream) start(m *sdk.Message) {
	if s.started {
		return
	}
	s.started = true
	s.finish = providers.Finish{
		ResponseID: m.ID, RequestID: requestID(s.resp), Provider: s.p.name, Model: m.Model,
		ServiceTier: tierOf(&m.Usage), Region: regionOf(&m.Usage),
	}
	s.emit(&providers.Chunk{Kind: providers.ChunkStart, ResponseID: m.ID, RequestID: s.finish.RequestID, Model: m.Model})
	s.report(m.Usage.RawJSON())
}

// delta takes what only the end of a message knows. There may be several.
func (s *stream) delta(w *sdk.MessageStreamEventUnion) {
	if reason := string(w.Delta.StopReason); reason != "" {
		s.finish.Reasons = []providers.FinishReason{finishReason(reason)}
		s.finish.RawReasons = []string{reason}
	}
	set(&s.finish.StopSequence, w.Delta.StopSequence)
	set(&s.refusal, w.Delta.StopDetails.Explanation)
	s.report(w.Usage.RawJSON())
}

// report yields the ledger so far, which is partial until the end.
func (s *stream) report(raw string) {
	if raw == "" {
		return
	}
	s.counts.update(parseCounts(raw))
	if u := s.counts.ledger(providers.UsagePartial); u.Completeness != providers.UsageMissing {
		s.emit(&providers.Chunk{Kind: providers.ChunkUsage, Usage: &u})
	}
}

func (s *stream) emit(c *providers.Chunk) {
	if !s.left && !s.yield(c, nil) {
		s.left = true
	}
}

func (s *stream) end() {
	if s.refusal != "" {
		s.emit(&providers.Chunk{
			Kind: providers.ChunkPart, Part: int(s.last) + 1, Whole: providers.Refusal{Text: s.refusal},
		})
	}
	f := s.finish
	f.MalformedChunks = s.skipped.N
	f.Usage = s.counts.ledger(providers.UsageReported)
	set(&f.Model, s.counts.served())
	s.emit(&providers.Chunk{Kind: providers.ChunkFinish, Finish: &f})
}
