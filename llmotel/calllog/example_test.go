package calllog_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/calllog"
)

// A log on a file is one line: calllog.Open("llm_telemetry.jsonl"). Here the
// lines stay in memory and are read back.
func Example() {
	var lines bytes.Buffer
	log := calllog.New(&lines)
	log.Record(context.Background(), &llmotel.Record{
		CallID: "1", Operation: "chat", Provider: "openai", RequestModel: "gpt-5.2", Duration: 812 * time.Millisecond, Attempts: 1,
	})
	if err := log.Close(); err != nil {
		fmt.Println(err)
	}

	reader := calllog.NewReader(&lines)
	for entry, err := range reader.All() {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(entry.Provider, entry.Model, entry.LatencyMS, "ms, unpriced:", entry.Unpriced)
	}
	fmt.Println("bad lines:", reader.BadCount())
	// Output:
	// openai gpt-5.2 812 ms, unpriced: true
	// bad lines: 0
}

// Records go to a file off the call's path. Errors, fallbacks and slow calls are
// all kept, of the others a tenth.
func ExampleNewQueue() {
	dir, err := os.MkdirTemp("", "calls")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	log, err := calllog.Open(filepath.Join(dir, "calls.jsonl"),
		calllog.WithRotation(calllog.Rotation{MaxSize: 100 << 20, Keep: 10, Compress: true}))
	if err != nil {
		fmt.Println(err)
		return
	}
	sampler, err := calllog.NewSampler(0.1, calllog.KeepSlow(10*time.Second))
	if err != nil {
		fmt.Println(err)
		return
	}
	queue, err := calllog.NewQueue(log, calllog.WithSampler(sampler))
	if err != nil {
		fmt.Println(err)
		return
	}
	queue.Record(context.Background(), &llmotel.Record{CallID: "1", Duration: 12 * time.Second})
	if err := queue.Close(); err != nil { // flushes, and closes the log
		fmt.Println(err)
	}
	fmt.Println(queue.Stats().Stored, "stored,", queue.Dropped(), "dropped")
	// Output: 1 stored, 0 dropped
}
