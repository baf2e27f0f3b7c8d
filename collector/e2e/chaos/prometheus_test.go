//go:build chaos

package chaos

import (
	"fmt"
	"testing"
	"time"

	colmetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	metrics "go.opentelemetry.io/proto/otlp/metrics/v1"
	resource "go.opentelemetry.io/proto/otlp/resource/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/llmotel/sdk/collector/e2e/internal/rig"
	"github.com/llmotel/sdk/collector/e2e/internal/rig/rigtest"
)

// TestPrometheusRestarted: points that were sent while Prometheus was away are there afterwards, each of them, at its time,
// whether they come by OTLP or, as the fleet's agents send them, by remote write. It is away for longer than either exporter
// waits for an answer.
func TestPrometheusRestarted(t *testing.T) {
	for name, end := range map[string]func(*testing.T, *rig.Process){
		"killed":  kill,
		"stopped": stop,
	} {
		t.Run(name, func(t *testing.T) {
			c := newCounters(t)
			const (
				points = 260 // four a second: 65 s
				down   = 40  // at this point
				up     = 220
			)
			for i := range points {
				switch i {
				case down:
					end(t, c.prometheus)
				case up:
					c.prometheus = rigtest.Start(t, c.prometheus.Spec)
				}
				c.export(t, i+1)
			}
			for n, way := range c.ways {
				c.expect(t, n, points*c.series)
				t.Logf("%s for %s, by %s: %d of %d points of %d series found", name, (up-down)*c.pause, way, points*c.series, points*c.series, c.series)
			}
		})
	}
}

// TestAgentKilledDuringOutage kills both collectors, too, while Prometheus is away: what waits for OTLP is on disk. What waits
// for remote write is in memory and lost, at most what came since Prometheus went away; the sums are right again with the
// next export of each counter.
func TestAgentKilledDuringOutage(t *testing.T) {
	c := newCounters(t)
	const (
		points = 160
		down   = 40
		killed = 100
		up     = 120
	)
	for i := range points {
		switch i {
		case down:
			kill(t, c.prometheus)
		case killed:
			for n := range c.collectors {
				kill(t, c.collectors[n])
				c.collectors[n] = rigtest.Start(t, c.collectors[n].Spec)
			}
		case up:
			c.prometheus = rigtest.Start(t, c.prometheus.Spec)
		}
		c.export(t, i+1)
	}
	const byOTLP, byRemoteWrite = 0, 1
	c.expect(t, byOTLP, points*c.series)
	eventually(t, time.Minute, "the sums by remote write are right", func() bool {
		return c.ask(t, byRemoteWrite, "sum(%s)") == float64(points*c.series)
	})
	lost := points*c.series - int(c.ask(t, byRemoteWrite, "sum(count_over_time(%s[10m]))"))
	t.Logf("by remote write %d of %d points lost; %d came between Prometheus's end and the agent's", lost, points*c.series, (killed-down)*c.series)
	// One more for what was under way when Prometheus ended.
	if limit := (killed - down + 1) * c.series; lost > limit || lost < limit/2 {
		t.Errorf("%d points lost, expected at most the %d that waited in memory, and most of them", lost, limit)
	}
}

// counters are a program's, sent by the plain collector over OTLP and by an agent of the fleet over remote write, to the same
// Prometheus.
type counters struct {
	prometheus *rig.Process
	ways       [2]string
	collectors [2]*rig.Process
	clients    [2]colmetrics.MetricsServiceClient
	url        string
	began      time.Time
	series     int
	pause      time.Duration
}

