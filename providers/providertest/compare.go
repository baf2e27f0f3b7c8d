package providertest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/llmotel/sdk/providers"
)

// exact is the response without Raw and Created, and its JSON compacted.
func exact(r *providers.Response) *providers.Response {
	c := *r
	c.Raw, c.Created = nil, time.Time{}
	c.Choices = slices.Clone(r.Choices)
	for i := range c.Choices {
		c.Choices[i].Logprobs = compact(c.Choices[i].Logprobs)
		m := &c.Choices[i].Message
		m.Parts = slices.Clone(m.Parts)
		for j, p := range m.Parts {
			if t, ok := p.(providers.Text); ok {
				t.Citations = compact(t.Citations)
				m.Parts[j] = t
			}
		}
	}
	return &c
}

// stable is the response without what differs from call to call either.
func stable(r *providers.Response) *providers.Response {
	c := exact(r)
	c.ID, c.RequestID = "", ""
	for i := range c.Choices {
		for j, p := range c.Choices[i].Message.Parts {
			switch p := p.(type) {
			case providers.ToolCall:
				p.ID = fmt.Sprintf("call %d", j)
				c.Choices[i].Message.Parts[j] = p
			case providers.Reasoning:
				p.ID = ""
				c.Choices[i].Message.Parts[j] = p
			}
		}
	}
	return c
}

func compact(raw []byte) []byte {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return raw
	}
	return b.Bytes()
}

// diff lists the paths at which two values differ, one a line; "" if none.
// An empty slice or map equals nil.
func diff(want, got any) string {
	var b strings.Builder
	walk(&b, "", reflect.ValueOf(want), reflect.ValueOf(got))
	return b.String()
}

func walk(b *strings.Builder, path string, want, got reflect.Value) {
	differ := func() {
		fmt.Fprintf(b, "  %s: want %s, got %s\n", strings.TrimPrefix(path, "."), show(want), show(got))
	}
	if want.IsValid() != got.IsValid() || want.IsValid() && want.Type() != got.Type() {
		differ()
		return
	}
	if !want.IsValid() {
		return
	}
	switch want.Kind() {
	case reflect.Pointer, reflect.Interface:
		if want.IsNil() || got.IsNil() {
			if want.IsNil() != got.IsNil() {
				differ()
			}
			return
		}
		walk(b, path, want.Elem(), got.Elem())
	case reflect.Struct:
		for i := range want.NumField() {
			walk(b, path+"."+want.Type().Field(i).Name, want.Field(i), got.Field(i))
		}
	case reflect.Slice:
		if want.Len() != got.Len() || want.Type().Elem().Kind() == reflect.Uint8 {
			if want.Len() != got.Len() || !slices.Equal(want.Bytes(), got.Bytes()) {
				differ()
			}
			return
		}
		for i := range want.Len() {
			walk(b, fmt.Sprintf("%s[%d]", path, i), want.Index(i), got.Index(i))
		}
	case reflect.Map:
		if want.Len() != got.Len() {
			differ()
			return
		}
		for _, k := range want.MapKeys() {
			walk(b, fmt.Sprintf("%s[%v]", path, k), want.MapIndex(k), got.MapIndex(k))
		}
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
	default:
		if !want.Equal(got) {
			differ()
		}
	}
}

func show(v reflect.Value) string {
	if !v.IsValid() {
		return "nothing"
	}
	s := fmt.Sprintf("%+v", v)
	if v.Kind() == reflect.String {
		s = fmt.Sprintf("%q", v.String())
	}
	if len(s) > 200 {
		s = s[:200] + "..."
	}
	return s
}
