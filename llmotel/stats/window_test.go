package stats_test

import (
	"encoding/json"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/llmotel/stats"
	"github.com/llmotel/sdk/providers"
)

func plain(d time.Duration) *llmotel.Record {
	return &llmotel.Record{Provider: "openai", RequestModel: "gpt-5.2", Attempts: 1, Duration: d, Usage: used(100, 10), Cost: dollars(1e9)}
}

func requests(r stats.Report) [4]int64 {
	return [4]int64{r.SinceStart.Overall.Requests, r.LastMinute.Overall.Requests, r.Last5Minutes.Overall.Requests, r.LastHour.Overall.Requests}
}

func TestWindowsSlide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stats.New()
		s.Record(t.Context(), plain(time.Second))
		steps := []struct {
			sleep time.Duration // and then another call ends
			want  [4]int64
		}{
			{0, [4]int64{2, 2, 2, 2}},
			{59 * time.Second, [4]int64{3, 3, 3, 3}},
			{time.Second, [4]int64{4, 2, 4, 4}}, // 1m: what ended at 0s is too old
			{239 * time.Second, [4]int64{5, 1, 5, 5}},
			{time.Second, [4]int64{6, 2, 4, 6}}, // 5m
			{55 * time.Minute, [4]int64{7, 1, 1, 3}},
			{58 * time.Minute, [4]int64{8, 1, 1, 2}},
			{100 * time.Hour, [4]int64{9, 1, 1, 1}},
		}
		for i, step := range steps {
			time.Sleep(step.sleep)
			s.Record(t.Context(), plain(time.Second))
			if got := requests(s.Report()); got != step.want {
				t.Errorf("step %d: requests %v, want %v", i, got, step.want)
			}
		}
		time.Sleep(61 * time.Minute)
		if got, want := requests(s.Report()), [4]int64{9, 0, 0, 0}; got != want {
			t.Errorf("nothing called for an hour: %v, want %v", got, want)
		}
		if m := s.Window(stats.LastHour).Models; len(m) != 0 {
			t.Errorf("models without a call in the window: %+v", m)
		}
	})
}

// A window never holds what is older than it, and lacks at most one slice.
func TestWindowsHoldWhatTheySay(t *testing.T) {
	for w, slice := range map[stats.Window]time.Duration{stats.LastMinute: 5 * time.Second, stats.Last5Minutes: 5 * time.Second, stats.LastHour: 2 * time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			s := stats.New()
			begun := time.Now()
			step := slice/7 + time.Millisecond
			var ended []time.Time
			for range 3 * int(w.Duration()/step) / 2 {
				time.Sleep(step)
				ended = append(ended, time.Now())
				s.Record(t.Context(), plain(time.Second))
				snap := s.Window(w)
				var most, least int64
				for _, at := range ended {
					if age := time.Since(at); age <= w.Duration() {
						most++
						if age <= w.Duration()-slice {
							least++
						}
					}
				}
				if n := snap.Overall.Requests; n > most || n < least {
					t.Fatalf("%v after %v: %d requests, want %d to %d", w, time.Since(begun), n, least, most)
				}
				var since int64
				for _, at := range ended {
					if !at.Before(snap.Since) {
						since++
					}
				}
				if since != snap.Overall.Requests {
					t.Fatalf("%v: %d requests, but %d ended since %v", w, snap.Overall.Requests, since, snap.Since)
				}
			}
		})
	}
}

func TestWindowsHaveAllFigures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stats.New()
		s.Record(t.Context(), &llmotel.Record{Provider: "old", RequestModel: "old", Attempts: 1, ErrorKind: providers.KindTimeout, Duration: time.Hour})
		time.Sleep(2 * time.Hour)
		for range 3 {
			s.Record(t.Context(), fallback())
			time.Sleep(7 * time.Second)
		}
		s.Record(t.Context(), &llmotel.Record{Provider: "openai", RequestModel: "gpt-5.2", Attempts: 1, Cost: pricing.Cost{Priced: true, Amount: 5e11, Currency: "EUR"}})
		for _, w := range []stats.Window{stats.LastMinute, stats.Last5Minutes, stats.LastHour} {
			snap := s.Window(w)
			o := snap.Overall
			if o.Requests != 4 || o.Succeeded != 4 || o.Retries != 3 || o.Fallbacks != 3 || o.Attempts != 10 || len(o.Errors) != 0 {
				t.Errorf("%v: %+v", w, o)
			}
			if o.Tokens.Input != 330 || o.Cost.USD != 0.009 || o.Cost.Other["EUR"] != 0.5 || o.Latency.Max != 900*time.Millisecond || o.TimeToFirstChunk.Count != 3 {
				t.Errorf("%v: %+v %+v %+v", w, o.Tokens, o.Cost, o.Latency)
			}
			if len(snap.Models) != 2 || snap.Models[0].Errors[providers.KindOverloaded] != 3 || snap.Models[0].Requests != 4 || snap.Models[1].Fallbacks != 3 {
				t.Errorf("%v: %+v", w, snap.Models)
			}
		}
	})
}

