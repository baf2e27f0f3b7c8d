package pricing_test

import (
	"testing"
	"time"

	"github.com/llmotel/sdk/llmotel/pricing"
)

// The limit is a microsecond for a known model, under whichever of its names. The
// least time of many short rounds leaves out what else the machine does.
func TestCostAllocatesNothingWithinAMicrosecond(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector slows it down")
	}
	c, u, at := pricing.Default(), reported(1200, 300), day(t, "2026-08-01")
	for _, name := range [][3]string{
		{"openai", "gpt-5.4", ""}, {"anthropic", "claude-sonnet-5-20260901", ""}, {"gcp.vertex_ai", "models/gemini-2.5-pro-preview-05-06", "ON_DEMAND_FLEX"},
		{"aws.bedrock", "arn:aws:bedrock:eu-west-1:1:inference-profile/eu.anthropic.claude-sonnet-5-20260901-v1:0", ""},
	} {
		call := func() { c.Cost(name[0], name[1], name[2], u, at) }
		if got := c.Cost(name[0], name[1], name[2], u, at); !got.Priced {
			t.Fatalf("%s is not priced", name)
		}
		const calls = 1000
		best := time.Hour
		for range 100 {
			begun := time.Now()
			for range calls {
				call()
			}
			best = min(best, time.Since(begun))
		}
		t.Logf("%s: %v", name[1], best/calls)
		if best/calls > time.Microsecond {
			t.Errorf("%s takes %v, want at most 1µs", name[1], best/calls)
		}
		if n := testing.AllocsPerRun(1000, call); n != 0 {
			t.Errorf("%s: %v allocations", name[1], n)
		}
	}
}
