package benchmarks

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"
)

// Effort is how long a report measures.
type Effort struct {
	Rounds int // of times
	Runs   int // whose allocations are averaged
}

// short and long are the lengths of streams.
const (
	short = 200
	long  = 2000
)

// Report measures all variants and writes the tables.
func Report(w io.Writer, e Effort) error {
	r := reporter{Effort: e}
	for _, table := range []struct {
		head       string
		p          Providers
		write      func(*strings.Builder, []row)
		background bool
	}{
		{unaryHead, Recording(), r.unary, true},
		{notSampledHead, NotSampled(), r.notSampled, false}, // peers with a background sample in other ways
		{streamHead, Recording(), r.streams, true},
	} {
		var b strings.Builder
		b.WriteString(table.head)
		for _, background := range []bool{false, true} {
			if background && !table.background {
				continue
			}
			list, err := rows(table.p, background)
			if err != nil {
				return err
			}
			table.write(&b, list)
			for _, n := range list {
				if n.unary.Stop != nil {
					n.unary.Stop()
				}
			}
		}
		if r.err != nil {
			return r.err
		}
		b.WriteString("\n")
		if _, err := io.WriteString(w, b.String()); err != nil {
			return err
		}
	}
	return nil
}

const (
	unaryHead = "| one call | allocations | bytes | alone, µs | ratio | over the client, µs | ratio |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n"

	notSampledHead = "| not sampled, alone | allocations | bytes | µs | ratio |\n| --- | ---: | ---: | ---: | ---: |\n"

	streamHead = "| a stream | allocations | bytes | allocations a chunk | alone, ns a chunk | ratio | to the first chunk, µs | the same alone | open after 180 of 200, bytes | 1,800 of 2,000 | goroutines |\n" +
		"| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
)

// shown leaves out the rows of the second group that the first one has shown.
func shown(list []row, i int) bool { return !list[len(list)-1].Background || list[i].Background }

type reporter struct {
	Effort
	err error // the first one of a call
}

func (r *reporter) check(err error) {
	if r.err == nil {
		r.err = err
	}
}

// row is a variant under measurement.
type row struct {
	Variant
	base      int // index of the row without the observing
	unary     Caller
	streaming Caller // 200 chunks
	longer    Caller // 2,000 chunks
}

// rows returns the variants without background, or those with it beside the bare
// one and the floor.
func rows(p Providers, background bool) ([]row, error) {
	var list []row
	index := map[string]int{}
	for _, v := range Variants() {
		if v.Background != background && v.Name != Bare && v.Name != Floor {
			continue
		}
		n := row{Variant: v}
		index[v.Name] = len(list)
		n.base = index[v.Base]
		for chunks, into := range map[int]*Caller{1: &n.unary, short: &n.streaming, long: &n.longer} {
			var err error
			if *into, err = v.New(p, NewTransport(chunks)); err != nil {
				return nil, err
			}
		}
		list = append(list, n)
	}
	return list, nil
}

// times measures one function for each row, in turns; nil ones are left out and
// take no time.
func (r *reporter) times(runs int, list []row, f func(row) func()) []time.Duration {
	var fs []func()
	var at []int
	for i, n := range list {
		if g := f(n); g != nil {
			fs, at = append(fs, g), append(at, i)
		}
	}
	out := make([]time.Duration, len(list))
	for i, d := range Times(r.Rounds, runs, fs...) {
		out[at[i]] = d
	}
	return out
}

func (r *reporter) isolated(of func(row) Caller, stream bool) func(row) func() {
	buf := make([]byte, 4<<10)
	return func(n row) func() {
		c := of(n)
		if c.Do == nil {
			return nil
		}
		return func() { r.check(Isolated(context.Background(), c, stream, buf)) }
	}
}

func (r *reporter) unary(b *strings.Builder, list []row) {
	call := func(n row) func() { return func() { r.check(n.unary.Unary(context.Background())) } }
	heap := make([]Heap, len(list))
	for i, n := range list {
		heap[i] = Allocated(r.Runs, call(n))
	}
	alone := r.times(50, list, r.isolated(func(n row) Caller { return n.unary }, false))
	whole := r.times(10, list, call)
	floor := floorOf(list)
	for i, n := range list {
		if !shown(list, i) {
			continue
		}
		if i == n.base {
			fmt.Fprintf(b, "| %s | (%.0f) | (%.0f) | %s | | (%s) | |\n", n.Name, heap[i].Allocs, heap[i].Bytes, parens(micro(alone[i])), micro(whole[i]))
			continue
		}
		h := heap[i].Sub(heap[n.base])
		a, at := added(alone, i, n.base, floor)
		c, ct := added(whole, i, n.base, floor)
		fmt.Fprintf(b, "| %s | %+.0f | %+.0f | %s | %s | %s | %s |\n", n.Name, h.Allocs, h.Bytes, a, at, c, ct)
	}
}

