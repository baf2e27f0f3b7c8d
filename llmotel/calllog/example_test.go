package calllog_test

import (
	"bytes"
	"context"
	"fmt"
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
