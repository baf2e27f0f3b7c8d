package jsonscan_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/llmotel/internal/jsonscan"
)

// log writes down what a Scanner reports. Pieces of one text are joined, so
// that the log does not depend on how the document was split.
type log struct {
	lines []string
	text  strings.Builder
}

func (l *log) Open(id jsonscan.ID)  { l.add("open %d", id) }
func (l *log) Close(id jsonscan.ID) { l.add("close %d", id) }
func (l *log) Done()                { l.add("done") }

func (l *log) Value(id jsonscan.ID, t jsonscan.Type, v []byte) {
	if t == jsonscan.String {
		l.add("value %d %q", id, v)
	} else {
		l.add("value %d %s", id, v)
	}
}

func (l *log) Text(id jsonscan.ID, piece []byte, last bool) { l.pieces("text", id, piece, last) }
func (l *log) Raw(id jsonscan.ID, piece []byte, last bool)  { l.pieces("raw", id, piece, last) }

func (l *log) pieces(what string, id jsonscan.ID, piece []byte, last bool) {
	l.text.Write(piece)
	if last {
		l.add("%s %d %q", what, id, l.text.String())
		l.text.Reset()
	}
}

func (l *log) add(format string, args ...any) {
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
}

// schema has every kind of Node.
var schema = func() *jsonscan.Node {
	content := jsonscan.Or(jsonscan.Text(3), jsonscan.Array(4, jsonscan.Object(5, jsonscan.At("text", jsonscan.Text(6)))))
	n := jsonscan.Object(1,
		jsonscan.At("id", jsonscan.Value(2)),
		jsonscan.At("content", content),
		jsonscan.At("args", jsonscan.Or(jsonscan.Text(7), jsonscan.Raw(8))),
		jsonscan.At("n", jsonscan.Value(9)),
	)
	return n.Add(jsonscan.At("inner", n))
}()

func scan(doc string, size int) *log {
	var s jsonscan.Scanner
	l := &log{}
	for doc != "" {
		n := min(size, len(doc))
		s.Read(schema, l, []byte(doc[:n]))
		doc = doc[n:]
	}
	s.End(schema, l)
	if s.Broken() {
		l.add("broken")
	}
	return l
}

func TestScanner(t *testing.T) {
	long := strings.Repeat("x", jsonscan.MaxValue)
	for _, c := range []struct {
		name, doc string
		want      []string
	}{
		{"empty", ``, nil},
		{"nothing wanted", `{"a":[{"b":"}\"]"}],"c":{"d":[]},"e":-1.5e9}`, []string{"open 1", "close 1", "done"}},
		{"values", `{"id":"a","n":12}`, []string{"open 1", `value 2 "a"`, "value 9 12", "close 1", "done"}},
		{"literals", ` { "id" : null , "n" : true } `, []string{"open 1", "value 2 null", "value 9 true", "close 1", "done"}},
		{"wrong type for a value", `{"id":["a"],"n":{"n":1}}`, []string{"open 1", "close 1", "done"}},
		{"escapes", `{"id":"\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00"}`, []string{"open 1", `value 2 "\"\\/\b\f\n\r\tAé😀"`, "close 1", "done"}},
		{"lone surrogates", `{"content":"\ud83dx\ude00\ud83d","id":"\ud83d"}`, []string{"open 1", `text 3 "�x��"`, `value 2 "�"`, "close 1", "done"}},
		{"no escape", `{"id":"a\x","n":1}"`, []string{"open 1", "broken"}},
		{"no UTF-8", "{\"id\":\"a\xff\xfeb\",\"n\":1}", []string{"open 1", `value 2 "a�b"`, "value 9 1", "close 1", "done"}},
		{"escaped key", `{"\u0069d":"a"}`, []string{"open 1", `value 2 "a"`, "close 1", "done"}},
		{"text", `{"content":"say \"usage\":{}"}`, []string{"open 1", `text 3 "say \"usage\":{}"`, "close 1", "done"}},
		{"text or list", `{"content":[{"text":"a"},{"other":1,"text":"b"},7]}`, []string{"open 1", "open 4", "open 5", `text 6 "a"`, "close 5", "open 5", `text 6 "b"`, "close 5", "close 4", "close 1", "done"}},
		{"empty list", `{"content":[]}`, []string{"open 1", "open 4", "close 4", "close 1", "done"}},
		{"raw object", `{"args":{"a":[1,"}\"{"]},"id":1}`, []string{"open 1", `raw 8 "{\"a\":[1,\"}\\\"{\"]}"`, "value 2 1", "close 1", "done"}},
		{"raw number", `{"args": -12.5e3 ,"id":1}`, []string{"open 1", `raw 8 "-12.5e3"`, "value 2 1", "close 1", "done"}},
		{"text before raw", `{"args":"{\"a\":1}"}`, []string{"open 1", `text 7 "{\"a\":1}"`, "close 1", "done"}},
		{"within itself", `{"inner":{"inner":{"id":"deep"}}}`, []string{"open 1", "open 1", "open 1", `value 2 "deep"`, "close 1", "close 1", "close 1", "done"}},
		{"several documents", `{"n":1}{"n":2}` + "\n" + `3 {"n":4}`, []string{"open 1", "value 9 1", "close 1", "done", "open 1", "value 9 2", "close 1", "done", "done", "open 1", "value 9 4", "close 1", "done"}},
		{"long value", `{"id":"` + long + `yz"}`, []string{"open 1", `value 2 "` + long + `"`, "close 1", "done"}},
		{"long key", `{"` + long + `id":1,"n":2}`, []string{"open 1", "value 9 2", "close 1", "done"}},
		{"cut", `{"id":"a","n":1`, []string{"open 1", `value 2 "a"`}},
		{"broken", `{"id":"a",,"n":1}`, []string{"open 1", `value 2 "a"`, "broken"}},
		{"no JSON", `<html>`, []string{"broken"}},
		{"misspelt", `{"n":nul}`, []string{"open 1", "broken"}},
		{"closing what is not open", `{"n":1]`, []string{"open 1", "value 9 1", "broken"}},
		{"a number at the end", `12`, []string{"done"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for size := 1; size <= len(c.doc)+1; size++ {
				if diff := cmp.Diff(c.want, scan(c.doc, size).lines); diff != "" {
					t.Fatalf("in pieces of %d (-want +got):\n%s", size, diff)
				}
			}
		})
	}
}

