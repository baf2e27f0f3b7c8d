package calllog_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(childVariable); path != "" {
		if os.Getenv(queueVariable) != "" {
			writeQueued(path)
		}
		writeForEver(path)
	}
	goleak.VerifyTestMain(m)
}
