package stats_test

import (
	"context"
	"fmt"
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/stats"
	"github.com/llmotel/sdk/providers"
)

// A Sink is handed to llmotel; here a call is recorded by hand.
func ExampleSink() {
	sink := stats.New()

	sink.Record(context.Background(), &llmotel.Record{
		Provider: "openai", RequestModel: "gpt-5.2", Attempts: 1, Duration: 812 * time.Millisecond,
	})
	sink.Record(context.Background(), &llmotel.Record{
		Provider: "openai", RequestModel: "gpt-5.2", Attempts: 1, Duration: 40 * time.Millisecond, ErrorKind: providers.KindOverloaded,
	})

	overall := sink.Snapshot().Overall
	fmt.Println("requests:", overall.Requests)
	fmt.Println("error rate:", overall.ErrorRate)
	fmt.Println("p95:", overall.Latency.P95)
	// Output:
	// requests: 2
	// error rate: 0.5
	// p95: 812ms
}
