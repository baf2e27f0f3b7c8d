package source

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/llmotel/sdk/llmotel/calllog"
	"github.com/llmotel/sdk/llmotel/calllog/postgres"
	"github.com/llmotel/sdk/llmotel/calllog/sqlite"
)

// Options say what is read.
type Options struct {
	// Since and Until bound the begin of calls; zero is no bound.
	Since, Until time.Time
	// Alone leaves out the files that rotation has moved aside.
	Alone bool
	// Stdin is what "-" names.
	Stdin io.Reader
	// Progress is told how far the reading is, now and then, from one
	// goroutine; total is 0 where it is not known. Nil is nobody.
	Progress func(bytes, total int64)
	// Workers is how many goroutines parse; 0 is one for each processor.
	Workers int
}

// Bad is a line that holds no record.
type Bad struct {
	Source string
	Line   int
	Err    error
}

// Summary is what was read.
type Summary struct {
	// Sources are the files and databases.
	Sources []string
	// Records is how many records were in the bounds of time.
	Records int
	// Bad are the first bad lines, BadCount is how many there were.
	Bad      []Bad
	BadCount int
}

// MaxBad is how many bad lines a Summary names.
const MaxBad = 100

// lines yields pieces of whole lines of one source.
type lines struct {
	name   string
	size   int64 // 0 if not known
	pieces func(ctx context.Context) iter.Seq2[[]byte, error]
}

// Read reads all targets and hands each record to a function that worker makes,
// one for each goroutine. An entry is valid during the call only.
func Read(ctx context.Context, targets []string, o Options, worker func() func(e *calllog.Entry)) (*Summary, error) {
	var all []lines
	for _, target := range targets {
		found, err := open(target, o)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	p := newParsers(o, worker)
	err := feed(ctx, all, o, p)
	sum := p.finish()
	for _, l := range all {
		sum.Sources = append(sum.Sources, l.name)
	}
	return sum, err
}

// IsDatabase tells whether a target names a database.
func IsDatabase(target string) bool {
	return isPostgres(target) || isSQLite(target)
}

func isPostgres(target string) bool {
	return strings.HasPrefix(target, "postgres://") || strings.HasPrefix(target, "postgresql://")
}

func isSQLite(target string) bool {
	if strings.HasPrefix(target, "sqlite:") {
		return true
	}
	f, err := os.Open(target) //nolint:gosec // the user names the file
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }() // it was only read
	const magic = "SQLite format 3\x00"
	head := make([]byte, len(magic))
	_, err = io.ReadFull(f, head)
	return err == nil && string(head) == magic
}

func open(target string, o Options) ([]lines, error) {
	switch {
	case target == "-":
		return []lines{{name: "standard input", pieces: func(context.Context) iter.Seq2[[]byte, error] { return pieces(o.Stdin) }}}, nil
	case isPostgres(target):
		return []lines{{name: "PostgreSQL", pieces: func(ctx context.Context) iter.Seq2[[]byte, error] {
			return database(ctx, o.Since, func() (store, error) { return postgres.Open(ctx, target, postgres.WithLazyConnect()) })
		}}}, nil
	case isSQLite(target):
		path := strings.TrimPrefix(target, "sqlite:")
		return []lines{{name: path, pieces: func(ctx context.Context) iter.Seq2[[]byte, error] {
			return database(ctx, o.Since, func() (store, error) { return sqlite.OpenReadOnly(ctx, path) })
		}}}, nil
	}
	return files(target, o)
}

// store is what both databases have.
type store interface {
	Lines(ctx context.Context, since time.Time) iter.Seq2[[]byte, error]
	Close() error
}

// database yields the records of a database as lines, many at once.
func database(ctx context.Context, since time.Time, open func() (store, error)) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		s, err := open()
		if err != nil {
			yield(nil, err)
			return
		}
		defer func() { _ = s.Close() }() // it was only read
		piece := make([]byte, 0, pieceSize)
		for line, err := range s.Lines(ctx, since) {
			if err != nil {
				yield(nil, err)
				return
			}
			if len(piece)+len(line) >= pieceSize && len(piece) > 0 {
				if !yield(piece, nil) {
					return
				}
				piece = make([]byte, 0, pieceSize)
			}
			piece = append(append(piece, line...), '\n')
		}
		if len(piece) > 0 {
			yield(piece, nil)
		}
	}
}

