package stats_test

import (
	"testing"

	"github.com/llmotel/sdk/llmotel/stats"
	"github.com/llmotel/sdk/providers"
)

// A target with several keys, or a breaker for each model, is shown with the
// status that sums them up.
func TestBreakersOfPartsDoNotHideTheTarget(t *testing.T) {
	s := stats.New(stats.WithBreakers(func() []providers.BreakerStatus {
		return []providers.BreakerStatus{
			{Target: "primary", State: providers.BreakerClosed, Successes: 9, SlowCalls: 2, TimedCalls: 7, InFlight: 3},
			{Target: "primary", Key: "k1", State: providers.BreakerOpen, Failures: 4},
			{Target: "primary", Key: "k2", State: providers.BreakerClosed, Successes: 9},
		}
	}))
	got := s.Snapshot().Targets
	want := stats.Breaker{State: providers.BreakerClosed, Successes: 9, SlowCalls: 2, TimedCalls: 7, InFlight: 3}
	if len(got) != 1 || got[0].Breaker == nil || *got[0].Breaker != want {
		t.Errorf("%+v", got)
	}
}
