package content_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/llmotel/internal/content"
)

func TestTools(t *testing.T) {
	raw := func(doc string) func(*content.Tool) {
		return func(tool *content.Tool) { tool.Append(content.Raw, []byte(doc)) }
	}
	const full = `[{"type":"function","name":"f","description":"d","parameters":{"type":"object"}}]`
	const short = `[{"type":"function","name":"f"}]`
	cases := map[string]struct {
		collect     func(tool *content.Tool)
		full, short string
	}{
		"by fields": {
			func(tool *content.Tool) {
				tool.Set(content.Name, "f")
				tool.Set(content.Description, "d")
				tool.AppendString(content.Body, `{"type":`)
				tool.Append(content.Body, []byte(` "object"}`))
			},
			full, short,
		},
		"parameters that are no object": {
			func(tool *content.Tool) {
				tool.Set(content.Name, "f")
				tool.Set(content.Body, `[]`)
			},
			short, short,
		},
		"OpenAI responses":        {raw(`{"type":"function","name":"f","description":"d","parameters":{"type":"object"},"strict":true}`), full, short},
		"OpenAI chat completions": {raw(`{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"}}}`), full, short},
		"Anthropic":               {raw(`{"name":"f","description":"d","input_schema":{"type":"object"}}`), full, short},
		"Anthropic with type":     {raw(`{"type":"custom","name":"f","description":"d","input_schema":{"type":"object"}}`), full, short},
		"Gemini":                  {raw(`{"name":"f","description":"d","parametersJsonSchema":{"type":"object"}}`), full, short},
		"Bedrock":                 {raw(`{"toolSpec":{"name":"f","description":"d","inputSchema":{"json":{"type":"object"}}}}`), full, short},
		"a vendor's tool with type and name": {
			raw(`{"type":"web_search_20250305", "name":"web_search","max_uses":5}`),
			`[{"type":"web_search_20250305","name":"web_search","max_uses":5}]`, `[{"type":"web_search_20250305","name":"web_search"}]`,
		},
		"a vendor's tool without name": {
			raw(`{"type":"web_search","filters":null}`),
			`[{"name":"web_search","type":"web_search","filters":null}]`, `[{"type":"web_search","name":"web_search"}]`,
		},
		"a vendor's tool told by its member": {
			raw(`{"googleSearch":{}}`),
			`[{"type":"googleSearch","name":"googleSearch","googleSearch":{}}]`, `[{"type":"googleSearch","name":"googleSearch"}]`,
		},
		"a tool that takes text": {
			raw(`{"type":"custom","name":"sql"}`), `[{"type":"custom","name":"sql"}]`, `[{"type":"custom","name":"sql"}]`,
		},
		"an odd type": {
			raw(`{"type":1,"name":"x","a":2}`), `[{"type":"function","name":"x"}]`, `[{"type":"function","name":"x"}]`,
		},
		"odd all over": {
			raw(`{"type":"x","name":[],"inputSchema":"s","function":3}`), `[{"type":"x","name":"x"}]`, `[{"type":"x","name":"x"}]`,
		},
		"no JSON": {
			func(tool *content.Tool) {
				tool.Set(content.Raw, `{"a"`)
				tool.Set(content.Type, "t")
			},
			`[{"type":"t","name":"t"}]`, `[{"type":"t","name":"t"}]`,
		},
	}
	all := loadSchemas(t)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := content.Get(0)
			defer b.Free()
			c.collect(b.Tool())
			for _, way := range []struct {
				full bool
				want string
			}{{true, c.full}, {false, c.short}} {
				got := (&content.Encoder{FullTools: way.full}).Tools(nil, b)
				if diff := cmp.Diff(way.want, string(got)); diff != "" {
					t.Errorf("full %t: %s", way.full, diff)
				}
				all.check(t, "tool-definitions", got)
			}
		})
	}
}
