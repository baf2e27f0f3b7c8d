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
	"google.golang.org/grpc/credentials/insecure"

	"github.com/llmotel/sdk/collector/e2e/internal/rig"
)

// TestPrometheusRestarted: points that were sent while Prometheus was away are there afterwards, each of them, at its time.
func TestPrometheusRestarted(t *testing.T) {
	for name, end := range map[string]func(*testing.T, *rig.Process){
		"killed":  kill,
		"stopped": stop,
	} {
		t.Run(name, func(t *testing.T) {
			p := newPipeline(t)
			spec, err := p.Prometheus()
			if err != nil {
				t.Fatal(err)
			}
			prometheus := start(t, spec)
			startCollector(t, p, 0, plain)
			conn, err := grpc.NewClient(p.GRPC(0), grpc.WithTransportCredentials(insecure.NewCredentials()))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			client := colmetrics.NewMetricsServiceClient(conn)

			const (
				points = 180 // four a second: 45 s
				series = 20
				down   = 40 // at this point
				up     = 120
			)
			began := time.Now()
			for i := range points {
				switch i {
				case down:
					end(t, prometheus)
				case up:
					prometheus = start(t, spec)
				}
				if _, err := client.Export(t.Context(), counterPoints(series, began, time.Now(), i+1)); err != nil {
					t.Fatalf("point %d: %v", i, err)
				}
				sleep(t, 250*time.Millisecond)
			}
			ask := func(query string) float64 {
				value, err := rig.PrometheusValue(t.Context(), p.PrometheusURL(), query)
				if err != nil {
					t.Log(err)
				}
				return value
			}
			const all = points * series
			eventually(t, time.Minute, fmt.Sprintf("all %d points are there", all), func() bool {
				got := ask(`sum(count_over_time(llmotel_chaos_calls_total[10m]))`)
				if got != all {
					t.Logf("%v of %d points", got, all)
					sleep(t, time.Second)
				}
				return got == all
			})
			t.Logf("%s for %s: %d of %d points of %d series found", name, (up-down)*250*time.Millisecond, all, all, series)
			if last, want := ask(`sum(llmotel_chaos_calls_total)`), float64(points*series); last != want {
				t.Errorf("the counters' sum is %v, want %v", last, want)
			}
		})
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
