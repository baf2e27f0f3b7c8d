package failover

import (
	"slices"
	"sync"
	"time"
)

// recentAnswers is how many answers a recent remembers.
const recentAnswers = 200

// recent holds the times of the last answers. The quantile of failsafe-go's
// hedge policy also takes the calls that failed, which would hedge every call
// after an outage that was quick to fail.
type recent struct {
	mu       sync.Mutex // held for what follows
	times    []time.Duration
	sorted   []time.Duration
	answered int
}

// add enters the time of an answer.
func (r *recent) add(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.answered < recentAnswers {
		r.times = append(r.times, d)
	} else {
		oldest := &r.times[r.answered%recentAnswers]
		i, _ := slices.BinarySearch(r.sorted, *oldest)
		r.sorted = slices.Delete(r.sorted, i, i+1)
		*oldest = d
	}
	r.answered++
	i, _ := slices.BinarySearch(r.sorted, d)
	r.sorted = slices.Insert(r.sorted, i, d)
}

// quantile returns that quantile of the times; -1 before there are minCalls of
// them.
func (r *recent) quantile(q float64, minCalls int) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.answered < minCalls {
		return -1
	}
	return r.sorted[int(q*float64(len(r.sorted)))]
}
