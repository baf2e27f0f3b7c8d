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

// Exemplars are the trace ids of a selector's exemplars in the last hour.
func Exemplars(ctx context.Context, base, selector string) ([]string, error) {
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
				Labels struct {
					TraceID string `json:"trace_id"`
				} `json:"labels"`
			} `json:"exemplars"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, err
	}
	var ids []string
	for _, series := range answer.Data {
		for _, e := range series.Exemplars {
			ids = append(ids, e.Labels.TraceID)
		}
	}
	return ids, nil
}
