package loadbalancing

import (
	"errors"
	"fmt"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/exporter/otlpexporter"
)

// Config is the exporter's configuration.
type Config struct {
	// Protocol says how to talk to every backend; its endpoint is overridden with each of theirs.
	Protocol Protocol `mapstructure:"protocol"`
	// Resolver says which backends there are.
	Resolver Resolver `mapstructure:"resolver"`
	// RoutingKey is traceID, which is also the default.
	RoutingKey string `mapstructure:"routing_key"`
}

// Protocol holds the settings of the one protocol there is.
type Protocol struct {
	OTLP otlpexporter.Config `mapstructure:"otlp"`
}

// Resolver holds the settings of the one resolver that this implementation has.
type Resolver struct {
	Static *StaticResolver `mapstructure:"static"`
}

// StaticResolver is a list of backends that stays the same while the collector runs.
type StaticResolver struct {
	// Hostnames are host:port; a host alone gets port 4317.
	Hostnames []string `mapstructure:"hostnames"`
}

var (
	_ component.Config  = (*Config)(nil)
	_ confmap.Validator = (*Config)(nil)
)

// Validate reports what cannot work.
func (c *Config) Validate() error {
	if c.RoutingKey != "" && c.RoutingKey != "traceID" {
		return fmt.Errorf("routing_key %q: only traceID is built in here", c.RoutingKey)
	}
	if c.Resolver.Static == nil || len(c.Resolver.Static.Hostnames) == 0 {
		return errors.New("resolver::static::hostnames names no backend; other resolvers are not built in here")
	}
	seen := make(map[string]bool)
	for _, host := range c.Resolver.Static.Hostnames {
		endpoint := withPort(host)
		if host == "" || seen[endpoint] {
			return fmt.Errorf("resolver::static::hostnames: %q is empty or there twice", host)
		}
		seen[endpoint] = true
	}
	return nil
}
