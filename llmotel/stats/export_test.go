package stats

import "time"

// WithClock replaces the clock.
func WithClock(now func() time.Time) Option {
	return optionFunc(func(c config) config { c.now = now; return c })
}
