package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

func (f *frame) states() {
	longest := 0
	for _, s := range f.p.series {
		longest = max(longest, len([]rune(s.name)))
	}
	a := f.area(16+6.5*float64(longest), 0)
	height := (a.bottom - a.top) / float64(len(f.p.series))
	for n, s := range f.p.series {
		top := a.top + float64(n)*height
		f.text(a.left-8, top+height/2+4, 11, "end", "#1f2328", "", s.name)
		for i := 0; i <= points; {
			end := i + 1
			for end <= points && s.values[end] == s.values[i] {
				end++
			}
			if !math.IsNaN(s.values[i]) {
				text, colour := f.state(s.values[i])
				wide := a.at(min(end, points)) - a.at(i)
				fmt.Fprintf(f, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s" fill-opacity="0.75"/>`+"\n", a.at(i), top+3, max(wide, 1), height-6, colour)
				if wide > 7*float64(len(text)) {
					f.text(a.at(i)+4, top+height/2+4, 11, "start", "#ffffff", "", text)
				}
			}
			i = end
		}
	}
}

func (f *frame) state(v float64) (text, colour string) {
	for _, m := range f.p.FieldConfig.Defaults.Mappings {
		if o, ok := m.Options[strconv.FormatFloat(v, 'f', -1, 64)]; ok {
			return o.Text, named[o.Color]
		}
	}
	return number(v), colours[0]
}

// heatmap draws the buckets between the first and the last that anything is in.
func (f *frame) heatmap() {
	bound := func(s series) float64 {
		v, err := strconv.ParseFloat(s.labels["le"], 64)
		if err != nil {
			return math.Inf(1)
		}
		return v
	}
	slices.SortFunc(f.p.series, func(a, b series) int { return int(math.Copysign(1, bound(a)-bound(b))) })
	var cells [][]float64
	var names []string
	previous, highest := make([]float64, points+1), 0.0
	for _, s := range f.p.series {
		row, seen := make([]float64, points+1), false
		for i, v := range s.values {
			row[i] = max(v-previous[i], 0)
			previous[i] = v
			if row[i] > 1e-9 {
				seen, highest = true, max(highest, row[i])
			}
		}
		if seen || len(cells) > 0 {
			cells, names = append(cells, row), append(names, format(bound(s), f.p.FieldConfig.Defaults.Unit))
		}
	}
	for len(cells) > 0 && slices.Max(cells[len(cells)-1]) <= 1e-9 {
		cells = cells[:len(cells)-1]
	}
	a := f.area(56, 0)
	height := (a.bottom - a.top) / float64(max(len(cells), 1))
	for n, row := range cells {
		bottom := a.bottom - float64(n)*height
		if n%2 != len(cells)%2 {
			f.text(a.left-6, bottom-height+4, 10, "end", "#59636e", "", names[n])
		}
		for i := 0; i+3 <= points; i += 3 {
			if v := max(row[i], row[i+1], row[i+2]); v > 1e-9 {
				fmt.Fprintf(f, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="#d55e00" fill-opacity="%.2f"/>`+"\n", a.at(i), bottom-height+0.5, a.at(3)-a.at(0)-0.5, height-1, 0.1+0.9*v/highest)
			}
		}
	}
}
