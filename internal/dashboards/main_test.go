package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const committed = "../../collector/grafana/dashboards"

// What is committed is what the generator writes, and nothing else is there.
func TestCommittedDashboards(t *testing.T) {
	dir := t.TempDir()
	if err := write(dir); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(committed)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"llmotel-cost.json", "llmotel-failover.json", "llmotel-overview.json", "llmotel-pipeline.json"}
	if len(files) != len(want) {
		t.Fatalf("%d files, want %v", len(files), want)
	}
	for i, f := range files {
		if f.Name() != want[i] {
			t.Errorf("file %s, want %s", f.Name(), want[i])
			continue
		}
		have, err := os.ReadFile(filepath.Join(committed, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		made, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(have, made) {
			t.Errorf("%s is out of date: make generate", f.Name())
		}
	}
}

// Panels fill rows without overlapping, and each can be told from the others.
func TestLayout(t *testing.T) {
	for _, b := range all() {
		d, err := b.grafana()
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var parsed struct {
			Panels []struct {
				ID      int
				Title   string
				GridPos struct{ X, Y, W, H int }
			}
		}
		if err := json.Unmarshal(text, &parsed); err != nil {
			t.Fatal(err)
		}
		taken, ids, titles := map[[2]int]string{}, map[int]bool{}, map[string]bool{}
		for _, p := range parsed.Panels {
			if ids[p.ID] || titles[p.Title] {
				t.Errorf("%s: panel %d, %q, is there twice", b.uid, p.ID, p.Title)
			}
			ids[p.ID], titles[p.Title] = true, true
			if p.GridPos.X+p.GridPos.W > 24 || p.GridPos.W < 4 {
				t.Errorf("%s: panel %q is %d wide at %d", b.uid, p.Title, p.GridPos.W, p.GridPos.X)
			}
			for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
				for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
					if other, ok := taken[[2]int{x, y}]; ok {
						t.Fatalf("%s: panels %q and %q overlap", b.uid, p.Title, other)
					}
					taken[[2]int{x, y}] = p.Title
				}
			}
		}
		if len(parsed.Panels) < 10 {
			t.Errorf("%s has %d panels", b.uid, len(parsed.Panels))
		}
	}
}

// Where a service does nothing, and where all is well, a panel that divides says
// so: no division by what may be 0, and no absence for a 0.
func TestDivisions(t *testing.T) {
	for name, c := range map[string]struct{ got, want string }{
		"portion":            {portion("a", "b"), "(a or 0 * b) / (b > 0)"},
		"quantile":           {quantile("0.5", "", "x_bucket", "5m"), "histogram_quantile(0.5, sum by (le) (rate(x_bucket[5m]))) >= 0"},
		"quantile by labels": {quantile("0.95", "model", "x_bucket", "5m"), "histogram_quantile(0.95, sum by (le, model) (rate(x_bucket[5m]))) >= 0"},
		"selector":           {chosen("m", []variable{service, model}, `error_type=""`), `m{service_name=~"$service",gen_ai_request_model=~"$model",error_type=""}`},
	} {
		if c.got != c.want {
			t.Errorf("%s: %s, want %s", name, c.got, c.want)
		}
	}
}

// Each query is about what is chosen at the top.
func TestVariables(t *testing.T) {
	for _, b := range all() {
		d, err := b.grafana()
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range b.variables {
			if !bytes.Contains(text, []byte(`=~\"$`+v.name+`\"`)) {
				t.Errorf("%s: no query uses $%s", b.uid, v.name)
			}
		}
		for _, r := range b.rows {
			for _, p := range r.panels {
				for _, q := range p.queries {
					general := b.variables == nil || strings.HasPrefix(q.expr, "llmotel:objective:") || strings.HasPrefix(q.expr, "count(ALERTS")
					if strings.Contains(q.expr, `=~"$service"`) == general {
						t.Errorf("%s, %q: %s", b.uid, p.title, q.expr)
					}
				}
			}
		}
	}
}

// Two queries of a panel have two legends, or nobody can tell their lines apart.
func TestLegendsDiffer(t *testing.T) {
	for _, b := range all() {
		for _, r := range b.rows {
			for _, p := range r.panels {
				seen := map[string]bool{}
				for _, q := range p.queries {
					if seen[q.legend] && q.legend != "{{instance}}" {
						t.Errorf("%s, %q: two lines are called %q", b.uid, p.title, q.legend)
					}
					seen[q.legend] = true
				}
			}
		}
	}
}

func TestPanelsAreRefused(t *testing.T) {
	valid := panel{kind: series, title: "Calls", description: "Calls a second.", unit: perSecond, queries: []query{{expr: "up"}}}
	for want, change := range map[string]func(*panel){
		"":                   func(*panel) {},
		"without a title":    func(p *panel) { p.title = "" },
		"has no description": func(p *panel) { p.description = "" },
		"has no unit":        func(p *panel) { p.unit = "" },
		"has no query":       func(p *panel) { p.queries = nil },
		"has an empty query": func(p *panel) { p.queries = []query{{}} },
		"than letters":       func(p *panel) { p.queries = make([]query, 27) },
	} {
		p := valid
		change(&p)
		_, err := board{uid: "x", rows: []row{{"r", []panel{p}}}}.grafana()
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
