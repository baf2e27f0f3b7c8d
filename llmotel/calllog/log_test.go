package calllog_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/calllog"
)

// fails writes part of a line and fails, as often as told.
type fails struct {
	bytes.Buffer
	times, part int
}

var errDisk = errors.New("no space left on device")

func (f *fails) Write(b []byte) (int, error) {
	if f.times > 0 {
		f.times--
		n, _ := f.Buffer.Write(b[:f.part])
		return n, errDisk
	}
	return f.Buffer.Write(b)
}

func TestLinesAreWholeConcurrentSafe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.jsonl")
	var wg sync.WaitGroup
	for range 3 { // as three processes would
		l, err := calllog.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		for range 8 {
			wg.Go(func() {
				for range 100 {
					l.Record(t.Context(), full())
				}
			})
		}
	}
	wg.Wait()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := calllog.NewReader(f)
	if got := len(readAll(t, r)); got != 2400 || r.BadCount() != 0 {
		t.Errorf("%d records and %d bad lines, want 2400 and 0", got, r.BadCount())
	}
}

func TestFailingWriterCostsRecordsAndNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &fails{times: 5, part: 10}
		var reports []error
		l := calllog.New(w, calllog.WithOnError(func(err error) {
			reports = append(reports, err)
			panic("a hook's bug")
		}))
		for range 3 {
			l.Record(t.Context(), plain())
		}
		time.Sleep(time.Minute)
		for range 4 {
			l.Record(t.Context(), plain())
		}
		if l.Dropped() != 5 || len(reports) != 2 {
			t.Fatalf("%d dropped, %d reports; want 5 and 2: %v", l.Dropped(), len(reports), reports)
		}
		var dropped *calllog.DroppedError
		if !errors.As(reports[1], &dropped) || dropped.Dropped != 4 || !errors.Is(reports[1], errDisk) {
			t.Errorf("second report %v, want 4 and the reason", reports[1])
		}
		// What was torn is one bad line each time; the records stand alone.
		r := calllog.NewReader(&w.Buffer)
		if got := len(readAll(t, r)); got != 2 || r.BadCount() != 5 {
			t.Errorf("%d records, %d bad lines; want 2 and 5", got, r.BadCount())
		}
		err := l.Close()
		if !errors.As(err, &dropped) || !strings.Contains(err.Error(), "5 records") || !errors.Is(err, errDisk) {
			t.Errorf("Close: %v", err)
		}
		if err := l.Close(); err != nil {
			t.Errorf("second Close: %v", err)
		}
		l.Record(t.Context(), plain())
		if l.Dropped() != 6 {
			t.Errorf("%d dropped, want 6", l.Dropped())
		}
	})
}

// odd breaks the contract of io.Writer.
type odd int

func (o odd) Write([]byte) (int, error) { return int(o), nil }

func TestShortWriteWithoutErrorIsAnError(t *testing.T) {
	for _, n := range []int{-1, 0, 3} {
		l := calllog.New(odd(n))
		l.Record(t.Context(), plain())
		if err := l.Close(); !errors.Is(err, io.ErrShortWrite) || l.Dropped() != 1 {
			t.Errorf("n=%d: %v, %d dropped", n, err, l.Dropped())
		}
	}
}

func TestTornLastLineIsEnded(t *testing.T) {
	cases := map[string]struct {
		content string
		lines   int
	}{
		"torn":     {`{"schema":"llmotel.callog/1","timest`, 2},
		"whole":    {"{}\n", 2},
		"empty":    {"", 1},
		"new line": {"\n", 2},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "log.jsonl")
			if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			l, err := calllog.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			l.Record(t.Context(), plain())
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got := bytes.Count(b, []byte("\n")); got != c.lines || !bytes.HasPrefix(b, []byte(c.content)) {
				t.Errorf("%d lines, want %d:\n%s", got, c.lines, b)
			}
			if got := len(readAll(t, calllog.NewReader(bytes.NewReader(b)))); got != 1 {
				t.Errorf("%d records, want 1:\n%s", got, b)
			}
		})
	}
}

func TestFileIsPrivateAndNamed(t *testing.T) {
	t.Chdir(t.TempDir())
	l, err := calllog.Open("")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	shared, err := calllog.Open("shared.jsonl", calllog.WithFileMode(0o640), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := shared.Close(); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{calllog.DefaultPath: 0o600, "shared.jsonl": 0o640} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if runtime.GOOS != "windows" && info.Mode().Perm() != want {
			t.Errorf("%s: mode %v, want %v", name, info.Mode().Perm(), want)
		}
	}
	if _, err := calllog.Open(filepath.Join("no", "such", "directory")); err == nil {
		t.Error("no error for a directory that does not exist")
	}
}

func TestNilsAreHarmless(t *testing.T) {
	l := calllog.New(io.Discard, nil)
	l.Record(t.Context(), nil)
	if err := l.Close(); err != nil || l.Dropped() != 0 {
		t.Errorf("%v, %d dropped", err, l.Dropped())
	}
}

func TestRecordAllocatesLittle(t *testing.T) {
	file := func(opts ...calllog.FileOption) *calllog.Log {
		l, err := calllog.Open(filepath.Join(t.TempDir(), "log.jsonl"), opts...)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		return l
	}
	queued := queue(t, file(), calllog.WithBlock())
	t.Cleanup(func() { _ = queued.Close() })
	for name, sink := range map[string]llmotel.Sink{
		"writer": calllog.New(io.Discard), "file": file(), "queue": queued,
		"rotating": file(calllog.WithRotation(calllog.Rotation{MaxSize: 1 << 30, MaxAge: time.Hour}), calllog.WithSampler(sampler(t, 0.5))),
	} {
		r := plain()
		if n := testing.AllocsPerRun(1000, func() { sink.Record(t.Context(), r) }); n > 0 {
			t.Errorf("%s: %v allocations, want none", name, n)
		}
	}
}

func TestLinesDoNotCrossPages(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.jsonl")
	l, err := calllog.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 300 {
		r := plain()
		if i%7 == 0 {
			r = full()
		}
		r.CallID = strings.Repeat("x", i*13%900)
		l.Record(t.Context(), r)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	page := os.Getpagesize()
	offset, written := 0, 0
	for line := range bytes.Lines(b) {
		text := bytes.TrimSpace(line)
		first := offset + bytes.Index(line, text)
		if last := first + len(text) - 1; first/page != last/page {
			t.Fatalf("a line at %d to %d crosses a page of %d", first, last, page)
		}
		if !bytes.HasPrefix(text, []byte("{")) {
			t.Fatalf("an empty line at %d", offset)
		}
		offset += len(line)
		written += len(text)
	}
	t.Logf("%d bytes of records in %d bytes", written, len(b))
	if bytes.Count(b, []byte("\n")) != 300 {
		t.Errorf("%d lines, want 300", bytes.Count(b, []byte("\n")))
	}
}

// Another process was killed in the middle of a line while this one has the
// file open.
func TestForeignTornLineCostsNoOtherLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.jsonl")
	l, err := calllog.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	l.Record(t.Context(), plain())
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(`{"schema":"llm`); err != nil {
		t.Fatal(err)
	}
	l.Record(t.Context(), plain())
	if records, bad := count(t, path); records != 2 || bad != 1 {
		t.Errorf("%d records, %d bad lines; want 2 and 1", records, bad)
	}
	// The file is emptied under the log, as log rotation does.
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	l.Record(t.Context(), plain())
	if records, bad := count(t, path); records != 1 || bad != 0 {
		t.Errorf("%d records, %d bad lines after truncation; want 1 and 0", records, bad)
	}
}
