package calllog_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/llmotel/sdk/llmotel/calllog"
)

func TestReaderPassesOverBadLines(t *testing.T) {
	good := string(calllog.AppendLine(nil, plain()))
	text := good + // 1
		"{torn\n" + // 2
		"\n" + // 3, blank
		strings.Repeat("x", calllog.MaxLine+1) + "\n" + // 4
		good + // 5
		strings.Replace(good, calllog.Schema, "llmotel.calllog/99", 1) + // 6
		"{}\n" + // 7
		"null\n" + // 8
		strings.TrimSuffix(good, "\n") // 9, without its end
	r := calllog.NewReader(iotest.HalfReader(strings.NewReader(text)))
	entries := readAll(t, r)
	if len(entries) != 3 || entries[2].CallID != plain().CallID {
		t.Errorf("%d records, want 3", len(entries))
	}
	var got []string
	for _, b := range r.Bad() {
		got = append(got, fmt.Sprint(b.Line, " ", b.Err))
	}
	want := []string{
		fmt.Sprint(2, " ", calllog.ErrNotARecord), fmt.Sprint(4, " ", calllog.ErrTooLong),
		fmt.Sprint(6, " ", calllog.ErrSchema), fmt.Sprint(7, " ", calllog.ErrSchema), fmt.Sprint(8, " ", calllog.ErrSchema),
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") || r.BadCount() != 5 {
		t.Errorf("bad lines\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestReaderYieldsReadErrorsLast(t *testing.T) {
	broken := errors.New("disk")
	r := calllog.NewReader(io.MultiReader(bytes.NewReader(calllog.AppendLine(nil, plain())), iotest.ErrReader(broken)))
	var records, failures int
	for e, err := range r.All() {
		switch {
		case err == nil && e != nil:
			records++
		case errors.Is(err, broken) && e == nil:
			failures++
		}
	}
	if records != 1 || failures != 1 {
		t.Errorf("%d records and %d errors, want 1 and 1", records, failures)
	}
}

func TestReaderStopsAndGoesOn(t *testing.T) {
	line := calllog.AppendLine(nil, plain())
	r := calllog.NewReader(bytes.NewReader(bytes.Repeat(line, 3)))
	for _, err := range r.All() {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	if got := len(readAll(t, r)); got != 2 {
		t.Errorf("%d records after the first, want 2", got)
	}
}

func TestReaderRemembersBoundedlyManyBadLines(t *testing.T) {
	r := calllog.NewReader(strings.NewReader(strings.Repeat("bad\n", 1000)))
	readAll(t, r)
	if r.BadCount() != 1000 || len(r.Bad()) != 100 {
		t.Errorf("%d counted, %d remembered; want 1000 and 100", r.BadCount(), len(r.Bad()))
	}
}

func FuzzReader(f *testing.F) {
	f.Add(calllog.AppendLine(nil, full()))
	f.Add([]byte("{torn\n{}\n\n[1]\nnull\n\"x\"\n"))
	f.Add([]byte{0xff, '\n', 0, '\r', '\n'})
	f.Fuzz(func(t *testing.T, b []byte) {
		r := calllog.NewReader(bytes.NewReader(b))
		n := len(readAll(t, r)) + r.BadCount()
		if lines := bytes.Count(b, []byte("\n")) + 1; n > lines {
			t.Errorf("%d records and bad lines in %d lines", n, lines)
		}
	})
}
