package calllog

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// DefaultPath is the file of a log that was given no name.
const DefaultPath = "llm_telemetry.jsonl"

// Open returns a Log that appends to the file at path, DefaultPath if it is
// empty, and creates it if need be. A last line that a crash left unfinished is
// ended, so that the next record has a line of its own. Any number of
// processes may have the same local file open; on a network file system only
// one should.
func Open(path string, opts ...FileOption) (*Log, error) {
	cfg := defaults()
	for _, o := range opts {
		if o != nil {
			cfg = o.applyFile(cfg)
		}
	}
	path = cmp.Or(path, DefaultPath)

	// Reading is needed to see the last byte, and may be denied.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, cfg.mode) //nolint:gosec // the caller names the file
	readable := err == nil
	if errors.Is(err, fs.ErrPermission) {
		f, err = os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, cfg.mode) //nolint:gosec // as above
	}
	if err != nil {
		return nil, fmt.Errorf("calllog: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("calllog: %w", err), f.Close())
	}
	regular := info.Mode().IsRegular()

	l := newLog(f, cfg, func() error { return closeFile(f, regular) })
	switch {
	case regular && readable:
		l.tail = &tail{f: f, page: os.Getpagesize()}
	case regular:
		l.torn = info.Size() > 0 // for all that can be known
	}
	return l, nil
}

func closeFile(f *os.File, sync bool) error {
	var err error
	if sync { // pipes and devices cannot
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("calllog: %w", err)
	}
	return nil
}
