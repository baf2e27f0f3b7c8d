package otelsetup

import (
	"context"
	"errors"
	"fmt"

	"go.opentelemetry.io/otel/sdk/resource"
)

// newResource describes this process. A detector that fails leaves its
// attribute out; a malformed variable is an error.
func newResource(ctx context.Context, cfg config) (*resource.Resource, error) {
	base, err := resource.New(ctx,
		resource.WithService(), // unknown_service:NAME and a random instance id
		resource.WithTelemetrySDK(),
		resource.WithHost(),
		resource.WithProcessPID(),
		resource.WithProcessRuntimeName(),
		resource.WithProcessRuntimeVersion(),
		resource.WithAttributes(cfg.attributes...),
	)
	if err != nil && !errors.Is(err, resource.ErrPartialResource) {
		return nil, fmt.Errorf("otelsetup: resource: %w", err)
	}
	env, err := resource.New(ctx, resource.WithFromEnv())
	if err != nil {
		return nil, errors.New("otelsetup: OTEL_RESOURCE_ATTRIBUTES is not a list of key=value, separated by commas")
	}
	merged, err := resource.Merge(base, env)
	if err != nil && !errors.Is(err, resource.ErrSchemaURLConflict) {
		return nil, fmt.Errorf("otelsetup: resource: %w", err)
	}
	return merged, nil
}
