package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/log"
)

// testLogRotation writes more logs than one file holds and finds every record in one file or another.
func testLogRotation(t *testing.T, s *stack) {
	const (
		service = "llmotel-e2e-logs"
		records = 1500
	)
	e := newEmitter(t, service)
	logger := e.logs.Logger("llmotel-e2e")
	for i := range records {
		var record log.Record
		record.SetBody(attribute.StringValue(fmt.Sprintf("record %d %s", i, strings.Repeat("filler ", 200))))
		logger.Emit(t.Context(), record)
		if i%500 == 499 { // Before the SDK's queue is full, which drops.
			if err := e.logs.ForceFlush(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	e.flush(t)

	eventually(t, 20*time.Second, "every record is in a file", func() error {
		paths, err := filepath.Glob(filepath.Join(filepath.Dir(s.logFile()), "llmotel*.jsonl"))
		if err != nil {
			return err
		}
		found := make(map[int]bool)
		for _, path := range paths {
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, part := range strings.Split(string(content), `"record `)[1:] {
				var i int
				if _, err := fmt.Sscan(part, &i); err != nil {
					return err
				}
				found[i] = true
			}
		}
		if len(found) != records || len(paths) < 2 {
			return fmt.Errorf("%d of %d records in %d files", len(found), records, len(paths))
		}
		t.Logf("%d records in %d files", len(found), len(paths))
		return nil
	})
}
