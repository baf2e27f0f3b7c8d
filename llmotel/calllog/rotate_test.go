package calllog_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/llmotel/sdk/llmotel/calllog"
)

func rotating(t *testing.T, path string, r calllog.Rotation) *calllog.Log {
	t.Helper()
	l, err := calllog.Open(path, calllog.WithRotation(r))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// ids returns the call ids of a log, of all its files.
func ids(t *testing.T, path string) (out []string, files []string) {
	t.Helper()
	files, err := calllog.Files(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var from io.Reader = bytes.NewReader(text)
		if strings.HasSuffix(name, ".gz") {
			if from, err = gzip.NewReader(from); err != nil {
				t.Fatal(err)
			}
		}
		r := calllog.NewReader(from)
		for _, e := range readAll(t, r) {
			out = append(out, e.CallID)
		}
		if r.BadCount() != 0 {
			t.Errorf("%d bad lines in %s", r.BadCount(), name)
		}
	}
	return out, files
}

func record(t *testing.T, l *calllog.Log, id int) {
	t.Helper()
	r := plain()
	r.CallID = fmt.Sprint(id)
	l.Record(t.Context(), r)
	time.Sleep(2 * time.Millisecond)
}

func TestFileRotatesBySize(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.jsonl")
	const limit = 8 << 10
	l := rotating(t, path, calllog.Rotation{MaxSize: limit})
	for i := range 300 {
		record(t, l, i)
	}
	got, files := ids(t, path)
	if strings.Join(got, " ") != numbers(0, 300) {
		t.Errorf("records %v", got)
	}
	if len(files) < 3 {
		t.Errorf("files %v, want several", files)
	}
	for _, name := range files {
		if size := size(name); size > limit+4096 || size == 0 { // spaces come on top
			t.Errorf("%s has %d bytes", name, size)
		}
	}
}

// A batch is spread over files like single lines.
func TestBatchesRotateToo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.jsonl")
	l := rotating(t, path, calllog.Rotation{MaxSize: 32 << 10})
	for n := 0; n < 300; n += 100 {
		var items []calllog.Item
		for i := n; i < n+100; i++ {
			r := plain()
			r.CallID = fmt.Sprint(i)
			items = append(items, calllog.Item{Record: r, Weight: 1})
		}
		if got, err := l.WriteBatch(t.Context(), items); got != 100 || err != nil {
			t.Fatalf("%d written, %v", got, err)
		}
	}
	got, files := ids(t, path)
	if strings.Join(got, " ") != numbers(0, 300) || len(files) < 3 {
		t.Errorf("%d records in %v", len(got), files)
	}
}

func TestFileRotatesByAgeOfItsFirstRecord(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.jsonl")
	old := plain()
	old.CallID, old.Start = "0", time.Now().Add(-time.Hour)
	if err := os.WriteFile(path, calllog.AppendLine(nil, old), 0o600); err != nil {
		t.Fatal(err)
	}
	young := rotating(t, path, calllog.Rotation{MaxAge: 2 * time.Hour})
	record(t, young, 1)
	if _, files := ids(t, path); len(files) != 1 {
		t.Errorf("%v before its time", files)
	}
	l := rotating(t, path, calllog.Rotation{MaxAge: time.Hour})
	record(t, l, 2)
	record(t, l, 3)
	got, files := ids(t, path)
	if strings.Join(got, " ") != "0 1 2 3" || len(files) != 2 || size(files[1]) == 0 {
		t.Errorf("records %v in %v", got, files)
	}
}

