package main

import (
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const output = `goos: linux
BenchmarkGenerate/bare/goroutines=1-2   	1000	  4.0 ns/op	  0 B/op	 0 allocs/op
BenchmarkGenerate/floor-2   	1000	  100 ns/op	  50 B/op	 5 allocs/op
BenchmarkGenerate/floor-2   	1000	  300 ns/op	  50 B/op	 5 allocs/op
BenchmarkGenerate/floor-2   	1000	  200 ns/op	  50 B/op	 5 allocs/op
BenchmarkGenerate/wrap-2   	1000	  300 ns/op	  80 B/op	 7 allocs/op
PASS
`

func TestReport(t *testing.T) {
	rows, err := parse(strings.NewReader(output))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := write(&b, rows, "floor", "floor"); err != nil {
		t.Fatal(err)
	}
	want := `| case | ns/op | ratio | B/op | allocs/op |
| --- | ---: | ---: | ---: | ---: |
| Generate/bare/goroutines=1 | 4 | 0.04 | -50 | -5 |
| Generate/floor | 100 | 1.00 | 0 | 0 |
| Generate/wrap | 300 | 3.00 | 30 | 2 |
`
	if b.String() != want {
		t.Errorf("got\n%s want\n%s", b.String(), want)
	}
	if err := write(&b, rows, "nothing", ""); err == nil {
		t.Error("no error for a base that is not there")
	}
}
