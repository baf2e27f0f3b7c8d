package stats

import (
	"time"

	"github.com/llmotel/sdk/providers"
)

// DefaultMaxSeries is how many combinations of target, provider, model, feature,
// prompt with its version, experiment and variant are told apart unless
// WithMaxSeries says otherwise.
const DefaultMaxSeries = 1000

// Option configures a Sink.
type Option interface{ apply(config) config }

type config struct {
	maxSeries int
	breakers  func() []providers.BreakerStatus
	now       func() time.Time
}

type optionFunc func(config) config

func (f optionFunc) apply(c config) config { return f(c) }

func newConfig(opts []Option) config {
	c := config{maxSeries: DefaultMaxSeries, now: time.Now}
	for _, o := range opts {
		if o != nil {
			c = o.apply(c)
		}
	}
	return c
}

// WithMaxSeries bounds how many combinations of attributes are told apart. Of
// what comes after them the attribution is counted under "other" and, once a
// quarter more has appeared, everything is. A number below 1 means
// DefaultMaxSeries. A series takes about 2 KB, and up to as much again in each slice of
// time that it was used in: 16 MB in all for a million calls a day over 1,000 series.
func WithMaxSeries(n int) Option {
	return optionFunc(func(c config) config {
		c.maxSeries = DefaultMaxSeries
		if n > 0 {
			c.maxSeries = n
		}
		return c
	})
}

// WithBreakers tells where circuit breaker figures come from: a failover
// chain's list. It is called once for each snapshot, with no lock held. Nil is
// ignored.
func WithBreakers(f func() []providers.BreakerStatus) Option {
	return optionFunc(func(c config) config {
		if f != nil {
			c.breakers = f
		}
		return c
	})
}
