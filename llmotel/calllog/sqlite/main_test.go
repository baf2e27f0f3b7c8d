package sqlite_test

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/llmotel/sdk/llmotel/calllog"
	"github.com/llmotel/sdk/llmotel/calllog/sqlite"
)

// childVariable makes the test binary a writer on the file that it names.
const childVariable = "LLMOTEL_SQLITE_CHILD"

func TestMain(m *testing.M) {
	if path := os.Getenv(childVariable); path != "" {
		writeForEver(path)
	}
	goleak.VerifyTestMain(m)
}

// writeForEver writes the numbers of the records that are safe by now.
func writeForEver(path string) {
	store, err := sqlite.Open(context.Background(), path)
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
