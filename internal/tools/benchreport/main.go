// Benchreport turns the output of go test -bench into the tables of
// docs/performance.md. Times on a shared machine mean little, so each row also
// has its ratio to the row that a table names as its base, measured in the same
// run; allocations and bytes are exact.
//
//	go test -bench . -benchmem ./llmotel | go run ./benchreport -title Wrap -base floor
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

func main() {
	base := flag.String("base", "", "the row that others are compared with: the first whose name ends in it")
	less := flag.String("less", "", "the row whose allocations and bytes are subtracted from the others")
	flag.Parse()
	rows, err := parse(os.Stdin)
	if err == nil && len(rows) == 0 {
		err = errors.New("no benchmark results on standard input")
	}
	if err == nil {
		err = write(os.Stdout, rows, *base, *less)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchreport:", err)
		os.Exit(1)
	}
}

// row is the best of all runs of one benchmark: whatever else the machine does
// only ever adds time.
type row struct {
	name              string
	ns, bytes, allocs []float64
}

var resultLine = regexp.MustCompile(`^Benchmark(\S+?)(?:-\d+)?\s+\d+\s+([0-9.]+) ns/op(?:\s+([0-9.]+) B/op\s+([0-9.]+) allocs/op)?`)

func parse(r io.Reader) ([]*row, error) {
	var rows []*row
	s := bufio.NewScanner(r)
	for s.Scan() {
		m := resultLine.FindStringSubmatch(s.Text())
		if m == nil {
			continue
		}
		i := slices.IndexFunc(rows, func(r *row) bool { return r.name == m[1] })
		if i < 0 {
			i = len(rows)
			rows = append(rows, &row{name: m[1]})
		}
		for j, list := range []*[]float64{&rows[i].ns, &rows[i].bytes, &rows[i].allocs} {
			if m[j+2] == "" {
				continue
			}
			v, err := strconv.ParseFloat(m[j+2], 64)
			if err != nil {
				return nil, err
			}
			*list = append(*list, v)
		}
	}
	return rows, s.Err()
}

func best(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	return slices.Min(v)
}

func find(rows []*row, name string) *row {
	for _, r := range rows {
		if name != "" && strings.HasSuffix(r.name, name) {
			return r
		}
	}
	return nil
}

func write(w io.Writer, rows []*row, base, less string) error {
	b, l := find(rows, base), find(rows, less)
	switch {
	case base != "" && b == nil:
		return fmt.Errorf("no row ends in %q", base)
	case less != "" && l == nil:
		return fmt.Errorf("no row ends in %q", less)
	}
	var out strings.Builder
	out.WriteString("| case | ns/op | ratio | B/op | allocs/op |\n| --- | ---: | ---: | ---: | ---: |\n")
	for _, r := range rows {
		ratio := ""
		if b != nil {
			ratio = fmt.Sprintf("%.2f", best(r.ns)/best(b.ns))
		}
		bytes, allocs := best(r.bytes), best(r.allocs)
		if l != nil {
			bytes, allocs = bytes-best(l.bytes), allocs-best(l.allocs)
		}
		fmt.Fprintf(&out, "| %s | %.4g | %s | %.0f | %.0f |\n", r.name, best(r.ns), ratio, bytes, allocs)
	}
	_, err := io.WriteString(w, out.String())
	return err
}