// files finds the files of a log.
func files(path string, o Options) ([]lines, error) {
	names := []string{path}
	if info, err := os.Stat(path); err != nil || info.Mode().IsRegular() && !o.Alone {
		found, ferr := calllog.Files(path)
		if err != nil && (ferr != nil || len(found) == 0 || o.Alone) {
			return nil, err
		}
		if ferr == nil && len(found) > 0 {
			names = found
		}
	}
	var out []lines
	for _, name := range names {
		if moved, ok := movedAt(path, name); ok && moved.Before(o.Since) {
			continue // all its calls had begun by then
		}
		info, err := os.Stat(name)
		if err != nil {
			return nil, err
		}
		if info.IsDir() {
			return nil, fmt.Errorf("%s is a directory", name)
		}
		l := lines{name: name, pieces: func(context.Context) iter.Seq2[[]byte, error] { return file(name) }}
		if info.Mode().IsRegular() && !strings.HasSuffix(name, ".gz") {
			l.size = info.Size()
		}
		out = append(out, l)
	}
	return out, nil
}

// movedAt is when rotation moved a file of the log at path aside.
func movedAt(path, name string) (time.Time, bool) {
	ext := filepath.Ext(path)
	stamp, ok := strings.CutPrefix(strings.TrimSuffix(name, ".gz"), strings.TrimSuffix(path, ext)+"-")
	if !ok {
		return time.Time{}, false
	}
	at, err := time.Parse("20060102T150405.000000000Z", strings.TrimSuffix(stamp, ext))
	return at, err == nil
}

func file(name string) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		f, err := os.Open(name)             //nolint:gosec // the user names the file
		if errors.Is(err, fs.ErrNotExist) { // compressed in the meantime
			if f, err = os.Open(name + ".gz"); err == nil { //nolint:gosec // as above
				name += ".gz"
			}
		}
		if err != nil {
			yield(nil, err)
			return
		}
		defer func() { _ = f.Close() }() // it was only read
		var r io.Reader = f
		if strings.HasSuffix(name, ".gz") {
			z, err := gzip.NewReader(f)
			if err != nil {
				yield(nil, err)
				return
			}
			defer func() { _ = z.Close() }() // it was only read
			r = z
		}
		pieces(r)(yield)
	}
}

const pieceSize = 1 << 20

// pieces cuts a stream after line ends. The last piece may lack one. Of a line
// that is longer than calllog.MaxLine comes as much as shows that.
func pieces(r io.Reader) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		var rest []byte
		skipping := false // the rest of a line that is too long
		for {
			piece := make([]byte, max(pieceSize, 2*len(rest)))
			n := copy(piece, rest)
			more, err := io.ReadFull(r, piece[n:])
			piece = piece[:n+more]
			if skipping {
				end := bytes.IndexByte(piece, '\n')
				skipping = end < 0
				if piece = piece[end+1:]; skipping {
					piece = nil
				}
			}
			end := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
			cut := bytes.LastIndexByte(piece, '\n') + 1
			switch {
			case end:
				cut = len(piece)
			case cut == 0 && len(piece) > calllog.MaxLine:
				piece = append(piece, '\n')
				cut, skipping = len(piece), true
			}
			rest = piece[cut:]
			if cut > 0 && !yield(piece[:cut], nil) {
				return
			}
			if end {
				return
			}
			if err != nil {
				yield(nil, err)
				return
			}
		}
	}
}

func sortBad(bad []Bad, order []string) []Bad {
	slices.SortFunc(bad, func(a, b Bad) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.Source), slices.Index(order, b.Source)), cmp.Compare(a.Line, b.Line))
	})
	return bad[:min(len(bad), MaxBad)]
}
