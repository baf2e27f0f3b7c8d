package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const sample = `{"title":"Board <1>","panels":[
{"type":"row","title":"First","gridPos":{"x":0,"y":0,"w":24,"h":1}},
{"type":"stat","title":"Failed","gridPos":{"x":0,"y":1,"w":4,"h":4},"targets":[{"expr":"failed{service_name=~\"$service\"}"}],
 "fieldConfig":{"defaults":{"unit":"percentunit","thresholds":{"steps":[{"color":"green","value":null},{"color":"red","value":0.05}]}}}},
{"type":"timeseries","title":"Quiet","gridPos":{"x":4,"y":1,"w":20,"h":8},"targets":[{"expr":"nothing"}],"fieldConfig":{"defaults":{"noValue":"no errors"}}},
{"type":"row","title":"Second","gridPos":{"x":0,"y":9,"w":24,"h":1}},
{"type":"timeseries","title":"Calls","gridPos":{"x":0,"y":10,"w":12,"h":8},"targets":[{"expr":"rate(calls[$__rate_interval])","legendFormat":"{{model}} of {{provider}}"}],
 "fieldConfig":{"defaults":{"unit":"reqps","custom":{"stacking":{"mode":"normal"},"thresholdsStyle":{"mode":"dashed"}},"thresholds":{"steps":[{"color":"green","value":null},{"color":"red","value":3}]}}}},
{"type":"state-timeline","title":"Breakers","gridPos":{"x":12,"y":10,"w":12,"h":8},"targets":[{"expr":"state","legendFormat":"{{target}}"}],
 "fieldConfig":{"defaults":{"mappings":[{"options":{"0":{"text":"closed","color":"green"},"2":{"text":"open","color":"red"}}}]}}},
{"type":"heatmap","title":"All","gridPos":{"x":0,"y":18,"w":12,"h":8},"targets":[{"expr":"buckets","legendFormat":"{{le}}"}],"fieldConfig":{"defaults":{"unit":"s"}}},
{"type":"row","title":"Third","gridPos":{"x":0,"y":26,"w":24,"h":1}},
{"type":"table","title":"Compared","gridPos":{"x":0,"y":27,"w":24,"h":8},"targets":[{"expr":"t"}]}]}`

// prometheus answers each query for three minutes, one point a second, and notes what it was asked.
func prometheus(t *testing.T, begin time.Time) (address string, asked func() []string) {
	t.Helper()
	line := func(value func(second int) string) [][2]any {
		var values [][2]any
		for second := 0; second <= 180; second++ {
			if v := value(second); v != "" {
				values = append(values, [2]any{float64(begin.Unix() + int64(second)), v})
			}
		}
		return values
	}
	constant := func(v string) func(int) string { return func(int) string { return v } }
	type one = map[string]any
	answers := map[string][]one{
		`failed{service_name=~"shop"}`: {{"metric": one{}, "values": line(constant("0.0837"))}},
		"nothing":                      {},
		"rate(calls[1m])": {
			{"metric": one{"model": "m<1>", "provider": "openai"}, "values": line(constant("2"))},
			{"metric": one{"model": "m2", "provider": "openai"}, "values": line(func(s int) string { return map[bool]string{true: "1", false: ""}[s < 60 || s > 120] })},
		},
		"state": {{"metric": one{"target": "openai"}, "values": line(func(s int) string { return map[bool]string{true: "0", false: "2"}[s < 90] })}},
		"buckets": {
			{"metric": one{"le": "+Inf"}, "values": line(constant("9"))},
			{"metric": one{"le": "0.5"}, "values": line(constant("0"))},
			{"metric": one{"le": "1"}, "values": line(constant("4"))},
			{"metric": one{"le": "2"}, "values": line(constant("9"))},
		},
	}
	var mu sync.Mutex
	var queries []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query().Get("query")
		mu.Lock()
		queries = append(queries, query)
		mu.Unlock()
		result, known := answers[query]
		if !known {
			w.WriteHeader(http.StatusBadRequest)
			_ = json.NewEncoder(w).Encode(map[string]any{"error": "parse error"})
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"data": map[string]any{"result": result}})
	}))
	t.Cleanup(func() { http.DefaultClient.CloseIdleConnections(); server.Close() })
	return server.URL, func() []string { mu.Lock(); defer mu.Unlock(); return queries }
}

