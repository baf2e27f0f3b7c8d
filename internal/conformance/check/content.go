package check

import (
	"encoding/json"
	"io/fs"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.opentelemetry.io/otel/attribute"
)

// schemaFiles are the JSON schemas of attributes that hold content.
var schemaFiles = map[string]string{
	"gen_ai.input.messages":      "gen-ai-input-messages.json",
	"gen_ai.output.messages":     "gen-ai-output-messages.json",
	"gen_ai.system_instructions": "gen-ai-system-instructions.json",
	"gen_ai.tool.definitions":    "gen-ai-tool-definitions.json",
	"gen_ai.tool.call.arguments": "gen-ai-tool-call-arguments.json",
	"gen_ai.tool.call.result":    "gen-ai-tool-call-result.json",
	"gen_ai.retrieval.documents": "gen-ai-retrieval-documents.json",
	"gen_ai.memory.records":      "gen-ai-memory-records.json",
}

func compile(schemas fs.FS, file string) (*jsonschema.Schema, error) {
	text, err := fs.ReadFile(schemas, file)
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	if err != nil {
		return nil, err
	}
	sharpen(doc)
	c := jsonschema.NewCompiler()
	if err := c.AddResource(file, doc); err != nil {
		return nil, err
	}
	return c.Compile(file)
}

// sharpen forbids the generic forms of a schema the types of the others. As
// published, a text part without content passes for a generic part, which may
// be of any type, so the schema would refuse next to nothing.
func sharpen(doc any) {
	root, _ := doc.(map[string]any)
	defs, _ := root["$defs"].(map[string]any)
	var known []any
	for _, def := range defs {
		if t := property(def, "type"); t != nil && t["const"] != nil {
			known = append(known, t["const"])
		}
	}
	for name, def := range defs {
		if t := property(def, "type"); t != nil && strings.HasPrefix(name, "Generic") {
			t["not"] = map[string]any{"enum": slices.Clone(known)}
		}
	}
}

func property(def any, name string) map[string]any {
	object, _ := def.(map[string]any)
	properties, _ := object["properties"].(map[string]any)
	p, _ := properties[name].(map[string]any)
	return p
}

// content checks captured content against its schema. Content on spans may be
// JSON in a string.
func (r *run) content(at, key string, v attribute.Value) {
	schema, ok := r.schemas[key]
	if !ok {
		return
	}
	var doc any
	if v.Type() == attribute.STRING {
		var err error
		if doc, err = jsonschema.UnmarshalJSON(strings.NewReader(v.AsString())); err != nil {
			r.found.add(ContentInvalid, at, "is not JSON: %v", err)
			return
		}
	} else {
		doc = plainValue(v)
	}
	if err := schema.Validate(doc); err != nil {
		text, _ := json.Marshal(doc) //nolint:errchkjson // what is shown of a failure
		r.found.add(ContentInvalid, at, "%v in %s", err, text)
	}
}

// plainValue returns a structured value in the form that encoding/json has.
func plainValue(v attribute.Value) any {
	switch v.Type() {
	case attribute.SLICE:
		out := []any{}
		for _, e := range v.AsSlice() {
			out = append(out, plainValue(e))
		}
		return out
	case attribute.MAP:
		out := map[string]any{}
		for _, kv := range v.AsMap() {
			out[string(kv.Key)] = plainValue(kv.Value)
		}
		return out
	case attribute.STRINGSLICE:
		out := []any{}
		for _, s := range v.AsStringSlice() {
			out = append(out, s)
		}
		return out
	case attribute.INT64:
		return float64(v.AsInt64())
	default:
		return v.AsInterface()
	}
}
