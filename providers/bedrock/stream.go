package bedrock

import (
	"context"
	"iter"

	sdk "github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/internal/adapter"
)

// Stream makes one streamed call each time it is ranged over.
func (p *Provider) Stream(ctx context.Context, req *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) {
		in, err := encode(req) //nolint:contextcheck // the codec behind it takes a context and does not use it
		if err != nil {
			yield(nil, err)
			return
		}
		s := &stream{
			call: adapter.Call{Provider: Name, Model: req.Model}, yield: yield, blocks: map[int32]*block{},
		}
		out, err := p.client.ConverseStream(ctx, in.streamed(), s.reply.streamOptions)
		if err != nil {
			if s.reply.body != nil { // the SDK leaves it open
				_ = s.reply.body.Close()
			}
			yield(nil, failure(ctx, s.call, &s.reply, err))
			return
		}
		events := out.GetStream()
		defer release(events)
		if err := s.run(ctx, events); err != nil {
			yield(nil, err)
		}
	}
}

// release closes the connection and waits for the SDK's reader of it.
func release(events *sdk.ConverseStreamEventStream) {
	_ = events.Close() // its error is the reader's, which run has seen
	for range events.Events() {
	}
}

// stream is one streamed answer.
type stream struct {
	call  adapter.Call
	reply reply
	yield func(*providers.Chunk, error) bool

	left     bool // the consumer has left the loop
	started  bool
	stopped  bool // messageStop has come
	complete bool // and then metadata
	blocks   map[int32]*block
	finish   providers.Finish
}

// run reads the stream to its end. It returns nil after the consumer has left.
// Once the metadata is there nothing can break the answer any more.
func (s *stream) run(ctx context.Context, events *sdk.ConverseStreamEventStream) *providers.Error {
	for event := range events.Events() {
		if err := s.event(event); err != nil { //nolint:contextcheck // the codec behind it takes a context and does not use it
			return err
		}
		if s.left {
			return nil
		}
	}
	if !s.complete {
		err := events.Err()
		if err == nil {
			err = s.reply.broken()
		}
		if err == nil {
			err = ctx.Err()
		}
		switch {
		case err != nil:
			return failure(ctx, s.call, &s.reply, err)
		case !s.stopped:
			return s.malformed("the stream ended before its end")
		}
	}
	s.end()
	return nil
}

func (s *stream) malformed(detail string) *providers.Error {
	return s.call.Malformed(s.reply.resp, s.reply.requestID(), detail, nil)
}

func (s *stream) event(event types.ConverseStreamOutput) *providers.Error {
	if _, ok := event.(*types.ConverseStreamOutputMemberMessageStart); ok {
		s.start()
		return nil
	}
	if !s.started {
		return s.malformed("the stream does not begin with messageStart")
	}
	switch e := event.(type) {
	case *types.ConverseStreamOutputMemberContentBlockStart:
		s.blockStart(number(e.Value.ContentBlockIndex), e.Value.Start)
	case *types.ConverseStreamOutputMemberContentBlockDelta:
		s.blockDelta(number(e.Value.ContentBlockIndex), e.Value.Delta)
	case *types.ConverseStreamOutputMemberContentBlockStop:
		s.blockStop(number(e.Value.ContentBlockIndex))
	case *types.ConverseStreamOutputMemberMessageStop:
		s.stopped = true
		s.finish.Reasons = []providers.FinishReason{finishReason(e.Value.StopReason)}
		s.finish.RawReasons = []string{string(e.Value.StopReason)}
		s.finish.StopSequence = stopSequence(e.Value.AdditionalModelResponseFields)
	case *types.ConverseStreamOutputMemberMetadata:
		s.complete = s.stopped
		s.finish.Usage = ledger(e.Value.Usage)
		s.finish.ServiceTier = tierOf(e.Value.ServiceTier)
		if e.Value.Trace != nil {
			set(&s.finish.Model, routed(e.Value.Trace.PromptRouter))
		}
	}
	return nil
}

func (s *stream) start() {
	if s.started {
		return
	}
	s.started = true
	s.finish = providers.Finish{RequestID: s.reply.requestID(), Provider: Name, Model: s.call.Model}
	s.emit(&providers.Chunk{Kind: providers.ChunkStart, RequestID: s.finish.RequestID, Model: s.call.Model})
}

func (s *stream) emit(c *providers.Chunk) {
	if !s.left && !s.yield(c, nil) {
		s.left = true
	}
}

func (s *stream) end() {
	f := s.finish
	s.emit(&providers.Chunk{Kind: providers.ChunkFinish, Finish: &f})
}

func number(index *int32) int32 {
	if index == nil {
		return 0
	}
	return *index
}
