package failover_test

import (
	"slices"
	"testing"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/mock"
	"github.com/llmotel/sdk/providers/providertest"
)

// TestConformance: a chain is a provider like any other, plain and wrapped.
func TestConformance(t *testing.T) {
	profile := mock.OpenAI()
	// The suite makes two calls each; the target must not be left alone after
	// the first.
	once := []failover.Option{failover.WithMaxAttempts(1)}
	for _, r := range failover.Table() {
		if a := r.Action; a.Cooldown || a.Isolate > 0 {
			a.Cooldown, a.Isolate = false, 0
			once = append(once, failover.WithAction(r.Kind, a))
		}
	}
	for name, opts := range map[string][]failover.Option{
		"plain":   nil,
		"wrapped": {failover.WithVisit(func(p providers.Provider) providers.Provider { return span{p, &recorder{}} })},
	} {
		t.Run(name, func(t *testing.T) {
			providertest.Run(t, providertest.Config{
				Name: "failover", ErrorProvider: profile.Name, Model: profile.Model,
				Skip: map[string]string{"cancel/before": "no target is asked, so the error has the chain's name; TestCancelledCallReachesNoTarget"},
				New: func(t *testing.T, s providertest.Scenario) providertest.Setup {
					var script []mock.Option
					switch s.Behaviour {
					case providertest.Fail:
						script = append(script, mock.WithScript(mock.Fail(s.Kind).RetryAfter(s.RetryAfter).Forever()))
					case providertest.FailMidStream:
						script = append(script, mock.WithScript(mock.FailAfter(3, s.Kind).Forever()))
					case providertest.CutStream:
						script = append(script, mock.WithScript(mock.CutAfter(3).Forever()))
					case providertest.TruncatedStream:
						script = append(script, mock.WithScript(mock.TruncateAfter(3).Forever()))
					case providertest.Stall:
						script = append(script, mock.WithScript(mock.Stall().Forever()))
					case providertest.StallMidStream:
						script = append(script, mock.WithScript(mock.StallAfter(3).Forever()))
					default: // a mock understands the requests
					}
					p, err := mock.New(profile, append(script, mock.WithTimeScale(0))...)
					if err != nil {
						t.Fatal(err)
					}
					c, err := failover.New([]failover.Target{{Name: "only", Provider: p}}, slices.Concat(once, opts)...)
					if err != nil {
						t.Fatal(err)
					}
					return providertest.Setup{Provider: c, Calls: p.Calls, Active: p.Active}
				},
			})
		})
	}
}
