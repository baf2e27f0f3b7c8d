package calllog_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/llmotel/sdk/llmotel/calllog"
)

func TestFullDeviceIsCountedAndReported(t *testing.T) {
	reports := 0
	l, err := calllog.Open("/dev/full", calllog.WithOnError(func(error) { reports++ }))
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		l.Record(t.Context(), plain())
	}
	if l.Dropped() != 10 || reports != 1 {
		t.Errorf("%d dropped, %d reports; want 10 and 1", l.Dropped(), reports)
	}
	if err := l.Close(); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Close: %v", err)
	}
}

// A disk fills up in the middle of a line, and has room again later.
func TestFullDiskLosesOnlyWhatDoesNotFit(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
		t.Skip("needs the right to mount a small disk: ", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, 0) })
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 16<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "log.jsonl")
	l, err := calllog.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	const before, after = 200, 5
	for range before {
		l.Record(t.Context(), plain())
	}
	lost := l.Dropped()
	if lost == 0 {
		t.Fatal("the disk is not full")
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	for range after {
		l.Record(t.Context(), plain())
	}
	if l.Dropped() != lost {
		t.Errorf("%d dropped after there was room again", l.Dropped()-lost)
	}
	if err := l.Close(); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Close: %v", err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := calllog.NewReader(f)
	if got := int64(len(readAll(t, r))); got != before+after-lost || r.BadCount() > 1 {
		t.Errorf("%d records, want %d; %d bad lines, want at most the torn one", got, before+after-lost, r.BadCount())
	}
}