// notSampled shows the variants that make spans, alone.
func (r *reporter) notSampled(b *strings.Builder, list []row) {
	call := r.isolated(func(n row) Caller { return n.unary }, false)
	alone := r.times(50, list, call)
	floor := floorOf(list)
	own := SpanAlone(NotSampled().Tracers)
	h := Allocated(r.Runs, own)
	fmt.Fprintf(b, "| the SDK's own Start and End, 7 attributes | %+.0f | %+.0f | %s | |\n", h.Allocs, h.Bytes, micro(Times(r.Rounds, 50, own)[0]))
	for i, n := range list {
		f := call(n)
		if f == nil || i == n.base || n.Name == NoTimes {
			continue
		}
		h := Allocated(r.Runs, f).Sub(Allocated(r.Runs, call(list[n.base])))
		a, at := added(alone, i, n.base, floor)
		fmt.Fprintf(b, "| %s | %+.0f | %+.0f | %s | %s |\n", n.Name, h.Allocs, h.Bytes, a, at)
	}
}

func (r *reporter) streams(b *strings.Builder, list []row) {
	read := func(c Caller) func() { return func() { r.check(ReadAll(context.Background(), c)) } }
	callers := make([]Caller, len(list))
	perStream := make([]Heap, len(list))
	perLong := make([]Heap, len(list))
	for i, n := range list {
		callers[i] = n.streaming
		perStream[i] = Allocated(r.Runs, read(n.streaming))
		perLong[i] = Allocated(max(r.Runs/10, 2), read(n.longer))
	}
	shortTimes := r.times(4, list, r.isolated(func(n row) Caller { return n.streaming }, true))
	longTimes := r.times(1, list, r.isolated(func(n row) Caller { return n.longer }, true))
	firstTimes, err := FirstChunks(r.Rounds, 5, callers...)
	r.check(err)
	firstAlone, err := FirstChunksAlone(100*r.Rounds, callers...)
	r.check(err)
	var retained [2][]float64
	for i, n := range list {
		held, goroutines, err := Retained(n.streaming, short*9/10)
		r.check(err)
		heldLong, _, err := Retained(n.longer, long*9/10)
		r.check(err)
		retained[0], retained[1] = append(retained[0], held), append(retained[1], heldLong)
		chunk := (perLong[i].Allocs - perStream[i].Allocs) / (long - short)
		nanos := float64(longTimes[i]-shortTimes[i]) / (long - short)
		if !shown(list, i) {
			continue
		}
		if i == n.base {
			fmt.Fprintf(b, "| %s | (%.0f) | (%.0f) | (%.1f) | %s | | (%s) | %s | (%.0f) | (%.0f) | (%.0f) |\n", n.Name, perStream[i].Allocs, perStream[i].Bytes, chunk,
				parens(perChunk(n, nanos)), micro(firstTimes[i]), parens(micro(firstAlone[i])), held, heldLong, goroutines)
			continue
		}
		h := perStream[i].Sub(perStream[n.base])
		first, _ := added(firstAlone, i, n.base, floorOf(list))
		chunk -= (perLong[n.base].Allocs - perStream[n.base].Allocs) / (long - short)
		nanos -= float64(longTimes[n.base]-shortTimes[n.base]) / (long - short)
		fmt.Fprintf(b, "| %s | %+.0f | %+.0f | %+.1f | %s | %s | %+.1f | %s | %+.0f | %+.0f | %.0f |\n", n.Name, h.Allocs, h.Bytes, max(chunk, 0), perChunk(n, nanos), chunkRatio(list, i, shortTimes, longTimes),
			float64(firstTimes[i]-firstTimes[n.base])/1e3, first, held-retained[0][n.base], heldLong-retained[1][n.base], goroutines)
	}
}

func floorOf(list []row) int {
	for i, n := range list {
		if n.Name == Floor {
			return i
		}
	}
	return 0
}

// added is what row i takes more than its base, and the ratio of that to what the
// floor takes more than its own.
func added(times []time.Duration, i, base, floor int) (string, string) {
	if times[i] == 0 {
		return "", ""
	}
	d, f := times[i]-times[base], times[floor]-times[0]
	return fmt.Sprintf("%+.1f", float64(d)/1e3), fmt.Sprintf("%.2f", float64(d)/float64(f))
}

// chunkRatio is what row i takes more for a chunk than its base, to what the floor
// takes more that records the same of a chunk.
func chunkRatio(list []row, i int, shortTimes, longTimes []time.Duration) string {
	if list[i].unary.Do == nil {
		return ""
	}
	floor := floorOf(list)
	for j, n := range list {
		if n.Name == FloorTimes && timesChunks(list[i].Name) {
			floor = j
		}
	}
	chunks := func(j int) float64 { return float64(longTimes[j] - shortTimes[j]) }
	return fmt.Sprintf("%.2f", (chunks(i)-chunks(list[i].base))/(chunks(floor)-chunks(list[floor].base)))
}

// timesChunks tells whether a variant records when each chunk comes.
func timesChunks(name string) bool { return name == Middleware || name == FloorTimes }

func micro(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return fmt.Sprintf("%.1f", float64(d)/1e3)
}

func perChunk(n row, nanos float64) string {
	if n.unary.Do == nil {
		return ""
	}
	return fmt.Sprintf("%.0f", nanos)
}

func parens(s string) string {
	if s == "" {
		return ""
	}
	return "(" + s + ")"
}
