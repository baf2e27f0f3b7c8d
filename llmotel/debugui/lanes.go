package debugui

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/providers"
)

// laneWidth is the width of a lane in units of its own; it is stretched.
const laneWidth = 1000

type breakersView struct {
	Lanes     []lane
	Changes   []change // newest first
	Fallbacks []handover
	Window    time.Duration
}

type breakersData struct {
	Breakers  []breakerData `json:"breakers"`
	Changes   []change      `json:"changes"`
	Fallbacks []handover    `json:"fallbacks"`
}

type breakerData struct {
	Target              string                 `json:"target"`
	Model               string                 `json:"model,omitempty"`
	Key                 string                 `json:"key,omitempty"`
	State               providers.BreakerState `json:"state"`
	Since               time.Time              `json:"since,omitzero"`
	Reason              string                 `json:"reason,omitempty"`
	RetryAt             time.Time              `json:"retry_at,omitzero"`
	ConsecutiveFailures int                    `json:"consecutive_failures"`
	Successes           int                    `json:"successes"`
	Failures            int                    `json:"failures"`
	FailureRate         float64                `json:"failure_rate"`
	SlowCalls           int                    `json:"slow_calls,omitempty"`
	TimedCalls          int                    `json:"timed_calls,omitempty"`
	InFlight            int                    `json:"in_flight"`
	States              []stretch              `json:"states"`
}

// lane is a breaker over time.
type lane struct {
	providers.BreakerStatus
	States []stretch
}

// stretch is a time in one state.
type stretch struct {
	State  providers.BreakerState `json:"state"`
	From   time.Time              `json:"from"`
	To     time.Time              `json:"to"`
	Reason string                 `json:"reason,omitempty"`
	// X and Width are where it is in the lane.
	X     float64 `json:"-"`
	Width float64 `json:"-"`
}

// Took is how long it was.
func (s stretch) Took() time.Duration { return s.To.Sub(s.From).Round(time.Millisecond) }

// handover is how often calls went on from one target to another.
type handover struct {
	From string `json:"from"`
	To   string `json:"to"`
	// Why is the error kind, or why the target was not even asked.
	Why   string    `json:"why"`
	Calls int       `json:"calls"`
	Last  time.Time `json:"last"`
}

func (h *Handler) breakers(req *request) (view, data any) {
	changes := h.calls.changed()
	from := req.now.Add(-req.window.Duration())
	v := &breakersView{Window: req.window.Duration()}
	d := breakersData{Breakers: []breakerData{}, Changes: []change{}, Fallbacks: []handover{}}
	for _, b := range h.cfg.breakers() {
		states := stretches(b, changes, later(from, h.since), req.now)
		for i := range states {
			s := &states[i]
			s.X = laneWidth * float64(s.From.Sub(from)) / float64(req.window.Duration())
			s.Width = max(laneWidth*float64(s.To.Sub(s.From))/float64(req.window.Duration()), 3) // seen, however short
		}
		v.Lanes = append(v.Lanes, lane{b, states})
		d.Breakers = append(d.Breakers, breakerData{
			b.Target, b.Model, b.Key, b.State, b.Since, b.Reason, b.RetryAt, b.ConsecutiveFailures, b.Successes, b.Failures,
			b.FailureRate, b.SlowCalls, b.TimedCalls, b.InFlight, states,
		})
	}
	for _, c := range slices.Backward(changes) {
		if c.At.After(from) {
			v.Changes = append(v.Changes, c)
		}
	}
	v.Fallbacks = handovers(h.calls.backward(), from)
	d.Changes, d.Fallbacks = append(d.Changes, v.Changes...), append(d.Fallbacks, v.Fallbacks...)
	return v, d
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// stretches returns the states of a breaker between two times, as far as calls
// told of them; what it says of itself is the last word.
func stretches(b providers.BreakerStatus, changes []change, from, to time.Time) []stretch {
	own := slices.DeleteFunc(slices.Clone(changes), func(c change) bool { return c.Target != b.Target || c.Model != b.Model || c.Key != b.Key })
	// Calls end in another order than they change breakers.
	slices.SortStableFunc(own, func(a, b change) int { return a.At.Compare(b.At) })
	at := stretch{State: b.State, From: from}
	switch {
	case len(own) > 0:
		at.State = own[0].From
	case b.Since.After(from):
		at.State = providers.BreakerClosed // as every breaker begins
	}
	var out []stretch
	turn := func(when time.Time, state providers.BreakerState, reason string) {
		if when.After(to) {
			when = to
		}
		if when.After(at.From) && when.After(from) {
			at.To = when
			out = append(out, at)
		}
		at = stretch{State: state, From: later(when, from), Reason: reason}
	}
	for _, c := range own {
		turn(c.At, c.To, c.Reason)
	}
	if b.State != at.State { // by hand, or by a call that has not ended
		turn(later(b.Since, at.From), b.State, b.Reason)
	}
	at.To = to
	return append(out, at)
}

// handovers counts from where to where calls that ended after a time went on.
func handovers(records iter.Seq[*llmotel.Record], after time.Time) []handover {
	type key struct{ from, to, why string }
	counts := map[key]*handover{}
	note := func(r *llmotel.Record, k key) {
		if k.from == k.to {
			return
		}
		if counts[k] == nil { // records come newest first
			counts[k] = &handover{From: k.from, To: k.to, Why: k.why, Last: r.Start.Add(r.Duration)}
		}
		counts[k].Calls++
	}
	for r := range records {
		if r.Start.Add(r.Duration).Before(after) {
			break // they come in the order of their ends
		}
		for i := 1; i < len(r.Visits); i++ {
			if v := &r.Visits[i-1]; v.ErrorKind != "" {
				note(r, key{v.Target, r.Visits[i].Target, string(v.ErrorKind)})
			}
		}
		for _, s := range r.Skips {
			if len(r.Visits) > 0 && r.Target != "" {
				note(r, key{s.Target, r.Target, s.Reason})
			}
		}
	}
	out := make([]handover, 0, len(counts))
	for _, f := range counts {
		out = append(out, *f)
	}
	slices.SortFunc(out, func(a, b handover) int {
		return cmp.Or(cmp.Compare(b.Calls, a.Calls), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Why, b.Why))
	})
	return out
}
