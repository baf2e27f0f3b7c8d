package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// decoder fills the types of the file from nodes, and collects what is wrong.
type decoder struct {
	reader
	places map[string]int // of values, by path
}

var (
	durationType = reflect.TypeFor[duration]()
	rawType      = reflect.TypeFor[json.RawMessage]()
)

// decode fills v. It returns false if that was not possible, so that a pointer
// stays nil.
func (d *decoder) decode(n *node, v reflect.Value, tag reflect.StructTag) bool {
	d.places[n.path] = n.offset
	if !n.object && !n.array && n.value == nil {
		d.fail(n.path, n.offset, "null is no value; leave the field out")
		return false
	}
	switch v.Type() {
	case durationType:
		return d.duration(n, v, tag)
	case rawType:
		return d.raw(n, v)
	}
	switch v.Kind() {
	case reflect.Pointer:
		p := reflect.New(v.Type().Elem())
		if !d.decode(n, p.Elem(), tag) {
			return false
		}
		v.Set(p)
		return true
	case reflect.Struct:
		return d.object(n, v)
	case reflect.Map:
		return d.mapping(n, v, tag)
	case reflect.Slice:
		return d.slice(n, v, tag)
	case reflect.String:
		return d.string(n, v, tag)
	case reflect.Bool:
		b, ok := n.value.(bool)
		v.SetBool(b)
		return ok || d.want(n, "true or false")
	default:
		return d.number(n, v, tag)
	}
}

// want reports a value of the wrong type.
func (d *decoder) want(n *node, what string) bool {
	d.fail(n.path, n.offset, "must be "+what+", not "+n.kind())
	return false
}

func (d *decoder) object(n *node, v reflect.Value) bool {
	if !n.object {
		return d.want(n, "an object")
	}
	fields, given := fieldsOf(v), map[string]bool{}
	for _, f := range n.fields {
		given[f.name] = true
		if to, ok := fields[f.name]; ok {
			d.decode(f.value, to.value, to.tag)
			continue
		}
		d.fail(f.value.path, f.offset, unknown(f.name, keys(fields)))
	}
	for name, to := range fields {
		if to.tag.Get("need") != "" && !given[name] {
			d.fail(member(n.path, name), n.offset, "is missing")
		}
	}
	return true
}

type destination struct {
	value reflect.Value
	tag   reflect.StructTag
}

// fieldsOf lists the fields of a struct and those embedded in it by their names
// in the file.
func fieldsOf(v reflect.Value) map[string]destination {
	out := map[string]destination{}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Anonymous {
			maps.Copy(out, fieldsOf(v.Field(i)))
			continue
		}
		out[f.Tag.Get("json")] = destination{v.Field(i), f.Tag}
	}
	return out
}

func (d *decoder) mapping(n *node, v reflect.Value, tag reflect.StructTag) bool {
	if !n.object {
		return d.want(n, "an object")
	}
	v.Set(reflect.MakeMap(v.Type()))
	names := strings.Split(tag.Get("enum"), ",")
	for _, f := range n.fields {
		if !contains(names, f.name) {
			d.fail(f.value.path, f.offset, unknown(f.name, names))
			continue
		}
		elem := reflect.New(v.Type().Elem()).Elem()
		if d.decode(f.value, elem, "") {
			v.SetMapIndex(reflect.ValueOf(f.name), elem)
		}
	}
	return true
}

func (d *decoder) slice(n *node, v reflect.Value, tag reflect.StructTag) bool {
	if !n.array {
		return d.want(n, "an array")
	}
	least, _ := strconv.Atoi(tag.Get("min"))
	if len(n.elems) < least {
		d.fail(n.path, n.offset, "is empty; give at least one")
	}
	out := reflect.MakeSlice(v.Type(), len(n.elems), len(n.elems))
	seen := map[any]bool{}
	for i, e := range n.elems {
		ok := d.decode(e, out.Index(i), tag)
		if s, isString := e.value.(string); ok && isString {
			if seen[s] {
				d.fail(e.path, e.offset, shown(s)+" is listed twice")
			}
			seen[s] = true
		}
	}
	v.Set(out)
	return true
}

