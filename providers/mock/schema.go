package mock

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

// jsonFor writes JSON that obeys the schema: types, properties, required, enum,
// const, items, bounds of numbers, lengths and arrays, formats, $ref, anyOf,
// oneOf and allOf. It ignores pattern, not and conditions. No schema gives an
// empty object.
func jsonFor(schema json.RawMessage, question string, rng *rand.Rand) string {
	var root map[string]any
	if len(schema) == 0 || json.Unmarshal(schema, &root) != nil {
		return "{}"
	}
	g := generator{root: root, question: strings.ToLower(question), rng: rng}
	out, err := json.Marshal(g.value(root, "", 0))
	if err != nil {
		return "{}" // cannot be: the values are plain
	}
	return string(out)
}

type generator struct {
	root     map[string]any
	question string // lower case
	rng      *rand.Rand
}

// maxDepth is where recursive schemas end: optional properties are left out
// and arrays stay as short as they may.
const maxDepth, absoluteDepth = 6, 24

func (g *generator) value(node any, name string, depth int) any {
	s, ok := g.resolve(node).(map[string]any)
	if !ok || depth > absoluteDepth {
		return nil // a schema of true, or one without end
	}
	if v, ok := s["const"]; ok {
		return v
	}
	if enum, ok := s["enum"].([]any); ok && len(enum) > 0 {
		return g.enum(enum)
	}
	for _, key := range []string{"anyOf", "oneOf"} {
		if list, ok := s[key].([]any); ok && len(list) > 0 {
			return g.value(g.alternative(list, depth), name, depth+1)
		}
	}
	switch typeOf(s, depth) {
	case "object":
		return g.object(s, depth)
	case "array":
		return g.array(s, name, depth)
	case "integer":
		return int64(g.number(s, name, 1))
	case "number":
		return math.Round(g.number(s, name, 0)*100) / 100
	case "boolean":
		return g.rng.IntN(2) == 0
	case "null":
		return nil
	}
	return g.text(s, name)
}

// resolve follows references within the schema and merges allOf.
func (g *generator) resolve(node any) any {
	for range 16 { // a chain of references that is longer is a loop
		s, ok := node.(map[string]any)
		if !ok {
			return node
		}
		ref, ok := s["$ref"].(string)
		if !ok {
			return g.merge(s)
		}
		node = g.lookup(ref)
	}
	return nil
}

func (g *generator) lookup(ref string) any {
	var node any = g.root
	path := strings.TrimPrefix(strings.TrimPrefix(ref, "#"), "/")
	if path == "" {
		return node
	}
	for key := range strings.SplitSeq(path, "/") {
		m, ok := node.(map[string]any)
		if !ok {
			return nil
		}
		node = m[strings.NewReplacer("~1", "/", "~0", "~").Replace(key)]
	}
	return node
}

func (g *generator) merge(s map[string]any) map[string]any {
	all, ok := s["allOf"].([]any)
	if !ok {
		return s
	}
	out := maps.Clone(s)
	delete(out, "allOf")
	for _, sub := range all {
		m, ok := g.resolve(sub).(map[string]any)
		if !ok {
			continue
		}
		for k, v := range m {
			switch have := out[k].(type) {
			case map[string]any: // properties
				if more, ok := v.(map[string]any); ok {
					both := maps.Clone(have)
					maps.Copy(both, more)
					out[k] = both
				}
			case []any: // required
				if more, ok := v.([]any); ok && k == "required" {
					out[k] = append(slices.Clip(have), more...)
				}
			default:
				out[k] = v
			}
		}
	}
	return out
}

// alternative prefers one that is not null, and null when it gets deep.
func (g *generator) alternative(list []any, depth int) any {
	i := slices.IndexFunc(list, func(n any) bool {
		m, _ := g.resolve(n).(map[string]any)
		return (m["type"] == "null") == (depth >= maxDepth)
	})
	return list[max(i, 0)]
}

// enum prefers a value that the question names.
func (g *generator) enum(values []any) any {
	for _, v := range values {
		if s, ok := v.(string); ok && len(s) > 2 && strings.Contains(g.question, strings.ToLower(s)) {
			return v
		}
	}
	return values[g.rng.IntN(len(values))]
}

func typeOf(s map[string]any, depth int) string {
	switch t := s["type"].(type) {
	case string:
		return t
	case []any:
		for _, v := range t {
			if name, ok := v.(string); ok && (name == "null") == (depth >= maxDepth && slices.Contains(t, any("null"))) {
				return name
			}
		}
	}
	switch {
	case s["properties"] != nil:
		return "object"
	case s["items"] != nil:
		return "array"
	}
	return "string"
}

func (g *generator) object(s map[string]any, depth int) any {
	out := map[string]any{}
	required, _ := s["required"].([]any)
	properties, _ := s["properties"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if depth < maxDepth || slices.Contains(required, any(name)) {
			out[name] = g.value(properties[name], name, depth+1)
		}
	}
	for _, r := range required { // required without a definition
		if name, ok := r.(string); ok {
			if _, ok := out[name]; !ok {
				out[name] = g.value(s["additionalProperties"], name, depth+1)
			}
		}
	}
	return out
}

func (g *generator) array(s map[string]any, name string, depth int) any {
	least := int(number(s, "minItems", 0))
	most := int(number(s, "maxItems", float64(max(least, 3))))
	n := least
	if depth < maxDepth && most > least {
		n = max(least, 1) + g.rng.IntN(most-max(least, 1)+1)
		n = min(n, least+3)
	}
	out := make([]any, 0, n)
	seen := map[string]bool{}
	unique, _ := s["uniqueItems"].(bool)
	for tries := 0; len(out) < n && tries < 8*n; tries++ {
		v := g.value(s["items"], singular(name), depth+1)
		key := fmt.Sprint(v)
		if unique && seen[key] {
			continue
		}
		seen[key] = true
		out = append(out, v)
	}
	return out
}

func number(s map[string]any, key string, fallback float64) float64 {
	if f, ok := s[key].(float64); ok {
		return f
	}
	return fallback
}