func TestBoard(t *testing.T) {
	path := filepath.Join(t.TempDir(), "board.json")
	if err := os.WriteFile(path, []byte(sample), 0o600); err != nil {
		t.Fatal(err)
	}
	begin := time.Date(2026, 11, 26, 2, 0, 30, 0, time.UTC)
	address, asked := prometheus(t, begin)
	drawn := func(rows string) (string, error) {
		var b bytes.Buffer
		err := run(t.Context(), []string{"-board", path, "-rows", rows, "-prometheus", address, "-service", "shop", "-range", "3m"}, &b, begin.Add(3*time.Minute))
		return b.String(), err
	}

	out, err := drawn("First,Second")
	if err != nil {
		t.Fatal(err)
	}
	for what, want := range map[string]string{
		"title": ">Board &lt;1&gt;<", "time": "26 November 2026, 02:00 to 02:03 UTC", "stat, over its threshold": `fill="#cf222e" font-weight="600">8.37 %<`,
		"empty": ">no errors<", "legend": ">m&lt;1&gt; of openai<", "axis to the next round number": ">3 req/s<", "threshold": `stroke="#cf222e" stroke-dasharray`,
		"state": ">open<", "bucket": ">2 s<",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%s: no %s", what, want)
		}
	}
	// A line with a gap is two, each with its area; the heatmap's two buckets have 40 cells each.
	if got := strings.Count(out, `stroke="#0072b2" stroke-width="1.4"`); got != 2 {
		t.Errorf("the model with a gap is drawn in %d pieces, want 2", got)
	}
	if got := strings.Count(out, `fill="#d55e00" fill-opacity`); got != 80 {
		t.Errorf("%d cells, want 80", got)
	}
	d := xml.NewDecoder(strings.NewReader(out))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if len(asked()) != 5 {
		t.Errorf("it asked %q", asked())
	}

	// The second row alone moves up.
	alone, err := drawn("Second")
	if err != nil || strings.Contains(alone, "Failed") || !strings.Contains(alone, `<text x="12" y="65" font-size="13" font-weight="600" fill="#59636e">Second<`) {
		t.Errorf("the second row alone: %v\n%.600s", err, alone)
	}
	for rows, want := range map[string]string{"Fourth": `no row "Fourth"`, "Third": `"Compared" is a table`} {
		if _, err := drawn(rows); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", rows, err, want)
		}
	}
	var b bytes.Buffer
	if err := run(t.Context(), []string{"-board", path, "-rows", "First", "-prometheus", address, "-service", "other"}, &b, begin); err == nil || !strings.Contains(err.Error(), `panel "Failed": 400 Bad Request: parse error`) {
		t.Errorf("what Prometheus refuses: %v", err)
	}
}

// A legend has four lines. What has no place in them is counted at the end of the
// last; a legend that has a place for all counts nothing.
func TestLegendSaysWhatItLeavesOut(t *testing.T) {
	// A line of a panel of 12 columns has 574 pixels: three of the long names, of 182, or of
	// the short ones, of 156. "+ 4 more" is 78.
	for _, c := range []struct {
		name   string
		series int
		named  int
		want   string
	}{
		{"a series of letters, %03d", 12, 12, ""},
		{"a series of letters, %03d", 13, 11, "+ 2 more"},
		{"a series of letters, %03d", 112, 11, "+ 101 more"},
		{"series of letter %03d", 12, 12, ""},
		{"series of letter %03d", 13, 12, "+ 1 more"},
		{"series of letter %03d", 112, 12, "+ 100 more"},
	} {
		from := time.Date(2026, 11, 26, 2, 0, 0, 0, time.UTC)
		p := panel{Type: "timeseries", Title: "Many"}
		p.GridPos.W, p.GridPos.H = 12, 8
		for i := range c.series {
			p.series = append(p.series, series{name: fmt.Sprintf(c.name, i)})
		}
		var b bytes.Buffer
		if err := draw(&b, &board{Title: "Board", Panels: []panel{p}}, from, from.Add(3*time.Minute)); err != nil {
			t.Fatal(err)
		}
		out := b.String()
		if got := strings.Count(out, ">"+c.name[:len(c.name)-4]); got != c.named {
			t.Errorf("of %d %q %d are named, want %d", c.series, c.name, got, c.named)
		}
		if said := strings.Contains(out, ">"+c.want+"</text>"); c.want != "" && !said || c.want == "" && strings.Contains(out, " more<") {
			t.Errorf("of %d %q: said %t, want %q", c.series, c.name, said, c.want)
		}
	}
}

// The panels' distance from the picture's edge is the same left and right.
func TestMargins(t *testing.T) {
	p := panel{Type: "timeseries", Title: "Wide"}
	p.GridPos.W, p.GridPos.H = 24, 8
	var b bytes.Buffer
	if err := draw(&b, &board{Panels: []panel{p}}, time.Time{}, time.Time{}.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`viewBox="0 0 1206 `, `<rect x="6" y="50" width="1194" `} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %s in\n%s", want, b.String())
		}
	}
}

func TestFormat(t *testing.T) {
	for _, c := range []struct {
		value float64
		unit  string
		want  string
	}{
		{0, "reqps", "0 req/s"},
		{0.0375, "s", "37.5 ms"},
		{12.34, "s", "12.3 s"},
		{0.5, "percentunit", "50 %"},
		{3.936, "currencyUSD", "$3.94"},
		{1536, "bytes", "1.5 KiB"},
		{12345, "short", "12.3K"},
		{14.4, "suffix:x", "14.4 x"},
		{91.8, "tokens/s", "91.8 tokens/s"},
	} {
		if got := format(c.value, c.unit); got != c.want {
			t.Errorf("%g %s is %q, want %q", c.value, c.unit, got, c.want)
		}
	}
	for v, want := range map[float64]float64{0: 1, 0.11: 0.15, 2.4: 2.5, 100: 100, 101: 150, 5.01: 8} {
		if got := nice(v); math.Abs(got-want) > 1e-9 {
			t.Errorf("the axis to %g ends at %g, want %g", v, got, want)
		}
	}
}
