package failover

import (
	"errors"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/hedgepolicy"
)

// WithHedge asks the next target too when no first chunk, or no answer of a
// unary Generate, has come after the delay. The first chunk wins; the other
// targets are cancelled and closed, and what they had used stays on their
// records. A call is hedged once, and only if a target behind may be called
// then; hedges draw on the retry budget, see WithRetryBudget. Hedging is off by
// default: it pays for speed with calls. The delay must be positive.
func WithHedge(delay time.Duration) Option {
	return optionFunc(func(c config) config { c.hedge = &hedging{delay: delay}; return c })
}

// WithHedgeQuantile is WithHedge with a delay that follows the times to the
// first chunk, or to the answer, of the chain's last 200 answers: a call is
// hedged when it takes longer than that quantile (0 to 1) of them. Nothing is
// hedged before minCalls calls were answered.
func WithHedgeQuantile(quantile float64, minCalls int) Option {
	return optionFunc(func(c config) config { c.hedge = &hedging{quantile: quantile, minCalls: minCalls}; return c })
}

// hedging is when to hedge.
type hedging struct {
	delay    time.Duration
	quantile float64
	minCalls int

	exec   failsafe.Executor[*race]
	recent *recent // nil: a fixed delay
}

func (h *hedging) check() error {
	switch {
	case h == nil:
		return nil
	case h.quantile == 0 && h.minCalls == 0 && h.delay > 0:
		return nil
	case h.quantile == 0 && h.minCalls == 0:
		return errors.New("failover: WithHedge: the delay must be positive")
	case !(h.quantile > 0 && h.quantile < 1):
		return errors.New("failover: WithHedgeQuantile: the quantile must be between 0 and 1")
	case h.minCalls < 1:
		return errors.New("failover: WithHedgeQuantile: at least 1 call is needed")
	}
	return nil
}

// newHedging makes the executor of a chain. The policy starts the branches and
// waits; which has won, and what becomes of the others, is the race's.
func newHedging(h *hedging) *hedging {
	if h == nil {
		return nil
	}
	out := *h
	var b hedgepolicy.Builder[*race]
	if h.quantile > 0 {
		out.recent = &recent{}
		b = hedgepolicy.NewBuilderWithDelayFunc(func(failsafe.ExecutionAttempt[*race]) time.Duration {
			return out.recent.quantile(h.quantile, h.minCalls)
		})
	} else {
		b = hedgepolicy.NewBuilderWithDelay[*race](h.delay)
	}
	out.exec = failsafe.With[*race](b.CancelIf(func(_ *race, err error) bool { return err == nil || errors.Is(err, errDecided) }).Build())
	return &out
}
