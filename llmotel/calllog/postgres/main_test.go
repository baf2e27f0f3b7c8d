//go:build linux

package postgres_test

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/llmotel/sdk/llmotel/calllog"
	"github.com/llmotel/sdk/llmotel/calllog/postgres"
)

// childVariable makes the test binary a writer to the database that it names.
const childVariable = "LLMOTEL_POSTGRES_CHILD"

func TestMain(m *testing.M) {
	if dsn := os.Getenv(childVariable); dsn != "" {
		writeForEver(dsn)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		stopShared()
		os.Exit(code)
	}), goleak.IgnoreAnyFunction("os/exec.(*Cmd).Wait"), goleak.IgnoreAnyFunction("os/exec.(*Cmd).Start.func2"))
}

// writeForEver writes the numbers of the records that are safe by now.
func writeForEver(dsn string) {
	store, err := postgres.Open(context.Background(), dsn)
	if err != nil {
		panic(err)
	}
	q, err := calllog.NewQueue(store, calllog.WithBlock(), calllog.WithBatch(64, time.Millisecond))
	if err != nil {
		panic(err)
	}
	for n := 1; ; n++ {
		q.Record(context.Background(), record(strconv.Itoa(n)))
		if n%200 == 0 {
			if err := q.Flush(context.Background()); err != nil {
				panic(err)
			}
			_, _ = fmt.Fprintln(os.Stdout, n)
		}
	}
}
