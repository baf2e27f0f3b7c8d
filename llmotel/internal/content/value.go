package content

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/attribute"
)

// maxWidth bounds the lists and maps that become structured values: the
// attribute package makes a type for each length, and types are never freed.
// Wider ones become their JSON text.
const maxWidth = 1 << 10

// AttributeValue returns a document as a structured value, for attributes of
// spans and of log records. Numbers are integers where that is exact, null is
// the empty value, and of members by the same name the last one counts. It
// reports false if doc is not valid JSON or not a document that can be
// structured.
func AttributeValue(doc []byte) (attribute.Value, bool) {
	if !validJSON(doc) {
		return attribute.Value{}, false
	}
	v, _ := value(doc, space(doc, 0))
	return v, true
}

// value returns the value that begins at i in valid JSON, and where it ends.
func value(raw []byte, i int) (attribute.Value, int) {
	switch raw[i] {
	case '{':
		return mapValue(raw, i)
	case '[':
		return sliceValue(raw, i)
	case '"':
		end := stringEnd(raw, i)
		return attribute.StringValue(toText(unquoted(raw[i+1 : end-1]))), end
	case 't':
		return attribute.BoolValue(true), i + len("true")
	case 'f':
		return attribute.BoolValue(false), i + len("false")
	case 'n':
		return attribute.Value{}, i + len("null")
	}
	end := numberEnd(raw, i)
	return numberValue(string(raw[i:end])), end
}

func mapValue(raw []byte, start int) (attribute.Value, int) {
	var list []attribute.KeyValue
	i := space(raw, start+1)
	for raw[i] != '}' {
		if len(list) == maxWidth {
			return textValue(raw, start)
		}
		end := stringEnd(raw, i)
		kv := attribute.KeyValue{Key: attribute.Key(toText(unquoted(raw[i+1 : end-1])))}
		kv.Value, i = value(raw, space(raw, space(raw, end)+len(":")))
		list = append(list, kv)
		i = afterComma(raw, i)
	}
	slices.SortStableFunc(list, func(a, b attribute.KeyValue) int { return strings.Compare(string(a.Key), string(b.Key)) })
	last := list[:0]
	for i, kv := range list {
		if i+1 == len(list) || list[i+1].Key != kv.Key {
			last = append(last, kv)
		}
	}
	return attribute.MapValue(last...), i + 1
}

func sliceValue(raw []byte, start int) (attribute.Value, int) {
	var list []attribute.Value
	i := space(raw, start+1)
	for raw[i] != ']' {
		if len(list) == maxWidth {
			return textValue(raw, start)
		}
		var v attribute.Value
		v, i = value(raw, i)
		list = append(list, v)
		i = afterComma(raw, i)
	}
	return attribute.SliceValue(list...), i + 1
}

func textValue(raw []byte, start int) (attribute.Value, int) {
	end := valueEnd(raw, start, 0)
	return attribute.StringValue(toText(raw[start:end])), end
}

// afterComma returns where the next element or the end of the container is.
func afterComma(raw []byte, i int) int {
	if i = space(raw, i); raw[i] == ',' {
		i = space(raw, i+1)
	}
	return i
}

func toText(raw []byte) string { return strings.ToValidUTF8(string(raw), "\ufffd") }

// numberValue keeps integers exact where int64 holds them. What no float holds
// stays the text that it is.
func numberValue(s string) attribute.Value {
	if i, err := strconv.ParseInt(s, 10, 64); err == nil && s != "-0" {
		return attribute.Int64Value(i)
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return attribute.StringValue(s)
	}
	const exact = 1 << 53
	if f == math.Trunc(f) && math.Abs(f) < exact && strings.ContainsAny(s, ".eE") && !(f == 0 && s[0] == '-') {
		return attribute.Int64Value(int64(f))
	}
	return attribute.Float64Value(f)
}
