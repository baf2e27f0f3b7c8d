package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	chain "github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/monitor"
	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/mock"
)

// testCounting makes a known number of calls from many goroutines and finds each of them in both backends, with every span,
// every token and every cent, as the program's own call log has them.
func testCounting(t *testing.T, s *stack) {
	const (
		service  = "llmotel-e2e-counting"
		unary    = 240
		streamed = 80
		workers  = 8
	)
	// What the program says by mistake in places that are exported: it must end at the collector.
	key, mail := "sk-"+"counting0Ab3dEf6hIj9kLm2nOp5q", "jane.counting@mail.example.org"
	log := filepath.Join(t.TempDir(), "calls.jsonl")
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+collectorGRPC)
	t.Setenv("OTEL_METRIC_EXPORT_INTERVAL", "1000")

	openai, err := mock.NewOpenAI(mock.WithSeed(7), mock.WithTimeScale(0.001), mock.WithFailureRate(providers.KindOverloaded, 0.2),
		mock.WithFailureRate(providers.KindInvalidRequest, 0.05)) // Which no other target would answer either: some calls fail.
	if err != nil {
		t.Fatal(err)
	}
	anthropic, err := mock.NewAnthropic(mock.WithSeed(7), mock.WithTimeScale(0.001), mock.WithFailureRate(providers.KindServerError, 0.1))
	if err != nil {
		t.Fatal(err)
	}
	m, err := monitor.New([]monitor.Target{
		{Name: "openai", Model: openai.Model(), Provider: openai},
		{Name: "anthropic", Model: anthropic.Model(), Provider: anthropic},
	}, monitor.WithServiceName(service), monitor.WithCallLog(log),
		monitor.WithFailover(chain.WithBackoff(time.Millisecond, 5*time.Millisecond), chain.WithOpenDelay(20*time.Millisecond)))
	if err != nil {
		t.Fatal(err)
	}
	ctx := llmotel.WithAttribution(t.Context(), llmotel.Attribution{Feature: "counting", User: mail, Session: "session of " + key})
	request := &providers.Request{Messages: []providers.Message{providers.UserText("How many calls are there?")}}
	work := make(chan bool)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for stream := range work {
				if !stream {
					_, _ = m.Generate(ctx, request) // Failures are in the log too.
					continue
				}
				for _, err := range m.Stream(ctx, request) {
					if err != nil {
						break
					}
				}
			}
		})
	}
	for i := range unary + streamed {
		work <- i < streamed
	}
	close(work)
	group.Wait()
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}

	// The call log, the spans below each of its calls, and the series are to agree.
	testCallLog(t, service, log)
	content, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	var calls, visits, spans, tries int
	bodies := make(map[string]string)
	for line := range bytes.Lines(content) {
		var call struct {
			TraceID  string `json:"trace_id"`
			Attempts int    `json:"attempts"`
			Visits   []struct {
				Target   string `json:"target"`
				Attempts int    `json:"attempts"`
			} `json:"visits"`
		}
		if err := json.Unmarshal(line, &call); err != nil {
			t.Fatal(err)
		}
		calls, visits, tries = calls+1, visits+len(call.Visits), tries+call.Attempts
		tr, body, err := jaegerTrace(t, call.TraceID)
		if err != nil {
			t.Fatal(err)
		}
		spans += len(tr.Spans)
		if children := tr.children(tr.roots()[0]); len(children) != len(call.Visits) || len(tr.Spans) != 1+len(children) {
			t.Errorf("trace %s has %d spans, %d below the call; the log has %d visits", call.TraceID, len(tr.Spans), len(children), len(call.Visits))
		}
		bodies[call.TraceID] = body
	}
	if calls != unary+streamed {
		t.Errorf("the log has %d calls, %d were made", calls, unary+streamed)
	}
	for query, want := range map[string]int{
		duration + "_count": visits, // One point a visit: tokens and latency live on inference spans alone.
		attempts:            tries,
	} {
		eventually(t, 20*time.Second, query+" counts the log's", func() error {
			got, err := promValue(t, fmt.Sprintf("sum(%s{service_name=%q})", query, service))
			if err == nil && got != float64(want) {
				err = fmt.Errorf("%v in Prometheus, %d in the log", got, want)
			}
			return err
		})
	}
	if visits == calls || tries == visits {
		t.Errorf("%d calls, %d visits, %d attempts: nothing failed over or was tried again", calls, visits, tries)
	}

	exemplars, err := promExemplars(t, fmt.Sprintf("%s_bucket{service_name=%q}", duration, service))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range exemplars {
		if body, found := bodies[e.TraceID]; !found || !bytes.Contains([]byte(body), []byte(`"spanID":"`+e.SpanID+`"`)) {
			t.Errorf("the exemplar of span %s leads to no call of the log", e.SpanID)
		}
	}

	places := files(t, s.dir)
	for id, body := range bodies {
		places["trace "+id] = body
	}
	series, err := get(t.Context(), prometheusURL+"/api/v1/series?match[]="+fmt.Sprintf("%%7Bservice_name=%%22%s%%22%%7D", service))
	if err != nil {
		t.Fatal(err)
	}
	places["Prometheus"] = string(series)
	for place, content := range places {
		for _, secret := range []string{key, mail} {
			if bytes.Contains([]byte(content), []byte(secret)) {
				t.Errorf("%q is in %s", secret, place)
			}
		}
	}
	t.Logf("%d calls with %d visits and %d attempts: %d spans in Jaeger, %d exemplars resolve", calls, visits, tries, spans, len(exemplars))
}
