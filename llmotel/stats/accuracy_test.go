package stats_test

import (
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/stats"
)

// The issue asks for 2.5 % of the exact percentile; the histogram states 1.6 %.
const (
	tolerance = 0.025
	stated    = stats.RelativeAccuracy + 1e-6 // durations are whole nanoseconds
)

// nearest returns the smallest of the sorted samples that at least p % do not
// exceed.
func nearest(sorted []time.Duration, p int) time.Duration {
	for i, v := range sorted {
		if 100*(i+1) >= p*len(sorted) {
			return v
		}
	}
	panic("no samples")
}

// Of few samples the high percentiles are the largest one, exactly.
func TestPercentilesOfFewSamples(t *testing.T) {
	us := func(n ...int) (out []time.Duration) {
		for _, v := range n {
			out = append(out, time.Duration(v)*time.Microsecond)
		}
		return out
	}
	cases := []struct {
		samples            []time.Duration
		p50, p90, p95, p99 time.Duration
	}{
		{us(16), 16e3, 16e3, 16e3, 16e3},
		{us(16, 33), 16e3, 33e3, 33e3, 33e3},
		{us(33, 16, 0), 16e3, 33e3, 33e3, 33e3},
		{us(0, 0, 33), 0, 33e3, 33e3, 33e3},
		{us(0, 33), 0, 33e3, 33e3, 33e3},
		{us(1, 1000), 1e3, 1e6, 1e6, 1e6},
		{us(7, 7, 7, 7, 7, 7, 7, 7, 7, 777), 7e3, 7e3, 777e3, 777e3},
	}
	for _, c := range cases {
		s := stats.New()
		for _, d := range c.samples {
			s.Record(t.Context(), &llmotel.Record{Provider: "p", RequestModel: "m", Attempts: 1, Duration: d})
		}
		got := s.Snapshot().Overall.Latency
		near := func(v, want time.Duration) bool {
			return math.Abs(float64(v-want)) <= stated*float64(want)+1
		}
		if !near(got.P50, c.p50) || !near(got.P90, c.p90) || got.P95 != c.p95 || got.P99 != c.p99 || got.Max != c.p99 {
			t.Errorf("%v: got %+v, want %v %v %v %v", c.samples, got, c.p50, c.p90, c.p95, c.p99)
		}
	}
}

