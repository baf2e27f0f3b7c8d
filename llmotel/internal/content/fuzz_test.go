package content_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/llmotel/sdk/llmotel/internal/content"
)

// script collects what bytes tell: in turns what to do, how long the fragment
// is, and the fragment.
func script(b *content.Builder, raw []byte) {
	part := b.Input("user").Part(content.Text)
	tool := b.Tool()
	message := b.Output(0)
	for len(raw) > 2 {
		do, n := raw[0], min(int(raw[1]), len(raw)-2)
		fragment := raw[2 : 2+n]
		raw = raw[2+n:]
		kind, field := content.Kind(do>>4%11), content.Field(do>>4%6)
		switch do % 11 {
		case 0:
			message = b.Input(string(fragment))
		case 1:
			message = b.Output(n % 5)
		case 2:
			message = b.System()
		case 3:
			part = message.PartAt(n, kind)
		case 4:
			part = message.Part(kind)
		case 5:
			part.Append(field, fragment)
		case 6:
			part.Append(content.Body, fragment)
		case 7:
			message.SetRole(fragment)
			message.SetName(fragment)
			message.SetFinishReason(fragment)
		case 8:
			tool.Append(field%5, fragment)
		case 9:
			tool = b.Tool()
		case 10:
			b.ResetOutput()
			part, message = b.Input("").Part(kind), b.Output(0)
		}
	}
}

func FuzzEncode(f *testing.F) {
	f.Add([]byte("\x03\x01x\x06\x05hello"), 0)
	f.Add([]byte("\x02\x00\x84\x00\x06\x0f{\"type\":\"text\"}"), 0)
	f.Add([]byte("\x24\x00\x06\x09{\"a\":\"\\u0"), 10)
	f.Add([]byte("\x84\x00\x06\x0d{\"type\":null}\x84\x00\x06\x0e{\"type\":\"x\\n\"}\x48\x0f{\"function\":{}}"), 0)
	all := loadSchemas(f).loose()
	f.Fuzz(func(t *testing.T, raw []byte, limit int) {
		b := content.Get(limit)
		defer b.Free()
		script(b, raw)
		for _, e := range []content.Encoder{
			{},
			{FullTools: true},
			{FullTools: true, Redactor: shout, Named: func(name, _ []byte) string {
				if len(name)%2 == 0 {
					return "[KEY]"
				}
				return ""
			}},
		} {
			for name, doc := range map[string][]byte{
				"input-messages": e.Input(nil, b), "output-messages": e.Output(nil, b),
				"system-instructions": e.System(nil, b), "tool-definitions": e.Tools(nil, b),
			} {
				if len(doc) == 0 {
					continue
				}
				if !utf8.Valid(doc) {
					t.Errorf("not UTF-8: %q", doc)
				}
				all.check(t, name, doc)
				if _, ok := content.AttributeValue(doc); !ok {
					t.Errorf("no value: %s", doc)
				}
				for _, limit := range []int{2, 40, 80, 160, 320, len(doc) - 1} {
					short := content.Truncate(doc, max(limit, 2))
					if len(short) > max(limit, 2) || !utf8.Valid(short) {
						t.Errorf("limit %d: %d bytes: %s", limit, len(short), short)
					}
					all.check(t, name, short)
				}
			}
		}
	})
}

func FuzzTruncate(f *testing.F) {
	f.Add([]byte(`[{"role":"user","parts":[{"type":"text","content":"\ud83d\ude00 `+"\xff"+`"}]}]`), 70)
	f.Add([]byte(`[{"a":{"b":[1,2,3]},"type":"x"},[],null,"`+string(bytes.Repeat([]byte("é"), 90))+`"]`), 50)
	f.Fuzz(func(t *testing.T, doc []byte, limit int) {
		valid := json.Valid(doc)
		got := content.Truncate(doc, limit)
		if limit >= 2 && len(got) > limit {
			t.Errorf("limit %d: %d bytes", limit, len(got))
		}
		if limit >= 2 && (valid || len(doc) > limit) && !json.Valid(got) {
			t.Errorf("limit %d: not valid: %q", limit, got)
		}
		if v, ok := content.AttributeValue(doc); ok != valid && bytes.Count(doc, []byte("["))+bytes.Count(doc, []byte("{")) < 128 {
			t.Errorf("AttributeValue: %v, %t for %q", v, ok, doc)
		}
	})
}
