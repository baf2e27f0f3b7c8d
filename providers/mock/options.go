package mock

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/llmotel/sdk/providers"
)

// Option configures a Provider.
type Option interface{ apply(config) config }

type config struct {
	seed       uint64
	timeScale  float64
	retryAfter time.Duration
	rates      map[providers.Kind]float64
	script     []Step
	models     []string
	answers    map[string]string
	host       string
	port       int
}

func defaults(p Profile) config {
	return config{
		seed: 1, timeScale: 1, retryAfter: 2 * time.Second,
		host: p.Name + ".mock.invalid", port: 443,
	}
}

type optionFunc func(config) config

func (f optionFunc) apply(c config) config { return f(c) }

// WithSeed sets the seed of answers, latencies, failures and ids. The default
// is 1.
func WithSeed(seed uint64) Option {
	return optionFunc(func(c config) config { c.seed = seed; return c })
}

// WithTimeScale multiplies every wait by f, and the Retry-After that comes from
// WithRetryAfter with it. The default is 1, real time; 0 waits for nothing.
func WithTimeScale(f float64) Option {
	return optionFunc(func(c config) config { c.timeScale = f; return c })
}

// WithFailureRate makes calls fail with the kind, each with probability p
// between 0 and 1. Rates of several kinds add up to 1 at most; the kinds
// cancelled, rejected and panic do not come from a service and are refused.
func WithFailureRate(kind providers.Kind, p float64) Option {
	return optionFunc(func(c config) config {
		rates := maps.Clone(c.rates)
		if rates == nil {
			rates = map[providers.Kind]float64{}
		}
		rates[kind] = p
		c.rates = rates
		return c
	})
}

// WithScript says what the first calls do, one step a call unless the step says
// Times. Calls after the last step behave as without a script. A second script
// continues the first.
func WithScript(steps ...Step) Option {
	return optionFunc(func(c config) config {
		c.script = append(slices.Clip(c.script), steps...)
		return c
	})
}

// WithRetryAfter sets the Retry-After of rate limits, before time scaling. The
// default is 2 seconds; 0 sends none. A step's own RetryAfter wins.
func WithRetryAfter(d time.Duration) Option {
	return optionFunc(func(c config) config { c.retryAfter = d; return c })
}

// WithAnswers gives the answers to known questions: the keys are texts of the
// last user message. Other questions get invented answers, as all do by
// default. Steps of a script that bring an answer come first.
func WithAnswers(answers map[string]string) Option {
	answers = maps.Clone(answers)
	return optionFunc(func(c config) config { c.answers = answers; return c })
}

// WithModels makes calls for any other model fail with KindModelNotFound. The
// default is to know them all.
func WithModels(models ...string) Option {
	models = slices.Clone(models)
	return optionFunc(func(c config) config { c.models = models; return c })
}

// WithServerAddress sets what ServerAddress returns, such as "api.openai.com"
// and 443. The default is a name that cannot exist: "openai.mock.invalid", 443.
func WithServerAddress(host string, port int) Option {
	return optionFunc(func(c config) config { c.host, c.port = host, port; return c })
}

func (c config) validate() error {
	if !(c.timeScale >= 0) || math.IsInf(c.timeScale, 0) {
		return fmt.Errorf("mock: time scale %v is not a number of at least 0", c.timeScale)
	}
	if c.retryAfter < 0 {
		return fmt.Errorf("mock: Retry-After %v is negative", c.retryAfter)
	}
	var sum float64
	for kind, p := range c.rates {
		if !(p >= 0 && p <= 1) {
			return fmt.Errorf("mock: failure rate %v of %s is not between 0 and 1", p, kind)
		}
		if err := checkKind(kind); err != nil {
			return err
		}
		sum += p
	}
	if sum > 1+1e-9 {
		return fmt.Errorf("mock: failure rates add up to %v, more than 1", sum)
	}
	for i, s := range c.script {
		if err := s.validate(); err != nil {
			return fmt.Errorf("mock: step %d of the script: %w", i, err)
		}
	}
	return nil
}
