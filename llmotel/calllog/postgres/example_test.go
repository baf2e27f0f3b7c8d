package postgres_test

import (
	"context"
	"fmt"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/calllog"
	"github.com/llmotel/sdk/llmotel/calllog/postgres"
)

// A service that starts whether the database is up or not.
func Example() {
	store, err := postgres.Open(context.Background(), "postgres://llmotel@db/telemetry", postgres.WithLazyConnect())
	if err != nil {
		fmt.Println(err)
		return
	}
	queue, err := calllog.NewQueue(store, calllog.WithOnError(func(err error) { fmt.Println(err) }))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer queue.Close()
	inst, err := llmotel.New(llmotel.WithSinks(queue))
	fmt.Println(inst != nil, err)
}
