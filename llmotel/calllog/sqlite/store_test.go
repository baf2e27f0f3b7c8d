package sqlite_test

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/calllog"
	"github.com/llmotel/sdk/llmotel/calllog/sqlite"
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
		Usage: usage, Cost: pricing.Cost{Priced: true, Amount: 1_250_000_000, Currency: "USD"}, Attempts: 1,
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

func open(t testing.TB, path string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func ids(t *testing.T, s *sqlite.Store, since time.Time) []string {
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
	path := filepath.Join(t.TempDir(), "calls of? 100%#1.db") // a name that a URL would misread
	s := open(t, path)
	for range 2 {
		if n, err := s.WriteBatch(t.Context(), items("2", "1", "3")); n != 3 || err != nil {
			t.Fatal(n, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path)
	defer s.Close()
	if n, err := s.WriteBatch(t.Context(), items("3", "4")); n != 2 || err != nil {
		t.Fatal(n, err)
	}
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
		break // leaves no query open
	}
}

func TestFileIsPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "calls.db")
	s := open(t, path)
	defer s.Close()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600", info.Mode())
	}
}

func TestColumnsAreForSQL(t *testing.T) {
	path := filepath.Join(t.TempDir(), "calls.db")
	s := open(t, path)
	if _, err := s.WriteBatch(t.Context(), items("1", "2", "100000")); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var feature, model string
	var calls, usd, tokens float64
	var errors int
	err = db.QueryRowContext(t.Context(), `SELECT feature, sum(weight), sum(weight * cost_usd), sum(input_tokens), sum(error_kind IS NOT NULL), min(record ->> '$.model')
		FROM llmotel_calls WHERE started < datetime('2026-03-01 12:00:00', '+1 hour') GROUP BY feature`).Scan(&feature, &calls, &usd, &tokens, &errors, &model)
	if err != nil || feature != "search" || calls != 8 || usd != 0.01 || tokens != 200 || errors != 0 || model != "gpt-5.2" {
		t.Errorf("%v: %s %v calls, $%v, %v tokens, %d errors, %s", err, feature, calls, usd, tokens, errors, model)
	}
}

// While the table is not to be had records wait; then all are there.
func TestQueueBridgesAnOutage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "calls.db")
	s := open(t, path)
	q, err := calllog.NewQueue(s, calllog.WithBatch(10, time.Millisecond), calllog.WithRetry(time.Millisecond, 10*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	do := func(statement string) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	do("ALTER TABLE llmotel_calls RENAME TO away")
	var want []string
	for i := range 100 {
		want = append(want, strconv.Itoa(i))
		q.Record(t.Context(), record(strconv.Itoa(i)))
	}
	for deadline := time.Now().Add(10 * time.Second); q.Stats().Retries < 3 && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	if st := q.Stats(); st.Waiting != 100 || st.Retries < 3 {
		t.Errorf("during the outage %+v", st)
	}
	do("ALTER TABLE away RENAME TO llmotel_calls")
	if err := q.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := ids(t, s, time.Time{}); !slices.Equal(got, want) {
		t.Errorf("records %v", got)
	}
	if err := q.Close(); err != nil || q.Dropped() != 0 {
		t.Errorf("%v, %d dropped", err, q.Dropped())
	}
}

// What Flush has confirmed is there after SIGKILL, and the file is whole.
func TestFlushedRecordsOutliveTheProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "calls.db")
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), exe)
	c.Env = append(os.Environ(), childVariable+"="+path)
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
	s := open(t, path)
	defer s.Close()
	got := ids(t, s, time.Time{})
	for i, id := range got {
		if id != strconv.Itoa(i+1) {
			t.Fatalf("record %s after %d", id, i)
		}
	}
	if len(got) < confirmed || confirmed == 0 {
		t.Errorf("%d records, %d were confirmed", len(got), confirmed)
	}
	t.Logf("%d records after the kill, %d were confirmed", len(got), confirmed)
}

func TestSeveralWritersConcurrentSafe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "calls.db")
	var wg sync.WaitGroup
	for w := range 3 { // as three processes would
		wg.Go(func() {
			s, err := sqlite.Open(t.Context(), path)
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
	s := open(t, path)
	defer s.Close()
	if got := len(ids(t, s, time.Time{})); got != 300 {
		t.Errorf("%d records, want 300", got)
	}
}

func TestErrors(t *testing.T) {
	dir := t.TempDir()
	if _, err := sqlite.Open(t.Context(), ""); err == nil {
		t.Error("no error without a path")
	}
	if _, err := sqlite.Open(t.Context(), filepath.Join(dir, "no", "such", "calls.db")); err == nil || !strings.Contains(err.Error(), "calls.db") {
		t.Errorf("%v for a directory that does not exist", err)
	}
	if _, err := sqlite.OpenReadOnly(t.Context(), filepath.Join(dir, "none.db")); err == nil || !strings.Contains(err.Error(), "none.db") {
		t.Errorf("%v for a file that does not exist", err)
	}
	text := filepath.Join(dir, "text.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("no database\n", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(t.Context(), text); err == nil {
		t.Error("no error for a file that is no database")
	}
	s := open(t, filepath.Join(dir, "calls.db"))
	defer s.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if n, err := s.WriteBatch(ctx, items("1")); n != 0 || !errors.Is(err, context.Canceled) || errors.Is(err, calllog.ErrRefused) {
		t.Errorf("%d stored, %v", n, err)
	}
	// A rule of the user's own that a record breaks is no reason to try again.
	db, err := sql.Open("sqlite", filepath.Join(dir, "calls.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "CREATE TRIGGER t BEFORE INSERT ON llmotel_calls BEGIN SELECT raise(ABORT, 'secret'); END"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.WriteBatch(t.Context(), items("1")); !errors.Is(err, calllog.ErrRefused) || strings.Contains(err.Error(), "secret") {
		t.Errorf("%v, want ErrRefused without the text", err)
	}
}

func BenchmarkWriteBatch(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "calls.db"))
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
