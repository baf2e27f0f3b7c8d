package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"modernc.org/sqlite" // also the driver of database/sql

	"github.com/llmotel/sdk/llmotel/calllog"
	"github.com/llmotel/sdk/llmotel/calllog/internal/row"
)

// Store keeps records in an SQLite file. WriteBatch and Close are the Queue's;
// the other methods may be called at any time, from any goroutine.
type Store struct {
	name        string // of the file, for errors
	write, read *sql.DB
	rows        *row.Maker
	insert      string
}

var _ calllog.Store = (*Store)(nil)

const (
	selection = "SELECT record FROM " + row.Table + " WHERE started >= ? ORDER BY started"
	deletion  = "DELETE FROM " + row.Table + " WHERE started < ?"
)

// timeLayout has a fixed width, so that it sorts, and is one of SQLite's.
const timeLayout = "2006-01-02 15:04:05.000000"

// Open opens the file at path and brings its table up to date. A file that it
// makes has the permissions 0600, because records hold the ids of users.
func Open(ctx context.Context, path string) (*Store, error) {
	if f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600); err == nil { //nolint:gosec // the caller names the file
		_ = f.Close() // SQLite tells what is wrong, if something is
	}
	s, err := open(path, "rwc")
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, s.write); err != nil {
		return nil, errors.Join(s.named(err), s.Close())
	}
	return s, nil
}

// OpenReadOnly opens a file that is there, for Lines.
func OpenReadOnly(ctx context.Context, path string) (*Store, error) {
	s, err := open(path, "ro")
	if err != nil {
		return nil, err
	}
	var n int
	if err := s.read.QueryRowContext(ctx, "SELECT count(*) FROM (SELECT 1 FROM "+row.Table+" LIMIT 1)").Scan(&n); err != nil {
		return nil, errors.Join(s.named(err), s.Close())
	}
	return s, nil
}

func open(path, mode string) (*Store, error) {
	if path == "" {
		return nil, errors.New("calllog/sqlite: no path")
	}
	given := path
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("calllog/sqlite: %s: %w", given, err)
	}
	if path = filepath.ToSlash(path); !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/...
	}
	name := (&url.URL{Scheme: "file", Path: path}).String()
	query := "?mode=" + mode + "&_pragma=busy_timeout(5000)"
	if mode != "ro" {
		query += "&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_txlock=immediate"
	}
	s := &Store{name: given, rows: row.New(), insert: insertion()}
	if s.write, err = sql.Open("sqlite", name+query); err == nil {
		s.read, err = sql.Open("sqlite", name+"?mode=ro&_pragma=busy_timeout(5000)")
	}
	if err != nil {
		return nil, s.named(err)
	}
	s.write.SetMaxOpenConns(1) // SQLite has one writer at a time
	return s, nil
}

func insertion() string {
	marks := strings.TrimSuffix(strings.Repeat("?, ", len(row.Columns)), ", ")
	return "INSERT INTO " + row.Table + " (" + strings.Join(row.Columns, ", ") + ") VALUES (" + marks + ") ON CONFLICT DO NOTHING"
}

// WriteBatch stores items in one transaction. Records that are there already
// are left as they are.
func (s *Store) WriteBatch(ctx context.Context, items []calllog.Item) (int, error) {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return 0, s.classify(err)
	}
	defer func() { _ = tx.Rollback() }() // nothing after Commit
	stmt, err := tx.PrepareContext(ctx, s.insert)
	if err != nil {
		return 0, s.classify(err)
	}
	defer func() { _ = stmt.Close() }() // the transaction tells of errors
	for _, item := range items {
		values, err := s.rows.Make(item)
		if err != nil {
			return 0, fmt.Errorf("%w: %w", calllog.ErrRefused, err)
		}
		values[0] = values[0].(time.Time).Format(timeLayout) //nolint:forcetypeassert // the first column is started
		if _, err := stmt.ExecContext(ctx, values...); err != nil {
			return 0, s.classify(err)
		}
	}
	if err := tx.Commit(); err != nil {
		return 0, s.classify(err)
	}
	return len(items), nil
}

// Result codes of SQLite after which trying again is of no use.
const (
	codeTooBig     = 18
	codeConstraint = 19
	codeMismatch   = 20
)

// classify keeps the code of an error and what SQLite says to it.
func (s *Store) classify(err error) error {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch e.Code() & 0xff {
		case codeTooBig, codeConstraint, codeMismatch:
			return fmt.Errorf("%w: calllog/sqlite: %s: result code %d", calllog.ErrRefused, s.name, e.Code())
		}
		return fmt.Errorf("calllog/sqlite: %s: result code %d (%s)", s.name, e.Code(), sqlite.ErrorCodeString[e.Code()])
	}
	return s.named(err)
}

// named says which file an error is about.
func (s *Store) named(err error) error { return fmt.Errorf("calllog/sqlite: %s: %w", s.name, err) }

// Lines yields the records of calls that began at since or later, as JSON, in
// the order in which they began. The zero time is all. An error comes last, with
// nil. Nothing is read until ranging starts.
func (s *Store) Lines(ctx context.Context, since time.Time) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		rows, err := s.read.QueryContext(ctx,
			selection, since.UTC().Format(timeLayout))
		if err != nil {
			yield(nil, s.named(err))
			return
		}
		defer func() { _ = rows.Close() }() // Err tells
		for rows.Next() {
			var line sql.RawBytes
			if err := rows.Scan(&line); err != nil {
				yield(nil, s.named(err))
				return
			}
			if !yield(line, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(nil, s.named(err))
		}
	}
}

// Prune removes the records of calls that began before a time, and returns how
// many. The file keeps its size; SQLite uses the room again.
func (s *Store) Prune(ctx context.Context, before time.Time) (int64, error) {
	res, err := s.write.ExecContext(ctx, deletion, before.UTC().Format(timeLayout))
	if err != nil {
		return 0, s.classify(err)
	}
	return res.RowsAffected()
}

// Close closes the file.
func (s *Store) Close() error {
	var errs []error
	for _, db := range []*sql.DB{s.write, s.read} {
		if err := db.Close(); err != nil {
			errs = append(errs, s.named(err))
		}
	}
	return errors.Join(errs...)
}
