package calllog

import (
	"io/fs"
	"time"
)

// Option configures a Log.
type Option interface{ apply(config) config }

// FileOption configures a Log that writes to a file.
type FileOption interface{ applyFile(config) config }

type config struct {
	onError func(error)
	every   time.Duration
	mode    fs.FileMode
}

func defaults() config { return config{every: time.Minute, mode: 0o600} }

// option is both, as whatever configures a Log configures one on a file.
type option func(config) config

func (f option) apply(c config) config     { return f(c) }
func (f option) applyFile(c config) config { return f(c) }

type fileOption func(config) config

func (f fileOption) applyFile(c config) config { return f(c) }

// CommonOption is an option of Open and of New.
type CommonOption interface {
	Option
	FileOption
}

// WithOnError tells whom to call when a record was dropped: at the first, and
// then at most once a minute. The error says how many were dropped so far and
// why the last. It is called on the goroutine of the call, with no lock held;
// a panic in it is contained. Without it Dropped and Close tell.
func WithOnError(f func(error)) CommonOption {
	return option(func(c config) config {
		c.onError = f
		return c
	})
}

// WithFileMode sets the permissions of a file that Open creates. The default
// is 0600, because records hold the ids of users.
func WithFileMode(mode fs.FileMode) FileOption {
	return fileOption(func(c config) config {
		c.mode = mode
		return c
	})
}
