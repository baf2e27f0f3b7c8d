package cli

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// table writes rows, the first of which is the head and a nil one a rule, with
// the first columns to the left and the others to the right.
func table(w io.Writer, rows [][]string, left int) {
	widths := make([]int, len(rows[0]))
	for _, cells := range rows {
		for i := range cells {
			cells[i] = printable(cells[i])
			widths[i] = max(widths[i], utf8.RuneCountInString(cells[i]))
		}
	}
	total := 2 * (len(widths) - 1)
	for _, n := range widths {
		total += n
	}
	rule := strings.Repeat("─", total)
	for i, cells := range rows {
		if cells == nil {
			fmt.Fprintln(w, rule)
			continue
		}
		var line strings.Builder
		for j, cell := range cells {
			if j > 0 {
				line.WriteString("  ")
			}
			pad := strings.Repeat(" ", widths[j]-utf8.RuneCountInString(cell))
			if j < left {
				line.WriteString(cell + pad)
			} else {
				line.WriteString(pad + cell)
			}
		}
		fmt.Fprintln(w, strings.TrimRight(line.String(), " "))
		if i == 0 {
			fmt.Fprintln(w, rule)
		}
	}
}

// printable keeps names that come from elsewhere from moving the cursor, and
// columns from growing without end.
func printable(s string) string {
	const limit = 40
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s)
	if utf8.RuneCountInString(s) > limit {
		return string([]rune(s)[:limit-1]) + "…"
	}
	return s
}
