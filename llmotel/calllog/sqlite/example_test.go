package sqlite_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/calllog"
	"github.com/llmotel/sdk/llmotel/calllog/sqlite"
)

// Every call of an instrumentation is a row.
func Example() {
	dir, err := os.MkdirTemp("", "calls")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	store, err := sqlite.Open(context.Background(), filepath.Join(dir, "calls.db"))
	if err != nil {
		fmt.Println(err)
		return
	}
	queue, err := calllog.NewQueue(store)
	if err != nil {
		fmt.Println(err)
		return
	}
	inst, err := llmotel.New(llmotel.WithSinks(queue))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, span := inst.Start(context.Background(), llmotel.Call{Provider: "groq", Model: "llama-3.3-70b"})
	span.End(llmotel.Result{}, nil)
	if err := queue.Close(); err != nil { // flushes, and closes the store
		fmt.Println(err)
	}
	fmt.Println(queue.Stats().Stored, "record stored")
	// Output: 1 record stored
}
