package llmotel

import (
	"context"
	"iter"
	"strings"

	"github.com/llmotel/sdk/providers"
)

// Provider is a provider whose calls are recorded. Requests, responses, chunks
// and errors pass through unchanged. It is as safe for concurrent use as what it
// wraps.
type Provider struct {
	inst *Instrumentation
	next providers.Provider
	host string
	port int
	// target is the failover target's name, if next is a visit of one.
	target string
}

var (
	_ providers.Provider  = (*Provider)(nil)
	_ providers.Addressed = (*Provider)(nil)
)

// Wrap returns p with its calls recorded. Wrapping what is wrapped already, or
// what makes its calls through an instrumented client, counts nothing twice.
//
// A provider that implements providers.Addressed gives server.address and
// server.port; one with a method TargetName() string names its failover target.
// Calls of a nil Provider fail with an error that says so.
func (i *Instrumentation) Wrap(p providers.Provider) *Provider {
	if p == nil {
		p = absent{}
	}
	w := &Provider{inst: i, next: p}
	if a, ok := p.(providers.Addressed); ok {
		w.host, w.port = a.ServerAddress()
	}
	if t, ok := p.(interface{ TargetName() string }); ok {
		w.target = t.TargetName()
	}
	return w
}

// Name is the name of the wrapped provider.
func (w *Provider) Name() string { return w.next.Name() }

// ServerAddress is that of the wrapped provider.
func (w *Provider) ServerAddress() (host string, port int) { return w.host, w.port }

// Unwrap returns the wrapped provider.
func (w *Provider) Unwrap() providers.Provider { return w.next }

func (w *Provider) call(req *providers.Request, stream bool) Call {
	return Call{
		Operation: operationOf(w.next.Name()), Provider: w.next.Name(), ServerAddress: w.host, ServerPort: w.port,
		Target: w.target, Stream: stream, Request: req,
	}
}

// operationOf is what a provider calls a chat: Google's services generate
// content.
func operationOf(provider string) string {
	if strings.HasPrefix(provider, "gcp.") {
		return OperationGenerateContent
	}
	return OperationChat
}

// Generate makes the call and records it.
func (w *Provider) Generate(ctx context.Context, req *providers.Request) (*providers.Response, error) {
	ctx, span := w.inst.Start(ctx, w.call(req, false))
	defer span.endPanic()
	resp, err := w.next.Generate(ctx, req)
	span.End(ResultOf(resp), err)
	return resp, err
}

// Stream makes the call and records it until the stream ends, breaks or is
// left.
func (w *Provider) Stream(ctx context.Context, req *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) {
		ctx, span := w.inst.Start(ctx, w.call(req, true))
		inConsumer := false
		defer func() {
			if inConsumer { // the consumer's loop body panicked: not the provider's doing
				span.Abandon()
			}
			span.endPanic()
		}()
		for chunk, err := range w.next.Stream(ctx, req) {
			if err != nil {
				span.End(Result{}, err)
				yield(nil, err)
				return
			}
			span.Chunk(chunk)
			inConsumer = true
			more := yield(chunk, nil)
			inConsumer = false
			if !more {
				span.Abandon()
				return
			}
			span.consumed()
		}
		var err error
		if !span.streamed().answered() { // no provider may end so; the consumer sees it as it is
			err = &providers.Error{Provider: w.next.Name(), Model: span.call.Model, Kind: providers.KindMalformed, Detail: "the stream ended without its finish chunk"}
		}
		span.End(Result{}, err)
	}
}

// endPanic is deferred around a call: whatever is not ended by then has
// panicked. The panic goes on.
func (s *Span) endPanic() {
	if s.ended.Load() {
		return
	}
	s.End(Result{}, &providers.Error{Provider: s.call.Provider, Model: s.call.Model, Kind: providers.KindPanic})
}

// absent stands for a provider, or an embedder, that is nil.
type absent struct{}

func (absent) Name() string { return "none" }

func (absent) err() error {
	return &providers.Error{Provider: "none", Kind: providers.KindInvalidRequest, Detail: "the wrapped provider is nil; was the error of its constructor checked?"}
}

func (a absent) Generate(context.Context, *providers.Request) (*providers.Response, error) {
	return nil, a.err()
}

func (a absent) Stream(context.Context, *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) { yield(nil, a.err()) }
}

func (a absent) Embed(context.Context, *providers.EmbedRequest) (*providers.EmbedResponse, error) {
	return nil, a.err()
}

// Embedder is an embedder whose calls are recorded. It is as safe for concurrent
// use as what it wraps.
type Embedder struct {
	inst *Instrumentation
	next providers.Embedder
	host string
	port int
}

var _ providers.Embedder = (*Embedder)(nil)

// WrapEmbedder returns e with its calls recorded. Calls of a nil Embedder fail
// with an error that says so.
func (i *Instrumentation) WrapEmbedder(e providers.Embedder) *Embedder {
	if e == nil {
		e = absent{}
	}
	w := &Embedder{inst: i, next: e}
	if a, ok := e.(providers.Addressed); ok {
		w.host, w.port = a.ServerAddress()
	}
	return w
}

// Name is the name of the wrapped embedder.
func (w *Embedder) Name() string { return w.next.Name() }

// Embed makes the call and records it.
func (w *Embedder) Embed(ctx context.Context, req *providers.EmbedRequest) (*providers.EmbedResponse, error) {
	ctx, span := w.inst.Start(ctx, Call{
		Operation: OperationEmbeddings, Provider: w.next.Name(),
		ServerAddress: w.host, ServerPort: w.port, Embed: req,
	})
	defer span.endPanic()
	resp, err := w.next.Embed(ctx, req)
	r := Result{}
	if resp != nil {
		r = Result{Model: resp.Model, RequestID: resp.RequestID, Usage: resp.Usage, Attempts: resp.Attempts}
	}
	span.End(r, err)
	return resp, err
}
