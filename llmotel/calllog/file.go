package calllog

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"
)

// file is a file that lines are appended to. Its Log's lock guards it.
type file struct {
	path    string
	mode    fs.FileMode
	rotate  *Rotation // nil without
	f       *os.File
	tail    *tail // nil if it cannot be read or is no regular file
	regular bool
	torn    bool      // what was written last does not end its line
	looked  time.Time // when it was last seen to be the file at path
	failed  time.Time // when moving it did not work; zero if it did
	born    time.Time // of its first record; zero if it has none

	stop context.CancelFunc // ends what tidies up
	tidy sync.WaitGroup
	ctx  context.Context //nolint:containedctx // its end is the file's
}

func openFile(path string, cfg config) (*file, error) {
	f := &file{path: path, mode: cfg.mode, rotate: cfg.rotation}
	if err := f.open(); err != nil {
		return nil, fmt.Errorf("calllog: %w", err)
	}
	f.ctx, f.stop = context.WithCancel(context.Background())
	f.tidyUp(0) // what an earlier process left
	return f, nil
}

// open opens the file at path, in place of the one that is open.
func (f *file) open() error {
	// Reading is needed to see the last byte, and may be denied.
	opened, err := os.OpenFile(f.path, os.O_RDWR|os.O_APPEND|os.O_CREATE, f.mode)
	readable := err == nil
	if errors.Is(err, fs.ErrPermission) {
		opened, err = os.OpenFile(f.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, f.mode)
	}
	if err != nil {
		return err
	}
	info, err := opened.Stat()
	if err != nil {
		return errors.Join(err, opened.Close())
	}
	f.f, f.tail, f.torn = opened, nil, false
	f.regular, f.looked, f.born = info.Mode().IsRegular(), time.Now(), time.Time{}
	switch {
	case f.regular && readable:
		f.tail = &tail{f: opened, page: os.Getpagesize()}
		if f.rotate != nil && info.Size() > 0 {
			f.born = firstTime(opened, info.ModTime())
		}
	case f.regular:
		f.torn = info.Size() > 0 // for all that can be known
		f.born = info.ModTime()
	}
	return nil
}

// write writes one line.
func (f *file) write(line []byte) error {
	f.turn(len(line))
	_, err := f.putLines(line, []int{len(line)})
	return err
}

// writeLines writes the lines that end at ends, and returns how many are whole.
func (f *file) writeLines(b []byte, ends []int) (done int, err error) {
	var chunk []int
	for start := 0; done < len(ends); {
		// As many as the file has room for, at least one.
		room := f.turn(ends[done] - start)
		n := 1
		for done+n < len(ends) && int64(ends[done+n]-start) <= room {
			n++
		}
		chunk = chunk[:0]
		for _, end := range ends[done : done+n] {
			chunk = append(chunk, end-start)
		}
		written, err := f.putLines(b[start:ends[done+n-1]], chunk)
		done += written
		if err != nil {
			return done, err
		}
		start = ends[done-1]
	}
	return done, nil
}

// putLines is one Write.
func (f *file) putLines(b []byte, ends []int) (int, error) {
	if f.tail == nil {
		if f.torn {
			b = append([]byte{'\n'}, b...)
			for i := range ends {
				ends[i]++
			}
		}
		n, err := writeAll(f.f, b)
		f.torn = torn(f.torn, b, n)
		return whole(ends, n), err
	}
	t := f.tail
	t.begin(f.torn)
	start := 0
	for i, end := range ends {
		t.add(b[start:end])
		start, ends[i] = end, len(t.frame)
	}
	n, err := writeAll(f.f, t.frame)
	if err == nil {
		t.wrote(n)
	}
	f.torn = torn(f.torn, t.frame, n)
	if cap(t.frame) > 4<<20 { // a batch of giants
		t.frame = nil
	}
	return whole(ends, n), err
}

// close syncs and closes the file, waits for what tidies up, and leaves no more
// files than the Rotation keeps.
func (f *file) close() error {
	f.stop()
	f.tidy.Wait()
	if f.tidies() {
		f.prune()
	}
	var err error
	if f.regular { // pipes and devices cannot
		err = f.f.Sync()
	}
	if err = errors.Join(err, f.f.Close()); err != nil {
		return fmt.Errorf("calllog: %w", err)
	}
	return nil
}
