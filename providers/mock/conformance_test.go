package mock_test

import (
	"testing"

	"github.com/llmotel/sdk/providers/mock"
	"github.com/llmotel/sdk/providers/providertest"
)

func TestConformance(t *testing.T) {
	for _, profile := range []mock.Profile{mock.OpenAI(), mock.Anthropic()} {
		t.Run(profile.Name, func(t *testing.T) {
			providertest.Run(t, providertest.Config{
				Name:  profile.Name,
				Model: profile.Model,
				New: func(t *testing.T, s providertest.Scenario) providertest.Setup {
					opts := []mock.Option{mock.WithTimeScale(0)}
					switch s.Behaviour {
					case providertest.Fail:
						opts = append(opts, mock.WithScript(mock.Fail(s.Kind).RetryAfter(s.RetryAfter).Forever()))
					case providertest.FailMidStream:
						opts = append(opts, mock.WithScript(mock.FailAfter(3, s.Kind).Forever()))
					case providertest.CutStream:
						opts = append(opts, mock.WithScript(mock.CutAfter(3).Forever()))
					case providertest.TruncatedStream:
						opts = append(opts, mock.WithScript(mock.TruncateAfter(3).Forever()))
					case providertest.Stall:
						opts = append(opts, mock.WithScript(mock.Stall().Forever()))
					case providertest.StallMidStream:
						opts = append(opts, mock.WithScript(mock.StallAfter(3).Forever()))
					default: // a mock understands the requests
					}
					p, err := mock.New(profile, opts...)
					if err != nil {
						t.Fatal(err)
					}
					return providertest.Setup{Provider: p, Calls: p.Calls, Active: p.Active}
				},
			})
		})
	}
}