// A process that ends soon after a file was moved leaves no more than were asked for.
func TestCloseLeavesNoMoreThanKeep(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.jsonl")
	l := rotating(t, path, calllog.Rotation{MaxSize: 4 << 10, Keep: 3, Compress: true})
	for i := range 100 {
		record(t, l, i)
	}
	if _, files := ids(t, path); len(files) <= 4 {
		t.Fatalf("only %v before", files)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	got, files := ids(t, path)
	if len(files) != 4 || got[len(got)-1] != "99" {
		t.Errorf("%v after, want three and the log, with the last record; it is %s", files, got[len(got)-1])
	}
}

func TestMovedFilesAreCompressedAndRemoved(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "log.jsonl")
	line := func(id string) []byte {
		r := plain()
		r.CallID = id
		return calllog.AppendLine(nil, r)
	}
	long := time.Now().Add(-time.Minute)
	for i, day := range []string{"20260101", "20260102", "20260103", "20260104"} {
		name := filepath.Join(dir, "log-"+day+"T000000.000000000Z.jsonl")
		if err := os.WriteFile(name, line(fmt.Sprint(i)), 0o640); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(name, long, long); err != nil {
			t.Fatal(err)
		}
	}
	for _, other := range []string{"log-notes.jsonl", "log-20260101.jsonl", "dialog-20260101T000000.000000000Z.jsonl"} {
		if err := os.WriteFile(filepath.Join(dir, other), []byte("mine\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l := rotating(t, path, calllog.Rotation{MaxSize: 1 << 20, Keep: 3, Compress: true})
	record(t, l, 4)
	deadline := time.Now().Add(10 * time.Second)
	for {
		files, err := calllog.Files(path)
		if err != nil {
			t.Fatal(err)
		}
		if len(files) == 4 && strings.HasSuffix(files[2], ".gz") || time.Now().After(deadline) {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	got, files := ids(t, path)
	if strings.Join(got, " ") != "1 2 3 4" {
		t.Errorf("records %v, want the oldest file gone", got)
	}
	for i, name := range files {
		if strings.HasSuffix(name, ".gz") != (i < 3) {
			t.Errorf("files %v, want three compressed ones and the log", files)
		}
		if info, err := os.Stat(name); err == nil && i < 3 && runtime.GOOS != "windows" && info.Mode().Perm() != 0o640 {
			t.Errorf("%s has mode %v, want that of the file", name, info.Mode())
		}
	}
	if names, _ := os.ReadDir(dir); len(names) != 7 {
		t.Errorf("%d files, want ours and the three of others", len(names))
	}
}

// Where a file and its compressed form are both there, a kill came between.
func TestFilesCountsAHalfCompressedFileOnce(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{
		"log.jsonl", "log-20260101T000000.000000000Z.jsonl", "log-20260101T000000.000000000Z.jsonl.gz",
		"log-20260101T000000.000000000Z.jsonl.gz.part", "log-20251231T000000.000000000Z.jsonl.gz",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	files, err := calllog.Files(filepath.Join(dir, "log.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range files {
		files[i] = filepath.Base(files[i])
	}
	want := "log-20251231T000000.000000000Z.jsonl.gz log-20260101T000000.000000000Z.jsonl log.jsonl"
	if strings.Join(files, " ") != want {
		t.Errorf("%v", files)
	}
}

// Several processes write and rotate one log; none of them loses a record.
func TestRotationOfASharedFileConcurrentSafe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.jsonl")
	const writers, each = 4, 150
	var wg sync.WaitGroup
	for w := range writers {
		l := rotating(t, path, calllog.Rotation{MaxSize: 16 << 10, Compress: true})
		wg.Go(func() {
			for i := range each {
				r := plain()
				r.CallID = fmt.Sprint(w, "/", i)
				l.Record(t.Context(), r)
				time.Sleep(2 * time.Millisecond)
			}
		})
	}
	wg.Wait()
	got, files := ids(t, path)
	seen := make(map[string]bool)
	for _, id := range got {
		seen[id] = true
	}
	if len(got) != writers*each || len(seen) != writers*each || len(files) < 3 {
		t.Errorf("%d records, %d of them different, in %d files; want %d in several", len(got), len(seen), len(files), writers*each)
	}
}

// logrotate moves the file; the log goes on in a new one within a second.
func TestMovedFileIsReplaced(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "log.jsonl")
	l, err := calllog.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	record(t, l, 0)
	if err := os.Rename(path, filepath.Join(dir, "log.jsonl.1")); err != nil {
		t.Skip("an open file cannot be moved here: ", err)
	}
	time.Sleep(1100 * time.Millisecond)
	record(t, l, 1)
	if got, _ := ids(t, path); strings.Join(got, " ") != "1" {
		t.Errorf("records %v in the new file, want 1", got)
	}
}

func TestRotationIsChecked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.jsonl")
	for name, r := range map[string]calllog.Rotation{
		"nothing": {}, "size": {MaxSize: -1}, "age": {MaxAge: -1}, "keep": {MaxSize: 1, Keep: -1}, "keep for": {MaxSize: 1, KeepFor: -1},
	} {
		if l, err := calllog.Open(path, calllog.WithRotation(r)); err == nil {
			_ = l.Close()
			t.Errorf("%s: no error", name)
		}
	}
}
