package config_test

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/llmotel/sdk/failover/config"
)

// The fields in the users' guide are those of the types, with their comments, and
// the options are those that TestSameChain has found to do the same.
func TestFieldsDocument(t *testing.T) {
	const (
		path  = "../../docs/failover.md"
		begin = "<!-- fields: written by go generate ./failover/config -->\n"
		end   = "<!-- /fields -->"
	)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	old := strings.ReplaceAll(string(data), "\r\n", "\n")
	before, rest, ok1 := strings.Cut(old, begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		t.Fatalf("%s lacks the marks %q and %q", path, begin, end)
	}
	got := before + begin + fields(t) + end + after
	switch {
	case *update:
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	case got != old:
		t.Errorf("%s is not what file.go says; run go generate ./failover/config", path)
	}
}

// fields is the tables of the guide.
func fields(t *testing.T) string {
	t.Helper()
	d := fieldTables{t: t, docs: comments(t, "file.go"), options: optionsByField(t)}
	chain := config.FileType
	field := func(in reflect.Type, name string) reflect.Type {
		f, ok := in.FieldByName(name)
		if !ok {
			t.Fatalf("%v has no %s", in, name)
		}
		typ := f.Type
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice || typ.Kind() == reflect.Map {
			typ = typ.Elem()
		}
		return typ
	}
	target := field(chain, "Targets")
	d.table("The chain", "", chain)
	d.table("A target: `targets[]`", "Target.", target)
	d.table("Its provider: `targets[].provider`", "config.Provider.", field(target, "Provider"))
	d.table("Its keys: `targets[].keys[]`", "Key.", field(target, "Keys"))
	d.table("Settings: in `targets[]`, and in `defaults` for all", "", field(chain, "Defaults"))
	d.table("What is done about errors: `actions.<kind>` and `timeout_actions.<limit>`", "Action.", field(chain, "Actions"))
	return d.out.String() + "\n"
}

type fieldTables struct {
	t       *testing.T
	docs    map[string]string
	options map[string]string
	out     strings.Builder
}

// table writes the fields of a type, which are options or the fields of a type
// in Go.
func (d *fieldTables) table(title, of string, typ reflect.Type) {
	fmt.Fprintf(&d.out, "\n#### %s\n\n| field | value | meaning | Go |\n| --- | --- | --- | --- |\n", title)
	d.rows("", of, typ)
}

func (d *fieldTables) rows(prefix, of string, typ reflect.Type) {
	for f := range typ.Fields() {
		if f.Anonymous {
			continue // has a table of its own
		}
		name := prefix + f.Tag.Get("json")
		value, inner := valueOf(f.Type, f.Tag)
		if f.Tag.Get("need") != "" {
			value += ", required"
		}
		option := d.options[name]
		if of != "" {
			option = of + strings.TrimSuffix(f.Name, "Env")
		}
		if option == "Key.APIKey" {
			option = "Key.Provider"
		}
		if option != "" {
			option = "`" + option + "`"
		}
		doc := d.docs[typ.Name()+"."+f.Name]
		if inner != nil && strings.Contains(d.docs[inner.Name()], "default") {
			doc = d.docs[inner.Name()]
		}
		fmt.Fprintf(&d.out, "| `%s` | %s | %s | %s |\n", name, value, doc, option)
		if inner != nil {
			d.rows(name+".", of, inner)
		}
	}
}

// valueOf describes what a field takes; inner is a struct whose fields follow.
func valueOf(typ reflect.Type, tag reflect.StructTag) (value string, inner reflect.Type) {
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	limits := ""
	for _, b := range [][2]string{{"min", "≥ "}, {"above", "> "}, {"max", "≤ "}, {"below", "< "}} {
		if l := tag.Get(b[0]); l != "" && typ.Kind() != reflect.String && typ.Kind() != reflect.Slice {
			limits += ", " + b[1] + l
		}
	}
	switch typ {
	case config.DurationType:
		return "duration" + limits, nil
	case config.RawType:
		return "object", nil
	}
	switch typ.Kind() {
	case reflect.Struct:
		switch typ.Name() {
		case "settings", "provider":
			return "object", nil
		}
		return "object", typ
	case reflect.Map:
		return "object", nil
	case reflect.Slice:
		if enum := tag.Get("enum"); enum != "" {
			return "array of `" + strings.ReplaceAll(enum, ",", "` `") + "`", nil
		}
		return "array", nil
	case reflect.String:
		if enum := tag.Get("enum"); enum != "" {
			return "`" + strings.ReplaceAll(enum, ",", "` `") + "`", nil
		}
		return "string", nil
	case reflect.Bool:
		return "boolean", nil
	case reflect.Float64:
		return "number" + limits, nil
	default:
		return "integer" + limits, nil
	}
}

// optionsByField reads from the tables of TestSameChain which option a field is.
func optionsByField(t *testing.T) map[string]string {
	t.Helper()
	out, leaves := map[string]string{}, map[string]int{}
	add := func(option, fields string) {
		var v map[string]any
		if err := json.Unmarshal([]byte(quotes("{"+fields+"}")), &v); err != nil {
			t.Fatal(err)
		}
		paths := pathsOf("", v)
		for _, p := range paths {
			if n, ok := leaves[p]; !ok || len(paths) < n { // the option that is about nothing else
				out[p], leaves[p] = option, len(paths)
			}
		}
	}
	for name, o := range chainOptions {
		add(name, o.json)
	}
	for name, o := range targetOptions {
		add(name, o.json)
	}
	out["actions"], out["timeout_actions"] = "WithAction", "WithTimeoutAction"
	out["breaker.per"] = "WithBreakerPerModel`, `WithBreakerPerKey"
	return out
}

func pathsOf(prefix string, v map[string]any) []string {
	var out []string
	for name, value := range v {
		if inner, ok := value.(map[string]any); ok {
			out = append(out, pathsOf(prefix+name+".", inner)...)
			continue
		}
		out = append(out, prefix+name)
	}
	return out
}
