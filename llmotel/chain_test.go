package llmotel_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/llmotel/sdk/internal/oteltest"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/providers"
)

// The parts of a target are not the target: neither on the span nor in the
// Record does the state of a key or a model stand for it. What a call changed
// stands in its Record until it ends.
func TestBreakersOfAChain(t *testing.T) {
	rec, sink := oteltest.New(), &recordSink{}
	inst := instrument(t, rec, llmotel.WithSinks(sink))
	_, span := inst.StartChain(t.Context(), llmotel.ChainCall{Chain: "failover"})
	change := llmotel.BreakerChange{
		Target: "primary", Key: "k1", From: providers.BreakerClosed, To: providers.BreakerOpen, Reason: "isolated",
	}
	span.BreakerChange(change)
	span.End(llmotel.ChainResult{Target: "primary", Attempts: 1, Breakers: []providers.BreakerStatus{
		{Target: "primary", State: providers.BreakerClosed},
		{Target: "primary", Key: "k1", State: providers.BreakerOpen},
		{Target: "primary", Model: "m", State: providers.BreakerOpen},
	}}, nil)
	span.BreakerChange(change) // too late
	r := sink.records[0]
	if r.BreakerState != providers.BreakerClosed || !slices.Equal(r.BreakerChanges, []llmotel.BreakerChange{change}) {
		t.Errorf("%q, %+v", r.BreakerState, r.BreakerChanges)
	}
	text := rec.Text(t)
	for _, want := range []string{
		"llmotel.breaker.state.primary=closed\n", "llmotel.breaker.state=closed\n",
		"llmotel.breaker.from=closed llmotel.breaker.key=k1 llmotel.breaker.reason=isolated llmotel.breaker.to=open llmotel.target=primary\n",
	} {
		if strings.Count(text, want) != 1 {
			t.Errorf("%q is not once in\n%s", want, text)
		}
	}
	(*llmotel.ChainSpan)(nil).BreakerChange(change)
}
