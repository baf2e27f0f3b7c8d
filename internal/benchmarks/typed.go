package benchmarks

import (
	"context"
	"iter"
	"net/http"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/openai"
)

// typedCaller calls through the adapter of OpenAI's SDK, observed or not.
func typedCaller(observed bool, opts ...llmotel.Option) func(Providers, *Transport) (Caller, error) {
	return func(p Providers, t *Transport) (Caller, error) {
		adapter, err := openai.New(openai.WithAPIKey("key"), openai.WithHTTPClient(&http.Client{Transport: t}))
		if err != nil {
			return Caller{}, err
		}
		provider := providers.Provider(adapter)
		if observed {
			inst, err := newInstrumentation(p, opts...)
			if err != nil {
				return Caller{}, err
			}
			provider = inst.Wrap(provider)
		}
		req := &providers.Request{
			Model: requestModel, Messages: []providers.Message{providers.SystemText(systemPrompt), providers.UserText(userPrompt)},
			MaxOutputTokens: maxTokens, Temperature: new(temperature),
		}
		return Caller{
			Unary: func(ctx context.Context) error {
				_, err := provider.Generate(ctx, req)
				return err
			},
			Open: func(ctx context.Context) Stream {
				s := &pulled{}
				s.next, s.stop = iter.Pull2(provider.Stream(ctx, req))
				return s
			},
		}, nil
	}
}

// pulled is a provider's stream that is read step by step.
type pulled struct {
	next func() (*providers.Chunk, error, bool)
	stop func()
	err  error
}

func (s *pulled) Next() bool {
	_, err, ok := s.next()
	s.err = err
	return ok && err == nil
}

func (s *pulled) Err() error { return s.err }

func (s *pulled) Close() error {
	s.stop()
	return nil
}
