package config

import (
	"errors"
	"io/fs"
	"os"
	"slices"

	"github.com/llmotel/sdk/failover"
)

// Config is a configuration that was read and found right. It does not change,
// and is safe for concurrent use.
type Config struct {
	targets []failover.Target
	options []failover.Option
}

// Option changes how a file is read.
type Option interface {
	apply(settings reading) reading
}

type reading struct {
	lookup func(name string) (string, bool)
}

type optionFunc func(reading) reading

func (f optionFunc) apply(r reading) reading { return f(r) }

// WithLookup sets where the variables that the file names are looked up, such as
// a store of secrets. The default is os.LookupEnv; nil is ignored.
func WithLookup(lookup func(name string) (value string, ok bool)) Option {
	return optionFunc(func(r reading) reading {
		if lookup != nil {
			r.lookup = lookup
		}
		return r
	})
}

// Load reads a file and makes its providers. The error joins an [*Error] for
// everything that is wrong, in the order of the file.
func Load(path string, factories Factories, opts ...Option) (*Config, error) {
	data, err := os.ReadFile(path) //nolint:gosec // the program names its file
	if err != nil {
		reason := err.Error()
		if e, ok := errors.AsType[*fs.PathError](err); ok {
			reason = "cannot be read: " + e.Err.Error()
		}
		return nil, &Error{File: path, Reason: reason, Err: err}
	}
	return Parse(path, data, factories, opts...)
}

// Parse is [Load] for data that was read already; name stands for the file in
// errors.
func Parse(name string, data []byte, factories Factories, opts ...Option) (*Config, error) {
	settings := reading{os.LookupEnv}
	for _, o := range opts {
		if o != nil {
			settings = o.apply(settings)
		}
	}
	d := &decoder{reader: reader{file: name, data: data}, places: map[string]int{}}
	root := d.read()
	if root == nil {
		return nil, join(d.errs)
	}
	b := &builder{decoder: d, factories: factories, lookup: settings.lookup}
	c := b.config(root)
	if len(d.errs) == 0 {
		// What package failover refuses and this package does not.
		if _, err := c.Chain(); err != nil {
			return nil, &Error{File: name, Reason: err.Error(), Err: err}
		}
		return c, nil
	}
	return nil, join(d.errs)
}

// Chain makes a chain. The options come after those of the file: telemetry,
// hooks, and what else a file cannot say. Chains of one Config share the
// providers and nothing else.
func (c *Config) Chain(opts ...failover.Option) (*failover.Chain, error) {
	return failover.New(c.targets, append(c.Options(), opts...)...)
}

// Targets returns the chain's targets.
func (c *Config) Targets() []failover.Target { return slices.Clone(c.targets) }

// Options returns the chain's options.
func (c *Config) Options() []failover.Option { return slices.Clone(c.options) }
