package calllog

import (
	"io/fs"
	"time"

	"go.opentelemetry.io/otel/metric"
)

// Option configures a Log.
type Option interface{ apply(config) config }

// FileOption configures a Log that writes to a file.
type FileOption interface{ applyFile(config) config }

type config struct {
	sampler  *Sampler
	onError  func(error)
	meters   metric.MeterProvider // nil without
	every    time.Duration
	mode     fs.FileMode
	rotation *Rotation
}

func defaults() config { return config{every: time.Minute, mode: 0o600} }

// option is both, as whatever configures a Log configures one on a file.
// option configures all.
type option func(config) config

func (f option) apply(c config) config     { return f(c) }
func (f option) applyFile(c config) config { return f(c) }
func (f option) applyEmit(c config) config { return f(c) }

func (f option) applyQueue(c queueConfig) queueConfig {
	c.config = f(c.config)
	return c
}

type fileOption func(config) config

func (f fileOption) applyFile(c config) config { return f(c) }

// CommonOption is an option of Open, New, NewQueue and NewHandler.
type CommonOption interface {
	Option
	FileOption
	QueueOption
}

// AnyOption is an option of every sink of this package.
type AnyOption interface {
	CommonOption
	EmitOption
}

// WithSampler keeps only the records that s keeps. The default is to keep all.
func WithSampler(s *Sampler) AnyOption {
	return option(func(c config) config {
		c.sampler = s
		return c
	})
}

// WithOnError tells whom to call when a record was dropped, or a Queue's store
// did not take a batch: at the first time, and then at most once a minute. An
// error that is a *DroppedError says how many were dropped so far and why the
// last. It is called on the goroutine of the call or of the queue, with no lock
// held; a panic in it is contained. Without it Dropped and Close tell.
func WithOnError(f func(error)) CommonOption {
	return option(func(c config) config {
		c.onError = f
		return c
	})
}

// WithMeterProvider counts what is dropped in the metric
// llmotel.telemetry.dropped, by sink ("*calllog.Log", "*calllog.Queue",
// "*calllog.Slog") and reason (full, closed, refused, failed). The default is no
// metric; nil is ignored.
func WithMeterProvider(mp metric.MeterProvider) CommonOption {
	return option(func(c config) config {
		if mp != nil {
			c.meters = mp
		}
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

// WithRotation moves the file aside when it is large or old. The default is one
// file that grows. A goroutine compresses and removes moved files, if that is
// asked for; Close ends it.
func WithRotation(r Rotation) FileOption {
	return fileOption(func(c config) config {
		c.rotation = &r
		return c
	})
}
