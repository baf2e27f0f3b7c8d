package benchmarks

import (
	"context"
	"net/http"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/packages/ssestream"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/llmotel"
)

// Providers is where telemetry goes.
type Providers struct {
	Tracers trace.TracerProvider
	Meters  metric.MeterProvider
}

// Variant is a way to observe calls.
type Variant struct {
	Name string
	// Base names the variant without the observing, which others are compared
	// with.
	Base string
	// New returns a caller that is observed.
	New func(p Providers, t *Transport) (Caller, error)
	// Background tells that it works in the background, and so disturbs the
	// measurement of others.
	Background bool
}

// Caller makes calls.
type Caller struct {
	// Unary makes a call and waits for its answer.
	Unary func(context.Context) error
	// Open starts a stream.
	Open func(context.Context) Stream
	// Do is what observes alone, without OpenAI's SDK around it; nil where
	// that is not HTTP.
	Do func(*http.Request) (*http.Response, error)
	// Stop ends what works in the background; nil if nothing does.
	Stop func()
}

// Stream is an open stream.
type Stream interface {
	Next() bool
	Err() error
	Close() error
}

// The names that others refer to.
const (
	Bare       = "bare"
	Floor      = "floor"
	FloorTimes = "floor, chunk times"
	Middleware = "llmotel.Middleware"
	NoTimes    = "llmotel.Middleware, no chunk times"
	Content    = "llmotel.Middleware, content on"
	Datadog    = "Datadog LLM Observability, by hand, content on"
	BareTyped  = "providers/openai, bare"
)

// Variants returns all ways to observe, in the order of the tables.
func Variants() []Variant {
	return []Variant{
		{Bare, Bare, func(_ Providers, t *Transport) (Caller, error) {
			return openaiCaller(t, nil), nil
		}, false},
		{"empty middleware", Bare, func(_ Providers, t *Transport) (Caller, error) {
			return openaiCaller(t, func(req *http.Request, next option.MiddlewareNext) (*http.Response, error) { return next(req) }), nil
		}, false},
		{Floor, Bare, floorCaller(false), false},
		{FloorTimes, Bare, floorCaller(true), false},
		{Middleware, Bare, llmotelCaller(), false},
		{NoTimes, Bare, llmotelCaller(llmotel.WithoutTimePerOutputChunk()), false},
		{Content, Bare, llmotelCaller(llmotel.WithoutTimePerOutputChunk(), llmotel.WithContentCapture(llmotel.ContentOnSpans)), false},
		{"otelhttp", Bare, func(p Providers, t *Transport) (Caller, error) {
			return openaiCaller(otelhttp.NewTransport(t, otelhttp.WithTracerProvider(p.Tracers), otelhttp.WithMeterProvider(p.Meters),
				otelhttp.WithPropagators(propagation.TraceContext{})), nil), nil
		}, false},
		{BareTyped, BareTyped, typedCaller(false), false},
		{"llmotel.Wrap", BareTyped, typedCaller(true, llmotel.WithoutTimePerOutputChunk()), false},
		{Datadog, Bare, datadogCaller, true},
	}
}

// Find returns the variant of that name.
func Find(name string) (Variant, bool) {
	for _, v := range Variants() {
		if v.Name == name {
			return v, true
		}
	}
	return Variant{}, false
}

func newInstrumentation(p Providers, opts ...llmotel.Option) (*llmotel.Instrumentation, error) {
	return llmotel.New(append([]llmotel.Option{llmotel.WithTracerProvider(p.Tracers), llmotel.WithMeterProvider(p.Meters)}, opts...)...)
}

func floorCaller(times bool) func(Providers, *Transport) (Caller, error) {
	return func(p Providers, t *Transport) (Caller, error) {
		f, err := newFloor(p, times)
		if err != nil {
			return Caller{}, err
		}
		return openaiCaller(t, f.middleware), nil
	}
}

func llmotelCaller(opts ...llmotel.Option) func(Providers, *Transport) (Caller, error) {
	return func(p Providers, t *Transport) (Caller, error) {
		inst, err := newInstrumentation(p, opts...)
		if err != nil {
			return Caller{}, err
		}
		return openaiCaller(t, inst.Middleware()), nil //nolint:bodyclose // it is no response
	}
}

// sdk is a client of OpenAI's SDK, and what it asks.
type sdk struct {
	client           openai.Client
	params, streamed openai.ChatCompletionNewParams
}

type chunkStream = ssestream.Stream[openai.ChatCompletionChunk]

func newClient(t http.RoundTripper, middleware option.Middleware) *sdk {
	opts := []option.RequestOption{option.WithAPIKey("key"), option.WithMaxRetries(0), option.WithHTTPClient(&http.Client{Transport: t})}
	if middleware != nil {
		opts = append(opts, option.WithMiddleware(middleware))
	}
	params := openai.ChatCompletionNewParams{
		Model:       requestModel,
		Messages:    []openai.ChatCompletionMessageParamUnion{openai.SystemMessage(systemPrompt), openai.UserMessage(userPrompt)},
		MaxTokens:   openai.Int(maxTokens),
		Temperature: openai.Float(temperature),
	}
	streamed := params
	streamed.StreamOptions = openai.ChatCompletionStreamOptionsParam{IncludeUsage: openai.Bool(true)}
	return &sdk{openai.NewClient(opts...), params, streamed}
}

// openaiCaller calls through OpenAI's SDK with a middleware, unless that is nil.
func openaiCaller(t http.RoundTripper, middleware option.Middleware) Caller {
	next := t.RoundTrip // once, since each method value is an allocation
	do := next
	if middleware != nil {
		do = func(req *http.Request) (*http.Response, error) { return middleware(req, next) }
	}
	c := newClient(t, middleware)
	return Caller{
		Unary: func(ctx context.Context) error {
			_, err := c.client.Chat.Completions.New(ctx, c.params)
			return err
		},
		Open: func(ctx context.Context) Stream { return c.client.Chat.Completions.NewStreaming(ctx, c.streamed) },
		Do:   do,
	}
}
