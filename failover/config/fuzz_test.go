package config_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/llmotel/sdk/failover/config"
	"github.com/llmotel/sdk/providers"
)

// Whatever stands in a file, there is a chain or an error that says where it is
// wrong, on one line, and never a key.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, seed := range []string{with(""), with(`'hedge': {'quantile': 0.9}`), provider(`'api_key_env': 'THE_KEY', 'options': {'a': [1, {'b': null}]}`), `{"targets":[{"provider":{"type":"broken","api_key_env":"THE_KEY"}}]}`, "{\"a\":1,\"a\":2}", "[[[["} {
		f.Add([]byte(seed))
	}
	made := config.Factories{}
	maps.Copy(made, factories)
	made["any"] = func(p config.Provider) (providers.Provider, error) {
		return down{"any"}, p.Decode(&map[string]any{})
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := config.Parse("f.json", data, made, environment)
		if (c == nil) == (err == nil) {
			t.Fatalf("got %v and %v", c, err)
		}
		if err == nil {
			if _, err := c.Chain(); err != nil {
				t.Fatalf("what parses does not build: %v", err)
			}
			return
		}
		all := config.All(err)
		if len(all) == 0 {
			t.Fatalf("%v is no *config.Error", err)
		}
		lines := 1 + strings.Count(string(data), "\n")
		for _, e := range all {
			if e.File != "f.json" || e.Reason == "" || e.Line > lines || e.Line > 0 && e.Column < 1 {
				t.Errorf("got %+v", e)
			}
			if s := e.Error(); strings.Contains(s, "\n") || strings.Contains(s, key) {
				t.Errorf("got %q", s)
			}
		}
		if e := (*config.Error)(nil); !errors.As(err, &e) || e != all[0] {
			t.Errorf("errors.As finds %v, not %v", e, all[0])
		}
	})
}
