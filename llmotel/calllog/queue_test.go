package calllog_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/calllog"
)

// store is a Store that keeps call ids, and fails as write says.
type store struct {
	mu      sync.Mutex
	ids     []string
	batches []int
	closed  int
	write   func(ctx context.Context, items []calllog.Item) (int, error) // nil: all is well
}

func (s *store) WriteBatch(ctx context.Context, items []calllog.Item) (int, error) {
	n, err := len(items), error(nil)
	if s.write != nil {
		n, err = s.write(ctx, items)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, item := range items[:max(0, min(n, len(items)))] {
		s.ids = append(s.ids, item.Record.CallID)
	}
	s.batches = append(s.batches, n)
	return n, err
}

func (s *store) Close() error { s.closed++; return nil }

func (s *store) have() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.ids, " ")
}

func queue(t *testing.T, s calllog.Store, opts ...calllog.QueueOption) *calllog.Queue {
	t.Helper()
	q, err := calllog.NewQueue(s, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func put(t *testing.T, q *calllog.Queue, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		q.Record(t.Context(), &llmotel.Record{CallID: fmt.Sprint(i)})
	}
}

func numbers(from, to int) string {
	var out []string
	for i := from; i < to; i++ {
		out = append(out, fmt.Sprint(i))
	}
	return strings.Join(out, " ")
}

var errAway = errors.New("the database is away")

func TestQueueWritesBatchesInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := new(store)
		q := queue(t, s, calllog.WithBatch(4, time.Second), nil)
		put(t, q, 0, 3)
		time.Sleep(999 * time.Millisecond)
		synctest.Wait()
		if got := s.have(); got != "" {
			t.Errorf("%q is written before the batch was full or old", got)
		}
		time.Sleep(time.Millisecond)
		synctest.Wait()
		if got := s.have(); got != "0 1 2" {
			t.Errorf("%q is written after the wait, want 0 1 2", got)
		}
		put(t, q, 3, 13)
		if err := q.Close(); err != nil {
			t.Fatal(err)
		}
		if got := s.have(); got != numbers(0, 13) {
			t.Errorf("%q, want all in order", got)
		}
		for _, n := range s.batches {
			if n > 4 {
				t.Errorf("a batch of %d, want at most 4", n)
			}
		}
		if err := q.Close(); err != nil || s.closed != 1 {
			t.Errorf("second Close: %v, the store was closed %d times", err, s.closed)
		}
		put(t, q, 13, 14)
		if q.Dropped() != 1 {
			t.Errorf("%d dropped after Close, want 1", q.Dropped())
		}
	})
}

// A database that is away for a minute costs memory, and no record.
func TestQueueBridgesAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		back := time.Now().Add(time.Minute)
		s := &store{}
		s.write = func(_ context.Context, items []calllog.Item) (int, error) {
			if time.Now().Before(back) {
				return 0, errAway
			}
			return len(items), nil
		}
		var told []error
		q := queue(t, s, calllog.WithCapacity(1000), calllog.WithOnError(func(err error) { told = append(told, err) }))
		for i := range 60 {
			put(t, q, 10*i, 10*i+10)
			time.Sleep(time.Second)
		}
		if st := q.Stats(); st.Waiting < 590 || st.Dropped != 0 || st.Retries == 0 {
			t.Errorf("during the outage %+v", st)
		}
		time.Sleep(5 * time.Second) // the longest pause
		synctest.Wait()
		if st := q.Stats(); st.Waiting != 0 || st.Stored != 600 || st.Dropped != 0 || st.Capacity != 1000 {
			t.Errorf("after the outage %+v", st)
		}
		if err := q.Close(); err != nil || s.have() != numbers(0, 600) {
			t.Errorf("%v, records %s", err, s.have())
		}
		if len(told) != 1 || !errors.Is(told[0], errAway) {
			t.Errorf("told %v, want the outage once in its minute", told)
		}
	})
}

