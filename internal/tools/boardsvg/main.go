// Boardsvg draws a dashboard of collector/grafana as a picture, from what a
// running Prometheus answers to its queries: the same panels, in the same
// places, in this program's own strokes. It is for documents, made where no
// Grafana runs; Grafana draws the same data in its style.
//
//	go run ./boardsvg -board ../../collector/grafana/dashboards/llmotel-overview.json -rows 'Now,Calls and errors' > dashboard.svg
//
// Grafana's variables are all of everything, its rate interval is a minute.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdout, time.Now()); err != nil {
		fmt.Fprintln(os.Stderr, "boardsvg:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer, now time.Time) error {
	flags := flag.NewFlagSet("boardsvg", flag.ContinueOnError)
	path := flags.String("board", "", "file of the dashboard")
	rows := flags.String("rows", "", "titles of the rows to draw, separated by commas; all if empty")
	prometheus := flags.String("prometheus", "http://localhost:9090", "address of Prometheus")
	service := flags.String("service", ".+", "service that is drawn, a regular expression")
	last := flags.Duration("range", 15*time.Minute, "time that is drawn, up to now")
	if err := flags.Parse(args); err != nil {
		return err
	}
	content, err := os.ReadFile(*path)
	if err != nil {
		return err
	}
	var b board
	if err := json.Unmarshal(content, &b); err != nil {
		return fmt.Errorf("%s: %w", *path, err)
	}
	if *rows != "" {
		if b, err = b.only(strings.Split(*rows, ",")); err != nil {
			return err
		}
	}
	source := source{address: *prometheus, service: *service, from: now.Add(-*last), to: now}
	for i := range b.Panels {
		if b.Panels[i].Type == "table" {
			return fmt.Errorf("panel %q is a table, which this draws not: choose other rows", b.Panels[i].Title)
		}
		if err := source.fill(ctx, &b.Panels[i]); err != nil {
			return fmt.Errorf("panel %q: %w", b.Panels[i].Title, err)
		}
	}
	return draw(out, &b, source.from, source.to)
}

// board and the types below are Grafana's JSON, as far as it is drawn.
type board struct {
	Title  string
	Panels []panel
}

type panel struct {
	Type, Title string
	GridPos     struct{ X, Y, W, H int }
	FieldConfig struct {
		Defaults struct {
			Unit, NoValue string
			Custom        struct {
				Stacking        struct{ Mode string }
				ThresholdsStyle struct{ Mode string }
			}
			Thresholds struct{ Steps []step }
			Mappings   []struct {
				Options map[string]struct{ Text, Color string }
			}
		}
	}
	Targets []struct {
		Expr, LegendFormat string
		Instant            bool
	}

	series []series
}

type step struct {
	Color string
	Value *float64
}

// only keeps the rows of these titles, and moves them together.
func (b board) only(titles []string) (board, error) {
	kept, found := board{Title: b.Title}, []string{}
	keep, up := false, 0
	for i, p := range b.Panels {
		if p.Type == "row" {
			end := p.GridPos.Y
			if i > 0 && !keep {
				up += end - start(b.Panels[:i])
			}
			if keep = slices.Contains(titles, p.Title); keep {
				found = append(found, p.Title)
			}
		}
		if keep {
			p.GridPos.Y -= up
			kept.Panels = append(kept.Panels, p)
		}
	}
	for _, title := range titles {
		if !slices.Contains(found, title) {
			return board{}, fmt.Errorf("the dashboard has no row %q", title)
		}
	}
	return kept, nil
}

// start is where the last row of the panels begins.
func start(panels []panel) int {
	for _, p := range slices.Backward(panels) {
		if p.Type == "row" {
			return p.GridPos.Y
		}
	}
	return 0
}
