//go:build linux

package postgres_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/calllog"
	"github.com/llmotel/sdk/llmotel/calllog/postgres"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC)

// record is a call that began so many seconds after start as its id says.
func record(id string) *llmotel.Record {
	n, _ := strconv.Atoi(id)
	usage := providers.Usage{Completeness: providers.UsageReported}
	usage.Set(providers.ClassInput, 100)
	usage.Set(providers.ClassOutput, 10)
	return &llmotel.Record{
		CallID: id, Start: start.Add(time.Duration(n) * time.Second), Duration: time.Second, Operation: "chat", Provider: "openai", RequestModel: "gpt-5.2",
		Usage: usage, Cost: pricing.Cost{Priced: true, Amount: 1_250_000_001, Currency: "USD"}, Attempts: 1,
		Attribution: llmotel.Attribution{Feature: "search"},
	}
}

func items(ids ...string) []calllog.Item {
	var out []calllog.Item
	for _, id := range ids {
		out = append(out, calllog.Item{Record: record(id), Weight: 4})
	}
	return out
}

func numbers(from, to int) []string {
	var out []string
	for i := from; i < to; i++ {
		out = append(out, strconv.Itoa(i))
	}
	return out
}

func open(t testing.TB, dsn string, opts ...postgres.Option) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), dsn, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func ids(t *testing.T, s *postgres.Store, since time.Time) []string {
	t.Helper()
	var out []string
	for line, err := range s.Lines(t.Context(), since) {
		if err != nil {
			t.Fatal(err)
		}
		var e calllog.Entry
		if err := json.Unmarshal(line, &e); err != nil || e.Schema != calllog.Schema {
			t.Fatalf("%v: %s", err, line)
		}
		out = append(out, e.CallID)
	}
	return out
}

