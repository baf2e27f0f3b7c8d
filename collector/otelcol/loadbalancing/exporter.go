package loadbalancing

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// traces splits what it gets by trace and hands each part to its backend's exporter.
type traces struct {
	ring     ring
	backends []exporter.Traces
}

var _ exporter.Traces = (*traces)(nil)

func newTraces(ctx context.Context, set exporter.Settings, config *Config, factory exporter.Factory) (*traces, error) {
	endpoints := make([]string, len(config.Resolver.Static.Hostnames))
	for i, host := range config.Resolver.Static.Hostnames {
		endpoints[i] = withPort(host)
	}
	t := &traces{ring: newRing(endpoints)}
	for _, endpoint := range endpoints {
		otlp := config.Protocol.OTLP
		otlp.ClientConfig.Endpoint = endpoint
		own := set
		// The name is also that of the backend's persistent queue, so it may depend on nothing but the endpoint.
		own.ID = component.NewIDWithName(factory.Type(), strings.Trim(set.ID.Name()+"_"+endpoint, "_"))
		backend, err := factory.CreateTraces(ctx, own, &otlp)
		if err != nil {
			return nil, fmt.Errorf("backend %s: %w", endpoint, err)
		}
		t.backends = append(t.backends, backend)
	}
	return t, nil
}

// Capabilities says that what comes in is copied, not changed.
func (t *traces) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

// Start starts every backend's exporter; none stays running if one fails.
func (t *traces) Start(ctx context.Context, host component.Host) error {
	for i, backend := range t.backends {
		if err := backend.Start(ctx, host); err != nil {
			for _, started := range t.backends[:i] {
				err = errors.Join(err, started.Shutdown(ctx))
			}
			return err
		}
	}
	return nil
}

// Shutdown ends every backend's exporter, whichever fails.
func (t *traces) Shutdown(ctx context.Context) error {
	var errs []error
	for _, backend := range t.backends {
		errs = append(errs, backend.Shutdown(ctx))
	}
	return errors.Join(errs...)
}

// ConsumeTraces hands each trace to its backend. Its error carries what was not taken, so that only that is sent again.
func (t *traces) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	failed := ptrace.NewTraces()
	var errs []error
	for i, part := range t.split(td) {
		if part.ResourceSpans().Len() == 0 {
			continue
		}
		if err := t.backends[i].ConsumeTraces(ctx, part); err != nil {
			errs = append(errs, err)
			part.ResourceSpans().MoveAndAppendTo(failed.ResourceSpans())
		}
	}
	if len(errs) == 0 {
		return nil
	}
	return consumererror.NewTraces(errors.Join(errs...), failed)
}

// split copies the spans into one batch a backend, each with the resources and scopes it came with.
func (t *traces) split(td ptrace.Traces) []ptrace.Traces {
	parts := make([]ptrace.Traces, len(t.backends))
	for i := range parts {
		parts[i] = ptrace.NewTraces()
	}
	resources := make([]ptrace.ResourceSpans, len(parts))
	scopes := make([]ptrace.ScopeSpans, len(parts))
	hasResource, hasScope := make([]bool, len(parts)), make([]bool, len(parts))

	for _, rs := range td.ResourceSpans().All() {
		clear(hasResource)
		for _, ss := range rs.ScopeSpans().All() {
			clear(hasScope)
			for _, span := range ss.Spans().All() {
				i := t.ring.backend(span.TraceID())
				if !hasResource[i] {
					hasResource[i] = true
					resources[i] = parts[i].ResourceSpans().AppendEmpty()
					rs.Resource().CopyTo(resources[i].Resource())
					resources[i].SetSchemaUrl(rs.SchemaUrl())
				}
				if !hasScope[i] {
					hasScope[i] = true
					scopes[i] = resources[i].ScopeSpans().AppendEmpty()
					ss.Scope().CopyTo(scopes[i].Scope())
					scopes[i].SetSchemaUrl(ss.SchemaUrl())
				}
				span.CopyTo(scopes[i].Spans().AppendEmpty())
			}
		}
	}
	return parts
}

// withPort gives a host without a port OTLP's.
func withPort(host string) string {
	if _, _, err := net.SplitHostPort(host); err != nil {
		return net.JoinHostPort(strings.Trim(host, "[]"), "4317")
	}
	return host
}
