package main

import (
	"errors"
	"fmt"
)

// board is a dashboard: rows of panels, from top to bottom.
type board struct {
	uid, title, description string
	// perService offers a choice of services, which queries use as $service.
	perService bool
	rows       []row
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
	stacked     bool
	exemplars   bool
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
