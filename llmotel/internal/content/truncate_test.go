package content_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/llmotel/internal/content"
)

func TestTruncate(t *testing.T) {
	message := func(role, text string) string {
		return `{"role":"` + role + `","parts":[{"type":"text","content":"` + text + `"}]}`
	}
	long := strings.Repeat("x", 1000)
	cases := map[string]struct {
		doc   string
		limit int
		want  string
	}{
		"fits":                 {`[` + message("user", "hi") + `]`, 58, `[` + message("user", "hi") + `]`},
		"no room for anything": {`[` + message("user", "hi") + `]`, 1, ``},
		"room for the list":    {`[` + message("user", "hi") + `]`, 2, `[]`},
		"room for the message": {`[` + message("user", long) + `]`, 40, `[{"role":"user","parts":[]}]`},
		"one text":             {`[` + message("user", long) + `]`, 100, `[` + message("user", strings.Repeat("x", 30)+"…[truncated]") + `]`},
		"the longest texts first": {
			`[` + message("user", "short enough") + `,` + message("assistant", long) + `,` + message("user", long[:500]) + `]`, 400,
			`[` + message("user", "short enough") + `,` + message("assistant", strings.Repeat("x", 94)+"…[truncated]") + `,` + message("user", strings.Repeat("x", 94)+"…[truncated]") + `]`,
		},
		"runes and escapes stay whole": {
			`[` + message("user", strings.Repeat(`é\ud83d\ude00\n`, 50)) + `]`, 120,
			`[` + message("user", strings.Repeat(`é\ud83d\ude00\n`, 3)+"é…[truncated]") + `]`,
		},
		"the middle goes": {
			`[` + message("system", "be kind") + `,` + message("user", "first") + `,` + message("assistant", "second") + `,` + message("user", "third") + `]`, 140,
			`[` + message("system", "be kind") + `,` + message("user", "third") + `]`,
		},
		"parts of a message that does not fit": {
			`[{"role":"user","parts":[{"type":"text","content":"a"},{"type":"text","content":"b"},{"type":"text","content":"c"}]}]`, 100,
			`[{"parts":[{"type":"text","content":"a"},{"type":"text","content":"c"}],"role":"user"}]`,
		},
		"arguments that do not fit become text": {
			`[{"role":"assistant","parts":[{"type":"tool_call","name":"f","arguments":{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8}}]}]`, 115,
			`[{"parts":[{"type":"tool_call","name":"f","arguments":"{\"a\":1,\"b\":2,\"c\"…[truncated]"}],"role":"assistant"}]`,
		},
		"parameters that do not fit go": {
			`[{"type":"function","name":"f","parameters":{"type":"object","required":["aaaa","bbbb","cccc"]}}]`, 60,
			`[{"type":"function","name":"f"}]`,
		},
		"no document": {`nonsense`, 5, `[]`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := string(content.Truncate([]byte(c.doc), c.limit))
			all := append([]byte("before "), c.doc...)
			if diff := cmp.Diff("before "+got, string(content.TruncateTo(all[:7], all[7:], c.limit))); diff != "" {
				t.Errorf("in place: %s", diff)
			}
			// The order of members is that of the schemas or not: compare values.
			if diff := cmp.Diff(decode(t, c.want), decode(t, got)); diff != "" {
				t.Errorf("%s: %s", diff, got)
			}
			if len(got) > c.limit {
				t.Errorf("%d bytes", len(got))
			}
		})
	}
}

// TestTruncateKeepsWhatItCan holds the result near the limit, so that it is not
// met by throwing everything away.
func TestTruncateKeepsWhatItCan(t *testing.T) {
	b := content.Get(0)
	defer b.Free()
	for i := range 200 {
		m := b.Input([]string{"user", "assistant"}[i%2])
		m.Part(content.Text).AppendString(content.Body, strings.Repeat(fmt.Sprint(i, " naïve \"text\"\n"), 1+i%17*3))
		p := m.Part(content.ToolCall)
		p.Set(content.Name, "f")
		p.AppendString(content.Body, `{"k":["`+strings.Repeat("v", i)+`",{"a":true}]}`)
	}
	doc := (&content.Encoder{}).Input(nil, b)
	all := loadSchemas(t)
	for limit := 300; limit < len(doc); limit += 1 + limit/7 {
		got := content.Truncate(doc, limit)
		all.check(t, "input-messages", got)
		if len(got) > limit || len(got) < limit-300 {
			t.Errorf("limit %d: %d bytes", limit, len(got))
		}
		if first := `[{"role":"user","parts":[{"type":"text","content":"0 na`; limit > 1000 && !strings.HasPrefix(string(got), first) {
			t.Errorf("limit %d: the first message is gone: %.80s", limit, got)
		}
	}
}

func decode(t *testing.T, doc string) any {
	t.Helper()
	if doc == "" {
		return nil
	}
	var v any
	if err := json.Unmarshal([]byte(doc), &v); err != nil {
		t.Fatalf("%v: %s", err, doc)
	}
	return v
}

func TestCut(t *testing.T) {
	for _, test := range []struct {
		text  string
		limit int
		want  string
	}{
		{"", 20, ""},
		{"twenty bytes exactly", 20, "twenty bytes exactly"},
		{"twenty bytes and more", 20, "twenty…[truncated]"},
		{"fünf €€€ und noch einige", 20, "fünf …[truncated]"},
		{"fünf €€€ und noch einige", 23, "fünf €…[truncated]"},
		{"more than the marker", 3, "…[truncated]"},
	} {
		if got := content.Cut(test.text, test.limit); got != test.want {
			t.Errorf("%q in %d: %q, want %q", test.text, test.limit, got, test.want)
		}
	}
}
