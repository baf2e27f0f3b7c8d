package source

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/llmotel/sdk/llmotel/calllog"
)

// FollowOptions say how a file is followed.
type FollowOptions struct {
	// Last is how many of the lines that are there come first, of those that
	// Keep keeps.
	Last int
	Keep func(line []byte) bool
	// Once ends after these.
	Once bool
	// Every is how often to look for more.
	Every time.Duration
}

// settle is how long a file that was moved aside is still read: writers may
// go on for a second before they look where it is.
const settle = 1500 * time.Millisecond

// Follow hands the last lines of the log at path to line, and then each new
// one, until ctx ends or line fails. When the log is rotated it reads the moved
// files to their end and goes on with the next; one that is not there yet is
// waited for, unless Once.
func Follow(ctx context.Context, path string, o FollowOptions, line func([]byte) error) error {
	f := &follower{path: path, line: line}
	defer f.close()
	if err := f.begin(o); err != nil || o.Once {
		return err
	}
	tick := time.NewTicker(o.Every)
	defer tick.Stop()
	for {
		if err := f.more(); err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

type follower struct {
	path  string
	line  func([]byte) error
	file  *os.File
	at    int64 // how much of file is read
	rest  []byte
	moved time.Time // when file was seen to be moved; zero if it is not
}

func (f *follower) close() {
	if f.file != nil {
		_ = f.file.Close() // it was only read
		f.file = nil
	}
}

// begin opens the file and hands on its last lines.
func (f *follower) begin(o FollowOptions) error {
	file, err := os.Open(f.path)
	if errors.Is(err, fs.ErrNotExist) && !o.Once {
		return nil
	}
	if err != nil {
		return err
	}
	f.file = file
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return errors.Join(err, errors.New(f.path+" is no regular file"))
	}
	last := make([][]byte, 0, o.Last)
	r := bufio.NewReaderSize(file, 1<<20)
	for {
		text, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			f.rest = text // a line in the making
			f.at += int64(len(text))
			break
		}
		if err != nil {
			return err
		}
		f.at += int64(len(text))
		text = bytes.TrimSpace(text)
		if len(text) == 0 || o.Last == 0 || !o.Keep(text) {
			continue
		}
		if len(last) == o.Last {
			copy(last, last[1:])
			last = last[:o.Last-1]
		}
		last = append(last, text)
	}
	for _, text := range last {
		if err := f.line(text); err != nil {
			return err
		}
	}
	return nil
}

// more hands on what is new.
func (f *follower) more() error {
	if f.file == nil {
		file, err := os.Open(f.path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		f.open(file)
	}
	if err := f.read(); err != nil {
		return err
	}
	ours, err := f.file.Stat()
	if err != nil {
		return err
	}
	if ours.Size() < f.at { // truncated in place
		f.at, f.rest = 0, nil
		return f.read()
	}
	theirs, err := os.Stat(f.path)
	if err == nil && os.SameFile(ours, theirs) {
		f.moved = time.Time{}
		return nil
	}
	if f.moved.IsZero() {
		f.moved = time.Now()
	}
	if time.Since(f.moved) < settle {
		return nil
	}
	if err := f.read(); err != nil {
		return err
	}
	return f.next(ours)
}

// next goes on with the file that follows ours, which may have been moved too.
func (f *follower) next(ours os.FileInfo) error {
	names, err := calllog.Files(f.path)
	if err != nil {
		names = nil
	}
	name := f.path
	for i, n := range names {
		info, err := os.Stat(n)
		if err == nil && os.SameFile(info, ours) && i+1 < len(names) {
			name = names[i+1]
		}
	}
	file, err := os.Open(name) //nolint:gosec // one of the log's files
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	f.close()
	f.open(file)
	return f.read()
}

func (f *follower) open(file *os.File) {
	f.file, f.at, f.rest, f.moved = file, 0, nil, time.Time{}
}

// read hands on the whole lines that have come.
func (f *follower) read() error {
	buf := make([]byte, 64<<10)
	for {
		n, err := f.file.ReadAt(buf, f.at)
		f.at += int64(n)
		f.rest = append(f.rest, buf[:n]...)
		for {
			i := bytes.IndexByte(f.rest, '\n')
			if i < 0 {
				break
			}
			text := bytes.TrimSpace(f.rest[:i])
			f.rest = f.rest[i+1:]
			if len(text) == 0 {
				continue
			}
			if err := f.line(text); err != nil {
				return err
			}
		}
		if len(f.rest) > calllog.MaxLine {
			f.rest = nil // no line of ours: its end is a bad line
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
