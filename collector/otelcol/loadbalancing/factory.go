package loadbalancing

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/otlpexporter"
)

// Type is the name under which a configuration uses the exporter.
var Type = component.MustNewType("load_balancing")

// NewFactory is the factory of the exporter, which takes traces alone.
func NewFactory() exporter.Factory {
	return exporter.NewFactory(Type,
		func() component.Config {
			otlp := otlpexporter.NewFactory().CreateDefaultConfig().(*otlpexporter.Config)
			// Never used, but it keeps the template valid by itself.
			otlp.ClientConfig.Endpoint = "placeholder:4317"
			return &Config{Protocol: Protocol{OTLP: *otlp}}
		},
		exporter.WithTraces(func(ctx context.Context, set exporter.Settings, config component.Config) (exporter.Traces, error) {
			return newTraces(ctx, set, config.(*Config), otlpexporter.NewFactory())
		}, component.StabilityLevelBeta))
}
