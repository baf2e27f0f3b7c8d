package stats

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// writeAligned writes rows with the first column to the left and the others to
// the right, and a rule for a nil row.
func writeAligned(b *strings.Builder, rows [][]string) {
	widths := make([]int, len(rows[0]))
	for _, cells := range rows {
		for i := range cells {
			cells[i] = printable(cells[i])
			widths[i] = max(widths[i], utf8.RuneCountInString(cells[i]))
		}
	}
	const gap = 2
	total := -gap
	for _, w := range widths {
		total += w + gap
	}
	for i, cells := range rows {
		if cells == nil {
			b.WriteString(strings.Repeat("─", total) + "\n")
			continue
		}
		for j, cell := range cells {
			pad := strings.Repeat(" ", widths[j]-utf8.RuneCountInString(cell))
			switch {
			case j == 0 && len(cells) == 1:
				b.WriteString(cell)
			case j == 0:
				b.WriteString(cell + pad)
			default:
				b.WriteString(strings.Repeat(" ", gap) + pad + cell)
			}
		}
		b.WriteByte('\n')
		if i == 0 {
			b.WriteString(strings.Repeat("─", total) + "\n")
		}
	}
}

// printable keeps names that come from elsewhere from moving the cursor.
func printable(s string) string {
	const limit = 48
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s)
	if r := []rune(s); len(r) > limit {
		return string(r[:limit-1]) + "…"
	}
	return s
}

// count groups thousands: 12,345.
func count(n int64) string {
	s := strconv.FormatInt(n, 10)
	start := 0
	if n < 0 {
		start = 1
	}
	for i := len(s) - 3; i > start; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// costCell never shows a zero for a price that nobody knows.
func costCell(f *Figures) string {
	switch {
	case f.Cost.Priced == 0 && f.Cost.Unpriced > 0:
		return "unpriced*"
	case f.Cost.Priced == 0:
		return "-"
	}
	s := strconv.FormatFloat(f.Cost.USD, 'f', 4, 64)
	if f.Cost.USD > 0 && f.Cost.USD < 0.01 {
		s = strconv.FormatFloat(f.Cost.USD, 'f', 6, 64)
	}
	if f.Cost.Unpriced+f.Cost.Partial > 0 {
		s += "*"
	}
	return s
}

func duration(l *Latency, d time.Duration) string {
	if l.Count == 0 {
		return "-"
	}
	return short(d)
}

// short writes a duration with three significant digits: 812ms, 1.24s, 2m05s.
func short(d time.Duration) string {
	switch {
	case d >= time.Minute:
		return d.Round(time.Second).String()
	case d >= time.Second:
		return three(d.Seconds()) + "s"
	case d >= time.Millisecond:
		return three(float64(d)/float64(time.Millisecond)) + "ms"
	case d >= time.Microsecond:
		return three(float64(d)/float64(time.Microsecond)) + "µs"
	}
	return strconv.FormatInt(int64(d), 10) + "ns"
}

func three(v float64) string {
	switch {
	case v >= 99.95:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 9.995:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