func TestRecordsAreStoredOnce(t *testing.T) {
	_, dsn := database(t)
	s := open(t, dsn)
	for range 2 { // as if the first commit had not been confirmed
		if n, err := s.WriteBatch(t.Context(), items("2", "1", "3")); n != 3 || err != nil {
			t.Fatal(n, err)
		}
	}
	if n, err := s.WriteBatch(t.Context(), items("3", "4", "4")); n != 3 || err != nil {
		t.Fatal(n, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, dsn, nil)
	defer s.Close()
	if got := ids(t, s, time.Time{}); !slices.Equal(got, []string{"1", "2", "3", "4"}) {
		t.Errorf("records %v", got)
	}
	if got := ids(t, s, start.Add(3*time.Second)); !slices.Equal(got, []string{"3", "4"}) {
		t.Errorf("records %v since the third", got)
	}
	if n, err := s.Prune(t.Context(), start.Add(2*time.Second)); n != 1 || err != nil {
		t.Errorf("%d removed, %v", n, err)
	}
	for _, err := range s.Lines(t.Context(), time.Time{}) {
		if err != nil {
			t.Error(err)
		}
		break // leaves no connection open
	}
}

func TestColumnsAreForSQL(t *testing.T) {
	_, dsn := database(t)
	s := open(t, dsn)
	defer s.Close()
	odd := record("3")
	odd.Provider, odd.RequestModel, odd.Attribution.User = "a\x00b", "\xff", `c\u0000d`
	if _, err := s.WriteBatch(t.Context(), append(items("1", "2"), calllog.Item{Record: odd, Weight: 1})); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	var feature, usd, provider, user string
	var calls float64
	var tokens, failures int
	err = conn.QueryRow(t.Context(), `SELECT feature, sum(weight), sum(cost_usd)::text, sum((record->>'input_tokens')::int), count(error_kind), min(record->>'provider'), max(user_id)
		FROM llmotel_calls WHERE started < timestamptz '2026-03-01 12:00:00+00' + interval '1 hour' GROUP BY feature`).Scan(&feature, &calls, &usd, &tokens, &failures, &provider, &user)
	if err != nil || feature != "search" || calls != 9 || usd != "0.003750000003" || tokens != 300 || failures != 0 || provider != "a\ufffdb" || user != `c\u0000d` {
		t.Errorf("%v: %s %v calls, $%s, %d tokens, %d errors, %q, %q", err, feature, calls, usd, tokens, failures, provider, user)
	}
}

// The database is killed while records come, is away for a while and comes
// back, twice: every record is there, once.
func TestQueueBridgesADeadDatabase(t *testing.T) {
	srv, dsn := database(t)
	s := open(t, dsn)
	q, err := calllog.NewQueue(s, calllog.WithBatch(20, 5*time.Millisecond), calllog.WithRetry(10*time.Millisecond, 100*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	put := func(records int) {
		for range records {
			q.Record(t.Context(), record(strconv.Itoa(n)))
			n++
			time.Sleep(200 * time.Microsecond)
		}
	}
	for range 2 {
		put(300)
		srv.kill()
		put(1000)
		for deadline := time.Now().Add(10 * time.Second); q.Stats().Waiting < 900 && time.Now().Before(deadline); {
			time.Sleep(time.Millisecond)
		}
		if st := q.Stats(); st.Waiting < 900 || st.Dropped != 0 {
			t.Errorf("while the database is dead: %+v", st)
		}
		srv.start(t)
		put(200)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := q.Flush(ctx); err != nil {
		t.Fatal(err, q.Stats())
	}
	if got := ids(t, s, time.Time{}); !slices.Equal(got, numbers(0, 3000)) {
		t.Errorf("%d records, want 3000, each once", len(got))
	}
	if err := q.Close(); err != nil || q.Dropped() != 0 {
		t.Errorf("%v, %d dropped", err, q.Dropped())
	}
}

// Connections that an administrator or a proxy ends are made anew.
func TestBrokenConnectionsCostNothing(t *testing.T) {
	srv, dsn := database(t)
	s := open(t, dsn)
	q, err := calllog.NewQueue(s, calllog.WithBatch(10, time.Millisecond), calllog.WithRetry(time.Millisecond, 10*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 500 {
		q.Record(t.Context(), record(strconv.Itoa(i)))
		if i%100 == 50 {
			srv.exec(t, srv.dsn("postgres"), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'test%'")
		}
	}
	if err := q.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := ids(t, s, time.Time{}); !slices.Equal(got, numbers(0, 500)) {
		t.Errorf("%d records, want 500, each once", len(got))
	}
	if err := q.Close(); err != nil {
		t.Error(err)
	}
}

// What Flush has confirmed is there after the writer was killed.
func TestFlushedRecordsOutliveTheProcess(t *testing.T) {
	_, dsn := database(t)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), exe)
	c.Env = append(os.Environ(), childVariable+"="+dsn)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	confirmed := 0
	for lines := bufio.NewScanner(out); confirmed < 2000 && lines.Scan(); {
		if confirmed, err = strconv.Atoi(strings.TrimSpace(lines.Text())); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Process.Kill(); err != nil { // SIGKILL
		t.Fatal(err)
	}
	_ = c.Wait()
	s := open(t, dsn)
	defer s.Close()
	got := ids(t, s, time.Time{})
	if !slices.Equal(got, numbers(1, len(got)+1)) || len(got) < confirmed || confirmed == 0 {
		t.Errorf("%d records, %d were confirmed", len(got), confirmed)
	}
	t.Logf("%d records after the kill, %d were confirmed", len(got), confirmed)
}

// Several processes start at once and make the tables.
func TestSeveralWritersConcurrentSafe(t *testing.T) {
	_, dsn := database(t)
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			s, err := postgres.Open(t.Context(), dsn)
			if err != nil {
				t.Error(err)
				return
			}
			q, err := calllog.NewQueue(s, calllog.WithBatch(20, time.Millisecond))
			if err != nil {
				t.Error(err)
				return
			}
			for i := range 100 {
				q.Record(t.Context(), record(strconv.Itoa(1000*w+i)))
			}
			if err := q.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	s := open(t, dsn)
	defer s.Close()
	if got := len(ids(t, s, time.Time{})); got != 400 {
		t.Errorf("%d records, want 400", got)
	}
}

func TestRefusedRecordsGoAlone(t *testing.T) {
	srv, dsn := database(t)
	s := open(t, dsn)
	srv.exec(t, dsn, "ALTER TABLE llmotel_calls ADD CHECK (model <> 'secret-model')")
	q, err := calllog.NewQueue(s)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		r := record(strconv.Itoa(i))
		if i == 41 {
			r.RequestModel = "secret-model"
		}
		q.Record(t.Context(), r)
	}
	if err := q.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := ids(t, s, time.Time{}); !slices.Equal(got, append(numbers(0, 41), numbers(42, 100)...)) {
		t.Errorf("records %v", got)
	}
	var server *postgres.ServerError
	if err := q.Close(); !errors.Is(err, calllog.ErrRefused) || !errors.As(err, &server) || server.Code != "23514" || strings.Contains(err.Error(), "secret") || q.Dropped() != 1 {
		t.Errorf("%v, %d dropped", err, q.Dropped())
	}
}

// With a stand-in for TimescaleDB: a row in pg_extension and the function.
func TestTimescaleDBIsUsedWhereItIs(t *testing.T) {
	srv, dsn := database(t)
	srv.exec(t, dsn, `
		SET allow_system_table_mods = on;
		INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion) SELECT 99999, 'timescaledb', 10, 2200, false, '2.0';
		CREATE TABLE made (tab regclass, col name, chunk interval);
		CREATE FUNCTION create_hypertable(relation regclass, time_column_name name, chunk_time_interval anyelement) RETURNS void LANGUAGE sql AS
			'INSERT INTO made VALUES (relation, time_column_name, chunk_time_interval)';`)
	s := open(t, dsn)
	defer s.Close()
	open(t, dsn).Close() // once only
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	var table, column, chunk string
	var n int
	if err := conn.QueryRow(t.Context(), "SELECT min(tab::text), min(col::text), min(chunk)::text, count(*) FROM made").Scan(&table, &column, &chunk, &n); err != nil {
		t.Fatal(err)
	}
	if table != "llmotel_calls" || column != "started" || chunk != "1 day" || n != 1 {
		t.Errorf("create_hypertable(%s, %s, %s), %d times", table, column, chunk, n)
	}
}

// Who may only insert writes to tables that somebody else made.
func TestInsertOnlyRole(t *testing.T) {
	srv, dsn := database(t)
	open(t, dsn).Close()
	srv.exec(t, dsn, "CREATE ROLE writer LOGIN; GRANT INSERT, SELECT ON llmotel_calls TO writer; GRANT SELECT ON llmotel_calls_version TO writer")
	s := open(t, strings.Replace(dsn, "user=tester", "user=writer", 1))
	defer s.Close()
	for range 2 {
		if n, err := s.WriteBatch(t.Context(), items("1")); n != 1 || err != nil {
			t.Error(n, err)
		}
	}
}

func TestErrorsHoldNoSecrets(t *testing.T) {
	const secret = "hunter2"
	for name, dsn := range map[string]string{
		"not understood": "postgres://u:" + secret + "@h:port/%zz?x",
		"nobody there":   "postgres://u:" + secret + "@127.0.0.1:1/" + secret,
		"no socket":      "host=/nowhere user=u password=" + secret,
	} {
		if _, err := postgres.Open(t.Context(), dsn); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := postgres.Open(t.Context(), "host=/nowhere", postgres.WithTimeout(0)); err == nil {
		t.Error("no error for a timeout of 0")
	}
}

// A program starts while the database is down.
func TestLazyConnect(t *testing.T) {
	srv, dsn := database(t)
	srv.kill()
	if _, err := postgres.Open(t.Context(), dsn); err == nil {
		t.Error("no error without the database")
	}
	s := open(t, dsn, postgres.WithLazyConnect())
	q, err := calllog.NewQueue(s, calllog.WithRetry(time.Millisecond, 10*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		q.Record(t.Context(), record(strconv.Itoa(i)))
	}
	srv.start(t)
	if err := q.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := ids(t, s, time.Time{}); len(got) != 10 {
		t.Errorf("records %v", got)
	}
	if err := q.Close(); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}

func BenchmarkWriteBatch(b *testing.B) {
	_, dsn := database(b)
	s := open(b, dsn)
	defer s.Close()
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		batch := make([]string, 512)
		for i := range batch {
			batch[i] = strconv.Itoa(n)
			n++
		}
		if _, err := s.WriteBatch(b.Context(), items(batch...)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*512/b.Elapsed().Seconds(), "records/s")
}
