package tokenest

// Option configures an Estimator.
type Option interface{ apply(config) config }

type config struct {
	exact     int
	knownOnly bool
}

type optionFunc func(config) config

func (f optionFunc) apply(c config) config { return f(c) }

// WithoutApproximation leaves the usage of models alone whose tokenizer is not
// at hand. The default is to count with OpenAI's.
func WithoutApproximation() Option {
	return optionFunc(func(c config) config { c.knownOnly = true; return c })
}

// WithExactBytes sets how many bytes of a prompt, and of an answer, are counted;
// what comes after them is taken to be like them. The default is
// DefaultExactBytes, which takes some ten milliseconds.
func WithExactBytes(n int) Option {
	return optionFunc(func(c config) config { c.exact = n; return c })
}
