package source

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"sync"

	"github.com/llmotel/sdk/llmotel/calllog"
)

// piece is some lines of a source.
type piece struct {
	source string
	first  int // the number of its first line
	text   []byte
}

// parsers are the goroutines that parse.
type parsers struct {
	pieces chan piece
	wg     sync.WaitGroup

	mu    sync.Mutex
	sum   Summary
	order []string // of the sources
}

func newParsers(o Options, worker func() func(e *calllog.Entry)) *parsers {
	n := o.Workers
	if n <= 0 {
		n = runtime.GOMAXPROCS(0)
	}
	p := &parsers{pieces: make(chan piece, n)}
	for range n {
		add := worker()
		p.wg.Go(func() { p.run(o, add) })
	}
	return p
}

// feed gives the pieces of all sources to the parsers.
func feed(ctx context.Context, all []lines, o Options, p *parsers) error {
	defer close(p.pieces)
	var done, total int64
	for _, l := range all {
		total += l.size
		if l.size == 0 {
			total = 0 // not all sizes are known
			break
		}
	}
	for _, l := range all {
		p.order = append(p.order, l.name)
		line := 1
		for text, err := range l.pieces(ctx) {
			if err != nil {
				if line == 1 {
					return fmt.Errorf("%s: %w", l.name, err)
				}
				return fmt.Errorf("%s, after line %d: %w", l.name, line-1, err)
			}
			select {
			case p.pieces <- piece{l.name, line, text}:
			case <-ctx.Done():
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			line += bytes.Count(text, []byte{'\n'})
			done += int64(len(text))
			if o.Progress != nil {
				o.Progress(done, total)
			}
		}
	}
	return nil
}

// run parses pieces until there are no more.
func (p *parsers) run(o Options, add func(e *calllog.Entry)) {
	reader := calllog.NewReader(nil)
	var e calllog.Entry
	var bad []Bad
	records, badCount := 0, 0
	for piece := range p.pieces {
		number := piece.first - 1
		for line := range bytes.Lines(piece.text) {
			number++
			line = bytes.TrimSpace(line)
			if len(line) == 0 {
				continue
			}
			err := calllog.ErrTooLong
			if len(line) <= calllog.MaxLine {
				err = reader.Parse(line, &e)
			}
			if err != nil {
				badCount++
				if len(bad) < 2*MaxBad {
					bad = append(bad, Bad{piece.source, number, err})
				}
				continue
			}
			if e.Timestamp.Before(o.Since) || !o.Until.IsZero() && !e.Timestamp.Before(o.Until) {
				continue
			}
			records++
			add(&e)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sum.Records += records
	p.sum.BadCount += badCount
	p.sum.Bad = append(p.sum.Bad, bad...)
}

// finish waits for the parsers.
func (p *parsers) finish() *Summary {
	p.wg.Wait()
	p.sum.Bad = sortBad(p.sum.Bad, p.order)
	return &p.sum
}
