package calllog

import (
	"errors"
	"time"
)

// QueueOption configures a Queue.
type QueueOption interface {
	applyQueue(queueConfig) queueConfig
}

type queueConfig struct {
	config
	capacity, batch    int
	linger             time.Duration
	retryMin, retryMax time.Duration
	closeTimeout       time.Duration
	block              bool
}

func queueDefaults() queueConfig {
	return queueConfig{
		config: defaults(), capacity: 16384, batch: 512, linger: 100 * time.Millisecond,
		retryMin: 100 * time.Millisecond, retryMax: 5 * time.Second, closeTimeout: 10 * time.Second,
	}
}

func (c *queueConfig) check() error {
	switch {
	case c.capacity < 1:
		return errors.New("calllog: the capacity of a Queue is at least 1")
	case c.batch < 1 || c.linger < 0:
		return errors.New("calllog: a batch has at least 1 record and waits for no negative time")
	case c.retryMin <= 0 || c.retryMax < c.retryMin:
		return errors.New("calllog: the pauses between retries are above 0, and the longest is not below the first")
	case c.closeTimeout < 0:
		return errors.New("calllog: the time for Close is not negative")
	}
	c.batch = min(c.batch, c.capacity)
	return nil
}

type queueOption func(queueConfig) queueConfig

func (f queueOption) applyQueue(c queueConfig) queueConfig { return f(c) }

// WithCapacity sets how many records a Queue holds. The default is 16384; one
// takes about a kilobyte, more with many visits.
func WithCapacity(records int) QueueOption {
	return queueOption(func(c queueConfig) queueConfig { c.capacity = records; return c })
}

// WithBlock makes calls wait while the queue is full, so that no record is lost
// as long as the process lives. A store that is away for longer than the queue
// can bridge then holds up the calls. By default a record that finds no place is
// dropped and counted.
func WithBlock() QueueOption {
	return queueOption(func(c queueConfig) queueConfig { c.block = true; return c })
}

// WithBatch sets how many records are written at once, and how long the first
// of them waits for the others. The default is 512 records and 100 ms. So much
// is lost if the process is killed, if the store keeps up.
func WithBatch(records int, wait time.Duration) QueueOption {
	return queueOption(func(c queueConfig) queueConfig { c.batch, c.linger = records, wait; return c })
}

// WithRetry sets the pause after a batch that could not be written, and up to
// what it doubles with each further time. The default is 100 ms to 5 s. There is
// no last time.
func WithRetry(first, longest time.Duration) QueueOption {
	return queueOption(func(c queueConfig) queueConfig { c.retryMin, c.retryMax = first, longest; return c })
}

// WithCloseTimeout sets how long Close goes on writing. The default is 10 s.
func WithCloseTimeout(d time.Duration) QueueOption {
	return queueOption(func(c queueConfig) queueConfig { c.closeTimeout = d; return c })
}
