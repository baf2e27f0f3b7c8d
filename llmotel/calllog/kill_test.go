package calllog_test

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/llmotel/sdk/llmotel/calllog"
)

// childVariable makes the test binary a writer on the file that it names.
const childVariable = "LLMOTEL_CALLLOG_CHILD"

func writeForEver(path string) {
	l, err := calllog.Open(path)
	if err != nil {
		panic(err)
	}
	_, _ = os.Stdout.WriteString("writing\n")
	for {
		l.Record(context.Background(), full())
	}
}

// Several processes write one file and are killed in the middle of it.
func TestLinesAreWholeAfterKill(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "log.jsonl")
	total := 0
	for round := range 5 {
		var children []*exec.Cmd
		for range 3 {
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
			children = append(children, c)
		}
		for i, c := range children {
			time.Sleep(time.Duration(5+3*i) * time.Millisecond)
			if err := c.Process.Kill(); err != nil { // SIGKILL
				t.Fatal(err)
			}
			_ = c.Wait()
		}

		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		r := calllog.NewReader(f)
		got := len(readAll(t, r))
		_ = f.Close()
		if got <= total || r.BadCount() != 0 {
			t.Fatalf("round %d: %d records after %d, %d bad lines: %v", round, got, total, r.BadCount(), r.Bad())
		}
		total = got
	}
	t.Logf("%d records written by 15 killed processes, all whole", total)
}
