package sampling

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/collector/e2e/internal/rig"
)

// traces is Jaeger, asked for what was kept.
type traces struct{ url string }

var errAbsent = errors.New("not in Jaeger")

type answer struct {
	Data []struct {
		TraceID string `json:"traceID"`
		Spans   []struct {
			SpanID string `json:"spanID"`
		} `json:"spans"`
	} `json:"data"`
}

// spans counts those of a trace.
func (j traces) spans(ctx context.Context, id trace.TraceID) (int, error) {
	found, err := j.ask(ctx, "/api/traces/"+id.String())
	var status *rig.StatusError
	if errors.As(err, &status) && status.Code == http.StatusNotFound || err == nil && len(found.Data) == 0 {
		return 0, errAbsent
	}
	if err != nil {
		return 0, err
	}
	return len(found.Data[0].Spans), nil
}

// of lists the traces of a service, in order.
func (j traces) of(ctx context.Context, service string) ([]string, error) {
	found, err := j.ask(ctx, "/api/traces?"+url.Values{"service": {service}, "lookback": {"1h"}, "limit": {"1000"}}.Encode())
	var ids []string
	for _, t := range found.Data {
		ids = append(ids, t.TraceID)
	}
	slices.Sort(ids)
	return ids, err
}

func (j traces) ask(ctx context.Context, path string) (answer, error) {
	var a answer
	body, err := rig.Get(ctx, j.url+path)
	if err == nil {
		err = json.Unmarshal(body, &a)
	}
	return a, err
}