func TestTimeline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stats.New()
		start := time.Now()
		for i := range 30 { // a call each minute, longer each time
			s.Record(t.Context(), plain(time.Duration(i+1)*time.Second))
			time.Sleep(time.Minute)
		}
		s.Record(t.Context(), fallback())
		line := s.Timeline(stats.SinceStart)
		if line.Window != stats.LastHour || len(line.Points) != 16 {
			t.Fatalf("%v with %d points, want last_1h with 16", line.Window, len(line.Points))
		}
		var sum int64
		for i, p := range line.Points {
			sum += p.Overall.Requests
			if want := start.Add(time.Duration(i) * 2 * time.Minute); !p.Start.Equal(want) {
				t.Errorf("point %d starts at %v, want %v", i, p.Start, want)
			}
			if i == 15 {
				if p.Seconds != 0 || len(p.Models) != 2 || p.Models[0].Failed != 1 || p.Models[1].Cost.USD != 0.002 || p.Overall.Fallbacks != 1 {
					t.Errorf("the slice that has just begun: %+v", p)
				}
				continue
			}
			if p.Seconds != 120 || p.Overall.Requests != 2 || p.Overall.Latency.Max != time.Duration(2*i+2)*time.Second || len(p.Models) != 1 || p.Models[0].Tokens.Input != 200 {
				t.Errorf("point %d: %+v", i, p)
			}
		}
		if whole := s.Window(stats.LastHour).Overall.Requests; sum != 31 || whole != 31 {
			t.Errorf("the points have %d requests, the window %d, want 31", sum, whole)
		}
		time.Sleep(11 * time.Second)
		minute := s.Timeline(stats.LastMinute)
		if len(minute.Points) != 12 || minute.Points[9].Overall.Requests != 1 || minute.Points[11].Overall.Requests != 0 || minute.Points[11].Seconds != 1 {
			t.Errorf("%+v", minute.Points)
		}
		if b, err := json.Marshal(minute); err != nil || !json.Valid(b) {
			t.Error(err)
		}
	})
}

func TestWindowNames(t *testing.T) {
	for w, name := range map[stats.Window]string{stats.SinceStart: "since_start", stats.LastMinute: "last_1m", stats.Last5Minutes: "last_5m", stats.LastHour: "last_1h"} {
		var back stats.Window
		if err := back.UnmarshalText([]byte(name)); err != nil || back != w || w.String() != name {
			t.Errorf("%q is %v (%v), want %v", name, back, err, w)
		}
	}
	var w stats.Window
	if err := w.UnmarshalText([]byte("last_2h")); err == nil {
		t.Error("a window that does not exist was read")
	}
	s := stats.New()
	s.Record(t.Context(), plain(time.Second))
	if snap := s.Window(99); snap.Window != stats.SinceStart || snap.Overall.Requests != 1 {
		t.Errorf("no window: %+v", snap)
	}
}

// Snapshots read slices that are over while the Sink goes on using them.
func TestWindowsConcurrentSafe(t *testing.T) {
	var mu sync.Mutex
	now := time.Now()
	s := stats.New(stats.WithClock(func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(300 * time.Millisecond)
		return now
	}))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 1500 {
				s.Record(t.Context(), fallback())
			}
		})
	}
	for range 4 {
		wg.Go(func() {
			for range 40 {
				r := s.Report()
				for _, snap := range []stats.Snapshot{r.SinceStart, r.LastMinute, r.Last5Minutes, r.LastHour} {
					if len(snap.Models) == 0 {
						continue
					}
					n := snap.Overall.Requests
					if snap.Models[0].Failed != n || snap.Models[1].Succeeded != n || snap.Overall.Tokens.Input != 110*n || snap.Overall.Latency.Count != n {
						t.Errorf("half a call in %v: %+v", snap.Window, snap)
						return
					}
				}
				for _, p := range s.Timeline(stats.Last5Minutes).Points {
					if len(p.Models) > 0 && p.Models[0].Failed != p.Overall.Requests {
						t.Errorf("half a call in %+v", p)
						return
					}
				}
			}
		})
	}
	wg.Wait()
	if got := s.Snapshot().Overall.Requests; got != 6000 {
		t.Errorf("%d requests, want 6000", got)
	}
}
