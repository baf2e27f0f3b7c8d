package debugui

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

const (
	// DefaultRecords is how many calls are kept unless WithRecords says
	// otherwise. A record takes 1 KB, with two visits 2 KB.
	DefaultRecords = 1000
	// MaxRecords is the most that WithRecords takes.
	MaxRecords = 100_000
	// DefaultMaxViewers is how many pages can be live at once unless
	// WithMaxViewers says otherwise.
	DefaultMaxViewers = 16
	// MinToken is the least length of a token in bytes.
	MinToken = 16
)

// Option configures a Handler.
type Option interface{ apply(config) config }

type config struct {
	records  int
	breakers func() []providers.BreakerStatus
	hosts    []string
	token    *string
	traceURL string
	viewers  int
	title    string
	prices   *pricing.Catalogue
}

type optionFunc func(config) config

func (f optionFunc) apply(c config) config { return f(c) }

// WithRecords sets how many calls are kept, 1 to MaxRecords. Default:
// DefaultRecords.
func WithRecords(n int) Option {
	return optionFunc(func(c config) config { c.records = n; return c })
}

// WithBreakers tells where the state of circuit breakers comes from: a failover
// chain's list. It is called when somebody looks. Nil is ignored.
func WithBreakers(f func() []providers.BreakerStatus) Option {
	return optionFunc(func(c config) config {
		if f != nil {
			c.breakers = f
		}
		return c
	})
}

// WithHosts adds host names or addresses, without port, under which the page may
// be asked for. By default it is localhost and the addresses of loopback; all
// others get 403, since a foreign web page could have its own name point to this
// machine and read what is here (DNS rebinding).
func WithHosts(hosts ...string) Option {
	return optionFunc(func(c config) config {
		c.hosts = append(slices.Clip(c.hosts), hosts...)
		return c
	})
}

// WithToken lets only those in who bring the token: as "Authorization: Bearer", or
// as the password of basic authentication, under any name, which is how a browser
// asks for it. At least MinToken bytes. Without TLS whoever is on the way can read
// it. Default: none.
func WithToken(token string) Option {
	return optionFunc(func(c config) config { c.token = &token; return c })
}

// WithTraceURL sets the address of a trace in a backend, with {trace_id} and
// perhaps {span_id} in it, such as
// "http://localhost:16686/trace/{trace_id}?uiFind={span_id}" for Jaeger. Default:
// no link.
func WithTraceURL(template string) Option {
	return optionFunc(func(c config) config { c.traceURL = template; return c })
}

// WithMaxViewers bounds how many pages can be live at once; further ones work
// without. Default: DefaultMaxViewers.
func WithMaxViewers(n int) Option {
	return optionFunc(func(c config) config { c.viewers = n; return c })
}

// WithTitle names the program on the page. Default: none.
func WithTitle(title string) Option {
	return optionFunc(func(c config) config { c.title = title; return c })
}

// WithPrices says which prices explain the cost of a call; nil, the default, is the
// built-in ones. A cost that they do not explain is shown without rates.
func WithPrices(p *pricing.Catalogue) Option {
	return optionFunc(func(c config) config { c.prices = p; return c })
}

func newConfig(opts []Option) (config, error) {
	c := config{records: DefaultRecords, viewers: DefaultMaxViewers, breakers: func() []providers.BreakerStatus { return nil }}
	for _, o := range opts {
		if o != nil {
			c = o.apply(c)
		}
	}
	c.prices = cmp.Or(c.prices, pricing.Default())
	if c.records < 1 || c.records > MaxRecords {
		return c, fmt.Errorf("debugui: WithRecords takes 1 to %d, not %d", MaxRecords, c.records)
	}
	if c.viewers < 1 {
		return c, errors.New("debugui: WithMaxViewers takes at least 1")
	}
	if c.token != nil && len(*c.token) < MinToken {
		return c, fmt.Errorf("debugui: a token has at least %d bytes", MinToken)
	}
	for i, h := range c.hosts {
		name, err := hostName(h)
		if err != nil {
			return c, err
		}
		c.hosts[i] = name
	}
	return c, checkTraceURL(c.traceURL)
}

// hostName is a host as requests are compared with: lower case, no brackets.
func hostName(h string) (string, error) {
	name := strings.ToLower(strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(h, "["), "]"), "."))
	if name == "" || strings.ContainsAny(name, "/*@ ") || strings.Contains(name, ":") && net.ParseIP(name) == nil {
		return "", fmt.Errorf("debugui: WithHosts takes names or addresses without scheme, port and wildcard, not %q", h)
	}
	return name, nil
}

func checkTraceURL(template string) error {
	if template == "" {
		return nil
	}
	u, err := url.Parse(strings.NewReplacer("{trace_id}", "0", "{span_id}", "0").Replace(template))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || !strings.Contains(template, "{trace_id}") {
		return errors.New("debugui: WithTraceURL takes an http or https URL with {trace_id} in it")
	}
	return nil
}
