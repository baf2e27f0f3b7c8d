package cli

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/llmotel/sdk/llmotel/calllog/report"
)

func show(w io.Writer, res *result, f reportFlags) error {
	switch f.format {
	case "json":
		if f.comparisons {
			return writeJSON(w, res.Comparisons)
		}
		return writeJSON(w, res)
	case "csv":
		if f.comparisons {
			return csvComparisons(w, res)
		}
		return csvGroups(w, res)
	}
	if !f.comparisons {
		showGroups(w, res)
	}
	for i := range res.Comparisons {
		if i > 0 || !f.comparisons {
			fmt.Fprintln(w)
		}
		showComparison(w, &res.Comparisons[i])
	}
	if len(res.Comparisons) > 0 {
		fmt.Fprintf(w, "\nCost and latency: %s, means of priced and of successful calls.\nError rate: %s.\nCalls are taken as independent; each interval is for one comparison.\n",
			report.MethodWelch, report.MethodNewcombe)
	} else if f.comparisons {
		fmt.Fprintln(w, "No experiment with two variants among these records.")
	}
	return nil
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

func showGroups(w io.Writer, res *result) {
	if res.Total.Records == 0 {
		fmt.Fprintln(w, "No records.")
		return
	}
	// Columns that are empty throughout are left out.
	streams := res.Total.FirstChunkMS != nil
	head := slices.Clone(res.Dimensions)
	if len(head) == 0 {
		head = []string{""}
	}
	left := len(head)
	head = append(head, "requests", "errors", "p50", "p95", "p99")
	if streams {
		head = append(head, "ttfc p50", "ttfc p95")
	}
	head = append(head, "input", "cached", "output", "cost", "per success")
	rows := [][]string{head}
	add := func(name []string, g *report.Group) {
		cells := append(slices.Clone(name), whole(g.Requests), percent(g.ErrorRate))
		cells = append(cells, times(g.LatencyMS, true)...)
		if streams {
			cells = append(cells, times(g.FirstChunkMS, false)...)
		}
		rows = append(rows, append(cells, short(g.Tokens.Input), short(g.Tokens.CacheRead), short(g.Tokens.Output), money(g.Cost.USD), money(g.Cost.PerSuccess)))
	}
	for i := range res.Groups {
		var name []string
		for _, d := range res.Dimensions {
			value := res.Groups[i].By[d]
			if value == "" {
				value = "-"
			}
			name = append(name, value)
		}
		add(name, &res.Groups[i])
	}
	if len(res.Groups) != 1 {
		total := make([]string, left)
		total[0] = "all"
		if len(res.Groups) > 0 {
			rows = append(rows, nil)
		}
		add(total, &res.Total)
	}
	table(w, rows, left)
	if res.Hidden > 0 {
		fmt.Fprintf(w, "and %s, which cost less\n", plural(float64(res.Hidden), "more group"))
	}
	if slices.Contains(res.Dimensions, "target") || slices.Contains(res.Dimensions, "provider") {
		fmt.Fprintln(w, "a call counts for the target that answered, or failed last; the process's statistics count each target visited")
	}
	if streams {
		fmt.Fprintln(w, "ttfc: time to the first chunk of streams")
	}
	for _, note := range notes(&res.Total) {
		fmt.Fprintln(w, note)
	}
}

func times(l *report.Latency, three bool) []string {
	if l == nil {
		if three {
			return []string{"-", "-", "-"}
		}
		return []string{"-", "-"}
	}
	if three {
		return []string{millis(l.P50), millis(l.P95), millis(l.P99)}
	}
	return []string{millis(l.P50), millis(l.P95)}
}

func money(usd *float64) string {
	if usd == nil {
		return "-"
	}
	return dollars(*usd)
}

// notes say what the table leaves out, where there is any.
func notes(g *report.Group) []string {
	var out []string
	note := func(n float64, format string, args ...any) {
		if n > 0 {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	if len(g.Errors) > 0 {
		kinds := slices.SortedFunc(maps.Keys(g.Errors), func(a, b string) int {
			if g.Errors[a] != g.Errors[b] {
				if g.Errors[a] > g.Errors[b] {
					return -1
				}
				return 1
			}
			return strings.Compare(a, b)
		})
		var parts []string
		for _, kind := range kinds {
			parts = append(parts, whole(g.Errors[kind])+" "+printable(kind))
		}
		out = append(out, "errors: "+strings.Join(parts, ", "))
	}
	note(g.Fallbacks+g.Retries, "%s answered by a fallback; %s on the same target", plural(g.Fallbacks, "call"), retries(g.Retries))
	note(g.Cancelled+g.Abandoned, "%s cancelled by the caller, %s left before its end: neither success nor error", plural(g.Cancelled, "call"), plural(g.Abandoned, "stream"))
	note(g.Cost.Unpriced, "%s of models without a known price: not in the cost", plural(g.Cost.Unpriced, "call"))
	note(g.Cost.Partial, "%s priced in part", plural(g.Cost.Partial, "call"))
	note(g.Tokens.Missing, "%s without usage: not in tokens and cost", plural(g.Tokens.Missing, "call"))
	for _, currency := range slices.Sorted(maps.Keys(g.Cost.Other)) {
		out = append(out, fmt.Sprintf("and %s %s", digits(g.Cost.Other[currency], 4), printable(currency)))
	}
	if float64(g.Records) < g.Requests {
		out = append(out, fmt.Sprintf("estimated from %s: the log is sampled", plural(float64(g.Records), "record")))
	}
	return out
}

func retries(n float64) string {
	if n == 1 {
		return "1 retry"
	}
	return whole(n) + " retries"
}

func csvGroups(w io.Writer, res *result) error {
	c := csv.NewWriter(w)
	head := append(slices.Clone(res.Dimensions), "records", "requests", "succeeded", "failed", "cancelled", "abandoned", "error_rate", "fallbacks", "retries",
		"latency_ms_mean", "latency_ms_p50", "latency_ms_p90", "latency_ms_p95", "latency_ms_p99", "ttfc_ms_p50", "ttfc_ms_p95",
		"input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens",
		"cost_usd", "cost_usd_per_success", "unpriced_calls")
	rows := [][]string{head}
	groups := res.Groups
	if len(res.Dimensions) == 0 {
		groups = []report.Group{res.Total}
	}
	for _, g := range groups {
		var cells []string
		for _, d := range res.Dimensions {
			cells = append(cells, g.By[d])
		}
		cells = append(cells, strconv.Itoa(g.Records), number(g.Requests), number(g.Succeeded), number(g.Failed), number(g.Cancelled), number(g.Abandoned),
			number(g.ErrorRate), number(g.Fallbacks), number(g.Retries))
		if l := g.LatencyMS; l != nil {
			cells = append(cells, number(l.Mean), number(l.P50), number(l.P90), number(l.P95), number(l.P99))
		} else {
			cells = append(cells, "", "", "", "", "")
		}
		if l := g.FirstChunkMS; l != nil {
			cells = append(cells, number(l.P50), number(l.P95))
		} else {
			cells = append(cells, "", "")
		}
		cells = append(cells, number(g.Tokens.Input), number(g.Tokens.Output), number(g.Tokens.CacheRead), number(g.Tokens.CacheWrite), number(g.Tokens.Reasoning),
			optional(g.Cost.USD), optional(g.Cost.PerSuccess), number(g.Cost.Unpriced))
		rows = append(rows, cells)
	}
	return c.WriteAll(rows)
}

func csvComparisons(w io.Writer, res *result) error {
	rows := [][]string{{
		"experiment", "baseline", "variant", "level", "figure", "baseline_value", "variant_value", "difference", "relative", "low", "high",
		"baseline_calls", "variant_calls", "method",
	}}
	for _, c := range res.Comparisons {
		for _, d := range []struct {
			name string
			report.Difference
		}{{"cost_usd", c.Cost}, {"latency_ms", c.Latency}, {"error_rate", c.ErrorRate}} {
			var low, high string
			if d.Interval != nil {
				low, high = number(d.Interval.Low), number(d.Interval.High)
			}
			rows = append(rows, []string{
				c.Experiment, c.Baseline, c.Variant, number(c.Level), d.name, optional(d.Baseline), optional(d.Variant), optional(d.Difference.Difference),
				optional(d.Relative), low, high, strconv.Itoa(d.BaselineCalls), strconv.Itoa(d.VariantCalls), d.Method,
			})
		}
	}
	return csv.NewWriter(w).WriteAll(rows)
}

// number writes all digits but those that are noise.
func number(f float64) string {
	s := strconv.FormatFloat(f, 'f', 12, 64)
	if strings.ContainsRune(s, '.') {
		s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	}
	return s
}

func optional(f *float64) string {
	if f == nil {
		return ""
	}
	return number(*f)
}
