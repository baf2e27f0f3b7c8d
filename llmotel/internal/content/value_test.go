package content_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/attribute"

	"github.com/llmotel/sdk/llmotel/internal/content"
)

func TestAttributeValue(t *testing.T) {
	str, num := attribute.StringValue, attribute.Int64Value
	cases := map[string]struct {
		doc  string
		want attribute.Value
	}{
		"message": {
			` [ {"role":"user", "parts":[{"type":"text","content":"h\u00e9\n"}] } ] `,
			attribute.SliceValue(attribute.MapValue(
				attribute.KeyValue{Key: "role", Value: str("user")},
				attribute.KeyValue{Key: "parts", Value: attribute.SliceValue(attribute.MapValue(
					attribute.String("type", "text"), attribute.String("content", "hé\n")))},
			)),
		},
		"empty":             {`[{},[]]`, attribute.SliceValue(attribute.MapValue(), attribute.SliceValue())},
		"literals":          {`[true,false,null]`, attribute.SliceValue(attribute.BoolValue(true), attribute.BoolValue(false), attribute.Value{})},
		"integers":          {`[0,-7,9223372036854775807,1e3,2.0]`, attribute.SliceValue(num(0), num(-7), num(9223372036854775807), num(1000), num(2))},
		"floats":            {`[1.5,9223372036854775808,1e300]`, attribute.SliceValue(attribute.Float64Value(1.5), attribute.Float64Value(9223372036854775808), attribute.Float64Value(1e300))},
		"beyond any float":  {`1e999`, str("1e999")},
		"the last one wins": {`{"a":1,"b":2,"\u0061":3}`, attribute.MapValue(attribute.Int("a", 3), attribute.Int("b", 2))},
		"invalid UTF-8":     {"{\"a\xff\":\"b\xff\"}", attribute.MapValue(attribute.String("a\ufffd", "b\ufffd"))},
		"too wide":          {`[[` + strings.Repeat("1,", 1024) + `1],2]`, attribute.SliceValue(str(`[`+strings.Repeat("1,", 1024)+`1]`), num(2))},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, ok := content.AttributeValue([]byte(c.doc))
			if !ok || !cmp.Equal(got, c.want, cmp.Comparer(func(a, b attribute.Value) bool { return a == b })) {
				t.Errorf("got %s, want %s", got.String(), c.want.String())
			}
		})
	}
}

func TestAttributeValueRefuses(t *testing.T) {
	for _, doc := range []string{
		``, ` `, `x`, `[`, `[1`, `[1,`, `[1,]`, `[,]`, `[1 2]`, `{`, `{}}`, `{"a"}`, `{"a":}`, `{"a" 1}`, `{a:1}`, `{"a":1,}`, `"`, `"\`, `"\x"`, `"\u12"`, `"\u12x4"`, "\"\n\"",
		`01`, `-`, `1.`, `.5`, `1e`, `1e+`, `+1`, `tru`, `nul`, `True`, `[1]x`, strings.Repeat("[", 200) + strings.Repeat("]", 200),
	} {
		if v, ok := content.AttributeValue([]byte(doc)); ok {
			t.Errorf("%q became %s", doc, v.String())
		}
	}
}
