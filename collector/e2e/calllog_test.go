package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"
	"time"
)

// testCallLog compares what a program wrote about its calls with what reached the backends: the same calls, tokens and
// dollars, whether they were answered or not.
func testCallLog(t *testing.T, service, path string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var calls, failures int
	var input, output, dollars float64
	for line := range bytes.Lines(content) {
		var call struct {
			TraceID string  `json:"trace_id"`
			SpanID  string  `json:"span_id"`
			Success bool    `json:"success"`
			Input   float64 `json:"input_tokens"`
			Output  float64 `json:"output_tokens"`
			Cost    float64 `json:"cost_usd"`
		}
		if err := json.Unmarshal(line, &call); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		calls++
		input, output, dollars = input+call.Input, output+call.Output, dollars+call.Cost
		if !call.Success {
			failures++
		}
		eventually(t, 20*time.Second, "the call's trace is in Jaeger", func() error {
			tr, _, err := jaegerTrace(t, call.TraceID)
			if err != nil {
				return err
			}
			roots := tr.roots()
			if len(roots) != 1 || roots[0].Name != "llm.call" || roots[0].SpanID != call.SpanID {
				return fmt.Errorf("trace %s does not hang together below span %s: %v", call.TraceID, call.SpanID, tr)
			}
			if roots[0].failed() == call.Success {
				return fmt.Errorf("trace %s tells of a failure: %t; the log tells of success: %t", call.TraceID, roots[0].failed(), call.Success)
			}
			return nil
		})
	}
	if calls == 0 || failures == 0 || failures == calls {
		t.Errorf("%d of %d calls failed; the quickstart shows both answers and failures", failures, calls)
	}
	traces, err := jaegerSearch(t, service, "llm.call")
	if err != nil || len(traces) != calls {
		t.Errorf("%d traces in Jaeger (%v), %d calls in the log", len(traces), err, calls)
	}
	for metric, want := range map[string]float64{inputTokens: input, outputTokens: output, cost: dollars} {
		eventually(t, 20*time.Second, metric+" equals the sum over the log", func() error {
			got, err := promValue(t, fmt.Sprintf("sum(%s{service_name=%q})", metric, service))
			if err == nil && math.Abs(got-want) > 1e-9*want {
				err = fmt.Errorf("%v in Prometheus, %v in the log", got, want)
			}
			return err
		})
	}
	t.Logf("%d calls (%d failed), %v + %v tokens, %v USD: the same in the log, Jaeger and Prometheus", calls, failures, input, output, dollars)
}
