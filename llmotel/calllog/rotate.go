package calllog

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Rotation says when a log file is moved aside, and what becomes of it then.
// The file log.jsonl becomes log-20260301T120000.000000000Z.jsonl, after the
// moment at which it was moved.
type Rotation struct {
	// MaxSize moves the file before it would have more bytes, spaces between
	// lines aside; 0 is no limit.
	MaxSize int64
	// MaxAge moves the file at the first record that comes so long after the
	// file's first one; 0 is no limit.
	MaxAge time.Duration
	// Keep is how many moved files are kept, KeepFor how long after they were
	// moved; the oldest are removed first. 0 keeps all. They are removed 5 s after a
	// file was moved, and at Open and Close.
	Keep    int
	KeepFor time.Duration
	// Compress makes moved files .jsonl.gz, in the background: 5 s after a file
	// was moved, when no other process writes to it any more, and at Open. Close does
	// not wait for it: what it leaves plain, the next Open compresses.
	Compress bool
}

func (r *Rotation) check() error {
	switch {
	case r == nil:
		return nil
	case r.MaxSize < 0 || r.MaxAge < 0 || r.Keep < 0 || r.KeepFor < 0:
		return errors.New("calllog: a limit of Rotation is negative")
	case r.MaxSize == 0 && r.MaxAge == 0:
		return errors.New("calllog: Rotation needs MaxSize or MaxAge")
	}
	return nil
}

const (
	// lookEvery is how often the file is compared with the one at its path.
	lookEvery = time.Second
	// grace is how long other processes may go on writing to a file that was
	// moved, with much to spare: they look every second, and before they write.
	grace = 5 * time.Second
	// stamp is the time in the names of moved files, which sort by it.
	stamp = "20060102T150405.000000000Z"
)

// turn makes sure that the file is the one at its path and has room for need
// bytes, unless it is empty, and returns how much room it has. If it cannot be
// moved or opened anew, the old one is written to.
func (f *file) turn(need int) (room int64) {
	if !f.regular {
		return math.MaxInt64
	}
	now := time.Now()
	if now.Sub(f.looked) >= lookEvery || now.Before(f.looked) {
		f.looked = now
		f.follow()
	}
	if f.rotate == nil {
		return math.MaxInt64
	}
	size, err := f.f.Seek(0, io.SeekEnd)
	if err != nil {
		return math.MaxInt64
	}
	full := f.rotate.MaxSize > 0 && size+int64(need) > f.rotate.MaxSize
	old := f.rotate.MaxAge > 0 && !f.born.IsZero() && now.Sub(f.born) >= f.rotate.MaxAge
	if size > 0 && (full || old) && (f.failed.IsZero() || now.Sub(f.failed) >= lookEvery) {
		f.failed = time.Time{}
		if f.moveAside(now) {
			size = 0
		} else {
			f.failed = now
		}
	}
	if f.born.IsZero() {
		f.born = now
	}
	if f.rotate.MaxSize == 0 {
		return math.MaxInt64
	}
	return f.rotate.MaxSize - size
}

// follow opens the file at path if that is another one by now.
func (f *file) follow() {
	ours, err := f.f.Stat()
	if err != nil { // moveAside has closed it and could not open a new one
		f.reopen()
		return
	}
	theirs, err := os.Stat(f.path)
	if err == nil && os.SameFile(ours, theirs) {
		return
	}
	f.reopen()
}

// reopen reports whether the file at path is open now.
func (f *file) reopen() bool {
	old := f.f
	if f.open() != nil {
		return false
	}
	_ = old.Close() // every line is in it
	return true
}

// moveAside gives the file its dated name and opens a new one. Another process
// may do the same at the same time; what then moves is whole as well.
func (f *file) moveAside(now time.Time) bool {
	f.follow()
	if size, err := f.f.Seek(0, io.SeekEnd); err != nil || size == 0 {
		return err == nil // another process has just moved it
	}
	if runtime.GOOS == "windows" { // an open file cannot be moved there
		_ = f.f.Close()
	}
	stem, ext := split(f.path)
	moved := stem + "-" + now.UTC().Format(stamp) + ext
	if _, err := os.Lstat(moved); err == nil {
		return false // two in one nanosecond: the next record tries again
	}
	err := os.Rename(f.path, moved)
	if runtime.GOOS != "windows" && err != nil {
		return false
	}
	if !f.reopen() || err != nil {
		return false
	}
	f.tidyUp(grace)
	return true
}

// split cuts a path before its extension.
func split(path string) (stem, ext string) {
	ext = filepath.Ext(path)
	return strings.TrimSuffix(path, ext), ext
}

// Files returns the files of the log at path: those that Rotation moved aside,
// oldest first, and then the one at path, if it is there.
func Files(path string) ([]string, error) {
	stem, ext := split(path)
	names, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	prefix := filepath.Base(stem) + "-"
	var found []string
	for _, entry := range names {
		name := strings.TrimSuffix(entry.Name(), ".gz")
		if !strings.HasPrefix(name, prefix) || !strings.HasSuffix(name, ext) || len(name) != len(prefix)+len(stamp)+len(ext) {
			continue
		}
		if _, err := time.Parse(stamp, name[len(prefix):len(name)-len(ext)]); err != nil {
			continue
		}
		if name != entry.Name() && slices.ContainsFunc(names, func(e os.DirEntry) bool { return e.Name() == name }) {
			continue // it is being compressed: the original counts
		}
		found = append(found, filepath.Join(filepath.Dir(path), entry.Name()))
	}
	slices.Sort(found)
	if _, err := os.Stat(path); err == nil {
		found = append(found, path)
	}
	return found, nil
}

// firstTime is when the first call of a file began.
func firstTime(f *os.File, otherwise time.Time) time.Time {
	line, _ := bufio.NewReader(io.NewSectionReader(f, 0, 64<<10)).ReadSlice('\n')
	var first struct {
		Timestamp time.Time `json:"timestamp"`
	}
	if json.Unmarshal(line, &first) != nil || first.Timestamp.IsZero() {
		return otherwise
	}
	return first.Timestamp
}
