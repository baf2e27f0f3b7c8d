package source_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/llmotel/sdk/cmd/llmotel/internal/source"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/calllog"
)

// follow follows the log in the background and returns where the ids come.
func follow(t *testing.T, path string, o source.FollowOptions) <-chan string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ids, done := make(chan string, 10_000), make(chan error, 1)
	if o.Every == 0 {
		o.Every = 5 * time.Millisecond
	}
	if o.Keep == nil {
		o.Keep = func([]byte) bool { return true }
	}
	go func() {
		done <- source.Follow(ctx, path, o, func(line []byte) error {
			var e calllog.Entry
			if err := json.Unmarshal(line, &e); err != nil {
				e.CallID = "bad"
			}
			ids <- e.CallID
			return nil
		})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	return ids
}

// expect waits for the ids.
func expect(t *testing.T, ids <-chan string, want ...string) {
	t.Helper()
	for _, id := range want {
		select {
		case got := <-ids:
			if got != id {
				t.Fatalf("got %s, want %s", got, id)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%s does not come", id)
		}
	}
}

func plainNumbers(from, to int) []string {
	var out []string
	for i := from; i < to; i++ {
		out = append(out, fmt.Sprint(i))
	}
	return out
}

// Records are written and the log is rotated, several times: all of them come,
// once and in order.
func TestFollowAcrossRotations(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.jsonl")
	ids := follow(t, path, source.FollowOptions{Last: 10}) // not there yet
	log, err := calllog.Open(path, calllog.WithRotation(calllog.Rotation{MaxSize: 8 << 10}))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	for i := range 100 {
		log.Record(t.Context(), &llmotel.Record{CallID: fmt.Sprint(i)})
		time.Sleep(time.Millisecond)
	}
	if files, err := calllog.Files(path); err != nil || len(files) < 4 {
		t.Fatalf("%d files, %v; want several rotations", len(files), err)
	}
	expect(t, ids, plainNumbers(0, 100)...)
}

// A writer that has not noticed yet goes on with the moved file for a while.
func TestFollowReadsOnInTheMovedFile(t *testing.T) {
	dir := t.TempDir()
	path, moved := filepath.Join(dir, "log.jsonl"), filepath.Join(dir, "log-20260301T120010.000000000Z.jsonl")
	write := func(name string, text []byte) {
		t.Helper()
		f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := f.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	write(path, lines(t, 0, 1))
	ids := follow(t, path, source.FollowOptions{Last: 1})
	expect(t, ids, "0")
	if err := os.Rename(path, moved); err != nil {
		t.Skip("an open file cannot be moved here: ", err)
	}
	write(path, lines(t, 2, 3))
	time.Sleep(100 * time.Millisecond)
	write(moved, lines(t, 1, 2))
	expect(t, ids, "1", "2")
}

func TestFollowBeginsWithTheLastLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.jsonl")
	if err := os.WriteFile(path, append(lines(t, 0, 20), `{"schema":`...), 0o600); err != nil {
		t.Fatal(err)
	}
	even := func(line []byte) bool {
		var e calllog.Entry
		return json.Unmarshal(line, &e) == nil && (e.CallID[len(e.CallID)-1]-'0')%2 == 0
	}
	ids := follow(t, path, source.FollowOptions{Last: 3, Keep: even})
	expect(t, ids, "14", "16", "18")
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	// The line in the making gets its end, in two writes.
	_, _ = f.WriteString(`"llmotel.calllog/2","call_`)
	time.Sleep(20 * time.Millisecond)
	_, _ = f.WriteString("id\":\"last\"}\n\nno record\n")
	expect(t, ids, "last", "bad")
}

func TestFollowTruncatedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.jsonl")
	if err := os.WriteFile(path, lines(t, 0, 5), 0o600); err != nil {
		t.Fatal(err)
	}
	ids := follow(t, path, source.FollowOptions{Last: 1})
	expect(t, ids, "4")
	if err := os.WriteFile(path, lines(t, 7, 9), 0o600); err != nil { // shorter
		t.Fatal(err)
	}
	expect(t, ids, "7", "8")
}

func TestFollowOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.jsonl")
	if err := os.WriteFile(path, lines(t, 0, 5), 0o600); err != nil {
		t.Fatal(err)
	}
	var got []string
	keep := func([]byte) bool { return true }
	err := source.Follow(t.Context(), path, source.FollowOptions{Last: 2, Once: true, Keep: keep}, func(line []byte) error {
		got = append(got, string(line))
		return nil
	})
	want := strings.Split(strings.TrimSpace(string(bytes.TrimSpace(lines(t, 3, 5)))), "\n")
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	stop := errors.New("enough")
	if err := source.Follow(t.Context(), path, source.FollowOptions{Last: 2, Once: true, Keep: keep}, func([]byte) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("%v, want the error of the function", err)
	}
	if err := source.Follow(t.Context(), filepath.Dir(path), source.FollowOptions{Once: true, Keep: keep}, nil); err == nil {
		t.Error("no error for a directory")
	}
}
