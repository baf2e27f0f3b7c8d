package calllog_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/llmotel/sdk/llmotel/calllog"
)

// childVariable makes the test binary a writer on the file that it names, and
// queueVariable one that has a Queue in front.
const (
	childVariable = "LLMOTEL_CALLLOG_CHILD"
	queueVariable = "LLMOTEL_CALLLOG_QUEUE"
)

// writeQueued writes the numbers of the records that are safe by now.
func writeQueued(path string) {
	l, err := calllog.Open(path, calllog.WithRotation(calllog.Rotation{MaxSize: 256 << 10}))
	if err != nil {
		panic(err)
	}
	q, err := calllog.NewQueue(l, calllog.WithBlock(), calllog.WithBatch(64, time.Millisecond))
	if err != nil {
		panic(err)
	}
	for n := 1; ; n++ {
		r := plain()
		r.CallID = strconv.Itoa(n)
		q.Record(context.Background(), r)
		if n%500 == 0 {
			if err := q.Flush(context.Background()); err != nil {
				panic(err)
			}
			_, _ = fmt.Fprintln(os.Stdout, n)
		}
	}
}

func writeForEver(path string) {
	l, err := calllog.Open(path)
	if err != nil {
		panic(err)
	}
	_, _ = os.Stdout.WriteString("writing\n")
	for {
		l.Record(context.Background(), plain())
		l.Record(context.Background(), full())
	}
}

// kill starts n writers on the file, lets them write and kills them.
func kill(t *testing.T, path string, n int) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	before := size(path)
	children := make([]*exec.Cmd, n)
	for i := range children {
		c := exec.CommandContext(t.Context(), exe)
		c.Env = append(os.Environ(), childVariable+"="+path)
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
			t.Fatal(err)
		}
		children[i] = c
	}
	for deadline := time.Now().Add(10 * time.Second); size(path) < before+64<<10 && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	for i, c := range children {
		time.Sleep(time.Duration(1+i) * time.Millisecond)
		if err := c.Process.Kill(); err != nil { // SIGKILL
			t.Fatal(err)
		}
		_ = c.Wait()
	}
}

func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// count reads the file and returns its records and bad lines.
func count(t *testing.T, path string) (records, bad int) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := calllog.NewReader(f)
	return len(readAll(t, r)), r.BadCount()
}

func TestLinesAreWholeAfterKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.jsonl")
	total := 0
	const rounds = 15
	for round := range rounds {
		kill(t, path, 1)
		records, bad := count(t, path)
		if records <= total || bad != 0 {
			t.Fatalf("round %d: %d records after %d, %d bad lines", round, records, total, bad)
		}
		total = records
	}
	t.Logf("%d records written by %d killed processes, all whole", total, rounds)
}

// With several processes at once a kill costs at most the line that the killed
// one was writing, and never a line of another.
func TestKillOfOneOfSeveralWriters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.jsonl")
	const rounds, writers = 4, 3
	for range rounds {
		kill(t, path, writers)
	}
	records, bad := count(t, path)
	if bad > rounds*writers {
		t.Errorf("%d bad lines after %d kills", bad, rounds*writers)
	}
	t.Logf("%d records, %d bad lines after %d kills", records, bad, rounds*writers)
}

// A process with a queued, rotating log is killed: of what Flush has confirmed
// nothing is missing, and nothing is there twice.
func TestFlushedRecordsOutliveTheProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.jsonl")
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), exe)
	c.Env = append(os.Environ(), childVariable+"="+path, queueVariable+"=1")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	confirmed := 0
	for lines := bufio.NewScanner(out); confirmed < 5000 && lines.Scan(); {
		if confirmed, err = strconv.Atoi(strings.TrimSpace(lines.Text())); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Process.Kill(); err != nil { // SIGKILL
		t.Fatal(err)
	}
	_ = c.Wait()

	files, err := calllog.Files(path)
	if err != nil {
		t.Fatal(err)
	}
	want := 1
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		r := calllog.NewReader(bytes.NewReader(text))
		for _, e := range readAll(t, r) {
			if e.CallID != strconv.Itoa(want) {
				t.Fatalf("record %s after %d in %s", e.CallID, want-1, name)
			}
			want++
		}
		if r.BadCount() != 0 {
			t.Errorf("%d bad lines in %s", r.BadCount(), name)
		}
	}
	if want <= confirmed || len(files) < 5 {
		t.Errorf("%d records in %d files, %d were confirmed", want-1, len(files), confirmed)
	}
	t.Logf("%d records in %d files after the kill, %d were confirmed", want-1, len(files), confirmed)
}
