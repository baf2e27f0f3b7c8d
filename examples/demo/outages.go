package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/mock"
)

// period is how long the schedule of outages takes before it begins again.
const period = 6 * time.Minute

// outage is one line of the schedule: from when to when in each period, who,
// and what they answer meanwhile.
type outage struct {
	from, to time.Duration
	what     string
	kind     providers.Kind
	who      func(*fleet) []*mock.Provider
}

var schedule = []outage{
	{
		30 * time.Second, 90 * time.Second, "openai is down", providers.KindServerError,
		func(f *fleet) []*mock.Provider { return []*mock.Provider{f.openai} },
	},
	{
		135 * time.Second, 165 * time.Second, "openai and anthropic limit the rate", providers.KindRateLimited,
		func(f *fleet) []*mock.Provider { return []*mock.Provider{f.openai, f.anthropic} },
	},
	// Longer than the two minutes after which the alert fires.
	{
		200 * time.Second, 350 * time.Second, "everything is down", providers.KindOverloaded,
		func(f *fleet) []*mock.Provider { return []*mock.Provider{f.openai, f.anthropic, f.local} },
	},
}

// outages takes providers down and brings them back, until the context ends.
func (f *fleet) outages(ctx context.Context, speed float64, out io.Writer) {
	began := time.Now()
	at := func(round int, d time.Duration) time.Duration {
		scaled := time.Duration(float64(time.Duration(round)*period+d) / speed)
		return time.Until(began.Add(scaled))
	}
	for round := 0; ; round++ {
		for _, o := range schedule {
			if !sleep(ctx, at(round, o.from)) {
				return
			}
			fmt.Fprintln(out, "outage:", o.what)
			for _, p := range o.who(f) {
				if err := p.SetOutage(o.kind); err != nil {
					fmt.Fprintln(out, "outage:", err)
				}
			}
			back := sleep(ctx, at(round, o.to))
			for _, p := range o.who(f) {
				p.SetDown(false)
			}
			if !back {
				return
			}
			fmt.Fprintln(out, "outage: over")
		}
	}
}

// sleep reports whether the time went by before the context ended.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
