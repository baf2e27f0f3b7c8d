package config_test

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/llmotel/sdk/failover/config"
)

// The published schema is made of the types that the decoder fills, of their
// tags and their comments. internal/conformance holds the two to each other
// with a validator.
func TestSchemaDocument(t *testing.T) {
	s := schemas{t, comments(t, "file.go"), map[string]object{}}
	root := s.object(config.FileType)
	schema := append(object{
		{"$schema", "https://json-schema.org/draft/2020-12/schema"},
		{"$id", "https://github.com/llmotel/sdk/raw/main/docs/failover-config.schema.json"},
		{"title", "Failover chain of llmotel"},
	}, root...)
	var defs object
	for _, name := range slices.Sorted(maps.Keys(s.defs)) {
		defs = append(defs, entry{name, s.defs[name]})
	}
	schema = append(schema, entry{"$defs", defs})
	compact, err := json.Marshal(schema)
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	if err := json.Indent(&want, compact, "", "  "); err != nil {
		t.Fatal(err)
	}
	want.WriteByte('\n')
	const published, embedded = "../../docs/failover-config.schema.json", "failover-config.schema.json"
	if *update {
		for _, path := range []string{published, embedded} {
			if err := os.WriteFile(path, want.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		return
	}
	onDisk, err := os.ReadFile(published)
	if err != nil {
		t.Fatal(err)
	}
	if normal := bytes.ReplaceAll(onDisk, []byte("\r\n"), []byte("\n")); !bytes.Equal(normal, want.Bytes()) {
		t.Errorf("%s is not what file.go says; run go generate ./failover/config", published)
	}
	if normal := bytes.ReplaceAll(config.Schema(), []byte("\r\n"), []byte("\n")); !bytes.Equal(normal, want.Bytes()) {
		t.Errorf("%s is not what file.go says; run go generate ./failover/config", embedded)
	}
}

// object is a JSON object whose members keep their order.
type object []entry

type entry struct {
	name  string
	value any
}

func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		for j, v := range []any{m.name, m.value} {
			if j > 0 {
				b.WriteByte(':')
			}
			enc := json.NewEncoder(&b)
			enc.SetEscapeHTML(false)
			if err := enc.Encode(v); err != nil {
				return nil, err
			}
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

type schemas struct {
	t    *testing.T
	docs map[string]string // of types, and of fields by "type.field"
	defs map[string]object
}

func (s schemas) of(typ reflect.Type, tag reflect.StructTag) object {
	switch typ {
	case config.DurationType:
		s.defs["duration"] = object{
			{"type", "string"},
			{"pattern", config.DurationPattern},
			{"description", s.docs["duration"]},
			{"examples", []string{"500ms", "30s", "1m30s"}},
		}
		return object{{"$ref", "#/$defs/duration"}}
	case config.RawType:
		return object{{"type", "object"}}
	}
	switch typ.Kind() {
	case reflect.Pointer:
		return s.of(typ.Elem(), tag)
	case reflect.Struct:
		if s.defs[typ.Name()] == nil {
			s.defs[typ.Name()] = s.object(typ)
		}
		return object{{"$ref", "#/$defs/" + typ.Name()}}
	case reflect.Map:
		var names object
		for name := range strings.SplitSeq(tag.Get("enum"), ",") {
			names = append(names, entry{name, s.of(typ.Elem(), "")})
		}
		return object{{"type", "object"}, {"additionalProperties", false}, {"properties", names}}
	case reflect.Slice:
		o := object{{"type", "array"}}
		if typ.Elem().Kind() == reflect.String {
			o = append(o, entry{"uniqueItems", true})
		}
		if n := tag.Get("min"); n != "" {
			o = append(o, entry{"minItems", json.Number(n)})
		}
		return append(o, entry{"items", s.of(typ.Elem(), tag)})
	case reflect.String:
		o := object{{"type", "string"}}
		if enum := tag.Get("enum"); enum != "" {
			o = append(o, entry{"enum", strings.Split(enum, ",")})
		} else if tag.Get("min") != "" {
			o = append(o, entry{"minLength", 1})
		}
		if p := tag.Get("pattern"); p != "" {
			o = append(o, entry{"pattern", p})
		}
		return o
	case reflect.Bool:
		return object{{"type", "boolean"}}
	case reflect.Int, reflect.Int64, reflect.Float64:
		o := object{{"type", "integer"}}
		if typ.Kind() == reflect.Float64 {
			o[0].value = "number"
		}
		for _, b := range [][2]string{{"min", "minimum"}, {"max", "maximum"}, {"above", "exclusiveMinimum"}, {"below", "exclusiveMaximum"}} {
			if limit := tag.Get(b[0]); limit != "" {
				o = append(o, entry{b[1], json.Number(limit)})
			}
		}
		return o
	}
	s.t.Fatalf("no schema for %v", typ)
	return nil
}

func (s schemas) object(typ reflect.Type) object {
	fields, need := s.fields(typ)
	o := object{{"type", "object"}}
	if doc := s.docs[typ.Name()]; doc != "" {
		o = append(o, entry{"description", doc})
	}
	o = append(o, entry{"additionalProperties", false})
	if need != nil {
		o = append(o, entry{"required", need})
	}
	return append(o, entry{"properties", fields})
}

func (s schemas) fields(typ reflect.Type) (out object, need []string) {
	for f := range typ.Fields() {
		if f.Anonymous {
			inner, n := s.fields(f.Type)
			out, need = append(out, inner...), append(need, n...)
			continue
		}
		name := f.Tag.Get("json")
		schema := s.of(f.Type, f.Tag)
		doc := s.docs[typ.Name()+"."+f.Name]
		if doc == "" {
			s.t.Errorf("%s.%s has no comment", typ.Name(), f.Name)
		}
		out = append(out, entry{name, append(schema, entry{"description", doc})})
		if f.Tag.Get("need") != "" {
			need = append(need, name)
		}
	}
	return out, need
}

// comments reads the comments of types and fields.
func comments(t *testing.T, path string) map[string]string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	text := func(g *ast.CommentGroup) string { return strings.Join(strings.Fields(g.Text()), " ") }
	out := map[string]string{}
	for _, d := range f.Decls {
		gen, ok := d.(*ast.GenDecl)
		if !ok || gen.Tok != token.TYPE {
			continue
		}
		spec := gen.Specs[0].(*ast.TypeSpec)
		out[spec.Name.Name] = text(gen.Doc)
		if typ, ok := spec.Type.(*ast.StructType); ok {
			for _, f := range typ.Fields.List {
				for _, name := range f.Names {
					out[spec.Name.Name+"."+name.Name] = text(f.Doc)
				}
			}
		}
	}
	return out
}
