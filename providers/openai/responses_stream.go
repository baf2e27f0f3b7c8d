package openai

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/openai/openai-go/v3/packages/ssestream"
	"github.com/openai/openai-go/v3/responses"

	"github.com/llmotel/sdk/providers"
)

// streamResponse is Stream on the Responses API.
func (p *Provider) streamResponse(ctx context.Context, req *providers.Request, yield func(*providers.Chunk, error) bool) {
	params, err := p.encodeResponse(req, true)
	if err != nil {
		yield(nil, err)
		return
	}
	call := p.call(req.Model)
	resp, err := p.newResponse(ctx, call, params) //nolint:bodyclose // deliver closes it
	if err != nil {
		yield(nil, err)
		return
	}
	s := &itemStream{feed: feed{p: p, call: call, resp: resp, yield: yield}}
	s.deliver(ctx)
}

// itemStream is one streamed answer of the Responses API: a sequence of items,
// each of which has pieces, and at its end the whole response once more.
type itemStream struct {
	feed
	started  bool
	called   bool // a tool of the program's was called
	used     int  // parts so far
	items    map[int64]*itemState
	logprobs logprobList
}

// event is an event of the stream. The SDK's type for it decodes each piece
// into a union of some sixty types.
type event struct {
	Type         string          `json:"type"`
	OutputIndex  int64           `json:"output_index"`
	ContentIndex int64           `json:"content_index"`
	SummaryIndex int64           `json:"summary_index"`
	Delta        string          `json:"delta"`
	Item         json.RawMessage `json:"item"`
	Response     json.RawMessage `json:"response"`
	Error        json.RawMessage `json:"error"`
}

// deliver yields the answer, or as much of it as there is and the error.
func (s *itemStream) deliver(ctx context.Context) {
	defer s.resp.Body.Close()
	if err := s.run(ctx); err != nil && !s.left {
		s.yield(nil, err)
	}
}

// run reads the stream to its end. It returns nil after the consumer has left.
func (s *itemStream) run(ctx context.Context) *providers.Error {
	if err := s.read(ctx, s.event); err != nil || s.left || s.done {
		return err
	}
	return s.cut(ctx)
}

func (s *itemStream) event(ev ssestream.Event) *providers.Error {
	data := bytes.TrimSpace(ev.Data)
	if len(data) == 0 || bytes.HasPrefix(data, []byte("[DONE]")) { // a gateway's; the API ends with an event
		return nil
	}
	var w event
	if err := json.Unmarshal(data, &w); err != nil && ev.Type != "error" {
		// Events of no interest have fields of other types.
		if _, ok := errors.AsType[*json.UnmarshalTypeError](err); !ok || known[w.Type] {
			return s.skip(err)
		}
	}
	if ev.Type == "error" || w.Type == "error" || w.Type == "" && len(w.Error) > 0 && string(w.Error) != "null" {
		return s.p.apiError(s.call, s.resp, data, nil)
	}
	switch w.Type {
	case "response.created", "response.queued", "response.in_progress":
		return s.begin(w.Response)
	case "response.completed", "response.incomplete", "response.failed":
		return s.end(w.Response, strings.TrimPrefix(w.Type, "response."))
	}
	if known[w.Type] {
		return s.piece(&w)
	}
	return nil
}

// known are the events that bring pieces.
var known = map[string]bool{
	"response.output_item.added":             true,
	"response.output_item.done":              true,
	"response.output_text.delta":             true,
	"response.reasoning_summary_text.delta":  true,
	"response.reasoning_text.delta":          true,
	"response.function_call_arguments.delta": true,
}

// begin yields the start. Its event holds the whole request, of which nothing
// is read.
func (s *itemStream) begin(raw json.RawMessage) *providers.Error {
	var w struct {
		ID    string `json:"id"`
		Model string `json:"model"`
	}
	if err := json.Unmarshal(raw, &w); err != nil {
		return s.malformed("an event of the stream has no response", err)
	}
	s.start(w.ID, w.Model)
	return nil
}

func (s *itemStream) start(id, model string) {
	if !s.started {
		s.started = true
		s.emit(&providers.Chunk{Kind: providers.ChunkStart, ResponseID: id, RequestID: requestID(s.resp), Model: model})
	}
}

// end takes the last event, yields what no piece has brought, and finishes.
func (s *itemStream) end(raw json.RawMessage, status string) *providers.Error {
	w := &responses.Response{}
	if err := json.Unmarshal(raw, w); err != nil {
		return s.malformed("an event of the stream has no response", err)
	}
	if w.Status == "" { // told by the event alone
		w.Status = responses.ResponseStatus(status)
	}
	usage := ledger(w.JSON.Usage.Raw())
	if err := s.p.unanswered(s.call, s.resp, w); err != nil {
		err.Usage = usage
		return err
	}
	s.start(w.ID, w.Model)
	for i := range w.Output {
		if err := s.finishItem(int64(i), &w.Output[i]); err != nil {
			return err
		}
	}
	if !s.healed(w.Output) {
		return s.malformed("an event of the stream is not JSON, and its end does not make up for it", nil)
	}
	if s.done = !s.left; s.left {
		return nil
	}
	if usage.Completeness != providers.UsageMissing {
		u := usage
		s.emit(&providers.Chunk{Kind: providers.ChunkUsage, Usage: &u})
	}
	reason, rawReason := ending(w, s.called)
	f := &providers.Finish{
		ResponseID: w.ID, RequestID: requestID(s.resp), Provider: s.p.name, Model: w.Model, API: providers.APIResponses,
		Usage: usage, ServiceTier: string(w.ServiceTier), Created: created(int64(w.CreatedAt)), MalformedChunks: s.skipped.N,
		Reasons: []providers.FinishReason{reason}, RawReasons: []string{rawReason},
	}
	if lp := s.logprobs.json(); lp != nil {
		f.Logprobs = [][]byte{lp}
	}
	s.emit(&providers.Chunk{Kind: providers.ChunkFinish, Finish: f})
	return nil
}
