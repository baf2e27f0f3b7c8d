package calllog_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/llmotel/sdk/llmotel/calllog"
)

// testdata/versions holds lines as each version has written them.
func versionLines(t *testing.T, name string) [][]byte {
	t.Helper()
	b, err := os.ReadFile("testdata/versions/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var lines [][]byte
	for s := bufio.NewScanner(bytes.NewReader(b)); s.Scan(); {
		lines = append(lines, append([]byte(nil), s.Bytes()...))
	}
	return lines
}

func TestReaderReadsOldVersions(t *testing.T) {
	for _, c := range []struct {
		file    string
		ids     []string
		weights []float64
	}{
		{"v1.jsonl", []string{"0197e1", "0197e1a2-8b7c-7def-8123-456789abcdef", "cancelled", ""}, []float64{1, 1, 1, 1}},
		{"v2.jsonl", []string{"0197e1", "0197e1a2-8b7c-7def-8123-456789abcdef"}, []float64{1, 4}},
	} {
		t.Run(c.file, func(t *testing.T) {
			lines := versionLines(t, c.file)
			r := calllog.NewReader(bytes.NewReader(bytes.Join(lines, []byte("\n"))))
			entries := readAll(t, r)
			if len(entries) != len(c.ids) || r.BadCount() != 0 {
				t.Fatalf("%d records and %d bad lines, want %d and 0", len(entries), r.BadCount(), len(c.ids))
			}
			for i, e := range entries {
				if e.CallID != c.ids[i] || e.Weight != c.weights[i] {
					t.Errorf("record %d: %q with weight %v, want %q with %v", i, e.CallID, e.Weight, c.ids[i], c.weights[i])
				}
			}
			first := entries[0]
			if first.Model != "claude-sonnet-5" || first.LatencyMS != 1500.25 || *first.USD != 0.00123456789 || first.ErrorKind != "overloaded" ||
				*first.Reasoning != 17 || first.Visits[0].ErrorKind != "timeout" || first.Skips[0].Reason != "breaker_open" || first.Attribution.Variant != "b" {
				t.Errorf("%+v", first)
			}
		})
	}
}

// The lines of a version follow the schema that is published for it.
func TestOldVersionsFollowTheirSchema(t *testing.T) {
	schemas := calllog.JSONSchemas()
	for _, file := range []string{"v1.jsonl", "v2.jsonl"} {
		for _, line := range versionLines(t, file) {
			var v map[string]any
			if err := json.Unmarshal(line, &v); err != nil {
				t.Fatal(err)
			}
			text, ok := schemas[v["schema"].(string)]
			if !ok {
				t.Fatalf("no schema is published for %v", v["schema"])
			}
			s := new(schema)
			if err := json.Unmarshal([]byte(text), s); err != nil {
				t.Fatal(err)
			}
			for _, problem := range s.check("", v) {
				t.Errorf("%s: %s", file, problem)
			}
		}
	}
	if len(schemas) != 2 || schemas[calllog.Schema] != calllog.JSONSchema() {
		t.Errorf("%d schemas, and the newest is not that of the lines that are written", len(schemas))
	}
}
