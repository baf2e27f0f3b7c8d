package e2e

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// Metrics as Prometheus names them. docs/pipeline.md lists them all.
const (
	inputTokens   = "gen_ai_client_inference_usage_input_tokens_total"
	outputTokens  = "gen_ai_client_inference_usage_output_tokens_total"
	duration      = "gen_ai_client_inference_duration_seconds"
	cost          = "llmotel_client_cost_total"
	attempts      = "llmotel_failover_attempts_total"
	fallbacks     = "llmotel_failover_fallbacks_total"
	breakerState  = "llmotel_breaker_state_ratio" // The unit "1" becomes a suffix of gauges.
	breakerChange = "llmotel_breaker_transitions_total"
)

// testFailoverTrace finds, among the traces of a service, a call that the first target failed and the second answered.
func testFailoverTrace(t *testing.T, service string) {
	t.Helper()
	var tr trace
	var call, failure, answer span
	eventually(t, 20*time.Second, "a failover of "+service+" is in Jaeger", func() error {
		traces, err := jaegerSearch(t, service, "llm.call")
		if err != nil {
			return err
		}
		for _, candidate := range traces {
			if c, f, a, ok := failover(candidate); ok {
				tr, call, failure, answer = candidate, c, f, a
				return nil
			}
		}
		return fmt.Errorf("none of %d traces has llm.call above a failed openai call and an answered anthropic call", len(traces))
	})
	t.Cleanup(func() {
		if t.Failed() {
			t.Log("the trace: ", tr)
		}
	})

	t.Run("parent", func(t *testing.T) {
		if call.text("span.kind") != "internal" {
			t.Errorf("its kind is %q, want internal", call.text("span.kind"))
		}
		if call.failed() {
			t.Error("it is in error although the fallback answered")
		}
		if got, want := call.text("llmotel.target"), answer.text("llmotel.target"); got == "" || got != want {
			t.Errorf("llmotel.target is %q, want that of the answer, %q", got, want)
		}
		if got := call.number("llmotel.targets.visited"); got != 2 {
			t.Errorf("llmotel.targets.visited is %v, want 2", got)
		}
		if got := call.number("llmotel.attempts"); got < 2 {
			t.Errorf("llmotel.attempts is %v, want at least 2", got)
		}
		if !slices.Contains(call.events(), "llmotel.fallback") {
			t.Errorf("its events are %v, want llmotel.fallback among them", call.events())
		}
		for _, tag := range call.Tags {
			if strings.HasPrefix(tag.Key, "gen_ai.usage.") || tag.Key == "gen_ai.operation.name" || tag.Key == "llmotel.cost.amount" {
				t.Errorf("%s = %v is on the parent as well: sums would count it twice", tag.Key, tag.Value)
			}
		}
	})

	for name, s := range map[string]span{"failure": failure, "answer": answer} {
		t.Run(name, func(t *testing.T) {
			model := s.text("gen_ai.request.model")
			if model == "" || s.Name != "chat "+model {
				t.Errorf("its name is %q, want chat and gen_ai.request.model, %q", s.Name, model)
			}
			if s.text("span.kind") != "client" {
				t.Errorf("its kind is %q, want client", s.text("span.kind"))
			}
			if got := s.text("gen_ai.operation.name"); got != "chat" {
				t.Errorf("gen_ai.operation.name is %q, want chat", got)
			}
			if s.text("llmotel.target") == "" {
				t.Error("llmotel.target is missing")
			}
		})
	}
	t.Run("failure has its error", func(t *testing.T) {
		if failure.text("error.type") == "" {
			t.Error("error.type is missing")
		}
	})
	t.Run("answer has its model, usage and cost", func(t *testing.T) {
		for _, key := range []string{"gen_ai.response.model", "gen_ai.response.id", "llmotel.usage.completeness"} {
			if got := answer.text(key); got == "" || strings.Contains(got, "****") {
				t.Errorf("%s is %q", key, got)
			}
		}
		for _, key := range []string{"gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens", "llmotel.cost.amount"} {
			if got := answer.number(key); got <= 0 {
				t.Errorf("%s is %v, want more than 0", key, answer.attribute(key))
			}
		}
		if got := answer.attribute("gen_ai.response.finish_reasons"); got == nil {
			t.Error("gen_ai.response.finish_reasons is missing")
		}
		if got := answer.attribute("error.type"); got != nil {
			t.Errorf("error.type is %v on a call that was answered", got)
		}
	})
}

