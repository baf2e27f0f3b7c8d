package debugui

import (
	"fmt"
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/providers"
)

// waterfall is a call over time: itself, and each visit with its tries.
type waterfall struct {
	Took  time.Duration
	Rows  []bar
	Skips []llmotel.Skip
}

// bar is one row of it.
type bar struct {
	Name, Model, Text string
	Outcome           string
	Depth             int
	Begin             time.Duration // since the begin of the call
	Took              time.Duration
	FirstChunk        time.Duration
	// Parts are tries and waits; Marks are first chunks.
	Parts []part
	Mark  float64 // 0: none
	Tries []try
}

// part is a piece of a bar.
type part struct {
	X, Width float64
	Look     string // "failed", "waiting", "succeeded"
	Title    string
}

// try is a try that failed, and the wait after it.
type try struct {
	Number int
	Kind   string
	Status int
	At     time.Duration
	Delay  time.Duration
}

func waterfallOf(r *llmotel.Record) waterfall {
	w := waterfall{Took: max(r.Duration, time.Microsecond), Skips: r.Skips}
	// A hedge that lost may end after its call.
	for i := range r.Visits {
		w.Took = max(w.Took, r.Visits[i].Start.Sub(r.Start)+r.Visits[i].Duration)
	}
	name := "call"
	if len(r.Visits) == 0 && r.Target != "" {
		name = r.Target
	}
	whole := bar{Name: name, Model: r.RequestModel, Outcome: outcome(r), Took: r.Duration, FirstChunk: r.TimeToFirstChunk}
	w.cut(&whole, r.Start, r.Retries)
	w.Rows = append(w.Rows, whole)
	for i := range r.Visits {
		v := &r.Visits[i]
		b := bar{
			Name: v.Target, Model: modelOf(v.ResponseModel, v.RequestModel), Outcome: visitOutcome(v, r), Depth: 1,
			Begin: v.Start.Sub(r.Start), Took: v.Duration, FirstChunk: v.TimeToFirstChunk, Text: words(string(v.ErrorKind)),
		}
		w.cut(&b, r.Start, v.Retries)
		w.Rows = append(w.Rows, b)
	}
	return w
}

// waterfallWidth is the width of all bars in units of their own.
const waterfallWidth = 1000

// cut makes the parts of a bar: each try, and the waits between them.
func (w *waterfall) cut(b *bar, begun time.Time, retries []llmotel.Retry) {
	x := func(d time.Duration) float64 {
		return waterfallWidth * float64(min(max(d, 0), w.Took)) / float64(w.Took)
	}
	add := func(from, to time.Duration, look, title string) {
		if to > from {
			b.Parts = append(b.Parts, part{x(from), max(x(to)-x(from), 2), look, title})
		}
	}
	at, end := b.Begin, b.Begin+b.Took
	for i, r := range retries {
		failedAt := min(r.At.Sub(begun), end)
		next := min(failedAt+r.Delay, end)
		add(at, failedAt, failed, fmt.Sprintf("try %d failed: %s", i+1, words(string(r.ErrorKind))))
		add(failedAt, next, "waiting", "waiting "+duration(r.Delay))
		b.Tries = append(b.Tries, try{i + 1, words(string(r.ErrorKind)), r.StatusCode, failedAt, r.Delay})
		at = next
	}
	add(at, end, b.Outcome, b.Outcome+" after "+duration(b.Took))
	if b.FirstChunk > 0 {
		b.Mark = x(b.Begin + b.FirstChunk)
	}
}

func visitOutcome(v *llmotel.Visit, r *llmotel.Record) string {
	switch {
	case v.ErrorKind == providers.KindCancelled:
		return cancelled
	case v.ErrorKind != "":
		return failed
	case r.Abandoned:
		return abandoned
	default:
		return succeeded
	}
}
