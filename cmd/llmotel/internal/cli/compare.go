package cli

import (
	"fmt"
	"io"
	"math"

	"github.com/llmotel/sdk/llmotel/calllog/report"
)

// showComparison writes one comparison as a small table.
func showComparison(w io.Writer, c *report.Comparison) {
	fmt.Fprintf(w, "Experiment %s: %s against %s\n", printable(c.Experiment), variant(c.Variant), variant(c.Baseline))
	level := percentLevel(c.Level) + " interval"
	rows := [][]string{{"", variant(c.Baseline), variant(c.Variant), "difference", level, "", "calls"}}
	for _, d := range []struct {
		name string
		unit func(float64) string // of the figure
		step func(float64) string // of a difference
		diff *report.Difference
	}{
		{"cost a call", dollars, dollars, &c.Cost},
		{"mean latency", millis, millis, &c.Latency},
		{"error rate", percent, points, &c.ErrorRate},
	} {
		rows = append(rows, row(d.name, d.unit, d.step, d.diff))
	}
	table(w, rows, 1)
}

func row(name string, unit, step func(float64) string, d *report.Difference) []string {
	value := func(f *float64) string {
		if f == nil {
			return "-"
		}
		return unit(*f)
	}
	cells := []string{name, value(d.Baseline), value(d.Variant), "-", "-", "too few calls"}
	if d.Difference != nil {
		cells[3] = signed(step(*d.Difference))
		if d.Relative != nil {
			cells[3] += " (" + relative(*d.Relative) + ")"
		}
	}
	if d.Interval != nil {
		cells[4] = signed(step(d.Interval.Low)) + " to " + signed(step(d.Interval.High))
		cells[5] = "may be chance"
		if d.Clear() {
			cells[5] = "clear"
		}
	}
	return append(cells, whole(float64(d.BaselineCalls))+" / "+whole(float64(d.VariantCalls)))
}

func variant(name string) string {
	if name == "" {
		return "(no variant)"
	}
	return printable(name)
}

func percentLevel(level float64) string { return number(100*level) + " %" }

// relative writes a share of change; one that rounds to nothing has no sign.
func relative(share float64) string {
	format := "%+.0f %%"
	if math.Abs(share) < 0.1 {
		format = "%+.1f %%"
	}
	if s := fmt.Sprintf(format, 100*share); s != "-0.0 %" && s != "+0.0 %" {
		return s
	}
	return "0 %"
}
