package sampling

import (
	"context"
	"fmt"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/mock"
)

// example is a trace of one kind.
type example struct {
	name string
	run  func(context.Context, *program) error
	took time.Duration // of the program's own span; 0: what it really takes
	// rules are those of sampling.yaml that say keep; none: the trace is not in Jaeger.
	rules []string
	// spans of the whole trace; visits: those of them that are inference spans, and so points of its metrics; micros: what
	// they cost, in millionths of a dollar.
	spans, visits int
	micros        int64
}

var (
	broken   = []mock.Step{mock.Fail(providers.KindOverloaded).Delay(0).Forever()}
	refusing = []mock.Step{mock.Fail(providers.KindInvalidRequest).Delay(0).Forever()}
	well     []mock.Step
	once     = failover.WithMaxAttempts(1)
)

// chained is an example of one call to a chain.
func chained(scripts [][]mock.Step, do func(context.Context, *failover.Chain) error, opts ...failover.Option) func(context.Context, *program) error {
	return func(ctx context.Context, p *program) error {
		chain, err := p.chain(scripts, opts...)
		if err != nil {
			return err
		}
		return do(ctx, chain)
	}
}

func answeredBy(target string) func(context.Context, *failover.Chain) error {
	return func(ctx context.Context, c *failover.Chain) error { return ask(ctx, c, target) }
}

// streamed reads a stream up to a number of its text chunks; 0: to its end.
func streamed(limit int) func(context.Context, *failover.Chain) error {
	return func(ctx context.Context, c *failover.Chain) error {
		texts := 0
		for chunk, err := range c.Stream(ctx, question()) {
			if err != nil {
				return err
			}
			if chunk.Kind == providers.ChunkText {
				texts++
			}
			if texts == limit && limit > 0 {
				return nil
			}
		}
		if limit > 0 {
			return fmt.Errorf("%d chunks of text", texts)
		}
		return nil
	}
}

// costing makes calls to models without a chain.
func costing(models ...string) func(context.Context, *program) error {
	return func(ctx context.Context, p *program) error {
		for _, model := range models {
			t, err := target("alone", model)
			if err != nil {
				return err
			}
			request := question()
			request.Model = model
			if _, err := p.inst.Wrap(t.Provider).Generate(ctx, request); err != nil {
				return err
			}
		}
		return nil
	}
}

// foreign writes spans as another instrumentation does, which brings no metrics.
func foreign(ctx context.Context, p *program) error {
	for range foreignSpans {
		_, span := p.sdk.TracerProvider().Tracer("another-instrumentation").Start(ctx, "chat gpt-5.2", trace.WithSpanKind(trace.SpanKindClient),
			trace.WithAttributes(attribute.String("gen_ai.operation.name", "chat"), attribute.String("gen_ai.provider.name", "openai"), attribute.String("gen_ai.request.model", "gpt-5.2")))
		span.End()
	}
	return nil
}

const foreignSpans = 4

// passedOver is a call whose first target has an open breaker.
func passedOver(ctx context.Context, c *failover.Chain) error {
	if err := c.Open("target-0"); err != nil { //nolint:contextcheck // A breaker is opened by hand, outside any call.
		return err
	}
	return ask(ctx, c, "target-1")
}

// cancelled is a call whose caller gives up.
func cancelled(ctx context.Context, p *program) error {
	chain, err := p.chain([][]mock.Step{{mock.Stall()}})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	return fail(ctx, chain)
}

const ordinary = 1_000 // millionths of a dollar

// examples are the kinds of traces: with the share of the rest at zero, those that no rule is about are gone.
var examples = []example{
	{name: "ordinary", run: chained([][]mock.Step{well, well}, answeredBy("target-0")), spans: 3, visits: 1, micros: ordinary},
	{name: "ordinary stream", run: chained([][]mock.Step{well, well}, streamed(0)), spans: 3, visits: 1, micros: ordinary},
	{
		name: "answered at the second attempt by the first target", spans: 3, visits: 1, micros: ordinary,
		run: chained([][]mock.Step{{mock.Fail(providers.KindServerError).Delay(0)}, well}, answeredBy("target-0"), failover.WithBackoff(time.Millisecond, time.Millisecond)),
	},
	{name: "a stream that its reader leaves", run: chained([][]mock.Step{well}, streamed(1)), spans: 3, visits: 1},
	{name: "another instrumentation's, ordinary", run: foreign, spans: 1 + foreignSpans},

	{name: "a child in error below a root that is fine", run: chained([][]mock.Step{refusing}, fail), rules: []string{"errors"}, spans: 3, visits: 1},
	{name: "a call that its caller cancels", run: cancelled, rules: []string{"errors"}, spans: 3, visits: 1},
	{name: "all targets fail", run: chained([][]mock.Step{broken, broken}, fail, once), rules: []string{"errors", "fallbacks"}, spans: 4, visits: 2},
	{
		name: "a stream that breaks", run: chained([][]mock.Step{{mock.CutAfter(2).Delay(0)}}, func(ctx context.Context, c *failover.Chain) error {
			if streamed(0)(ctx, c) == nil {
				return errUnexpected
			}
			return nil
		}, once), rules: []string{"errors", "fallbacks"}, spans: 3, visits: 1,
	},

	{name: "fallback", run: chained([][]mock.Step{broken, well}, answeredBy("target-1"), once), rules: []string{"errors", "fallbacks"}, spans: 4, visits: 2, micros: ordinary},
	{name: "fallback since a breaker is open", run: chained([][]mock.Step{well, well}, passedOver), rules: []string{"fallbacks"}, spans: 3, visits: 1, micros: ordinary},
	{
		name: "a stream begun anew by the second target", run: chained([][]mock.Step{{mock.CutAfter(2).Delay(0)}, well}, streamed(0), once, failover.WithStreamPolicy(failover.StreamRestart)),
		rules: []string{"errors", "fallbacks"}, spans: 4, visits: 2, micros: ordinary,
	},
	{
		name: "the last resort answers", run: chained([][]mock.Step{broken}, answeredBy(""), once, failover.WithStaticAnswer("later")),
		rules: []string{"errors", "fallbacks"}, spans: 3, visits: 1,
	},
	{
		name: "hedged, the second target is faster", rules: []string{"errors", "fallbacks"}, spans: 4, visits: 2, micros: ordinary,
		run: chained([][]mock.Step{{mock.Stall()}, well}, answeredBy("target-1"), failover.WithHedge(20*time.Millisecond)),
	},

	{name: "a call above the limit of slow", run: chained([][]mock.Step{{mock.Delay(30100 * time.Millisecond)}}, answeredBy("target-0")), rules: []string{"slow"}, spans: 3, visits: 1, micros: ordinary},
	{name: "at the limit of slow", took: 30 * time.Second, run: chained([][]mock.Step{well}, answeredBy("target-0")), rules: []string{"slow"}, spans: 3, visits: 1, micros: ordinary},
	{name: "a millisecond below the limit of slow", took: 29999 * time.Millisecond, run: chained([][]mock.Step{well}, answeredBy("target-0")), spans: 3, visits: 1, micros: ordinary},

	{name: "at the limit of dear", run: costing("limit"), rules: []string{"dear"}, spans: 2, visits: 1, micros: 250_000},
	{name: "a millionth of a dollar below the limit of dear", run: costing("below"), spans: 2, visits: 1, micros: 249_999},
	{name: "two calls that are dear together", run: costing("most", "most"), spans: 3, visits: 2, micros: 400_000},
}
