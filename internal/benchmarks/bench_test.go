package benchmarks_test

import (
	"testing"

	"github.com/llmotel/sdk/internal/benchmarks"
)

// BenchmarkFirstChunk shows what observing adds until the first chunk is there:
// medians of streams in turn, without the client.
func BenchmarkFirstChunk(b *testing.B) {
	b.ReportAllocs()
	var callers []benchmarks.Caller
	for _, name := range []string{benchmarks.Bare, benchmarks.Floor, benchmarks.NoTimes, benchmarks.Middleware} {
		v, ok := benchmarks.Find(name)
		if !ok {
			b.Fatalf("no variant %q", name)
		}
		c, err := v.New(benchmarks.Recording(), benchmarks.NewTransport(200))
		if err != nil {
			b.Fatal(err)
		}
		callers = append(callers, c)
	}
	for b.Loop() {
		times, err := benchmarks.FirstChunksAlone(10000, callers...)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(times[1]-times[0]), "ns-floor")
		b.ReportMetric(float64(times[2]-times[0]), "ns-no-chunk-times")
		b.ReportMetric(float64(times[3]-times[0]), "ns-middleware")
	}
}
