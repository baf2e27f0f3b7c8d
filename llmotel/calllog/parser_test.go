package calllog_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/llmotel/sdk/llmotel/calllog"
)

// The quick way of reading holds what encoding/json reads.
func FuzzParse(f *testing.F) {
	f.Add(calllog.AppendLine(nil, full()))
	f.Add(calllog.AppendWeighted(nil, plain(), 2.5))
	f.Add([]byte(`{"schema":"llmotel.calllog/1","cost_usd":null,"latency_ms":1.5e3,"visits":[],"new":{"a":[1]}}`))
	f.Add([]byte(` { "schema" : "llmotel.calllog/2" , "call_id" : "\u00e9\"\\" , "skips" : [ { "target" : "a" } , {} ] } `))
	f.Add([]byte(`{"schema":"llmotel.calllog/2","attempts":01}`))
	f.Add([]byte(`{"schema":"llmotel.calllog/2","latency_ms":1.}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		var got, want calllog.Entry
		if !calllog.ParseQuickly(line, &got) {
			return
		}
		if err := json.Unmarshal(line, &want); err != nil {
			t.Fatalf("encoding/json says %v of %q", err, line)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q\ngives %+v\nwant  %+v", line, got, want)
		}
	})
}

// What this package writes is read the quick way, all of it.
func TestOwnLinesAreReadQuickly(t *testing.T) {
	for _, line := range [][]byte{calllog.AppendLine(nil, full()), calllog.AppendWeighted(nil, plain(), 2.5)} {
		var got, want calllog.Entry
		if !calllog.ParseQuickly(line, &got) {
			t.Errorf("not read: %s", line)
		}
		if err := json.Unmarshal(line, &want); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%v: %s", err, line)
		}
	}
}
