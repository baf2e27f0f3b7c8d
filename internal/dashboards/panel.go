package main

import (
	"errors"
	"fmt"
	"strings"
)

// board is a dashboard: rows of panels, from top to bottom.
type board struct {
	uid, title, description string
	variables               []variable
	rows                    []row
}

// variable is a choice at the top of a dashboard: values of a label, of which
// queries take those that are chosen as $name.
type variable struct {
	name, label string
	of          string // a selector of the series whose label it is
	all         string // what all values match
}

var (
	service  = variable{"service", "service_name", `gen_ai_client_inference_duration_seconds_count`, ".+"}
	provider = variable{"provider", "gen_ai_provider_name", `gen_ai_client_inference_duration_seconds_count{service_name=~"$service"}`, ".*"}
	model    = variable{"model", "gen_ai_request_model", `gen_ai_client_inference_duration_seconds_count{service_name=~"$service"}`, ".*"}
	target   = variable{"target", "llmotel_target", `llmotel_failover_attempts_total{service_name=~"$service"}`, ".*"}
)

// chosen is the selector of a metric's series for these variables.
func chosen(metric string, by []variable, more ...string) string {
	var matchers []string
	for _, v := range by {
		matchers = append(matchers, v.label+`=~"$`+v.name+`"`)
	}
	return metric + "{" + strings.Join(append(matchers, more...), ",") + "}"
}

// portion is a part of a whole: 0 where nothing of the part ever was, and
// nothing where there is no whole.
func portion(part, whole string) string {
	return "(" + part + " or 0 * " + whole + ") / (" + whole + " > 0)"
}

// quantile is that of a histogram's buckets by their labels; nothing, and not
// NaN, where nothing happened.
func quantile(q, labels, buckets, window string) string {
	if labels != "" {
		labels = ", " + labels
	}
	return "histogram_quantile(" + q + ", sum by (le" + labels + ") (rate(" + buckets + "[" + window + "]))) >= 0"
}

type row struct {
	title  string
	panels []panel
}

type kind string

const (
	series   kind = "timeseries"
	stat     kind = "stat"
	states   kind = "state-timeline" // of breakers: 0 closed, 1 half open, 2 open
	up       kind = "up"             // a state-timeline of 1 and 0
	heatmap  kind = "heatmap"
	compared kind = "table" // one line a group, one column a query
)

// panel is a picture of some queries. Width is of 24; 0 shares the row evenly.
type panel struct {
	kind               kind
	title, description string
	unit               string
	queries            []query
	// orange and red are thresholds; without red the panel has none.
	orange, red float64
	// empty is what a panel says that has no data because all is well.
	empty     string
	stacked   bool
	exemplars bool
}

// query is PromQL with the legend of its series. In a table the legend is the
// column, and unit that column's.
type query struct {
	expr, legend, unit string
}

// Units as Grafana names them.
const (
	perSecond  = "reqps"
	share      = "percentunit"
	seconds    = "s"
	dollars    = "currencyUSD"
	count      = "short"
	tokenRate  = "tokens/s"
	bytesUnit  = "bytes"
	itemRate   = "cps"
	stateUnit  = "none"
	perMinute  = "opm"
	coresInUse = "short"
	times      = "suffix:x"
)

func (p panel) validate() error {
	switch {
	case p.title == "":
		return errors.New("a panel without a title")
	case p.description == "":
		return fmt.Errorf("panel %q has no description", p.title)
	case p.unit == "":
		return fmt.Errorf("panel %q has no unit", p.title)
	case len(p.queries) == 0:
		return fmt.Errorf("panel %q has no query", p.title)
	case len(p.queries) > 26:
		return fmt.Errorf("panel %q has more queries than letters", p.title)
	}
	for _, q := range p.queries {
		if q.expr == "" {
			return fmt.Errorf("panel %q has an empty query", p.title)
		}
	}
	return nil
}
