package benchmarks

import (
	"context"
	"net/http"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
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
	Middleware = "llmotel.Middleware"
	NoTimes    = "llmotel.Middleware, no chunk times"
	Content    = "llmotel.Middleware, content on"
	BareTyped  = "providers/openai, bare"
)

// Variants returns all ways to observe, in the order of the tables.
func Variants() []Variant {
	return []Variant{
		{Bare, Bare, func(_ Providers, t *Transport) (Caller, error) {
			return openaiCaller(t, nil), nil
		}},
		{"empty middleware", Bare, func(_ Providers, t *Transport) (Caller, error) {
			return openaiCaller(t, func(req *http.Request, next option.MiddlewareNext) (*http.Response, error) { return next(req) }), nil
		}},
		{Floor, Bare, func(p Providers, t *Transport) (Caller, error) {
			f, err := newFloor(p)
			if err != nil {
				return Caller{}, err
			}
			return openaiCaller(t, f.middleware), nil
		}},
		{Middleware, Bare, llmotelCaller()},
		{NoTimes, Bare, llmotelCaller(llmotel.WithoutTimePerOutputChunk())},
		{Content, Bare, llmotelCaller(llmotel.WithoutTimePerOutputChunk(), llmotel.WithContentCapture(llmotel.ContentOnSpans))},
		{"otelhttp", Bare, func(p Providers, t *Transport) (Caller, error) {
			return openaiCaller(otelhttp.NewTransport(t, otelhttp.WithTracerProvider(p.Tracers), otelhttp.WithMeterProvider(p.Meters),
				otelhttp.WithPropagators(propagation.TraceContext{})), nil), nil
		}},
		{BareTyped, BareTyped, typedCaller(false)},
		{"llmotel.Wrap", BareTyped, typedCaller(true, llmotel.WithoutTimePerOutputChunk())},
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

func llmotelCaller(opts ...llmotel.Option) func(Providers, *Transport) (Caller, error) {
	return func(p Providers, t *Transport) (Caller, error) {
		inst, err := newInstrumentation(p, opts...)
		if err != nil {
			return Caller{}, err
		}
		return openaiCaller(t, inst.Middleware()), nil //nolint:bodyclose // it is no response
	}
}

// openaiCaller calls through OpenAI's SDK with a middleware, unless that is nil.
func openaiCaller(t http.RoundTripper, middleware option.Middleware) Caller {
	opts := []option.RequestOption{option.WithAPIKey("key"), option.WithMaxRetries(0), option.WithHTTPClient(&http.Client{Transport: t})}
	next := t.RoundTrip // once, since each method value is an allocation
	do := next
	if middleware != nil {
		opts = append(opts, option.WithMiddleware(middleware))
		do = func(req *http.Request) (*http.Response, error) { return middleware(req, next) }
	}
	client := openai.NewClient(opts...)
	params := openai.ChatCompletionNewParams{
		Model:       requestModel,
		Messages:    []openai.ChatCompletionMessageParamUnion{openai.SystemMessage(systemPrompt), openai.UserMessage(userPrompt)},
		MaxTokens:   openai.Int(maxTokens),
		Temperature: openai.Float(temperature),
	}
	streamed := params
	streamed.StreamOptions = openai.ChatCompletionStreamOptionsParam{IncludeUsage: openai.Bool(true)}
	return Caller{
		Unary: func(ctx context.Context) error {
			_, err := client.Chat.Completions.New(ctx, params)
			return err
		},
		Open: func(ctx context.Context) Stream { return client.Chat.Completions.NewStreaming(ctx, streamed) },
		Do:   do,
	}
}
