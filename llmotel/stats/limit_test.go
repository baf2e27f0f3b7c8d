package stats_test

import (
	"context"
	"testing"
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/stats"
)

// quickest is the least time that a call of f takes, of many short rounds, so
// that what else the machine does is left out.
func quickest(f func()) time.Duration {
	const calls = 2000
	best := time.Hour
	for range 100 {
		begun := time.Now()
		for range calls {
			f()
		}
		best = min(best, time.Since(begun))
	}
	return best / calls
}

// The limit is half a microsecond on the path of a call, on the machine that this
// runs on; and a dozen times the least that counting can be, on any.
func TestRecordAllocatesNothingWithinHalfAMicrosecond(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector slows it down")
	}
	ctx := context.Background()
	r := plain(time.Second)
	r.TimeToFirstChunk = 300 * time.Millisecond
	r.Attribution = llmotel.Attribution{Feature: "search", Prompt: "rank", PromptVersion: "3", Experiment: "tone", Variant: "a"}
	s, least := stats.New(), &floor{since: time.Now()}
	took, floor := quickest(func() { s.Record(ctx, r) }), quickest(func() { least.Record(ctx, r) })
	t.Logf("%v, floor %v", took, floor)
	if took > 500*time.Nanosecond || took > 12*floor {
		t.Errorf("%v, want at most 500ns and 12 times %v", took, floor)
	}
	if n := testing.AllocsPerRun(1000, func() { s.Record(ctx, r) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
