package stats_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/stats"
	"github.com/llmotel/sdk/providers"
)

func asked(model string) *llmotel.Record {
	r := plain(time.Second)
	r.RequestModel = model
	return r
}

// The memory of slices that have passed is used again, by whichever series
// comes first.
func TestMemoryIsNotSharedBySeries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stats.New()
		r := asked("a")
		r.ErrorKind = providers.KindTimeout
		s.Record(t.Context(), r)
		time.Sleep(2 * time.Hour)
		s.Record(t.Context(), asked("b"))
		s.Record(t.Context(), asked("a"))
		for _, w := range []stats.Window{stats.LastMinute, stats.LastHour} {
			for _, m := range s.Window(w).Models {
				if m.Requests != 1 || m.Succeeded != 1 || len(m.Errors) != 0 {
					t.Errorf("%v: %+v, want one that succeeded", w, m)
				}
			}
		}
	})
}

func TestOtherComesLast(t *testing.T) {
	s := stats.New()
	s.Record(t.Context(), asked("first"))
	s.Record(t.Context(), asked(strings.Repeat("no name ", 100)))
	s.Record(t.Context(), asked("second"))
	m := s.Snapshot().Models
	if len(m) != 3 || m[0].Model != "first" || m[1].Model != "second" || m[2].Model != stats.Other {
		t.Errorf("%+v", m)
	}
}

func TestSumsOverSeriesKeepWholeDollars(t *testing.T) {
	s := stats.New()
	for _, model := range []string{"a", "b"} {
		for range 3 {
			r := asked(model)
			r.Cost = dollars(2_500_000_000_000)
			s.Record(t.Context(), r)
		}
	}
	for _, w := range []stats.Window{stats.SinceStart, stats.LastMinute} {
		if got := s.Window(w).Overall.Cost.USD; got != 15 {
			t.Errorf("%v: $%v, want $15", w, got)
		}
	}
}

// An answer that came in one piece has no speed after it.
func TestSpeedOfAnswersInOnePiece(t *testing.T) {
	s := stats.New()
	r := plain(2 * time.Second)
	r.TimeToFirstChunk = 2 * time.Second
	s.Record(t.Context(), r)
	r = plain(time.Second)
	r.TimeToFirstChunk = 3 * time.Second // clocks differ
	s.Record(t.Context(), r)
	if f := s.Snapshot().Overall; f.StreamedTokensPerSecond != 0 || f.OutputTokensPerSecond < 6.66 || f.OutputTokensPerSecond > 6.67 {
		t.Errorf("%v and %v tokens a second, want 20 in 3 s and none", f.OutputTokensPerSecond, f.StreamedTokensPerSecond)
	}
	r = plain(3 * time.Second)
	r.TimeToFirstChunk = time.Second
	s.Record(t.Context(), r)
	if f := s.Snapshot().Overall; f.StreamedTokensPerSecond != 5 {
		t.Errorf("%v tokens a second, want 10 in 2 s", f.StreamedTokensPerSecond)
	}
}
