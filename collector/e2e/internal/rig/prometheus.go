package rig

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"
)

// ErrNoValue says that a query found nothing.
var ErrNoValue = errors.New("no series")

// withoutScraping keeps of Prometheus's configuration what concerns data that is pushed to it.
func withoutScraping(content []byte) ([]byte, error) {
	var all map[string]any
	if err := yaml.Unmarshal(content, &all); err != nil {
		return nil, err
	}
	kept := make(map[string]any)
	for _, key := range []string{"global", "storage", "otlp"} {
		if value, found := all[key]; found {
			kept[key] = value
		}
	}
	return yaml.Marshal(kept)
}

// PrometheusValue asks for a single value.
func PrometheusValue(ctx context.Context, base, query string) (float64, error) {
	body, err := Get(ctx, base+"/api/v1/query?"+url.Values{"query": {query}}.Encode())
	if err != nil {
		return 0, err
	}
	var answer struct {
		Data struct {
			Result []struct {
				Value [2]any `json:"value"`
			} `json:"result"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return 0, err
	}
	switch results := answer.Data.Result; len(results) {
	case 0:
		return 0, ErrNoValue
	case 1:
		return strconv.ParseFloat(fmt.Sprint(results[0].Value[1]), 64)
	default:
		return 0, fmt.Errorf("%d series, want one", len(results))
	}
}

// Exemplar leads from a point of a metric to a span.
type Exemplar struct {
	TraceID string `json:"trace_id"`
	SpanID  string `json:"span_id"`
}

// Exemplars are those of a selector in the last hour; none is an error, so that they can be asked for again.
func Exemplars(ctx context.Context, base, selector string) ([]Exemplar, error) {
	now := time.Now()
	body, err := Get(ctx, base+"/api/v1/query_exemplars?"+url.Values{
		"query": {selector}, "start": {strconv.FormatInt(now.Add(-time.Hour).Unix(), 10)}, "end": {strconv.FormatInt(now.Add(time.Minute).Unix(), 10)},
	}.Encode())
	if err != nil {
		return nil, err
	}
	var answer struct {
		Data []struct {
			Exemplars []struct {
				Labels Exemplar `json:"labels"`
			} `json:"exemplars"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, err
	}
	var found []Exemplar
	for _, series := range answer.Data {
		for _, e := range series.Exemplars {
			found = append(found, e.Labels)
		}
	}
	if len(found) == 0 {
		return nil, errors.New("no exemplar for " + selector)
	}
	return found, nil
}
