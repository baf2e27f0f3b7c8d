package stats_test

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/llmotel/sdk/llmotel/stats"
)

// fields returns the names that a type has in JSON, with those of all its parts.
func fields(t reflect.Type, names map[string]bool) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t.PkgPath() != reflect.TypeFor[stats.Snapshot]().PkgPath() {
		return
	}
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name != "" && name != "-" {
			names[name] = true
		}
		fields(f.Type, names)
	}
}

func TestFieldsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/statistics.md")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, root := range []reflect.Type{reflect.TypeFor[stats.Report](), reflect.TypeFor[stats.Timeline]()} {
		fields(root, names)
	}
	if len(names) < 60 {
		t.Fatalf("only %d fields were found", len(names))
	}
	for name := range names {
		if !strings.Contains(string(page), "`"+name+"`") {
			t.Errorf("docs/statistics.md does not name %s", name)
		}
	}
}

// A Report is read back as it was written.
func TestReportJSON(t *testing.T) {
	s := stats.New()
	s.Record(t.Context(), fallback())
	want := s.Report()
	b, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var back stats.Report
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(back)
	if err != nil || !bytes.Equal(again, b) {
		t.Errorf("%v\n%s\n%s", err, b, again)
	}
	if back.LastHour.Window != stats.LastHour || back.LastHour.Overall.Fallbacks != 1 || back.LastMinute.Models[1].Latency != want.LastMinute.Models[1].Latency {
		t.Errorf("%+v", back.LastHour)
	}
}