func TestQueueDropsAndCountsWhatFindsNoPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var back atomic.Bool
		s := &store{}
		s.write = func(_ context.Context, items []calllog.Item) (int, error) {
			if !back.Load() {
				return 0, errAway
			}
			return len(items), nil
		}
		q := queue(t, s, calllog.WithCapacity(10))
		put(t, q, 0, 25)
		if q.Dropped() != 15 {
			t.Errorf("%d dropped, want 15", q.Dropped())
		}
		time.Sleep(time.Second)
		synctest.Wait()
		back.Store(true)
		err := q.Close()
		var dropped *calllog.DroppedError
		if !errors.As(err, &dropped) || dropped.Dropped != 15 {
			t.Errorf("Close: %v, want 15 dropped", err)
		}
		if s.have() != numbers(0, 10) {
			t.Errorf("stored %s, want the first ten", s.have())
		}
	})
}

func TestQueueBlocksIfAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &store{}
		back := time.Now().Add(time.Minute)
		s.write = func(_ context.Context, items []calllog.Item) (int, error) {
			if time.Now().Before(back) {
				return 0, errAway
			}
			return len(items), nil
		}
		q := queue(t, s, calllog.WithCapacity(10), calllog.WithBlock())
		start := time.Now()
		put(t, q, 0, 25)
		if waited := time.Since(start); waited < time.Minute || waited > 66*time.Second {
			t.Errorf("the calls waited for %v", waited)
		}
		if err := q.Close(); err != nil || s.have() != numbers(0, 25) {
			t.Errorf("%v, stored %s", err, s.have())
		}
	})
}

// Whoever waits for a place when the queue closes still gets one.
func TestCloseLetsThoseInWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &store{}
		back := time.Now().Add(3 * time.Second)
		s.write = func(_ context.Context, items []calllog.Item) (int, error) {
			if time.Now().Before(back) {
				return 0, errAway
			}
			return len(items), nil
		}
		q := queue(t, s, calllog.WithCapacity(1), calllog.WithBlock())
		var wg sync.WaitGroup
		for i := range 5 {
			wg.Go(func() { put(t, q, i, i+1) })
		}
		synctest.Wait()
		if err := q.Close(); err != nil {
			t.Error(err)
		}
		wg.Wait()
		if got := len(strings.Fields(s.have())); got != 5 {
			t.Errorf("%d records stored, want 5", got)
		}
	})
}

func TestCloseGivesUpInTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &store{write: func(ctx context.Context, _ []calllog.Item) (int, error) {
			<-ctx.Done() // hangs
			return 0, ctx.Err()
		}}
		q := queue(t, s, calllog.WithCapacity(7), calllog.WithBlock(), calllog.WithCloseTimeout(3*time.Second))
		put(t, q, 0, 7)
		go put(t, q, 7, 8) // waits for a place
		synctest.Wait()
		start := time.Now()
		err := q.Close()
		var dropped *calllog.DroppedError
		if !errors.As(err, &dropped) || !errors.Is(err, context.Canceled) && !errors.Is(err, calllog.ErrClosed) {
			t.Errorf("Close: %v", err)
		}
		synctest.Wait()
		if q.Dropped() != 8 || time.Since(start) != 3*time.Second || s.closed != 1 {
			t.Errorf("%d dropped after %v, store closed %d times; want 8, 3s and once", q.Dropped(), time.Since(start), s.closed)
		}
	})
}

// One record that the store refuses costs no other.
func TestRefusedRecordGoesAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		poison := map[string]bool{"0": true, "37": true, "38": true, "99": true}
		s := &store{write: func(_ context.Context, items []calllog.Item) (int, error) {
			for _, item := range items {
				if poison[item.Record.CallID] {
					return 0, fmt.Errorf("%w: bad text", calllog.ErrRefused)
				}
			}
			return len(items), nil
		}}
		q := queue(t, s)
		put(t, q, 0, 100)
		err := q.Close()
		if !errors.Is(err, calllog.ErrRefused) || q.Dropped() != 4 {
			t.Errorf("%v, %d dropped, want 4", err, q.Dropped())
		}
		want := numbers(1, 37) + " " + numbers(39, 99)
		if s.have() != want {
			t.Errorf("stored %s\nwant %s", s.have(), want)
		}
	})
}