func TestScannerDeeperThanItsStack(t *testing.T) {
	doc := strings.Repeat(`{"inner":`, 1000) + `{"id":"x"}` + strings.Repeat(`}`, 1000)
	got := scan(doc, len(doc)).lines
	if n := len(got); n != 2*16+1 || got[n-1] != "done" {
		t.Errorf("%d reports, the last %q; want 16 levels opened and closed, and done", n, got[n-1])
	}
}

// Strings of escapes alone take time in proportion to their length, in however
// large a piece they come.
func TestScannerIsLinear(t *testing.T) {
	for _, escape := range []string{`\n`, `\"`, `\n\"`} {
		for _, name := range []string{"other", "id", "content", "args"} {
			var s jsonscan.Scanner
			doc := []byte(`{"` + name + `":"` + strings.Repeat(escape, 1<<20) + `"}`)
			begun := time.Now()
			s.Read(schema, ignore{}, doc)
			if took := time.Since(begun); took > 5*time.Second {
				t.Errorf("%s of %s: %v for %d bytes", name, escape, took, len(doc))
			}
			if !s.Idle() {
				t.Errorf("%s of %s: the document has not ended", name, escape)
			}
		}
	}
}

func TestScannerDoesNotAllocate(t *testing.T) {
	var s jsonscan.Scanner
	doc := []byte(`{"id":"a\u00e9\n","n":12,"content":"long \"text\" \ud83d\ude00","args":{"a":[1]},"other":[{}]}`)
	if n := testing.AllocsPerRun(100, func() { s.Read(schema, ignore{}, doc) }); n != 0 {
		t.Errorf("%v allocations for a document, want 0", n)
	}
}

type ignore struct{}

func (ignore) Open(jsonscan.ID)                         {}
func (ignore) Close(jsonscan.ID)                        {}
func (ignore) Value(jsonscan.ID, jsonscan.Type, []byte) {}
func (ignore) Text(jsonscan.ID, []byte, bool)           {}
func (ignore) Raw(jsonscan.ID, []byte, bool)            {}
func (ignore) Done()                                    {}

// FuzzScanner holds the Scanner to two rules on any bytes: what it reports does
// not depend on how they are split, and valid JSON is read as encoding/json
// reads it.
func FuzzScanner(f *testing.F) {
	f.Add(`{"id":"a","content":[{"text":"b\n"}],"args":{"x":[1,{}]},"n":1.5}`, 3)
	f.Add(`{"inner":{"args":"\ud83d\ude00"}}{"n":tru`, 1)
	f.Add(`[{"id":1}]`, 2)
	f.Fuzz(func(t *testing.T, doc string, size int) {
		whole := scan(doc, len(doc)+1)
		if size > 0 {
			if diff := cmp.Diff(whole.lines, scan(doc, size).lines); diff != "" {
				t.Fatalf("%q in pieces of %d (-whole +pieces):\n%s", doc, size, diff)
			}
		}
		var v map[string]json.RawMessage
		if json.Unmarshal([]byte(doc), &v) != nil || v == nil {
			return
		}
		if last := whole.lines[len(whole.lines)-1]; last != "done" {
			t.Errorf("%q: valid, but the last report is %q", doc, last)
		}
	})
}

func BenchmarkScanner(b *testing.B) {
	doc := []byte(`{"id":"chatcmpl-123","object":"chat.completion","created":1677652288,"model":"gpt-4o-mini","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"message":{"role":"assistant","content":"` +
		strings.Repeat("Hello there, how may I assist you today? ", 20) + `"},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":12,"total_tokens":21}}`)
	var s jsonscan.Scanner
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		s.Read(schema, ignore{}, doc)
	}
}
