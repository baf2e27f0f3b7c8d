package stats

import "time"

// ring holds the latest slices of time. A slice has a cell for each series
// that was used in it and nothing for the others; when it falls out of the ring
// its cells are used again. Cells of slices that are over do not change, so a
// snapshot reads them with no lock held.
type ring struct {
	width   time.Duration
	current int64 // number of the slice that has begun
	slices  []cells

	free    *cell
	readers int
	limbo   cells // not used again before the last reader has gone
}

// cell is the figures of one series in one slice.
type cell struct {
	figures
	series *series
	number int64 // of the slice
	next   *cell
}

// cells is a list of cells. A reader stops at last, for what follows may
// change.
type cells struct{ first, last *cell }

func newRing(width time.Duration, n int) ring {
	return ring{width: width, slices: make([]cells, n)}
}

// turn begins the slice of a moment, given as the time since the start, and
// drops those that are too old. A moment before the current slice counts as
// one in it.
func (r *ring) turn(elapsed time.Duration) {
	number := int64(elapsed / r.width)
	length := int64(len(r.slices))
	for n := max(r.current+1, number-length+1); n <= number; n++ {
		r.recycle(&r.slices[n%length])
	}
	r.current = max(r.current, number)
}

// cellOf returns the cell of a series in the current slice.
func (r *ring) cellOf(s *series, known *cell) *cell {
	if known != nil && known.number == r.current && known.series == s {
		return known
	}
	c := r.free
	if c == nil {
		c = new(cell)
	} else {
		r.free = c.next
		c.reset()
	}
	c.series, c.number, c.next = s, r.current, nil
	r.slices[r.current%int64(len(r.slices))].append(c, c)
	return c
}

func (l *cells) append(first, last *cell) {
	if l.first == nil {
		l.first = first
	} else {
		l.last.next = first
	}
	l.last = last
}

func (r *ring) recycle(l *cells) {
	switch {
	case l.first == nil:
		return
	case r.readers > 0:
		r.limbo.append(l.first, l.last)
	default:
		l.last.next = r.free
		r.free = l.first
	}
	*l = cells{}
}

// last returns the lists of the n latest slices, oldest first, and the number
// of the first. The last of them is still being written to.
func (r *ring) last(n int) (lists []cells, number int64) {
	number = max(r.current-int64(n)+1, 0)
	for i := number; i <= r.current; i++ {
		lists = append(lists, r.slices[i%int64(len(r.slices))])
	}
	return lists, number
}

// hold keeps the cells of lists that last has returned until done.
func (r *ring) hold() { r.readers++ }

func (r *ring) done() {
	r.readers--
	if r.readers == 0 {
		r.recycle(&r.limbo)
	}
}

// all yields the cells of the list.
func (l cells) all(yield func(*cell) bool) {
	for c := l.first; c != nil; c = c.next {
		if !yield(c) || c == l.last {
			return
		}
	}
}
