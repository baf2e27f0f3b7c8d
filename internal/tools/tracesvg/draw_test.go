package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

const sample = `{"traceID":"0af7651916cd43dd8448eb211c80319c","spans":[
{"spanID":"b","operationName":"chat <model>","startTime":1100,"duration":500,"references":[{"spanID":"a"}],
 "tags":[{"key":"span.kind","value":"client"},{"key":"error","value":"true"},{"key":"otel.status_code","value":"ERROR"},{"key":"error.type","value":"overloaded"}],
 "logs":[{"timestamp":1200,"fields":[{"key":"event","value":"llmotel.retry"},{"key":"llmotel.retry.delay","value":0.123456}]}]},
{"spanID":"a","operationName":"llm.call","startTime":1000,"duration":2000,"tags":[{"key":"llmotel.attempts","value":3}]}]}`

func TestDraw(t *testing.T) {
	var tr trace
	if err := json.Unmarshal([]byte(sample), &tr); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := draw(&b, &tr); err != nil {
		t.Fatal(err)
	}
	out := b.String()
	for _, want := range []string{"Trace 0af76519", "chat &lt;model&gt;", "llmotel.retry", "llmotel.retry  delay=0.1235", "error.type=overloaded", "llmotel.attempts=3", "2 spans"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing", want)
		}
	}
	// An event stands on the left of the child's bar.
	for _, want := range []string{`text-anchor="end">500µs<`, `text-anchor="start">2ms<`} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing: a duration is elsewhere", want)
		}
	}
	if strings.Index(out, "llm.call") > strings.Index(out, "chat") {
		t.Error("the parent stands below its child")
	}
	d := xml.NewDecoder(strings.NewReader(out))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
