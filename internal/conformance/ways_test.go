package conformance_test

import (
	"context"
	"iter"
	"net/http"
	"slices"
	"testing"

	anthropicoption "github.com/anthropics/anthropic-sdk-go/option"
	openaioption "github.com/openai/openai-go/v3/option"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/anthropic"
	"github.com/llmotel/sdk/providers/bedrock"
	"github.com/llmotel/sdk/providers/openai"
)

// client makes calls whose telemetry goes through a way in.
type client struct {
	providers.Provider
	embedder providers.Embedder // nil if there is none
}

// way is one way into the recorder.
type way struct {
	name string
	// fits are the protocols that it is tried with, by name in wires.
	fits []string
	// typed tells that the recorder sees requests and answers of this project,
	// and not only what is on the wire.
	typed bool
	// open returns a client of the server that the dialling leads to.
	open func(t *testing.T, inst *llmotel.Instrumentation, w wire, d dialling) client
}

// middleware is what SDKs take as their middleware.
type middleware = func(*http.Request, func(*http.Request) (*http.Response, error)) (*http.Response, error)

// dialling says how an SDK reaches its server.
type dialling struct {
	url        string
	client     *http.Client
	middleware middleware // nil for none
}

// all are the protocols that an SDK with an adapter speaks.
var all = []string{"openai chat", "openai responses", "anthropic messages", "gemini", "bedrock converse"}

var ways = slices.Concat(providerWays, httpWays)

// providerWays are those of programs that use this project's providers.
var providerWays = []way{
	{
		name: "Wrap", fits: all, typed: true,
		open: func(t *testing.T, inst *llmotel.Instrumentation, w wire, d dialling) client {
			c := w.dial(t, d)
			return wrapped(inst, c)
		},
	},
	{
		name: "Start", fits: all, typed: true,
		open: func(t *testing.T, inst *llmotel.Instrumentation, w wire, d dialling) client {
			c := w.dial(t, d)
			hand := byHand{inst: inst, wire: w, client: c}
			if c.embedder == nil {
				return client{hand, nil}
			}
			return client{hand, hand}
		},
	},
}

func wrapped(inst *llmotel.Instrumentation, c client) client {
	out := client{Provider: inst.Wrap(c.Provider)}
	if c.embedder != nil {
		out.embedder = inst.WrapEmbedder(c.embedder)
	}
	return out
}

// byHand records calls with Start and End, as a program does whose client is
// none of those known.
type byHand struct {
	inst *llmotel.Instrumentation
	wire wire
	client
}

func (h byHand) call(stream bool) llmotel.Call {
	host, port := h.Provider.(providers.Addressed).ServerAddress()
	return llmotel.Call{Operation: h.wire.operation, Provider: h.wire.provider, ServerAddress: host, ServerPort: port, Stream: stream}
}

func guardrail(req *providers.Request) string {
	for _, e := range req.Extensions {
		if o, ok := e.(bedrock.Options); ok {
			return o.GuardrailID()
		}
	}
	return ""
}

func (h byHand) Generate(ctx context.Context, req *providers.Request) (*providers.Response, error) {
	call := h.call(false)
	call.Request, call.GuardrailID = req, guardrail(req)
	ctx, span := h.inst.Start(ctx, call)
	resp, err := h.Provider.Generate(ctx, req)
	span.End(llmotel.ResultOf(resp), err)
	return resp, err
}

func (h byHand) Stream(ctx context.Context, req *providers.Request) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) {
		call := h.call(true)
		call.Request, call.GuardrailID = req, guardrail(req)
		ctx, span := h.inst.Start(ctx, call)
		defer span.Abandon() // does nothing after End
		for chunk, err := range h.Provider.Stream(ctx, req) {
			span.Chunk(chunk)
			if err != nil {
				span.End(llmotel.Result{}, err)
			}
			if !yield(chunk, err) {
				return
			}
		}
		span.End(llmotel.Result{}, nil)
	}
}

func (h byHand) Embed(ctx context.Context, req *providers.EmbedRequest) (*providers.EmbedResponse, error) {
	call := h.call(false)
	call.Operation, call.Embed = llmotel.OperationEmbeddings, req
	ctx, span := h.inst.Start(ctx, call)
	resp, err := h.embedder.Embed(ctx, req)
	var r llmotel.Result
	if resp != nil {
		r = llmotel.Result{Model: resp.Model, RequestID: resp.RequestID, Usage: resp.Usage}
	}
	span.End(r, err)
	return resp, err
}

// wires are the protocols by name.
var wires = map[string]wire{
	"openai chat":        openAIChat,
	"openai responses":   openAIResponses,
	"anthropic messages": anthropicMessages,
	"gemini":             geminiContent,
	"bedrock converse":   bedrockConverse,
	"ollama":             ollamaChat,
	"cohere":             cohereChat,
	"openai completions": openAICompletions,
}

func dialOpenAI(opts ...openai.Option) func(*testing.T, dialling) client {
	return func(t *testing.T, d dialling) client {
		t.Helper()
		all := append([]openai.Option{openai.WithName("openai"), openai.WithAPIKey("sk-test"), openai.WithBaseURL(d.url + "/v1"), openai.WithHTTPClient(d.client)}, opts...)
		if d.middleware != nil {
			all = append(all, openai.WithSDKOptions(openaioption.WithMiddleware(d.middleware)))
		}
		p, err := openai.New(all...)
		if err != nil {
			t.Fatal(err)
		}
		return client{p, p}
	}
}

func dialAnthropic(t *testing.T, d dialling) client {
	t.Helper()
	opts := []anthropic.Option{anthropic.WithAPIKey("sk-test"), anthropic.WithBaseURL(d.url), anthropic.WithHTTPClient(d.client)}
	if d.middleware != nil {
		opts = append(opts, anthropic.WithSDKOptions(anthropicoption.WithMiddleware(d.middleware)))
	}
	p, err := anthropic.New(opts...)
	if err != nil {
		t.Fatal(err)
	}
	return client{Provider: p}
}
