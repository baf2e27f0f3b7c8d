package content_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/llmotel/sdk/internal/shareddata"
)

// schemas are the conventions' JSON schemas by document, in both revisions.
type schemas map[string][]schema

// schema checks what the conventions' schemas use of JSON Schema. In one point
// it is stricter: where one branch of an anyOf has the instance's type as its
// constant, that branch must hold, and not just the generic one that takes all.
// Loose is as the schemas are.
type schema struct {
	root  map[string]any
	loose bool
}

// loose returns the schemas without that strictness: a vendor's own part may have
// a type of the schemas and yet be different.
func (all schemas) loose() schemas {
	for _, revisions := range all {
		for i := range revisions {
			revisions[i].loose = true
		}
	}
	return all
}

func loadSchemas(tb testing.TB) schemas {
	tb.Helper()
	all := schemas{}
	for _, doc := range []string{"input-messages", "output-messages", "system-instructions", "tool-definitions"} {
		for _, revision := range []string{"model", "at-4a39b6ef/model"} {
			raw, err := os.ReadFile(shareddata.Path(tb, "semconv-genai", revision, "gen-ai", "gen-ai-"+doc+".json"))
			if err != nil {
				tb.Fatal(err)
			}
			var s schema
			if err := json.Unmarshal(raw, &s.root); err != nil {
				tb.Fatal(err)
			}
			all[doc] = append(all[doc], s)
		}
	}
	return all
}

// check reports where doc does not follow the schemas.
func (all schemas) check(tb testing.TB, name string, doc []byte) {
	tb.Helper()
	var v any
	if err := json.Unmarshal(doc, &v); err != nil {
		tb.Errorf("%s: %v: %s", name, err, doc)
		return
	}
	for i, s := range all[name] {
		if err := s.check(s.root, v); err != nil {
			tb.Errorf("%s, revision %d: %v: %s", name, i, err, doc)
		}
	}
}

func (s schema) check(rule map[string]any, v any) error {
	for keyword, arg := range rule {
		if err := s.keyword(keyword, arg, v); err != nil {
			return err
		}
	}
	return nil
}

func (s schema) keyword(keyword string, arg, v any) error {
	object, _ := v.(map[string]any)
	switch keyword {
	case "$ref":
		ref, _ := arg.(string)
		if ref == "http://json-schema.org/draft-07/schema#" {
			return s.check(map[string]any{"type": "object"}, v)
		}
		defs, _ := s.root["$defs"].(map[string]any)
		rule, ok := defs[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any)
		if !ok {
			return fmt.Errorf("no definition %q", ref)
		}
		return s.check(rule, v)
	case "type":
		if got := typeOf(v); got != arg {
			return fmt.Errorf("%v is %s, not %v", v, got, arg)
		}
	case "const":
		if v != arg {
			return fmt.Errorf("%v is not %v", v, arg)
		}
	case "enum":
		if !slices.Contains(arg.([]any), v) {
			return fmt.Errorf("%v is none of %v", v, arg)
		}
	case "required":
		for _, name := range arg.([]any) {
			if _, ok := object[name.(string)]; !ok {
				return fmt.Errorf("%v misses %v", v, name)
			}
		}
	case "properties":
		for name, rule := range arg.(map[string]any) {
			if member, ok := object[name]; ok {
				if err := s.check(rule.(map[string]any), member); err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
			}
		}
	case "items":
		list, _ := v.([]any)
		for _, element := range list {
			if err := s.check(arg.(map[string]any), element); err != nil {
				return err
			}
		}
	case "anyOf":
		return s.anyOf(arg.([]any), v)
	case "$defs", "title", "description", "default", "additionalProperties", "format", "deprecated":
	default:
		return fmt.Errorf("unknown keyword %q", keyword)
	}
	return nil
}

func (s schema) anyOf(branches []any, v any) error {
	err := fmt.Errorf("no branch for %v", v)
	for _, branch := range branches {
		rule := branch.(map[string]any)
		this := s.check(rule, v)
		if !s.loose && s.constType(rule) != "" && s.constType(rule) == memberOf(v, "type") {
			return this
		}
		if this == nil {
			err = nil
		}
	}
	return err
}

// constType returns the constant that a branch wants as type.
func (s schema) constType(rule map[string]any) any {
	ref, _ := rule["$ref"].(string)
	defs, _ := s.root["$defs"].(map[string]any)
	c := memberOf(memberOf(memberOf(defs[strings.TrimPrefix(ref, "#/$defs/")], "properties"), "type"), "const")
	if c == nil {
		return ""
	}
	return c
}

func memberOf(v any, name string) any {
	object, _ := v.(map[string]any)
	return object[name]
}

func typeOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case float64:
		return "number"
	case string:
		return "string"
	case []any:
		return "array"
	}
	return "object"
}

func TestSchemaRefuses(t *testing.T) {
	all := loadSchemas(t)
	cases := []struct{ name, doc string }{
		{"input-messages", `{}`},
		{"input-messages", `[{"role":"user"}]`},
		{"input-messages", `[{"role":1,"parts":[]}]`},
		{"input-messages", `[{"role":"user","parts":[{"content":"x"}]}]`},
		{"input-messages", `[{"role":"user","parts":[{"type":"text"}]}]`},
		{"input-messages", `[{"role":"user","parts":[{"type":"blob","content":"x"}]}]`},
		{"output-messages", `[{"role":"assistant","parts":[],"finish_reason":1}]`},
		{"system-instructions", `["x"]`},
		{"tool-definitions", `[{"type":"function"}]`},
		{"tool-definitions", `[{"type":"function","name":"x","parameters":[]}]`},
	}
	for _, c := range cases {
		var v any
		if err := json.Unmarshal([]byte(c.doc), &v); err != nil {
			t.Fatal(err)
		}
		for i, s := range all[c.name] {
			if s.check(s.root, v) == nil {
				t.Errorf("%s, revision %d: takes %s", c.name, i, c.doc)
			}
		}
	}
}