// failover picks the spans of a call that fell over from openai to anthropic, if the trace is one.
func failover(tr trace) (call, failure, answer span, ok bool) {
	for _, call := range tr.roots() {
		if call.Name != "llm.call" {
			continue
		}
		var failure, answer *span
		for _, child := range tr.children(call) {
			switch provider := child.text("gen_ai.provider.name"); {
			case provider == "openai" && child.failed():
				failure = &child
			case provider == "anthropic" && !child.failed():
				answer = &child
			}
		}
		if failure != nil && answer != nil {
			return call, *failure, *answer, true
		}
	}
	return span{}, span{}, span{}, false
}

// testMetrics compares the metrics of a service with its traces, all of which the default configuration keeps.
func testMetrics(t *testing.T, service string) {
	t.Helper()
	of := func(metric string, more ...string) string {
		return metric + "{" + strings.Join(append([]string{fmt.Sprintf("service_name=%q", service)}, more...), ",") + "}"
	}
	positive := func(t *testing.T, expression string) {
		t.Helper()
		eventually(t, 20*time.Second, expression+" is more than 0", func() error {
			value, err := promValue(t, expression)
			if err == nil && value <= 0 {
				err = fmt.Errorf("it is %v", value)
			}
			return err
		})
	}

	t.Run("sums equal the traces", func(t *testing.T) {
		for metric, attribute := range map[string]string{
			inputTokens: "gen_ai.usage.input_tokens", outputTokens: "gen_ai.usage.output_tokens", cost: "llmotel.cost.amount",
		} {
			eventually(t, 30*time.Second, metric+" equals the sum over the spans", func() error {
				traces, err := jaegerSearch(t, service, "llm.call")
				if err != nil {
					return err
				}
				want := 0.0
				for _, tr := range traces {
					for _, s := range tr.Spans {
						want += s.number(attribute)
					}
				}
				got, err := promValue(t, "sum("+of(metric)+")")
				if err != nil {
					return err
				}
				if want <= 0 || math.Abs(got-want) > 1e-9*want {
					return fmt.Errorf("%v in Prometheus, %v in %d traces", got, want, len(traces))
				}
				return nil
			})
		}
	})
	t.Run("tokens and cost by provider", func(t *testing.T) {
		for _, metric := range []string{inputTokens, outputTokens, cost} {
			positive(t, "sum("+of(metric, `gen_ai_provider_name="anthropic"`)+")")
		}
	})
	t.Run("latency", func(t *testing.T) {
		positive(t, "sum("+of(duration+"_count", `gen_ai_provider_name="anthropic"`, `error_type=""`)+")")
		positive(t, "sum("+of(duration+"_count", `gen_ai_provider_name="openai"`, `error_type!=""`)+")")
		positive(t, "histogram_quantile(0.95, sum by (le) ("+of(duration+"_bucket")+"))")
	})
	t.Run("failover", func(t *testing.T) {
		positive(t, "sum("+of(attempts)+")")
		positive(t, "sum("+of(fallbacks)+")")
		positive(t, "sum("+of(breakerChange)+")")
		eventually(t, 20*time.Second, "the breakers' states are known", func() error {
			samples, err := promQuery(t, of(breakerState))
			if err != nil {
				return err
			}
			for _, s := range samples {
				if s.Labels["llmotel_target"] == "" || s.Value < 0 || s.Value > 2 {
					return fmt.Errorf("%v has the value %v", s.Labels, s.Value)
				}
			}
			return nil
		})
	})
	t.Run("an exemplar leads to its trace", func(t *testing.T) {
		eventually(t, 20*time.Second, "the trace of an exemplar is in Jaeger", func() error {
			exemplars, err := promExemplars(t, of(duration+"_bucket"))
			if err != nil {
				return err
			}
			for _, e := range exemplars {
				tr, _, err := jaegerTrace(t, e.TraceID)
				if err != nil {
					return err
				}
				if !slices.ContainsFunc(tr.Spans, func(s span) bool { return s.SpanID == e.SpanID }) {
					return errors.New("trace " + e.TraceID + " has no span " + e.SpanID)
				}
			}
			t.Logf("%d exemplars lead to their traces", len(exemplars))
			return nil
		})
	})
}
