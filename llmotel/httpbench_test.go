package llmotel_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/llmotel/sdk/llmotel"
)

// cannedHTTP answers with the same bytes, without allocating.
type cannedHTTP struct {
	resp   http.Response
	body   []byte
	reader bytes.Reader
	sent   [4096]byte
}

func (c *cannedHTTP) do(req *http.Request) (*http.Response, error) {
	for err := error(nil); err == nil; { // as a transport does
		_, err = req.Body.Read(c.sent[:])
	}
	_ = req.Body.Close()
	c.reader.Reset(c.body)
	c.resp = http.Response{StatusCode: 200, Header: c.resp.Header, Body: c}
	return &c.resp, nil
}

func (c *cannedHTTP) Read(p []byte) (int, error) { return c.reader.Read(p) }
func (c *cannedHTTP) Close() error               { return nil }

func httpInstrumentation(tb testing.TB, sampler sdktrace.Sampler, opts ...llmotel.Option) *llmotel.Instrumentation {
	tb.Helper()
	tp := sdktrace.NewTracerProvider(sdktrace.WithSampler(sampler), sdktrace.WithSpanProcessor(drop{}))
	mp := sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewManualReader()))
	inst, err := llmotel.New(append([]llmotel.Option{llmotel.WithTracerProvider(tp), llmotel.WithMeterProvider(mp)}, opts...)...)
	if err != nil {
		tb.Fatal(err)
	}
	return inst
}

// call1KB is a request and a reply of 1 KB each.
var (
	request1KB = `{"messages":[{"role":"system","content":"` + strings.Repeat("Be brief. ", 40) + `"},{"role":"user","content":"` + strings.Repeat("Why? ", 80) + `"}],"model":"gpt-4o-mini","max_tokens":500,"temperature":0.2}`
	reply1KB   = `{"id":"chatcmpl-BSDtBlEgDsQCRkAIOnsFGIzOWhsFa","object":"chat.completion","created":1746314977,"model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"message":{"role":"assistant","content":"` +
		strings.Repeat("Because. ", 65) + `","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":180,"completion_tokens":66,"total_tokens":246,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}},"service_tier":"default","system_fingerprint":"fp_129a36352a"}`
)

// roundTrip makes one call through do and reads all of the reply.
func roundTrip(tb testing.TB, request, buf []byte, do func(*http.Request) (*http.Response, error)) {
	req, err := http.NewRequestWithContext(tb.Context(), http.MethodPost, chatURL, bytes.NewReader(request))
	if err != nil {
		tb.Fatal(err)
	}
	resp, err := do(req)
	if err != nil {
		tb.Fatal(err)
	}
	for {
		if _, err := resp.Body.Read(buf); err == io.EOF {
			break
		} else if err != nil {
			tb.Fatal(err)
		}
	}
	_ = resp.Body.Close()
}

func BenchmarkMiddleware(b *testing.B) {
	for _, c := range []struct {
		name    string
		request string
		reply   string
		opts    []llmotel.Option
		sampler sdktrace.Sampler
	}{
		{"unary", request1KB, reply1KB, nil, sdktrace.AlwaysSample()},
		{"unary-not-sampled", request1KB, reply1KB, nil, sdktrace.NeverSample()},
		{"unary-content", request1KB, reply1KB, []llmotel.Option{llmotel.WithContentCapture(llmotel.ContentOnSpans)}, sdktrace.AlwaysSample()},
		{"stream200", streamAsked, streamReply(200), nil, sdktrace.AlwaysSample()},
		{"stream200-no-chunk-times", streamAsked, streamReply(200), []llmotel.Option{llmotel.WithoutTimePerOutputChunk()}, sdktrace.AlwaysSample()},
		{"stream200-content", streamAsked, streamReply(200), []llmotel.Option{llmotel.WithoutTimePerOutputChunk(), llmotel.WithContentCapture(llmotel.ContentOnSpans)}, sdktrace.AlwaysSample()},
	} {
		mw := httpInstrumentation(b, c.sampler, c.opts...).Middleware()
		next := &cannedHTTP{body: []byte(c.reply)}
		request, buf := []byte(c.request), make([]byte, 4096)
		b.Run(c.name+"/bare", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				roundTrip(b, request, buf, next.do)
			}
		})
		b.Run(c.name+"/middleware", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				roundTrip(b, request, buf, func(r *http.Request) (*http.Response, error) { return mw(r, next.do) })
			}
		})
	}
}
