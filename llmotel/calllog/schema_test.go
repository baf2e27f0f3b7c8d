package calllog_test

import (
	"encoding/json"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/calllog"
	"github.com/llmotel/sdk/providers"
)

// schema is as much of JSON Schema as the document uses.
type schema struct {
	Type        any                `json:"type"`
	Description string             `json:"description"`
	Const       any                `json:"const"`
	Enum        []any              `json:"enum"`
	Pattern     string             `json:"pattern"`
	Format      string             `json:"format"`
	MaxItems    int                `json:"maxItems"`
	Minimum     *float64           `json:"minimum"`
	Items       *schema            `json:"items"`
	Properties  map[string]*schema `json:"properties"`
	Required    []string           `json:"required"`
}

func document(t testing.TB) *schema {
	t.Helper()
	s := new(schema)
	if err := json.Unmarshal([]byte(calllog.JSONSchema()), s); err != nil {
		t.Fatal(err)
	}
	return s
}

func checkAgainstSchema(t testing.TB, line []byte) {
	t.Helper()
	var v any
	if err := json.Unmarshal(line, &v); err != nil {
		t.Fatal(err)
	}
	for _, problem := range document(t).check("", v) {
		t.Errorf("%s in %s", problem, line)
	}
}

func (s *schema) check(path string, v any) (problems []string) {
	if !s.allows(v) {
		return []string{path + " has the wrong type or value"}
	}
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			p, declared := s.Properties[name]
			if !declared {
				problems = append(problems, path+"/"+name+" is not declared")
				continue
			}
			problems = append(problems, p.check(path+"/"+name, value)...)
		}
		for _, name := range s.Required {
			if _, ok := v[name]; !ok {
				problems = append(problems, path+"/"+name+" is missing")
			}
		}
	case []any:
		for _, item := range v {
			problems = append(problems, s.Items.check(path+"[]", item)...)
		}
	}
	return problems
}

func (s *schema) allows(v any) bool {
	types, ok := s.Type.([]any)
	if !ok {
		types = []any{s.Type}
	}
	typeOK := slices.ContainsFunc(types, func(name any) bool {
		switch x := v.(type) {
		case nil:
			return name == "null"
		case bool:
			return name == "boolean"
		case string:
			return name == "string"
		case float64:
			return name == "number" || name == "integer" && x == math.Trunc(x)
		case []any:
			return name == "array" && (s.MaxItems == 0 || len(x) <= s.MaxItems)
		default:
			return name == "object"
		}
	})
	if x, ok := v.(float64); ok && s.Minimum != nil {
		typeOK = typeOK && x >= *s.Minimum
	}
	if text, ok := v.(string); ok && s.Pattern != "" {
		typeOK = typeOK && regexp.MustCompile(s.Pattern).MatchString(text)
	}
	if text, ok := v.(string); ok && s.Format == "date-time" {
		_, err := time.Parse(time.RFC3339Nano, text)
		typeOK = typeOK && err == nil
	}
	return typeOK && (s.Const == nil || s.Const == v) && (s.Enum == nil || slices.Contains(s.Enum, v))
}

func TestLinesFollowTheSchema(t *testing.T) {
	cancelled := plain()
	cancelled.ErrorKind = providers.KindCancelled
	for _, r := range []*llmotel.Record{full(), plain(), cancelled, {}} {
		checkAgainstSchema(t, calllog.AppendLine(nil, r))
		checkAgainstSchema(t, calllog.AppendWeighted(nil, r, 12.5))
	}
}

func TestCheckFindsWhatIsWrong(t *testing.T) {
	line := strings.Replace(string(calllog.AppendLine(nil, plain())), `"attempts":1`, `"attempts":"1","extra":true`, 1)
	var v any
	if err := json.Unmarshal([]byte(line), &v); err != nil {
		t.Fatal(err)
	}
	if got := document(t).check("", v); len(got) != 2 {
		t.Errorf("%v, want two problems", got)
	}
}

// Every property is described, and Entry has the same fields.
func TestEntryHasTheFieldsOfTheSchema(t *testing.T) {
	s := document(t)
	compare(t, "", s, reflect.TypeFor[calllog.Entry]())
	compare(t, "visits", s.Properties["visits"].Items, reflect.TypeFor[calllog.Visit]())
	compare(t, "skips", s.Properties["skips"].Items, reflect.TypeFor[calllog.Skip]())
	compare(t, "breaker_changes", s.Properties["breaker_changes"].Items, reflect.TypeFor[calllog.BreakerChange]())
	compare(t, "attribution", s.Properties["attribution"], reflect.TypeFor[calllog.Attribution]())
	if s.Properties["schema"].Const != calllog.Schema {
		t.Errorf("schema is %v, want %s", s.Properties["schema"].Const, calllog.Schema)
	}
}

func compare(t *testing.T, path string, s *schema, typ reflect.Type) {
	t.Helper()
	fields := make(map[string]bool)
	for _, f := range reflect.VisibleFields(typ) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
			fields[name] = true
		}
	}
	for name, property := range s.Properties {
		if !fields[name] {
			t.Errorf("%s/%s is in the schema only", path, name)
		}
		if property.Description == "" {
			t.Errorf("%s/%s has no description", path, name)
		}
		delete(fields, name)
	}
	for name := range fields {
		t.Errorf("%s/%s is in the type only", path, name)
	}
}
