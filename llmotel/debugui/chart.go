package debugui

import (
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The size of a chart in units of its own. Its height is that of the style sheet
// in pixels; its width is stretched.
const (
	chartWidth  = 600
	chartHeight = 120
)

// chart is figures over time: bars on top of each other, or lines.
type chart struct {
	Title string
	// Text sums the chart up for those who do not see it.
	Text   string
	Top    string // what the upper edge stands for
	From   time.Duration
	Series []series
	Slices []slice
	Lines  bool
	Empty  string // what to say if there is nothing
}

// series is one of the things that a chart shows.
type series struct {
	Name, Total string
	// Look is the number of its colour and pattern.
	Look   int
	Path   template.HTMLAttr
	values []float64
	name   func(float64) string
}

// slice is one step of time: a column to point at, which tells its figures.
type slice struct {
	X, Width float64
	Title    string
}

// draw makes paths of the values. starts are those of the slices.
func (c *chart) draw(starts []time.Time) {
	most := 0.0
	for i := range starts {
		sum := 0.0
		for _, s := range c.Series {
			if c.Lines {
				sum = max(sum, s.values[i])
			} else {
				sum += s.values[i]
			}
		}
		most = max(most, sum)
	}
	for n := len(c.Series) - 1; n > 1; n-- { // what there is none of needs no key
		if slices.Max(append([]float64{0}, c.Series[n].values...)) == 0 {
			c.Series = slices.Delete(c.Series, n, n+1)
		}
	}
	if most == 0 || math.IsNaN(most) || math.IsInf(most, 0) {
		c.Series = nil
		return
	}
	limit := niceLimit(most)
	c.Top = c.Series[0].name(limit)
	step := float64(chartWidth) / float64(len(starts))
	base := make([]float64, len(starts))
	for n := range c.Series {
		if c.Lines {
			c.Series[n].line(step, limit)
		} else {
			c.Series[n].bars(step, limit, base)
		}
	}
	for i, start := range starts {
		var title strings.Builder
		title.WriteString(start.Format("15:04:05"))
		for _, s := range c.Series {
			if s.values[i] != 0 {
				title.WriteString(", " + s.Name + " " + s.name(s.values[i]))
			}
		}
		c.Slices = append(c.Slices, slice{X: float64(i) * step, Width: step, Title: title.String()})
	}
}

// bars stands the values on base, which it raises.
func (s *series) bars(step, limit float64, base []float64) {
	var b strings.Builder
	for i, v := range s.values {
		if v <= 0 {
			continue
		}
		low, high := base[i], base[i]+v
		base[i] = high
		b.WriteString("M" + number(float64(i)*step+step*0.08) + " " + number(chartHeight*(1-low/limit)) +
			"V" + number(chartHeight*(1-high/limit)) + "h" + number(step*0.84) + "V" + number(chartHeight*(1-low/limit)) + "z")
	}
	s.Path = attr(b.String())
}

// line is stairs, since a value holds for its slice; where there is none it has a
// gap.
func (s *series) line(step, limit float64) {
	var b strings.Builder
	pen := false
	for i, v := range s.values {
		if v <= 0 {
			pen = false
			continue
		}
		command := "M" + number(float64(i)*step) + " "
		if pen {
			command = "V"
		}
		b.WriteString(command + number(chartHeight*(1-v/limit)) + "h" + number(step))
		pen = true
	}
	s.Path = attr(b.String())
}

// attr is a path, which consists of nothing but numbers and commands.
func attr(path string) template.HTMLAttr {
	return template.HTMLAttr(`d="` + path + `"`) //nolint:gosec // as said above
}

func number(f float64) string { return strconv.FormatFloat(math.Round(f*10)/10, 'f', -1, 64) }

// niceLimit is the next of 1, 2, 3, 5 times a power of ten.
func niceLimit(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 3, 5} {
		if v <= m*power*(1+1e-9) {
			return m * power
		}
	}
	return 10 * power
}
