package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	oteltrace "go.opentelemetry.io/otel/trace"
)

// TestDemo runs what `docker compose up` runs, but Grafana: the demo in front, Alertmanager behind. Its outages come every
// eighteen seconds instead of every six minutes, and Prometheus's rules look back seconds instead of hours; else they are
// the files that compose mounts. Each query of each dashboard has to return data, and each alert to fire.
func TestDemo(t *testing.T) {
	const service = "llmotel-demo"
	alertmanager, program := binaryPath(t, "alertmanager"), buildExample(t, "demo")
	t.Setenv("COLLECTOR_QUEUE_BYTES", "2097152") // half of the default takes longer than this test
	s := startStack(t, hasty(t))
	project := compose(t)
	args, env := s.native(t, project.Services["alertmanager"])
	s.startProcess(t, "alertmanager", alertmanager, alertmanagerURL+"/-/ready", args, env)
	args, env = s.native(t, project.Services["demo"])
	s.startProcess(t, "demo", program, demoURL+"/healthz", append(args, "-speed=20", "-rate=40"), append(env, "OTEL_METRIC_EXPORT_INTERVAL=1000"))

	t.Run("health check of the image", func(t *testing.T) {
		if output, err := exec.CommandContext(t.Context(), program, "health", demoURL+"/healthz").CombinedOutput(); err != nil {
			t.Errorf("health: %v\n%s", err, output)
		}
		if err := exec.CommandContext(t.Context(), program, "health", demoURL+"/nothing").Run(); err == nil {
			t.Error("a page that is not there is healthy")
		}
	})
	stop, quiet := makeTrouble(t), keepQuiet(t)
	t.Run("alerts", func(t *testing.T) { testAlerts(t) })
	t.Run("dashboards", func(t *testing.T) { testDashboardQueries(t, service) })
	t.Run("dashboards of quiet services", testQuietDashboards)
	t.Run("rules as shipped", testRulesAsShipped)
	t.Run("exemplars", func(t *testing.T) { testExemplar(t, service) })
	t.Run("alerts are delivered", func(t *testing.T) {
		eventually(t, 30*time.Second, "Alertmanager's webhook reaches the demo", func() error {
			said, err := os.ReadFile(filepath.Join(s.dir, "demo.out"))
			if err != nil {
				return err
			}
			for _, want := range []string{
				"alert: firing LLMAllTargetsOpen (page): llmotel-demo: no target takes calls\n",
				"alert: firing LLMLatencyBudgetBurn (page): llmotel-demo: ",
				"alert: firing LLMUnpricedCalls (ticket): llmotel-demo: calls of in-house-8b at vllm have no price\n",
			} {
				if !bytes.Contains(said, []byte(want)) {
					return fmt.Errorf("it did not print %q", want)
				}
			}
			return nil
		})
	})
	stop()
	quiet()
	t.Run("alerts on the pipeline", func(t *testing.T) {
		s.end["jaeger"]()
		e := newEmitter(t, "llmotel-e2e-queue")
		tracer := e.traces.Tracer("llmotel-e2e")
		for range 1100 {
			_, span := tracer.Start(t.Context(), "waits for Jaeger", oteltrace.WithAttributes(attribute.String("kilobyte", strings.Repeat("x", 1000))))
			span.End()
		}
		e.flush(t)
		eventuallyFired(t, 45*time.Second, "PipelineBackendDown", "CollectorQueueFilling")
		s.end["demo"]()
		s.end["collector"]()
		eventuallyFired(t, 20*time.Second, "CollectorDown")
	})
}

