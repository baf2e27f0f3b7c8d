package report_test

import (
	"fmt"
	"strings"

	"github.com/llmotel/sdk/llmotel/calllog"
	"github.com/llmotel/sdk/llmotel/calllog/report"
)

// A log is read, added up by feature, and shown.
func Example() {
	log := strings.NewReader(`{"schema":"llmotel.calllog/2","latency_ms":800,"success":true,"cost_usd":0.012,"attribution":{"feature":"search"}}
{"schema":"llmotel.calllog/2","latency_ms":400,"success":true,"cost_usd":0.008,"attribution":{"feature":"search"}}
{"schema":"llmotel.calllog/2","latency_ms":90,"success":false,"error_kind":"timeout","cost_usd":null,"attribution":{"feature":"chat"}}
`)
	r, err := report.New("feature")
	if err != nil {
		fmt.Println(err)
		return
	}
	for entry, err := range calllog.NewReader(log).All() {
		if err != nil {
			fmt.Println(err)
			return
		}
		r.Add(entry)
	}
	for _, g := range r.Groups() {
		fmt.Println(g.By["feature"], g.Requests, "requests,", 100*g.ErrorRate, "% errors")
	}
	fmt.Println("cost:", *r.Total().Cost.USD)
	// Output:
	// search 2 requests, 0 % errors
	// chat 1 requests, 100 % errors
	// cost: 0.02
}