func newCounters(t *testing.T) *counters {
	t.Helper()
	p := newPipeline(t)
	spec, err := p.Prometheus("--web.enable-remote-write-receiver")
	if err != nil {
		t.Fatal(err)
	}
	c := &counters{
		prometheus: rigtest.Start(t, spec), ways: [2]string{"OTLP", "remote write"}, url: p.PrometheusURL(), began: time.Now(),
		series: 20, pause: 250 * time.Millisecond,
	}
	c.collectors[0] = startCollector(t, p, 0, plain)
	c.collectors[1] = startCollector(t, p, 1, []string{"otel-config.yaml", "scale/agent.yaml"}, "REMOTE_WRITE_ENDPOINT="+c.url+"/api/v1/write")
	for n := range c.clients {
		conn, err := grpc.NewClient(p.GRPC(n), grpc.WithTransportCredentials(insecure.NewCredentials()),
			grpc.WithConnectParams(grpc.ConnectParams{Backoff: backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, MaxDelay: time.Second}}))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		c.clients[n] = colmetrics.NewMetricsServiceClient(conn)
	}
	return c
}

// export sends the counters, all at the value, both ways.
func (c *counters) export(t *testing.T, value int) {
	t.Helper()
	request := counterPoints(c.series, c.began, time.Now(), value)
	for n, client := range c.clients {
		request.ResourceMetrics[0].Resource.Attributes[0].Value = &common.AnyValue{Value: &common.AnyValue_StringValue{StringValue: c.service(n)}}
		if _, err := client.Export(t.Context(), request, grpc.WaitForReady(true)); err != nil {
			t.Fatalf("point %d by %s: %v", value, c.ways[n], err)
		}
	}
	sleep(t, c.pause)
}

func (c *counters) service(n int) string { return fmt.Sprintf("llmotel-chaos-%d", n) }

// ask puts the selector of a way's counters into a query.
func (c *counters) ask(t *testing.T, n int, query string) float64 {
	t.Helper()
	value, err := rig.PrometheusValue(t.Context(), c.url, fmt.Sprintf(query, fmt.Sprintf("llmotel_chaos_calls_total{service_name=%q}", c.service(n))))
	if err != nil {
		t.Log(err)
	}
	return value
}

// expect waits until there are that many points, and fails the test unless the counters add up to as much.
func (c *counters) expect(t *testing.T, n, points int) {
	t.Helper()
	got := 0.
	defer func() {
		if got != float64(points) {
			t.Logf("by %s %v of %d points", c.ways[n], got, points)
		}
	}()
	eventually(t, time.Minute, fmt.Sprintf("all %d points by %s are there", points, c.ways[n]), func() bool {
		got = c.ask(t, n, "sum(count_over_time(%s[10m]))")
		return got == float64(points)
	})
	if last := c.ask(t, n, "sum(%s)"); last != float64(points) {
		t.Errorf("by %s the counters' sum is %v, want %d", c.ways[n], last, points)
	}
}

// counterPoints is one point of each of the counters.
func counterPoints(series int, began, now time.Time, value int) *colmetrics.ExportMetricsServiceRequest {
	points := make([]*metrics.NumberDataPoint, series)
	for n := range points {
		points[n] = &metrics.NumberDataPoint{
			Attributes:        []*common.KeyValue{{Key: "series", Value: &common.AnyValue{Value: &common.AnyValue_StringValue{StringValue: fmt.Sprint(n)}}}},
			StartTimeUnixNano: uint64(began.UnixNano()), TimeUnixNano: uint64(now.UnixNano()),
			Value: &metrics.NumberDataPoint_AsInt{AsInt: int64(value)},
		}
	}
	return &colmetrics.ExportMetricsServiceRequest{ResourceMetrics: []*metrics.ResourceMetrics{{
		Resource: &resource.Resource{Attributes: []*common.KeyValue{{Key: "service.name", Value: &common.AnyValue{Value: &common.AnyValue_StringValue{StringValue: "llmotel-chaos"}}}}},
		ScopeMetrics: []*metrics.ScopeMetrics{{Metrics: []*metrics.Metric{{
			Name: "llmotel.chaos.calls", Unit: "{call}",
			Data: &metrics.Metric_Sum{Sum: &metrics.Sum{
				AggregationTemporality: metrics.AggregationTemporality_AGGREGATION_TEMPORALITY_CUMULATIVE, IsMonotonic: true, DataPoints: points,
			}},
		}}}},
	}}}
}