func (d *decoder) string(n *node, v reflect.Value, tag reflect.StructTag) bool {
	s, ok := n.value.(string)
	if !ok {
		return d.want(n, "a string")
	}
	value := shown(s)
	if tag.Get("hide") != "" {
		value = "the value"
	}
	switch enum, pattern := tag.Get("enum"), tag.Get("pattern"); {
	case enum != "" && !contains(strings.Split(enum, ","), s):
		d.fail(n.path, n.offset, value+" is none of "+list(strings.Split(enum, ","))+suggestion(s, strings.Split(enum, ",")))
		return false
	case pattern != "" && !regexp.MustCompile(pattern).MatchString(s):
		d.fail(n.path, n.offset, value+" is no name of an environment variable (capital letters, digits, _); a key itself does not belong into the file")
		return false
	case tag.Get("min") == "1" && s == "":
		d.fail(n.path, n.offset, "is empty; leave the field out")
		return false
	}
	v.SetString(s)
	return true
}

func (d *decoder) number(n *node, v reflect.Value, tag reflect.StructTag) bool {
	num, ok := n.value.(json.Number)
	if !ok {
		return d.want(n, "a number")
	}
	x, err := num.Float64()
	if err != nil {
		d.fail(n.path, n.offset, "is out of range")
		return false
	}
	if v.Kind() == reflect.Float64 {
		v.SetFloat(x)
	} else {
		const exact = 1 << 53
		if x != math.Trunc(x) || math.Abs(x) > exact || v.OverflowInt(int64(x)) {
			d.fail(n.path, n.offset, num.String()+" is no whole number in range")
			return false
		}
		v.SetInt(int64(x))
	}
	return d.bounds(n, num.String(), tag, func(limit string) float64 {
		l, _ := strconv.ParseFloat(limit, 64)
		return x - l
	})
}

// durations are written as in Go, without a sign.
const durationPattern = `^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$`

var durations = regexp.MustCompile(durationPattern)

func (d *decoder) duration(n *node, v reflect.Value, tag reflect.StructTag) bool {
	const example = `write a number with its unit, such as "30s", "500ms" or "1m30s"`
	s, ok := n.value.(string)
	if !ok {
		reason := "must be a duration, not " + n.kind()
		if num, isNumber := n.value.(json.Number); isNumber {
			reason = num.String() + " is no duration"
		}
		d.fail(n.path, n.offset, reason+"; "+example)
		return false
	}
	if !durations.MatchString(s) {
		d.fail(n.path, n.offset, shown(s)+" is no duration; "+example)
		return false
	}
	t, err := time.ParseDuration(s)
	if err != nil {
		d.fail(n.path, n.offset, shown(s)+" is out of range")
		return false
	}
	v.SetInt(int64(t))
	return d.bounds(n, strconv.Quote(s), tag, func(limit string) float64 {
		l, _ := time.ParseDuration(limit)
		return float64(t - l)
	})
}

// bounds checks a number against its tags; over tells by how much it is above a
// limit.
func (d *decoder) bounds(n *node, value string, tag reflect.StructTag, over func(limit string) float64) bool {
	for _, b := range []struct {
		tag, words string
		ok         func(over float64) bool
	}{
		{"min", "at least", func(o float64) bool { return o >= 0 }},
		{"max", "at most", func(o float64) bool { return o <= 0 }},
		{"above", "more than", func(o float64) bool { return o > 0 }},
		{"below", "less than", func(o float64) bool { return o < 0 }},
	} {
		if limit := tag.Get(b.tag); limit != "" && !b.ok(over(limit)) {
			d.fail(n.path, n.offset, fmt.Sprintf("%s must be %s %s", value, b.words, limit))
			return false
		}
	}
	return true
}

// raw keeps an object for a factory, unless a secret stands in it.
func (d *decoder) raw(n *node, v reflect.Value) bool {
	if !n.object {
		return d.want(n, "an object")
	}
	d.secrets(n)
	v.SetBytes(bytes.Clone(d.data[n.offset:n.end])) // the data is the caller's
	return true
}

func (d *decoder) secrets(n *node) {
	for _, f := range n.fields {
		if secret(f.name) {
			d.fail(f.value.path, f.offset, secretReason)
			continue
		}
		d.secrets(f.value)
	}
	for _, e := range n.elems {
		d.secrets(e)
	}
}

// longest is how long a value may be to be shown in an error: keys are longer,
// also those that stand in the wrong place.
const longest = 30

func shown(s string) string {
	if utf8.RuneCountInString(s) > longest {
		return "the value"
	}
	return strconv.Quote(s)
}
