package calllog

import (
	"cmp"
)

// DefaultPath is the file of a log that was given no name.
const DefaultPath = "llm_telemetry.jsonl"

// Open returns a Log that appends to the file at path, DefaultPath if it is
// empty, and creates it if need be. A last line that a crash left unfinished is
// ended, so that the next record has a line of its own. Any number of
// processes may have the same local file open; on a network file system only
// one should. A file that is moved away, as logrotate does, is replaced by a new
// one within a second.
func Open(path string, opts ...FileOption) (*Log, error) {
	cfg := defaults()
	for _, o := range opts {
		if o != nil {
			cfg = o.applyFile(cfg)
		}
	}
	if err := cfg.rotation.check(); err != nil {
		return nil, err
	}
	f, err := openFile(cmp.Or(path, DefaultPath), cfg)
	if err != nil {
		return nil, err
	}
	l := newLog(f.f, cfg)
	l.file = f
	return l, nil
}
