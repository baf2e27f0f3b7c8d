package main

import (
	"fmt"
	"html"
	"io"
	"math"
	"slices"
	"strings"
	"time"
)

const (
	column = 50 // of Grafana's 24
	line   = 32 // of Grafana's rows
	above  = 44 // for the title
	gap    = 6
	lineup = 18 // of a legend
	most   = 4  // lines of a legend
)

// colours are told apart by people who see no red or green, too (Okabe and Ito, with lighter and darker ones).
var colours = []string{"#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8c6bb1", "#b8a000", "#4d4d4d", "#7fc97f"}

var named = map[string]string{"green": "#1f883d", "orange": "#d4760a", "yellow": "#d4a72c", "red": "#cf222e"}

func draw(out io.Writer, b *board, from, to time.Time) error {
	bottom := 0
	for _, p := range b.Panels {
		bottom = max(bottom, p.GridPos.Y+p.GridPos.H)
	}
	width, height := 24*column+gap, above+bottom*line+gap
	var w strings.Builder
	fmt.Fprintf(&w, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-label="%s" font-family="ui-sans-serif, system-ui, sans-serif">
<rect width="%d" height="%d" fill="#f6f8fa"/>
<text x="12" y="28" font-size="17" font-weight="600" fill="#1f2328">%s</text>
<text x="%d" y="28" font-size="12" fill="#59636e" text-anchor="end">%s, %s to %s UTC</text>
`, width, height, width, height, html.EscapeString(b.Title), width, height, html.EscapeString(b.Title), width-12, from.UTC().Format("2 January 2006"), from.UTC().Format("15:04"), to.UTC().Format("15:04"))
	for i := range b.Panels {
		p := &b.Panels[i]
		x, y := p.GridPos.X*column, above+p.GridPos.Y*line
		if p.Type == "row" {
			fmt.Fprintf(&w, `<text x="%d" y="%d" font-size="13" font-weight="600" fill="#59636e">%s</text>`+"\n", x+12, y+21, html.EscapeString(p.Title))
			continue
		}
		f := frame{&w, p, float64(x + gap), float64(y + gap), float64(p.GridPos.W*column - gap), float64(p.GridPos.H*line - gap), from, to}
		f.draw()
	}
	w.WriteString("</svg>\n")
	_, err := io.WriteString(out, w.String())
	return err
}

// frame is a panel at its place.
type frame struct {
	*strings.Builder
	p          *panel
	x, y, w, h float64
	from, to   time.Time
}

func (f *frame) draw() {
	fmt.Fprintf(f, `<rect x="%.0f" y="%.0f" width="%.0f" height="%.0f" rx="4" fill="#ffffff" stroke="#d0d7de"/>`+"\n", f.x, f.y, f.w, f.h)
	f.text(f.x+10, f.y+19, 12, "start", "#1f2328", `font-weight="600"`, f.p.Title)
	if len(f.p.series) == 0 {
		said := f.p.FieldConfig.Defaults.NoValue
		if said == "" {
			said = "No data"
		}
		f.text(f.x+f.w/2, f.y+f.h/2+8, 13, "middle", "#59636e", "", said)
		return
	}
	switch f.p.Type {
	case "stat":
		v := f.p.series[0].last()
		said := format(v, f.p.FieldConfig.Defaults.Unit)
		f.text(f.x+f.w/2, f.y+f.h/2+20, min(26, int(1.6*f.w)/len([]rune(said))), "middle", f.threshold(v), `font-weight="600"`, said)
	case "state-timeline":
		f.states()
	case "heatmap":
		f.heatmap()
	default:
		f.lines()
	}
}

func (f *frame) text(x, y float64, size int, anchor, colour, more, text string) {
	fmt.Fprintf(f, `<text x="%.1f" y="%.1f" font-size="%d" text-anchor="%s" fill="%s" %s>%s</text>`+"\n", x, y, size, anchor, colour, more, html.EscapeString(text))
}

// threshold is the colour of a value.
func (f *frame) threshold(v float64) string {
	colour := "#1f2328"
	for _, s := range f.p.FieldConfig.Defaults.Thresholds.Steps {
		if s.Value != nil && v >= *s.Value {
			colour = named[s.Color]
		}
	}
	return colour
}

// area is where a panel's picture is, below the title, with the time under it.
type area struct{ left, top, right, bottom float64 }

func (a area) at(i int) float64 { return a.left + (a.right-a.left)*float64(i)/points }

func (f *frame) area(left float64, legends int) area {
	a := area{f.x + left, f.y + 32, f.x + f.w - 12, f.y + f.h - 22 - float64(legends*lineup)}
	for minute := f.from.Truncate(time.Minute).Add(time.Minute); minute.Before(f.to); minute = minute.Add(f.tick()) {
		x := a.left + (a.right-a.left)*float64(minute.Sub(f.from))/float64(f.to.Sub(f.from))
		fmt.Fprintf(f, `<path d="M%.1f %.1fV%.1f" stroke="#eaeef2"/>`+"\n", x, a.top, a.bottom)
		if x < a.right-14 {
			f.text(x, a.bottom+14, 10, "middle", "#59636e", "", minute.UTC().Format("15:04"))
		}
	}
	return a
}

func (f *frame) tick() time.Duration {
	return max(f.to.Sub(f.from)/5, time.Minute).Truncate(time.Minute)
}

// legends are as many lines below the picture as they need, up to most: then
// the last of them has room to say how many more series there are.
func (f *frame) legends() (rows [][]int, more int) {
	room := 0.0
	for i, s := range f.p.series {
		need := broad(s.name)
		if room < need {
			rows, room = append(rows, nil), f.w-20
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], i)
		room -= need
	}
	if len(rows) <= most {
		return rows, 0
	}
	rows = rows[:most]
	last, used := rows[most-1], 0.0
	for _, i := range last {
		used += broad(f.p.series[i].name)
	}
	more = len(f.p.series) - 1 - last[len(last)-1]
	for len(last) > 0 && used+broad(beyond(more)) > f.w-20 {
		used -= broad(f.p.series[last[len(last)-1]].name)
		last = last[:len(last)-1]
		more++
	}
	rows[most-1] = last
	return rows, more
}

func beyond(more int) string { return fmt.Sprintf("+ %d more", more) }

// broad is the width of a series in the legend.
func broad(name string) float64 { return 26 + 6.5*float64(len([]rune(name))) }

func (f *frame) lines() {
	slices.SortStableFunc(f.p.series, func(a, b series) int { return strings.Compare(a.name, b.name) })
	rows, more := f.legends()
	stacked := f.p.FieldConfig.Defaults.Custom.Stacking.Mode == "normal"
	sums, highest := make([]float64, points+1), 0.0
	for _, s := range f.p.series {
		for i, v := range s.values {
			if math.IsNaN(v) {
				continue
			}
			if stacked {
				sums[i] += v
				v = sums[i]
			}
			highest = max(highest, v)
		}
	}
	top := nice(highest)
	wide := 0
	for i := range 5 {
		wide = max(wide, len([]rune(format(top*float64(i)/4, f.p.FieldConfig.Defaults.Unit))))
	}
	a := f.area(16+5.6*float64(wide), len(rows))
	y := func(v float64) float64 { return a.bottom - (a.bottom-a.top)*min(v/top, 1) }
	for i := range 5 {
		v := top * float64(i) / 4
		fmt.Fprintf(f, `<path d="M%.1f %.1fH%.1f" stroke="#eaeef2"/>`+"\n", a.left, y(v), a.right)
		f.text(a.left-6, y(v)+4, 10, "end", "#59636e", "", format(v, f.p.FieldConfig.Defaults.Unit))
	}
	below := make([]float64, points+1)
	for n := range f.p.series {
		f.line(a, y, f.p.series[n].values, below, colours[n%len(colours)], stacked)
	}
	if f.p.FieldConfig.Defaults.Custom.ThresholdsStyle.Mode != "" {
		for _, s := range f.p.FieldConfig.Defaults.Thresholds.Steps {
			if s.Value != nil && *s.Value <= top {
				fmt.Fprintf(f, `<path d="M%.1f %.1fH%.1f" stroke="%s" stroke-dasharray="5 4"/>`+"\n", a.left, y(*s.Value), a.right, named[s.Color])
			}
		}
	}
	for r, row := range rows {
		x, ly := f.x+12, a.bottom+22+float64(r*lineup)
		for _, i := range row {
			fmt.Fprintf(f, `<rect x="%.1f" y="%.1f" width="10" height="4" fill="%s"/>`+"\n", x, ly+4, colours[i%len(colours)])
			f.text(x+14, ly+10, 11, "start", "#1f2328", "", f.p.series[i].name)
			x += broad(f.p.series[i].name)
		}
		if more > 0 && r == len(rows)-1 {
			f.text(x, ly+10, 11, "start", "#59636e", "", beyond(more))
		}
	}
}

// line draws one series, on what is below it if they are stacked. It is broken where there is no value.
func (f *frame) line(a area, y func(float64) float64, values, below []float64, colour string, stacked bool) {
	var path strings.Builder
	var floors []string
	flush := func() {
		if path.Len() > 0 {
			opacity := "0.08"
			if stacked {
				opacity = "0.35"
			}
			slices.Reverse(floors)
			if !stacked { // Its ends are enough.
				floors = []string{floors[0], floors[len(floors)-1]}
			}
			fmt.Fprintf(f, `<path d="%s%sZ" fill="%s" fill-opacity="%s"/>`+"\n", path.String(), strings.Join(floors, ""), colour, opacity)
			fmt.Fprintf(f, `<path d="%s" fill="none" stroke="%s" stroke-width="1.4"/>`+"\n", path.String(), colour)
		}
		path.Reset()
		floors = nil
	}
	for i, v := range values {
		if math.IsNaN(v) {
			flush()
			continue
		}
		floor, command := 0.0, "L"
		if stacked {
			floor = below[i]
			below[i] += v
			v = below[i]
		}
		if path.Len() == 0 {
			command = "M"
		}
		fmt.Fprintf(&path, "%s%.0f %.0f", command, a.at(i), y(v))
		floors = append(floors, fmt.Sprintf("L%.0f %.0f", a.at(i), y(floor)))
	}
	flush()
}