func TestBrokenStoresCostTheirRecordsOnly(t *testing.T) {
	for name, write := range map[string]func(context.Context, []calllog.Item) (int, error){
		"panics":          func(context.Context, []calllog.Item) (int, error) { panic("bug") },
		"counts too many": func(_ context.Context, items []calllog.Item) (int, error) { return len(items) + 1, nil },
		"counts below 0":  func(context.Context, []calllog.Item) (int, error) { return -1, nil },
	} {
		t.Run(name, func(t *testing.T) {
			q := queue(t, &store{write: write})
			put(t, q, 0, 5)
			if err := q.Close(); err == nil || q.Dropped() != 5 {
				t.Errorf("%v, %d dropped", err, q.Dropped())
			}
		})
	}
}

func TestStoredPartOfABatchDoesNotComeAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &store{write: func(_ context.Context, items []calllog.Item) (int, error) {
			if len(items) > 3 {
				return 3, errAway
			}
			return len(items), nil
		}}
		q := queue(t, s)
		put(t, q, 0, 10)
		if err := q.Close(); err != nil || s.have() != numbers(0, 10) {
			t.Errorf("%v, stored %s", err, s.have())
		}
	})
}

func TestFlushWaitsForTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &store{write: func(_ context.Context, items []calllog.Item) (int, error) {
			time.Sleep(time.Second)
			return len(items), nil
		}}
		q := queue(t, s, calllog.WithBatch(10, time.Hour))
		put(t, q, 0, 25)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second/2)
		defer cancel()
		if err := q.Flush(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Flush with a short limit: %v", err)
		}
		if err := q.Flush(t.Context()); err != nil || s.have() != numbers(0, 25) {
			t.Errorf("Flush: %v, stored %s", err, s.have())
		}
		if err := q.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestQueueConcurrentSafe(t *testing.T) {
	var b bytes.Buffer
	log := calllog.New(&b)
	q := queue(t, log, calllog.WithCapacity(50), calllog.WithBatch(8, time.Millisecond), calllog.WithBlock())
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for i := range 100 {
				q.Record(t.Context(), plain())
				if i%50 == 0 {
					_ = q.Flush(t.Context())
					q.Stats()
				}
			}
		})
	}
	wg.Wait()
	if err := q.Close(); err != nil {
		t.Fatal(err)
	}
	r := calllog.NewReader(&b)
	if got := len(readAll(t, r)); got != 1600 || r.BadCount() != 0 {
		t.Errorf("%d records and %d bad lines, want 1600 and 0", got, r.BadCount())
	}
}

func TestQueueOptionsAreChecked(t *testing.T) {
	for name, opt := range map[string]calllog.QueueOption{
		"capacity": calllog.WithCapacity(0), "batch": calllog.WithBatch(0, 0), "wait": calllog.WithBatch(1, -1),
		"first pause": calllog.WithRetry(0, 1), "longest pause": calllog.WithRetry(2, 1), "close": calllog.WithCloseTimeout(-1),
	} {
		if _, err := calllog.NewQueue(new(store), opt); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := calllog.NewQueue(nil); err == nil {
		t.Error("no error without a store")
	}
}

// A disk that is full for a while costs a queued log nothing.
func TestQueuedLogSurvivesAFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &fails{times: 5, part: 1000}
		q := queue(t, calllog.New(w))
		for range 20 {
			q.Record(t.Context(), plain())
		}
		if err := q.Close(); err != nil || q.Dropped() != 0 {
			t.Errorf("%v, %d dropped", err, q.Dropped())
		}
		r := calllog.NewReader(&w.Buffer)
		if got := len(readAll(t, r)); got != 20 || r.BadCount() != 5 {
			t.Errorf("%d records, %d bad lines; want 20 and the 5 torn ones", got, r.BadCount())
		}
	})
}