func TestPercentilesAreCloseToExactOnes(t *testing.T) {
	second := func(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
	distributions := map[string]func(*rand.Rand) time.Duration{
		"log-normal around 800 ms": func(r *rand.Rand) time.Duration { return second(0.8 * math.Exp(0.5*r.NormFloat64())) },
		"log-normal, heavy tail":   func(r *rand.Rand) time.Duration { return second(1.2 * math.Exp(1.5*r.NormFloat64())) },
		"uniform":                  func(r *rand.Rand) time.Duration { return second(0.05 + 2*r.Float64()) },
		"exponential":              func(r *rand.Rand) time.Duration { return second(0.3 * r.ExpFloat64()) },
		"pareto":                   func(r *rand.Rand) time.Duration { return second(0.1 / math.Pow(1-r.Float64(), 1/1.5)) },
		"two modes": func(r *rand.Rand) time.Duration {
			if r.IntN(10) == 0 {
				return second(30 + r.NormFloat64())
			}
			return second(0.4 + 0.05*r.Float64())
		},
		"constant":         func(*rand.Rand) time.Duration { return 812 * time.Millisecond },
		"microseconds":     func(r *rand.Rand) time.Duration { return time.Duration(1000 + r.IntN(90_000)) },
		"nine magnitudes":  func(r *rand.Rand) time.Duration { return second(math.Pow(10, -6+8.5*r.Float64())) },
		"with zero values": func(r *rand.Rand) time.Duration { return time.Duration(r.IntN(2)) * second(r.Float64()) },
	}
	for name, draw := range distributions {
		for _, n := range []int{1, 2, 7, 100, 50_000} {
			t.Run(name, func(t *testing.T) {
				r := rand.New(rand.NewPCG(1, uint64(n)))
				s := stats.New()
				samples := make([]time.Duration, n)
				var sum time.Duration
				for i := range samples {
					samples[i] = draw(r)
					sum += samples[i]
					s.Record(t.Context(), &llmotel.Record{Provider: "p", RequestModel: "m", Attempts: 1, Duration: samples[i]})
				}
				slices.Sort(samples)
				got := s.Snapshot().Overall.Latency
				for p, value := range map[int]time.Duration{50: got.P50, 90: got.P90, 95: got.P95, 99: got.P99} {
					exact := nearest(samples, p)
					diff := math.Abs(float64(value-exact)) - 1
					if diff > tolerance*float64(exact) || diff > stated*float64(exact) {
						t.Errorf("n=%d p%d: got %v, exactly %v", n, p, value, exact)
					}
				}
				if got.Min != samples[0] || got.Max != samples[n-1] || got.Count != int64(n) {
					t.Errorf("n=%d: min %v max %v count %d, want %v %v %d", n, got.Min, got.Max, got.Count, samples[0], samples[n-1], n)
				}
				if avg := sum / time.Duration(n); math.Abs(float64(got.Avg-avg)) > 2+1e-9*float64(avg) {
					t.Errorf("n=%d: avg %v, want %v", n, got.Avg, avg)
				}
			})
		}
	}
}

func TestMergedSeriesKeepAccuracy(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	s := stats.New()
	var samples []time.Duration
	for i := range 30_000 {
		d := time.Duration(1e9 * math.Exp(r.NormFloat64()))
		samples = append(samples, d)
		s.Record(t.Context(), &llmotel.Record{
			Target: []string{"east", "west", "north"}[i%3], Provider: "p", RequestModel: "m", Attempts: 1, Duration: d,
		})
	}
	slices.Sort(samples)
	snap := s.Snapshot()
	if len(snap.Models) != 1 || len(snap.Targets) != 3 {
		t.Fatalf("%d models and %d targets, want 1 and 3", len(snap.Models), len(snap.Targets))
	}
	got := snap.Models[0].Latency
	for p, value := range map[int]time.Duration{50: got.P50, 95: got.P95, 99: got.P99} {
		exact := nearest(samples, p)
		if math.Abs(float64(value-exact)) > stated*float64(exact)+1 {
			t.Errorf("p%d: got %v, exactly %v", p, value, exact)
		}
	}
	if got.Count != 30_000 || snap.Targets[0].Latency.Count != 10_000 {
		t.Errorf("counts %d and %d, want 30000 and 10000: the merge must not change its parts", got.Count, snap.Targets[0].Latency.Count)
	}
}

// What providers said that their answers took, as recorded. The exact
// percentiles were worked out by hand, at the nearest rank upwards.
func TestPercentilesOfRecordedLatencies(t *testing.T) {
	data, err := os.ReadFile("testdata/latencies.txt")
	if err != nil {
		t.Fatal(err)
	}
	s := stats.New()
	n := 0
	for line := range strings.Lines(string(data)) {
		if line[0] == '#' {
			continue
		}
		ms, err := strconv.ParseFloat(strings.TrimSpace(line), 64)
		if err != nil {
			t.Fatal(err)
		}
		d := time.Duration(ms * float64(time.Millisecond))
		s.Record(t.Context(), &llmotel.Record{Target: []string{"east", "west"}[n%2], Provider: "p", RequestModel: "m", Attempts: 1, Duration: d, TimeToFirstChunk: d})
		n++
	}
	const ms = time.Millisecond
	for _, w := range []stats.Window{stats.SinceStart, stats.LastMinute, stats.LastHour} {
		for name, got := range map[string]stats.Latency{"latency": s.Window(w).Overall.Latency, "first chunk": s.Window(w).Models[0].TimeToFirstChunk} {
			for p, v := range map[string]struct{ got, exact time.Duration }{
				"p50": {got.P50, 713 * ms}, "p90": {got.P90, 6053 * ms}, "p95": {got.P95, 7107 * ms}, "p99": {got.P99, 10386200 * time.Microsecond},
			} {
				if off := math.Abs(float64(v.got-v.exact)) / float64(v.exact); off > tolerance {
					t.Errorf("%v %s %s: %v, exactly %v: %.2f %% off", w, name, p, v.got, v.exact, 100*off)
				}
			}
			if got.Count != 42 || got.Min != 38*ms || got.Max != 10386200*time.Microsecond || got.Avg.Round(time.Microsecond) != 1772568*time.Microsecond {
				t.Errorf("%v %s: %+v", w, name, got)
			}
		}
	}
}
