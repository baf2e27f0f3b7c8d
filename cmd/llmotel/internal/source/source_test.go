package source_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/llmotel/sdk/cmd/llmotel/internal/source"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/calllog"
)

func lines(t *testing.T, from, to int) []byte {
	t.Helper()
	var b bytes.Buffer
	log := calllog.New(&b)
	for i := from; i < to; i++ {
		log.Record(t.Context(), &llmotel.Record{CallID: fmt.Sprint(i), Start: time.Date(2026, 3, 1, 12, 0, i, 0, time.UTC)})
	}
	return b.Bytes()
}

func numbers(from, to int) []string {
	var out []string
	for i := from; i < to; i++ {
		out = append(out, fmt.Sprintf("%06d", i))
	}
	return out
}

// read returns the sorted call ids, in six digits.
func read(t *testing.T, targets []string, o source.Options) ([]string, *source.Summary) {
	t.Helper()
	var mu sync.Mutex
	var ids []string
	sum, err := source.Read(t.Context(), targets, o, func() func(e *calllog.Entry) {
		return func(e *calllog.Entry) {
			mu.Lock()
			defer mu.Unlock()
			ids = append(ids, fmt.Sprintf("%06s", e.CallID))
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(ids)
	return ids, sum
}

// A log of many pieces, with bad lines in several of them, blank ones, one that
// is too long and a last one without its end.
func TestBadLinesHaveTheirNumbers(t *testing.T) {
	const records = 20_000 // some 6 MB
	var b bytes.Buffer
	number, want, good := 0, []string{}, lines(t, 0, records)
	bad := func(text, err string) {
		number++
		b.WriteString(text + "\n")
		if err != "" {
			want = append(want, fmt.Sprintf("%d %s", number, err))
		}
	}
	i := 0
	for line := range bytes.Lines(good) {
		if i%5000 == 100 {
			bad("{torn", "calllog: not a JSON record")
			bad("  ", "")
		}
		if i == 9000 {
			bad(strings.Repeat("x", 2*calllog.MaxLine), "calllog: line too long")
		}
		b.Write(line)
		number++
		i++
	}
	text := strings.TrimSuffix(b.String(), "\n")
	ids, sum := read(t, []string{"-"}, source.Options{Stdin: iotest.HalfReader(strings.NewReader(text)), Workers: 3})
	if !slices.Equal(ids, numbers(0, records)) || sum.Records != records {
		t.Errorf("%d records, want %d", len(ids), records)
	}
	var got []string
	for _, b := range sum.Bad {
		got = append(got, fmt.Sprintf("%d %v", b.Line, b.Err))
		if b.Source != "standard input" {
			t.Errorf("source %q", b.Source)
		}
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("bad lines\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestBadLinesAreBoundedAndSorted(t *testing.T) {
	_, sum := read(t, []string{"-"}, source.Options{Stdin: strings.NewReader(strings.Repeat("bad\n", 300_000)), Workers: 4})
	if sum.BadCount != 300_000 || len(sum.Bad) != source.MaxBad {
		t.Fatalf("%d counted, %d named", sum.BadCount, len(sum.Bad))
	}
	for i, b := range sum.Bad[1:] {
		if b.Line <= sum.Bad[i].Line {
			t.Fatalf("line %d after %d", b.Line, sum.Bad[i].Line)
		}
	}
	if sum.Bad[0].Line != 1 {
		t.Errorf("the first is %d", sum.Bad[0].Line)
	}
}

func TestRotatedFilesAreRead(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "log.jsonl")
	write := func(name string, text []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var z bytes.Buffer
	zip := gzip.NewWriter(&z)
	_, _ = zip.Write(lines(t, 0, 10))
	_ = zip.Close()
	write("log-20260301T120010.000000000Z.jsonl.gz", z.Bytes())
	write("log-20260301T120020.000000000Z.jsonl", lines(t, 10, 20))
	write("log.jsonl", lines(t, 20, 30))
	if ids, sum := read(t, []string{path}, source.Options{}); !slices.Equal(ids, numbers(0, 30)) || len(sum.Sources) != 3 {
		t.Errorf("%v from %v", ids, sum.Sources)
	}
	if ids, _ := read(t, []string{path}, source.Options{Alone: true}); !slices.Equal(ids, numbers(20, 30)) {
		t.Errorf("%v alone", ids)
	}
	since := time.Date(2026, 3, 1, 12, 0, 15, 0, time.UTC)
	if ids, sum := read(t, []string{path}, source.Options{Since: since}); !slices.Equal(ids, numbers(15, 30)) || len(sum.Sources) != 2 {
		t.Errorf("%v since, from %v", ids, sum.Sources)
	}
	// The log itself may just have been moved.
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if ids, _ := read(t, []string{path}, source.Options{}); !slices.Equal(ids, numbers(0, 20)) {
		t.Errorf("%v without the log", ids)
	}
	if _, err := source.Read(t.Context(), []string{path}, source.Options{Alone: true}, nil); err == nil {
		t.Error("no error for a file that is not there")
	}
}

func TestErrorsOfTheSourceEndTheReading(t *testing.T) {
	broken := errors.New("disk")
	_, err := source.Read(t.Context(), []string{"-"}, source.Options{Stdin: io.MultiReader(bytes.NewReader(lines(t, 0, 3)), iotest.ErrReader(broken))},
		func() func(*calllog.Entry) { return func(*calllog.Entry) {} })
	if !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	path := filepath.Join(t.TempDir(), "log.jsonl.gz")
	if err := os.WriteFile(path, []byte("no gzip"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := source.Read(t.Context(), []string{path}, source.Options{}, func() func(*calllog.Entry) { return func(*calllog.Entry) {} }); !errors.Is(err, gzip.ErrHeader) && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%v", err)
	}
}

func TestProgress(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.jsonl")
	text := lines(t, 0, 100)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	var last, of int64
	read(t, []string{path}, source.Options{Progress: func(done, total int64) { last, of = done, total }})
	if last != int64(len(text)) || of != last {
		t.Errorf("%d of %d, want all of %d", last, of, len(text))
	}
}
