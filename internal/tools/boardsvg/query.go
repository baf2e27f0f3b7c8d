package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// points is how many there are of a series over the drawn time.
const points = 120

// series is one line of a panel. Where there is no point, its value is NaN.
type series struct {
	name   string
	labels map[string]string
	values []float64
}

type source struct {
	address, service string
	from, to         time.Time
}

// fill asks what the panel asks.
func (s source) fill(ctx context.Context, p *panel) error {
	names := strings.NewReplacer("$__rate_interval", "1m", "$__range", "15m", "$service", s.service, "$provider", ".*", "$model", ".*", "$target", ".*")
	for _, t := range p.Targets {
		found, err := s.ask(ctx, names.Replace(t.Expr))
		if err != nil {
			return err
		}
		for _, one := range found {
			one.name = legend(t.LegendFormat, one.labels)
			p.series = append(p.series, one)
		}
	}
	return nil
}

func (s source) ask(ctx context.Context, expr string) ([]series, error) {
	step := s.to.Sub(s.from).Seconds() / points
	query := url.Values{
		"query": {expr}, "step": {strconv.FormatFloat(step, 'f', 3, 64)},
		"start": {strconv.FormatInt(s.from.Unix(), 10)}, "end": {strconv.FormatInt(s.to.Unix(), 10)},
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.address+"/api/v1/query_range?"+query.Encode(), http.NoBody)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var answer struct {
		Error string
		Data  struct {
			Result []struct {
				Metric map[string]string
				Values [][2]any
			}
		}
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return nil, fmt.Errorf("%s: %w", response.Status, err)
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", response.Status, answer.Error)
	}
	var all []series
	for _, r := range answer.Data.Result {
		one := series{labels: r.Metric, values: make([]float64, points+1)}
		for i := range one.values {
			one.values[i] = math.NaN()
		}
		for _, v := range r.Values {
			at, _ := v[0].(float64)
			text, _ := v[1].(string)
			value, err := strconv.ParseFloat(text, 64)
			i := int(math.Round((at - float64(s.from.Unix())) / step))
			if err == nil && i >= 0 && i <= points && !math.IsInf(value, 0) {
				one.values[i] = value
			}
		}
		all = append(all, one)
	}
	return all, nil
}

var label = regexp.MustCompile(`\{\{\s*(\w+)\s*\}\}`)

// legend fills Grafana's template of a legend.
func legend(template string, labels map[string]string) string {
	return strings.Join(strings.Fields(label.ReplaceAllStringFunc(template, func(m string) string {
		return labels[label.FindStringSubmatch(m)[1]]
	})), " ")
}

// last is the newest value, NaN if there is none in the last fifth.
func (s *series) last() float64 {
	for i := len(s.values) - 1; i >= len(s.values)*4/5; i-- {
		if !math.IsNaN(s.values[i]) {
			return s.values[i]
		}
	}
	return math.NaN()
}
