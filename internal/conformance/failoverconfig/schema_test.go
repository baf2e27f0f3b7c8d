package failoverconfig_test

import (
	"bytes"
	"context"
	"encoding/json"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/llmotel/sdk/failover/config"
	"github.com/llmotel/sdk/providers"
)

// compile fails for what is no schema of draft 2020-12.
func compile(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(config.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("failover-config.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("failover-config.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if s.DraftVersion != 2020 {
		t.Errorf("draft %d", s.DraftVersion)
	}
	return s
}

// named is a provider that is never called.
type named string

func (n named) Name() string { return string(n) }

func (named) Generate(context.Context, *providers.Request) (*providers.Response, error) {
	panic("not called")
}

func (named) Stream(context.Context, *providers.Request) iter.Seq2[*providers.Chunk, error] {
	panic("not called")
}

// parse takes any of these types of providers, and any variable to be set.
func parse(name string, data []byte) error {
	factories := config.Factories{}
	for _, typ := range []string{"openai", "anthropic", "gemini", "mock-openai", "mock-anthropic"} {
		factories[typ] = func(config.Provider) (providers.Provider, error) { return named(typ), nil }
	}
	_, err := config.Parse(name, data, factories, config.WithLookup(func(string) (string, bool) { return "k", true }))
	return err
}

// The files that people begin with are right.
func TestFiles(t *testing.T) {
	s := compile(t)
	var files []string
	for _, pattern := range []string{"../../../failover/config/testdata/*.json", "../../../examples/failover/*.json"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: none found, %v", pattern, err)
		}
		files = append(files, found...)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := valid(s, data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := parse(name, data); err != nil {
			t.Error(err)
		}
	}
}

func valid(s *jsonschema.Schema, data []byte) error {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return err
	}
	return s.Validate(doc)
}

// beyond is what a schema does not say.
var beyond = []string{
	"is longer than the maximum", "unknown provider", "must be more than 0s", "must be at least 10ms", "is no absolute URL",
	"is no whole number in range", `give a "delay"`, "belongs to it", "how many answers a quantile needs",
	`needs "order": "weighted"`, `"continue" needs a target`,
	`"key" needs "keys"`, "is that of keys[0] already",
}

// Every value of a file that says all that can be said is taken away, replaced
// by others and joined by one that is unknown. Each time schema and parser agree.
func TestAgreement(t *testing.T) {
	s := compile(t)
	data, err := os.ReadFile("../../../failover/config/testdata/everything.json")
	if err != nil {
		t.Fatal(err)
	}
	var whole any
	if err := json.Unmarshal(data, &whole); err != nil {
		t.Fatal(err)
	}
	refused, accepted, further := 0, 0, 0
	seen := map[string]bool{}
	for what, mutant := range mutants(whole, "$") {
		text, err := json.Marshal(mutant)
		if err != nil {
			t.Fatal(err)
		}
		bySchema, byParser := valid(s, text), parse("f", text)
		switch {
		case bySchema != nil && byParser == nil:
			t.Errorf("%s: the schema alone refuses it: %v", what, bySchema)
		case bySchema == nil && byParser == nil:
			accepted++
		case bySchema != nil:
			refused++
		case slices.ContainsFunc(config.All(byParser), func(e *config.Error) bool {
			return !slices.ContainsFunc(beyond, func(reason string) bool {
				found := strings.Contains(e.Reason, reason)
				seen[reason] = seen[reason] || found
				return found
			})
		}):
			t.Errorf("%s: the parser alone refuses it: %v", what, byParser)
		default:
			further++
		}
	}
	for _, reason := range beyond {
		if !seen[reason] {
			t.Errorf("nothing was refused because it %s", reason)
		}
	}
	t.Logf("%d refused by both, %d accepted by both, %d refused for what a schema cannot say", refused, accepted, further)
	if refused < 500 || accepted < 50 || further < 10 {
		t.Error("too few for a comparison")
	}
}

var replacements = []any{
	nil, true, "", "x", "30s", "0s", "-1s", "1", "weighted", "THE_KEY", "https://llm.example.com", -1, 0, 0.25, 1, 2, 1.5, 1e6, 1e300,
	[]any{},
	[]any{"tools"},
	[]any{"tools", "tools"},
	map[string]any{},
	map[string]any{"x": 1},
}

// mutants yields changed copies of a value, with what was changed.
func mutants(v any, path string) iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		for _, r := range replacements {
			text, _ := json.Marshal(r)
			if !yield(path+" = "+string(text), r) {
				return
			}
		}
		switch v := v.(type) {
		case map[string]any:
			more := clone(v)
			more["unknown"] = 1
			if !yield(path+" + unknown", more) {
				return
			}
			for name, old := range v {
				less := clone(v)
				delete(less, name)
				if !yield(path+" - "+name, less) {
					return
				}
				for what, changed := range mutants(old, path+"."+name) {
					c := clone(v)
					c[name] = changed
					if !yield(what, c) {
						return
					}
				}
			}
		case []any:
			for i, old := range v {
				for what, changed := range mutants(old, path+"[]") {
					c := slices.Clone(v)
					c[i] = changed
					if !yield(what, c) {
						return
					}
				}
			}
		}
	}
}

func clone(m map[string]any) map[string]any {
	out := make(map[string]any, len(m)+1)
	maps.Copy(out, m)
	return out
}
