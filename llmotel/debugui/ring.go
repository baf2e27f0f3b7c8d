package debugui

import (
	"iter"
	"strings"
	"sync"
	"time"
	"weak"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/providers"
)

// maxChanges is how many changes of breakers are kept.
const maxChanges = 1000

// ring keeps the last records, and the last changes of breakers, which outlive
// the records that told of them.
type ring struct {
	mu      sync.Mutex
	records []string // packed
	seq     uint64   // how many there have been
	changes []change
	read    weak.Pointer[reading]
}

// change is a change of a breaker's state, and the call that caused it.
type change struct {
	At     time.Time              `json:"at"`
	Target string                 `json:"target"`
	Model  string                 `json:"model,omitempty"`
	Key    string                 `json:"key,omitempty"`
	From   providers.BreakerState `json:"from"`
	To     providers.BreakerState `json:"to"`
	Reason string                 `json:"reason"`
	CallID string                 `json:"call_id"`
}

func newRing(n int) ring { return ring{records: make([]string, n)} }

// maxScratch is how large memory is kept for the next record.
const maxScratch = 64 << 10

// scratches are memory to pack records in.
var scratches = sync.Pool{New: func() any { b := make([]byte, 1<<10); return &b }}

func (g *ring) add(r *llmotel.Record) {
	scratch := scratches.Get().(*[]byte) //nolint:forcetypeassert // there is nothing else in it
	var packed string
	packed, *scratch = pack(r, *scratch)
	if len(*scratch) <= maxScratch {
		scratches.Put(scratch)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.records[g.seq%uint64(len(g.records))] = packed
	g.seq++
	for i := range r.BreakerChanges {
		c := &r.BreakerChanges[i]
		if len(g.changes) == maxChanges {
			g.changes = append(g.changes[:0], g.changes[maxChanges/4:]...)
		}
		g.changes = append(g.changes, change{changedAt(r, c), c.Target, c.Model, c.Key, c.From, c.To, c.Reason, r.CallID})
	}
}

// changedAt is when a breaker changed, as far as its call tells: a trial begins
// with a visit, the verdict falls at its end.
func changedAt(r *llmotel.Record, c *llmotel.BreakerChange) time.Time {
	for i := len(r.Visits) - 1; i >= 0; i-- {
		if v := &r.Visits[i]; v.Target == c.Target {
			if c.To == providers.BreakerHalfOpen {
				return v.Start
			}
			return v.Start.Add(v.Duration)
		}
	}
	return r.Start.Add(r.Duration)
}

// count is how many records there have been.
func (g *ring) count() uint64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.seq
}

// newest returns the records, newest first, and how many there have been. They
// are shared and must not be changed.
func (g *ring) newest() ([]*llmotel.Record, uint64) {
	packed, seq, read := g.look()
	out := make([]*llmotel.Record, len(packed))
	for i, p := range packed {
		out[i] = read.back(seq-uint64(i), p)
	}
	return out, seq
}

// backward yields the records, newest first, of which only those that are looked
// at are read back. They are shared and must not be changed.
func (g *ring) backward() iter.Seq[*llmotel.Record] {
	packed, seq, read := g.look()
	return func(yield func(*llmotel.Record) bool) {
		for i, p := range packed {
			if !yield(read.back(seq-uint64(i), p)) {
				return
			}
		}
	}
}

// look returns what is kept, newest first, how many there have been, and what of
// it has been read back.
func (g *ring) look() ([]string, uint64, *reading) {
	g.mu.Lock()
	defer g.mu.Unlock()
	read := g.read.Value()
	if read == nil {
		read = &reading{records: make([]numbered, len(g.records))}
		g.read = weak.Make(read)
	}
	return g.packed(), g.seq, read
}

// reading has the records that were read back, so that ten viewers read each of
// them once. The ring holds it weakly: nothing stays read back while nobody looks.
type reading struct {
	mu      sync.Mutex
	records []numbered // by number, modulo their number
}

type numbered struct {
	number uint64
	record *llmotel.Record
}

// back returns the record of that number.
func (r *reading) back(number uint64, packed string) *llmotel.Record {
	r.mu.Lock()
	defer r.mu.Unlock()
	at := &r.records[number%uint64(len(r.records))]
	if at.record == nil || at.number != number {
		*at = numbered{number, unpack(packed)}
	}
	return at.record
}

// packed returns the records, newest first. The ring is locked.
func (g *ring) packed() []string {
	size := uint64(len(g.records))
	n := min(g.seq, size)
	out := make([]string, 0, n)
	for i := uint64(1); i <= n; i++ {
		out = append(out, g.records[(g.seq-i)%size])
	}
	return out
}

// find returns the record of a call; nil if it is not kept.
func (g *ring) find(callID string) *llmotel.Record {
	g.mu.Lock()
	packed := g.packed()
	g.mu.Unlock()
	for _, p := range packed {
		if !strings.Contains(p, callID) {
			continue
		}
		if r := unpack(p); r.CallID == callID {
			return r
		}
	}
	return nil
}

// changed returns the changes, in the order in which their calls ended.
func (g *ring) changed() []change {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]change(nil), g.changes...)
}
