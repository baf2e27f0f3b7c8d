package benchmarks

import (
	"context"
	"io"
	"net/http"
	"strings"

	"github.com/DataDog/dd-trace-go/v2/ddtrace/tracer"
	"github.com/DataDog/dd-trace-go/v2/llmobs"
	"github.com/openai/openai-go/v3"
)

// datadogCaller starts and ends Datadog's LLM spans by hand around the calls of
// OpenAI's SDK, with the content: the library has no way to leave it out but not
// to hand it over. It records no metrics and no cost.
func datadogCaller(_ Providers, t *Transport) (Caller, error) {
	if err := startDatadog(); err != nil {
		return Caller{}, err
	}
	c := newClient(t, nil)
	start := func(ctx context.Context) (*llmobs.LLMSpan, context.Context) {
		return llmobs.StartLLMSpan(ctx, "chat", llmobs.WithModelName(requestModel), llmobs.WithModelProvider("openai"))
	}
	finish := func(span *llmobs.LLMSpan, answer string, u *openai.CompletionUsage) {
		span.AnnotateLLMIO(
			[]llmobs.LLMMessage{{Role: "system", Content: systemPrompt}, {Role: "user", Content: userPrompt}},
			[]llmobs.LLMMessage{{Role: "assistant", Content: answer}},
			llmobs.WithAnnotatedMetadata(map[string]any{"temperature": temperature, "max_tokens": maxTokens}),
			llmobs.WithAnnotatedMetrics(map[string]float64{
				llmobs.MetricKeyInputTokens:  float64(u.PromptTokens),
				llmobs.MetricKeyOutputTokens: float64(u.CompletionTokens),
				llmobs.MetricKeyTotalTokens:  float64(u.TotalTokens),
			}))
		span.Finish()
	}
	return Caller{
		Unary: func(ctx context.Context) error {
			span, ctx := start(ctx)
			resp, err := c.client.Chat.Completions.New(ctx, c.params)
			if err != nil {
				span.Finish(llmobs.WithError(err))
				return err
			}
			finish(span, resp.Choices[0].Message.Content, &resp.Usage)
			return nil
		},
		Open: func(ctx context.Context) Stream {
			span, ctx := start(ctx)
			s := &datadogStream{chunkStream: c.client.Chat.Completions.NewStreaming(ctx, c.streamed)}
			s.finish = func() { finish(span, s.answer.String(), &s.usage) }
			return s
		},
		Stop: tracer.Stop,
	}, nil
}

// datadogStream keeps what a span needs at its end.
type datadogStream struct {
	*chunkStream
	answer strings.Builder
	usage  openai.CompletionUsage
	finish func() // nil once the span has ended
}

func (s *datadogStream) Next() bool {
	if !s.chunkStream.Next() {
		return false
	}
	chunk := s.Current()
	for i := range chunk.Choices {
		s.answer.WriteString(chunk.Choices[i].Delta.Content)
	}
	if chunk.Usage.TotalTokens > 0 {
		s.usage = chunk.Usage
	}
	return true
}

func (s *datadogStream) Close() error {
	if s.finish != nil {
		s.finish()
		s.finish = nil
	}
	return s.chunkStream.Close()
}

// startDatadog starts its tracer, in place of one that runs. What it sends goes
// nowhere.
func startDatadog() error {
	return tracer.Start(
		tracer.WithHTTPClient(&http.Client{Transport: nowhere{}}), tracer.WithLogStartup(false),
		tracer.WithLLMObsEnabled(true), tracer.WithLLMObsMLApp("benchmarks"), tracer.WithLLMObsAgentlessEnabled(false),
	)
}

// nowhere takes all requests.
type nowhere struct{}

func (nowhere) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_, _ = io.Copy(io.Discard, req.Body)
		_ = req.Body.Close()
	}
	body := `{"endpoints":["/v0.4/traces","/evp_proxy/v2/"],"client_drop_p0s":false}`
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
}
