package calllog

import (
	"compress/gzip"
	"context"
	"io"
	"os"
	"strings"
	"time"
)

// tidyUp compresses and removes moved files as the Rotation says, after a
// while. What an end of the process leaves undone, the next one does.
func (f *file) tidyUp(after time.Duration) {
	if !f.tidies() {
		return
	}
	f.tidy.Go(func() {
		if after > 0 && !sleep(f.ctx, after) {
			return
		}
		f.prune()
		if f.rotate.Compress {
			f.compress()
		}
	})
}

func (f *file) tidies() bool {
	r := f.rotate
	return r != nil && f.regular && (r.Compress || r.Keep > 0 || r.KeepFor > 0)
}

// moved lists the moved files, oldest first.
func (f *file) moved() []string {
	all, err := Files(f.path)
	if err == nil && len(all) > 0 && all[len(all)-1] == f.path {
		all = all[:len(all)-1]
	}
	return all
}

func (f *file) prune() {
	files := f.moved()
	tooMany := 0
	if f.rotate.Keep > 0 {
		tooMany = max(0, len(files)-f.rotate.Keep)
	}
	stem, ext := split(f.path)
	for i, name := range files {
		at, err := time.Parse(stamp, strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ext)[len(stem)+1:])
		expired := err == nil && f.rotate.KeepFor > 0 && time.Since(at) >= f.rotate.KeepFor
		if i < tooMany || expired {
			_ = os.Remove(name) // if it cannot be, the next rotation tries again
			_ = os.Remove(strings.TrimSuffix(name, ".gz") + ".gz")
		}
	}
}

func (f *file) compress() {
	for _, name := range f.moved() {
		info, err := os.Stat(name)
		if strings.HasSuffix(name, ".gz") || err != nil || time.Since(info.ModTime()) < grace {
			continue
		}
		if f.ctx.Err() != nil {
			return
		}
		_ = compressFile(f.ctx, name, info.Mode()) // as above
	}
}

// compressFile replaces a file by its compressed form. At every moment one of
// the two is there and whole.
func compressFile(ctx context.Context, name string, mode os.FileMode) (err error) {
	part := name + ".gz.part"
	if info, err := os.Stat(part); err == nil && time.Since(info.ModTime()) > time.Hour {
		_ = os.Remove(part) // of a process that was killed at it
	}
	in, err := os.Open(name) //nolint:gosec // one of the log's own files
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()                                             // it was only read
	out, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode.Perm()) //nolint:gosec // as above
	if err != nil {
		return err // another process is at it
	}
	defer func() {
		if err != nil {
			_ = os.Remove(part)
		}
	}()
	z := gzip.NewWriter(out)
	_, err = io.Copy(z, &untilDone{ctx, in})
	for _, step := range []func() error{z.Close, out.Sync} {
		if err == nil {
			err = step()
		}
	}
	if e := out.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	if err := os.Rename(part, name+".gz"); err != nil {
		return err
	}
	return os.Remove(name)
}

// untilDone reads until its context ends.
type untilDone struct {
	ctx context.Context //nolint:containedctx // it lives as long as the copy
	io.Reader
}

func (r *untilDone) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}
