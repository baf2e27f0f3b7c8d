package failover

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/failsafe-go/failsafe-go/ratelimiter"

	"github.com/llmotel/sdk/providers"
)

// What failsafe-go's limiters do with a debt is why the meter is built on the
// smooth one: the bursty one turns the smallest debt, given time, into a burst
// of everything that it would have let through meanwhile. When this test fails,
// look again at docs/decisions/0204.
func TestBurstyLimiterForgetsItsSize(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := ratelimiter.NewBursty[any](10, time.Minute)
		l.ReservePermits(11) // a debt of one
		time.Sleep(time.Hour)
		if !l.TryAcquirePermits(500) {
			t.Error("the bursty limiter has learnt its size; would it do for the meter?")
		}
		m := newMeter(10)
		m.correct(0, 11)
		time.Sleep(time.Hour)
		for i := range 11 {
			if _, ok := m.take(1); ok != (i < 10) {
				t.Errorf("the meter, take %d after an hour: %v", i+1, ok)
			}
		}
	})
}

// The smooth limiter, meant to be waited for, has no burst at all.
func TestSmoothLimiterHasNoBurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := ratelimiter.NewSmooth[any](60, time.Minute)
		if !l.TryAcquirePermit() || l.TryAcquirePermit() {
			t.Error("two permits at once: would the smooth limiter do for the meter?")
		}
	})
}

func TestMeterGivesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMeter(60)
		for range 60 {
			m.take(1)
		}
		if wait, ok := m.take(1); ok || wait != time.Second {
			t.Errorf("an empty bucket: %v, %v", wait, ok)
		}
		m.correct(1, 0)
		if _, ok := m.take(1); !ok {
			t.Error("what came back cannot be taken")
		}
		// What comes back to a full bucket is lost, at once and later.
		time.Sleep(time.Hour)
		m.correct(30, 0)
		n := 0
		for ; ; n++ {
			if _, ok := m.take(1); !ok {
				break
			}
		}
		if n != 60 {
			t.Errorf("%d in a bucket of 60", n)
		}
	})
}

func TestEstimate(t *testing.T) {
	text := func(n int) providers.Text { return providers.Text{Text: string(make([]byte, n))} }
	for name, tc := range map[string]struct {
		req  providers.Request
		want int64
	}{
		"nothing":           {providers.Request{}, 1000},
		"limit on output":   {providers.Request{MaxOutputTokens: 50}, 50},
		"several answers":   {providers.Request{MaxOutputTokens: 50, Choices: 3}, 150},
		"system":            {providers.Request{MaxOutputTokens: 1, System: []providers.Text{text(40)}}, 11},
		"tools":             {providers.Request{MaxOutputTokens: 1, Tools: []providers.Tool{{Name: "abcd", Description: "abcdefgh", Parameters: []byte(`{"a":"b"}   `)}}}, 7},
		"schema":            {providers.Request{MaxOutputTokens: 1, Format: &providers.Format{Schema: []byte(`{"a":"b"}   `)}}, 4},
		"parts":             {providers.Request{MaxOutputTokens: 1, Messages: []providers.Message{{Parts: []providers.Part{text(4), providers.Reasoning{Text: "12345678"}, providers.Refusal{Text: "1234"}, providers.Opaque{JSON: []byte("1234")}}}}}, 6},
		"tool call, result": {providers.Request{MaxOutputTokens: 1, Messages: []providers.Message{{Parts: []providers.Part{providers.ToolCall{Name: "1234", Arguments: "1234"}, providers.ToolResult{Parts: []providers.Part{text(8), providers.Image{}}}}}}}, 1005},
		"media":             {providers.Request{MaxOutputTokens: 1, Messages: []providers.Message{{Parts: []providers.Part{providers.Image{}, providers.Audio{}, providers.File{}}}}}, 3001},
	} {
		if got := estimate(&tc.req); got != tc.want {
			t.Errorf("%s: %d, want %d", name, got, tc.want)
		}
	}
	if estimate(nil) != 0 {
		t.Error("no request")
	}
}
