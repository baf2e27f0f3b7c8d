package failover

// WithRandom replaces the source of jitter.
func WithRandom(f func() float64) Option {
	return optionFunc(func(c config) config { c.random = f; return c })
}
