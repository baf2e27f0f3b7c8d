package postgres

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/llmotel/sdk/llmotel/calllog"
	"github.com/llmotel/sdk/llmotel/calllog/internal/row"
)

// Store keeps records in PostgreSQL. WriteBatch and Close are the Queue's; Lines
// and Prune have connections of their own and may be called at any time.
type Store struct {
	cfg    *pgx.ConnConfig
	limit  time.Duration
	rows   *row.Maker
	insert string

	mu       sync.Mutex // of what follows
	conn     *pgx.Conn  // nil while there is none
	migrated bool
}

var _ calllog.Store = (*Store)(nil)

// Option configures a Store.
type Option interface{ apply(*options) }

type options struct {
	limit time.Duration
	lazy  bool
}

type option func(*options)

func (f option) apply(o *options) { f(o) }

// WithTimeout limits how long connecting or writing a batch takes before the
// connection counts as broken. The default is 30 s.
func WithTimeout(d time.Duration) Option { return option(func(o *options) { o.limit = d }) }

// WithLazyConnect makes Open not wait for the database: what is wrong with it
// shows when the first batch is written, and the queue tries until it works. By
// default Open returns an error if it cannot connect or make the table.
func WithLazyConnect() Option { return option(func(o *options) { o.lazy = true }) }

// Open returns a Store on the database of a connection string, a URL or
// "key=value ..." as in libpq, whose environment variables hold too.
func Open(ctx context.Context, connString string, opts ...Option) (*Store, error) {
	o := options{limit: 30 * time.Second}
	for _, opt := range opts {
		if opt != nil {
			opt.apply(&o)
		}
	}
	if o.limit <= 0 {
		return nil, errors.New("calllog/postgres: the timeout is above 0")
	}
	cfg, err := pgx.ParseConfig(connString)
	if err != nil {
		return nil, errors.New("calllog/postgres: the connection string is not understood") // its error may quote it
	}
	s := &Store{cfg: cfg, limit: o.limit, rows: row.New(), insert: insertion()}
	if o.lazy {
		return s, nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.limit)
	defer cancel()
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.connected(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// connected returns the connection, a new one if there is none. The lock is held.
func (s *Store) connected(ctx context.Context) (*pgx.Conn, error) {
	if s.conn != nil && !s.conn.IsClosed() {
		return s.conn, nil
	}
	conn, err := s.connect(ctx)
	if err != nil {
		return nil, err
	}
	if !s.migrated {
		if err := migrate(ctx, conn); err != nil {
			_ = conn.Close(ctx) // the first error counts
			return nil, classify(err)
		}
		s.migrated = true
	}
	s.conn = conn
	return conn, nil
}

func (s *Store) connect(ctx context.Context) (*pgx.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, s.cfg.Copy())
	if err != nil {
		if e, ok := errors.AsType[*pgconn.PgError](err); ok {
			return nil, fmt.Errorf("calllog/postgres: cannot connect: %w", &ServerError{Code: e.Code})
		}
		return nil, fmt.Errorf("calllog/postgres: cannot connect to %s: %w", s.cfg.Host, reason(err))
	}
	return conn, nil
}

// reason leaves out what pgx says around an error: user and database.
func reason(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		if _, joined := err.(interface{ Unwrap() []error }); joined {
			return err
		}
		err = inner
	}
}

// WriteBatch stores items with one COPY, whole or not at all. Records that are
// there already are left as they are.
func (s *Store) WriteBatch(ctx context.Context, items []calllog.Item) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, s.limit)
	defer cancel()
	s.mu.Lock()
	defer s.mu.Unlock()
	rows := make([][]any, len(items))
	for i, item := range items {
		values, err := s.rows.Make(item)
		if err != nil {
			return 0, fmt.Errorf("%w: %w", calllog.ErrRefused, err)
		}
		rows[i] = values
	}
	conn, err := s.connected(ctx)
	if err != nil {
		return 0, err
	}
	_, err = conn.CopyFrom(ctx, pgx.Identifier{row.Table}, row.Columns, pgx.CopyFromRows(rows))
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Code == uniqueViolation {
		err = s.insertNew(ctx, conn, rows)
	}
	if err != nil {
		return 0, classify(err)
	}
	return len(items), nil
}

// insertNew inserts the rows that are not there yet: some are, from a batch
// whose commit was not confirmed, or twice in this one.
func (s *Store) insertNew(ctx context.Context, conn *pgx.Conn, rows [][]any) error {
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		batch := new(pgx.Batch)
		for _, values := range rows {
			batch.Queue(s.insert, values...)
		}
		return tx.SendBatch(ctx, batch).Close()
	})
}

func insertion() string {
	var marks strings.Builder
	for i := range row.Columns {
		if i > 0 {
			marks.WriteString(", ")
		}
		fmt.Fprintf(&marks, "$%d", i+1)
	}
	return "INSERT INTO " + row.Table + " (" + strings.Join(row.Columns, ", ") + ") VALUES (" + marks.String() + ") ON CONFLICT DO NOTHING"
}

// Lines yields the records of calls that began at since or later, as JSON, in
// the order in which they began. The zero time is all. An error comes last, with
// nil. Nothing is read until ranging starts.
func (s *Store) Lines(ctx context.Context, since time.Time) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		conn, err := s.connect(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // it was only read
		rows, err := conn.Query(ctx, "SELECT record FROM "+row.Table+" WHERE started >= $1 ORDER BY started",
			pgx.QueryResultFormats{pgtype.TextFormatCode}, since)
		if err != nil {
			yield(nil, classify(err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			if !yield(rows.RawValues()[0], nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(nil, classify(err))
		}
	}
}

// Prune removes the records of calls that began before a time, and returns how
// many. A hypertable's retention policy does it at less cost.
func (s *Store) Prune(ctx context.Context, before time.Time) (int64, error) {
	conn, err := s.connect(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // what it did is done
	tag, err := conn.Exec(ctx, "DELETE FROM "+row.Table+" WHERE started < $1", before)
	if err != nil {
		return 0, classify(err)
	}
	return tag.RowsAffected(), nil
}

// Close closes the connection.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.limit)
	defer cancel()
	err := s.conn.Close(ctx)
	s.conn = nil
	if err != nil {
		return fmt.Errorf("calllog/postgres: %w", err)
	}
	return nil
}
