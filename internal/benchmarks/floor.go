package benchmarks

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.40.0"
	"go.opentelemetry.io/otel/trace"
)

// floor is the least that one would write by hand around this very call: one
// span with 12 attributes, three histogram records with attribute sets made
// before, and a search for the few words that it needs. It knows one model, one
// provider and one format, and nothing of errors, prices, choices or content.
type floor struct {
	tracer trace.Tracer
	hists  [3]metric.Float64Histogram // duration, input tokens, output tokens
	start  []attribute.KeyValue       // what all calls have in common
	record []metric.RecordOption
	chunks metric.Float64Histogram // times of chunks; nil if they are not recorded
}

// newFloor returns a floor that also records when each chunk comes, if times says
// so.
func newFloor(p Providers, times bool) (*floor, error) {
	f := &floor{tracer: p.Tracers.Tracer("floor")}
	if times {
		var err error
		if f.chunks, err = p.Meters.Meter("floor").Float64Histogram("floor.chunk_times"); err != nil {
			return nil, err
		}
	}
	for i, name := range [...]string{"floor.duration", "floor.input_tokens", "floor.output_tokens"} {
		var err error
		if f.hists[i], err = p.Meters.Meter("floor").Float64Histogram(name); err != nil {
			return nil, err
		}
	}
	f.start = []attribute.KeyValue{
		semconv.GenAIOperationNameChat, semconv.GenAIProviderNameOpenAI,
		semconv.ServerAddress("api.openai.com"), semconv.ServerPort(443),
	}
	set := attribute.NewSet(append(slices.Clip(f.start), semconv.GenAIRequestModel(requestModel), semconv.GenAIResponseModel(responseModel))...)
	f.record = []metric.RecordOption{metric.WithAttributeSet(set)}
	return f, nil
}

var floorBuffers = sync.Pool{New: func() any { return new([4 << 10]byte) }}

func (f *floor) middleware(req *http.Request, next func(*http.Request) (*http.Response, error)) (*http.Response, error) {
	b := &floorBody{floor: f, begun: time.Now()}
	buf := floorBuffers.Get().(*[4 << 10]byte) //nolint:forcetypeassert // there is nothing else in it
	n, err := io.ReadFull(req.Body, buf[:])
	if err != io.ErrUnexpectedEOF { //nolint:errorlint // io.ReadFull returns it as it is
		return nil, errTooLong
	}
	sent := buf[:n]
	warmth, _ := strconv.ParseFloat(string(after(sent, `temperature":`)), 64)
	model := string(after(sent, `model":"`))
	ctx, span := f.tracer.Start(req.Context(), "chat "+model, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(
		f.start[0], f.start[1], f.start[2], f.start[3], semconv.GenAIRequestModel(model),
		semconv.GenAIRequestMaxTokens(number(after(sent, `max_tokens":`))), semconv.GenAIRequestTemperature(warmth)))
	b.ctx, b.span = ctx, span
	req = req.WithContext(ctx)
	b.sent.Reset(sent)
	req.Body = &b.sent
	resp, err := next(req)
	b.sent.Reset(nil)
	floorBuffers.Put(buf) // this transport has read all of it by now
	if err != nil {
		span.End()
		return nil, err
	}
	b.rest, resp.Body = resp.Body, b
	return resp, nil
}

// floorBody looks for what the span needs in what passes.
type floorBody struct {
	*floor
	begun         time.Time
	ctx           context.Context //nolint:containedctx // of the call that this is
	span          trace.Span
	sent          floorRequest
	rest          io.ReadCloser
	id, model     string
	reason        string
	input, output int
	asked, last   time.Time // for the read that goes on, and when the chunk before came
}

type floorRequest struct{ bytes.Reader }

func (*floorRequest) Close() error { return nil }

func (b *floorBody) Read(p []byte) (int, error) {
	if b.chunks != nil {
		b.asked = time.Now()
	}
	n, err := b.rest.Read(p)
	if n > 0 {
		b.look(p[:n])
	}
	if err != nil {
		b.finish()
	}
	return n, err
}

func (b *floorBody) Close() error {
	b.finish()
	return b.rest.Close()
}

// arrived records the time of a chunk: from when the caller wanted it, as the
// conventions' time per output chunk leaves out what the caller takes.
func (b *floorBody) arrived() {
	now := time.Now()
	if !b.last.IsZero() {
		b.chunks.Record(b.ctx, now.Sub(b.asked).Seconds(), b.record...)
	}
	b.last = now
}

// look relies on each read to have whole events. No key begins with a quote: the
// search is for the first byte, and quotes are everywhere.
func (b *floorBody) look(p []byte) {
	if b.model == "" {
		b.id, b.model = string(after(p, `id":"`)), string(after(p, `model":"`))
	}
	if b.reason == "" {
		b.reason = string(after(p, `finish_reason":"`))
	}
	if b.chunks != nil && bytes.Contains(p, []byte(`delta":{"content":`)) {
		b.arrived()
	}
	if bytes.Contains(p, []byte(`usage":{`)) {
		b.input, b.output = number(after(p, `prompt_tokens":`)), number(after(p, `completion_tokens":`))
	}
}

func (b *floorBody) finish() {
	if b.span == nil {
		return
	}
	b.hists[0].Record(b.ctx, time.Since(b.begun).Seconds(), b.record...)
	b.hists[1].Record(b.ctx, float64(b.input), b.record...)
	b.hists[2].Record(b.ctx, float64(b.output), b.record...)
	if b.span.IsRecording() {
		b.span.SetAttributes(
			semconv.GenAIResponseID(b.id), semconv.GenAIResponseModel(b.model), semconv.GenAIResponseFinishReasons(b.reason),
			semconv.GenAIUsageInputTokens(b.input), semconv.GenAIUsageOutputTokens(b.output))
	}
	b.span.End()
	b.span = nil
}

// after returns what follows a key, up to the next quote, comma or bracket.
func after(p []byte, key string) []byte {
	i := bytes.Index(p, []byte(key))
	if i < 0 {
		return nil
	}
	p = p[i+len(key):]
	return p[:max(bytes.IndexAny(p, "\",}"), 0)]
}

func number(p []byte) int {
	n := 0
	for _, c := range p {
		n = 10*n + int(c-'0')
	}
	return n
}

// SpanAlone returns a function that starts and ends a span with the attributes
// that the floor's has when it starts.
func SpanAlone(tp trace.TracerProvider) func() {
	tracer := tp.Tracer("alone")
	opts := []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(
		semconv.GenAIOperationNameChat, semconv.GenAIProviderNameOpenAI, semconv.ServerAddress("api.openai.com"), semconv.ServerPort(443),
		semconv.GenAIRequestModel(requestModel), semconv.GenAIRequestMaxTokens(maxTokens), semconv.GenAIRequestTemperature(temperature))}
	return func() {
		_, span := tracer.Start(context.Background(), "chat "+requestModel, opts...)
		span.End()
	}
}