// hasty copies the files of Prometheus and Alertmanager with every time a fraction of what it was, and objectives that the
// demo misses.
func hasty(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	faster := strings.NewReplacer(
		// Windows of rates; the demo exports every second.
		"[5m]", "[10s]", "[15m]", "[15s]", "[30m]", "[20s]", "[1h]", "[12s]", "[6h]", "[20s]", "[1d] offset 1h", "[15s] offset 10s", "[90s]", "[5s]",
		"offset 6h", "offset 10s", "offset 15m", "offset 10s", "offset 5m", "offset 10s", "offset 30m", "offset 20s", "/ 300", "/ 10", "* 300", "* 10",
		"for: 1m", "for: 1s", "for: 2m", "for: 1s", "for: 5m", "for: 1s", "for: 15m", "for: 1s",
		"scrape_interval: 5s", "scrape_interval: 1s", "evaluation_interval: 5s", "evaluation_interval: 1s",
		// The demo at twenty times its speed answers in 55 ms, with first chunks after 20 ms.
		"vector(20.48)", "vector(0.02)", "vector(5.12)", "vector(0.01)", "expr: vector(10)", "expr: vector(0.001)",
		"group_wait: 10s", "group_wait: 1s", "group_wait: 30s", "group_wait: 1s",
	)
	for path, at := range map[string]string{
		"prometheus.yml": "etc/prometheus", "rules/objectives.yml": "etc/prometheus", "rules/recording.yml": "etc/prometheus",
		"rules/alerts.yml": "etc/prometheus", "alertmanager/local.yml": "etc",
	} {
		content, err := os.ReadFile(filepath.Join("..", path))
		if err != nil {
			t.Fatal(err)
		}
		target := filepath.Join(dir, at, path)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(target, []byte(faster.Replace(string(content))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// makeTrouble makes what the demo does not: a cost that jumps, lost records, calls that all fail, a breaker that flaps, and points that Prometheus refuses for good.
func makeTrouble(t *testing.T) (stop func()) {
	t.Helper()
	e := newEmitter(t, "llmotel-e2e-trouble")
	meter := e.metrics.Meter("llmotel-e2e")
	spent, err := meter.Float64Counter("llmotel.client.cost", metric.WithUnit("{USD}"))
	if err != nil {
		t.Fatal(err)
	}
	dropped, err := meter.Int64Counter("llmotel.telemetry.dropped", metric.WithUnit("{record}"))
	if err != nil {
		t.Fatal(err)
	}
	opened, err := meter.Int64Counter("llmotel.breaker.transitions", metric.WithUnit("{transition}"))
	if err != nil {
		t.Fatal(err)
	}
	took, err := meter.Float64Histogram("gen_ai.client.inference.duration", metric.WithUnit("s"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		for second := 0; ; second++ {
			dollars := 0.001 // $3.60 an hour
			if second > 25 {
				dollars = 1
			}
			spent.Add(ctx, dollars)
			opened.Add(ctx, 1, metric.WithAttributes(attribute.String("llmotel.target", "flapping"),
				attribute.String("llmotel.breaker.to", "open"), attribute.String("llmotel.breaker.reason", "failure_rate")))
			took.Record(ctx, 0.01, metric.WithAttributes(attribute.String("gen_ai.provider.name", "openai"),
				attribute.String("gen_ai.request.model", "gpt-5.2"), attribute.String("error.type", "authentication")))
			if second == 5 {
				dropped.Add(ctx, 1, metric.WithAttributes(attribute.String("llmotel.sink", "calllog"), attribute.String("llmotel.reason", "panic")))
			}
			_ = e.metrics.ForceFlush(ctx)
			if second%2 == 1 {
				sendStale(ctx)
			}
			select {
			case <-ticker.C:
			case <-ctx.Done():
				return
			}
		}
	}()
	stop = func() {
		cancel()
		<-done
		down, end := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer end()
		_ = errors.Join(e.traces.Shutdown(down), e.metrics.Shutdown(down), e.logs.Shutdown(down))
	}
	t.Cleanup(stop)
	return stop
}

// sendStale sends a point of yesterday, older than Prometheus takes. The collector takes it; what comes of it is the test.
func sendStale(ctx context.Context) {
	body := fmt.Sprintf(`{"resourceMetrics":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"llmotel-e2e-stale"}}]},
		"scopeMetrics":[{"metrics":[{"name":"llmotel.e2e.stale","gauge":{"dataPoints":[{"timeUnixNano":"%d","asDouble":1}]}}]}]}]}`,
		time.Now().Add(-24*time.Hour).UnixNano())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://127.0.0.1:4318/v1/metrics", strings.NewReader(body))
	if err != nil {
		return
	}
	request.Header.Set("Content-Type", "application/json")
	if response, err := http.DefaultClient.Do(request); err == nil {
		response.Body.Close()
	}
}

// onPipeline are alerts for which programs are ended, after everything else.
var onPipeline = []string{"CollectorDown", "CollectorQueueFilling", "PipelineBackendDown"}

func testAlerts(t *testing.T) {
	var want []string
	for _, r := range rules(t) {
		if r.Alert != "" && !slices.Contains(onPipeline, r.Alert) {
			want = append(want, r.Alert)
		}
	}
	slices.Sort(want)
	want = slices.Compact(want)
	if len(want) != 14 {
		t.Errorf("%d alerts: %v", len(want), want)
	}
	eventuallyFired(t, 75*time.Second, want...)

	body, err := get(t.Context(), prometheusURL+"/api/v1/rules?type=alert")
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Data struct {
			Groups []struct {
				Rules []struct {
					Name, Health, LastError string
					Alerts                  []struct{ Annotations map[string]string }
				}
			}
		}
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatal(err)
	}
	rendered := 0
	for _, group := range answer.Data.Groups {
		for _, r := range group.Rules {
			if r.Health != "ok" {
				t.Errorf("%s is %s: %s", r.Name, r.Health, r.LastError)
			}
			for _, alert := range r.Alerts {
				rendered++
				for key, text := range alert.Annotations {
					if text == "" || strings.Contains(text, "{{") || strings.Contains(text, "<no value>") || strings.Contains(text, "<error") {
						t.Errorf("%s: %s is %q", r.Name, key, text)
					}
				}
			}
		}
	}
	if rendered == 0 {
		t.Error("no alert is active")
	}
}

// eventuallyFired waits until each of the alerts has fired within the last five minutes.
func eventuallyFired(t *testing.T, limit time.Duration, alerts ...string) {
	t.Helper()
	began := time.Now()
	eventually(t, limit, "the alerts fire", func() error {
		samples, err := promQuery(t, `count by (alertname) (max_over_time(ALERTS{alertstate="firing"}[5m]))`)
		if err != nil {
			return err
		}
		fired := map[string]bool{}
		for _, s := range samples {
			fired[s.Labels["alertname"]] = true
		}
		missing := slices.DeleteFunc(slices.Clone(alerts), func(a string) bool { return fired[a] })
		if len(missing) > 0 {
			return fmt.Errorf("%v did not; %v did", missing, slices.Sorted(maps.Keys(fired)))
		}
		return nil
	})
	t.Logf("%d alerts fired after %s", len(alerts), time.Since(began).Round(time.Second))
}

// testDashboardQueries asks Prometheus what each panel asks. Grafana's variables are what they are for fifteen minutes.
func testDashboardQueries(t *testing.T, service string) {
	grafana := variables(service)
	queries := 0
	for _, d := range dashboards(t) {
		for _, p := range d.Panels {
			for _, target := range p.Targets {
				queries++
				eventually(t, 20*time.Second, fmt.Sprintf("%s, panel %q has data", d.UID, p.Title), func() error {
					_, err := promQuery(t, grafana.Replace(target.Expr))
					return err
				})
			}
		}
		for _, v := range d.Templating.List {
			metric, label, ok := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(v.Definition, "label_values("), ")"), ", ")
			if samples, err := promQuery(t, "count by ("+label+") ("+grafana.Replace(metric)+")"); !ok || err != nil || samples[0].Labels[label] == "" {
				t.Errorf("%s: $%s has no values: %v, %v", d.UID, v.Name, samples, err)
			}
		}
	}
	t.Logf("%d queries", queries)
	if queries < 60 {
		t.Errorf("only %d queries", queries)
	}

	// The links from a span to its metrics, as provisioned.
	var sources struct {
		Datasources []struct {
			JSONData struct {
				TracesToMetrics struct {
					Queries []struct{ Name, Query string }
				} `yaml:"tracesToMetrics"`
			} `yaml:"jsonData"`
		}
	}
	readYAML(t, grafanaDir+"/provisioning/datasources/datasources.yaml", &sources)
	links := 0
	for _, source := range sources.Datasources {
		for _, q := range source.JSONData.TracesToMetrics.Queries {
			links++
			expression := strings.ReplaceAll(q.Query, "$$__tags", `service_name="`+service+`",gen_ai_provider_name="openai",gen_ai_request_model="gpt-5.2"`)
			if _, err := promQuery(t, expression); err != nil {
				t.Errorf("link %q: %v", q.Name, err)
			}
		}
	}
	if links != 3 {
		t.Errorf("%d links from spans to metrics, want 3", links)
	}
}

// testRulesAsShipped lets Prometheus evaluate each rule with its real windows. Recorded expressions have data; whether an
// alert's has is its business.
func testRulesAsShipped(t *testing.T) {
	for _, r := range rules(t) {
		_, err := promQuery(t, r.Expr)
		if r.Record == "" && err != nil && strings.HasPrefix(err.Error(), "no series") {
			err = nil
		}
		if err != nil {
			t.Errorf("%s%s: %v", r.Record, r.Alert, err)
		}
	}
}

// testExemplar follows a dot of the latency panel to its trace.
func testExemplar(t *testing.T, service string) {
	found, err := promExemplars(t, fmt.Sprintf("gen_ai_client_inference_duration_seconds_bucket{service_name=%q}", service))
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, 20*time.Second, "the exemplar's trace is in Jaeger", func() error {
		_, err := get(t.Context(), jaegerURL+"/api/traces/"+found[len(found)-1].TraceID)
		return err
	})
}

// buildExample builds a program of examples/, as its reader does, from the workspace; this module is outside it.
func buildExample(t *testing.T, name string) string {
	t.Helper()
	root, err := filepath.Abs(repository)
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), name)
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./examples/"+name)
	build.Dir, build.Env = root, without(os.Environ(), "GOWORK=", "OTEL_")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build ./examples/%s: %v\n%s", name, err, output)
	}
	return program
}
