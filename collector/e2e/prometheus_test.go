package e2e

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"testing"

	"github.com/llmotel/sdk/collector/e2e/internal/rig"
)

// sample is one series of an instant query.
type sample struct {
	Labels map[string]string
	Value  float64
}

// promQuery runs an instant query; an empty answer is an error, so that it can be asked again.
func promQuery(t *testing.T, expression string) ([]sample, error) {
	t.Helper()
	body, err := get(t.Context(), prometheusURL+"/api/v1/query?"+url.Values{"query": {expression}}.Encode())
	if err != nil {
		return nil, err
	}
	var answer struct {
		Data struct {
			Result []struct {
				Metric map[string]string `json:"metric"`
				Value  [2]any            `json:"value"`
			} `json:"result"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, err
	}
	var samples []sample
	for _, result := range answer.Data.Result {
		text, _ := result.Value[1].(string)
		value, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, err
		}
		samples = append(samples, sample{result.Metric, value})
	}
	if len(samples) == 0 {
		return nil, fmt.Errorf("no series for %s", expression)
	}
	return samples, nil
}

// promValue runs an instant query that has one answer.
func promValue(t *testing.T, expression string) (float64, error) {
	t.Helper()
	samples, err := promQuery(t, expression)
	if err != nil {
		return 0, err
	}
	if len(samples) != 1 {
		return 0, fmt.Errorf("%d series for %s, want one: %v", len(samples), expression, samples)
	}
	return samples[0].Value, nil
}

// promExemplars lists the exemplars of a selector over the last hour.
func promExemplars(t *testing.T, selector string) ([]rig.Exemplar, error) {
	t.Helper()
	return rig.Exemplars(t.Context(), prometheusURL, selector)
}
