package otelfailover

import (
	"context"
	"errors"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/internal/genai"
)

func (t *Telemetry) callStart(ctx context.Context, e failover.StartEvent) context.Context {
	t.Observe(e.Chain)
	if e.Experiment != "" {
		ctx = llmotel.WithAttribution(ctx, llmotel.Attribution{Experiment: e.Experiment, Variant: e.Variant})
	}
	ctx, span := t.inst.StartChain(ctx, llmotel.ChainCall{
		Chain: e.Chain.Name(), Model: e.Model, Stream: e.Stream,
	})
	return context.WithValue(ctx, spanKey{}, span)
}

// spanKey leads to the span that callStart began. It is nil in a chain inside
// another llmotel span: what is around it records the call.
type spanKey struct{}

func spanOf(ctx context.Context) *llmotel.ChainSpan {
	span, _ := ctx.Value(spanKey{}).(*llmotel.ChainSpan)
	return span
}

func (t *Telemetry) callEnd(ctx context.Context, e failover.EndEvent) {
	for i := range e.History {
		a := &e.History[i]
		if a.Skip != "" {
			continue
		}
		outcome := genai.OutcomeAnswered
		if a.Kind != "" {
			outcome = string(a.Kind)
		}
		t.metrics.attempts.inc(ctx, labels{a.Target, outcome})
	}
	span := spanOf(ctx)
	if span == nil {
		return
	}
	r := llmotel.ChainResult{Target: e.Target, Attempts: e.Attempts, Degraded: e.Degraded, Breakers: e.Chain.BreakerStatuses()}
	if fe, ok := errors.AsType[*failover.Error](e.Err); ok {
		r.Message = fe.Error() // names targets and kinds, never content
	}
	if e.Abandoned {
		span.Abandon(r)
		return
	}
	span.End(r, e.Err)
}

func (t *Telemetry) retry(ctx context.Context, e failover.RetryEvent) {
	llmotel.SpanFromContext(ctx).Retry(e.Delay, e.Err)
}

func (t *Telemetry) skip(ctx context.Context, e failover.SkipEvent) {
	spanOf(ctx).Skip(e.Target, string(e.Reason))
}

func (t *Telemetry) fallback(ctx context.Context, e failover.FallbackEvent) {
	to := e.To
	if e.LastResort {
		to = genai.FallbackToLastResort
	}
	t.metrics.fallbacks.inc(ctx, labels{e.From, to, string(e.Kind)})
	spanOf(ctx).Event(genai.EventFallback,
		genai.FallbackFromKey.String(e.From),
		genai.FallbackToKey.String(to),
		genai.ErrorTypeKey.String(string(e.Kind)))
}

func (t *Telemetry) hedge(ctx context.Context, e failover.HedgeEvent) {
	t.metrics.hedges.inc(ctx, labels{e.Target})
	spanOf(ctx).Event(genai.EventHedge, genai.TargetKey.String(e.Target), genai.HedgeAfterKey.Float64(e.After.Seconds()))
}

func (t *Telemetry) breakerChange(ctx context.Context, e failover.BreakerEvent) {
	t.metrics.transitions.inc(ctx, labels{e.Target, string(e.To), e.Reason, e.Model, e.Key})
	spanOf(ctx).BreakerChange(llmotel.BreakerChange{
		Target: e.Target, Model: e.Model, Key: e.Key, From: e.From, To: e.To, Reason: e.Reason,
	})
}
