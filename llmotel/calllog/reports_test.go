package calllog_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/llmotel/sdk/internal/oteltest"
	"github.com/llmotel/sdk/llmotel/calllog"
)

// lost returns the points of llmotel.telemetry.dropped by sink and reason.
func lost(t *testing.T, rec *oteltest.Recorder) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	sum, _ := rec.Metrics(t)["llmotel.telemetry.dropped"].Data.(metricdata.Sum[int64])
	for _, p := range sum.DataPoints {
		sink, _ := p.Attributes.Value("llmotel.sink")
		reason, _ := p.Attributes.Value("llmotel.reason")
		out[sink.AsString()+" "+reason.AsString()] = p.Value
	}
	return out
}

func TestDropsAreAMetric(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := oteltest.New()
		meters := calllog.WithMeterProvider(rec.MeterProvider)
		full := queue(t, &store{write: func(ctx context.Context, items []calllog.Item) (int, error) {
			if items[0].Record.CallID == "0" {
				return 0, fmt.Errorf("%w: no", calllog.ErrRefused)
			}
			<-ctx.Done()
			return 0, ctx.Err()
		}}, calllog.WithCapacity(4), calllog.WithBatch(1, 0), calllog.WithCloseTimeout(time.Second), meters)
		put(t, full, 0, 1)
		synctest.Wait()
		put(t, full, 1, 7) // two find no place
		_ = full.Close()   // four stay behind
		put(t, full, 7, 8)

		log := calllog.New(&fails{Buffer: bytes.Buffer{}, times: 3}, meters)
		for range 3 {
			log.Record(t.Context(), plain())
		}
		s, err := calllog.NewSlog(handler{err: io.ErrClosedPipe, level: slog.LevelDebug}, meters, calllog.WithMeterProvider(nil))
		if err != nil {
			t.Fatal(err)
		}
		s.Record(t.Context(), plain())

		want := map[string]int64{
			"*calllog.Queue refused": 1, "*calllog.Queue full": 2, "*calllog.Queue closed": 5,
			"*calllog.Log failed": 3, "*calllog.Slog failed": 1,
		}
		if got := lost(t, rec); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%v, want %v", got, want)
		}
	})
}
