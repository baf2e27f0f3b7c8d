package gemini_test

import (
	"slices"
	"testing"

	"github.com/llmotel/sdk/providers"
)

// TestMalformedChunkIsSkipped: events that are not JSON are left out and
// counted where only a piece of a text can be missing, and nowhere else.
func TestMalformedChunkIsSkipped(t *testing.T) {
	const torn = `{"candidates":[{"content":{"parts":[{"text":" the`
	text := []string{hi, hi, finish}
	inJSON := func(r *providers.Request) { r.Format = &providers.Format{Type: providers.FormatJSON} }
	withTools := func(r *providers.Request) { r.Tools = []providers.Tool{{Name: "pay"}} }
	cases := map[string]struct {
		events []string
		edit   func(*providers.Request)
		text   string
		n      int
		kind   providers.Kind
	}{
		"none":                 {events: text, text: "HiHi"},
		"first":                {events: slices.Insert(slices.Clone(text), 0, torn), text: "HiHi", n: 1},
		"in the middle":        {events: slices.Insert(slices.Clone(text), 1, torn), text: "HiHi", n: 1},
		"eight":                {events: slices.Concat(text[:1], slices.Repeat([]string{torn}, 8), text[1:]), text: "HiHi", n: 8},
		"nine":                 {events: slices.Concat(text[:1], slices.Repeat([]string{torn}, 9), text[1:]), kind: providers.KindMalformed},
		"the finish":           {events: []string{hi, finish[:40]}, kind: providers.KindMalformed},
		"an answer in JSON":    {events: slices.Insert(slices.Clone(text), 1, torn), edit: inJSON, kind: providers.KindMalformed},
		"perhaps a call":       {events: slices.Insert(slices.Clone(text), 1, torn), edit: withTools, kind: providers.KindMalformed},
		"whole answer in JSON": {events: text, edit: inJSON, text: "HiHi"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			req := hello()
			if c.edit != nil {
				c.edit(req)
			}
			r, err := providers.Collect(replay(t, stream(c.events)).Stream(t.Context(), req))
			if providers.KindOf(err) != c.kind {
				t.Fatalf("got %v, want kind %q", err, c.kind)
			}
			if err == nil && (r.Text() != c.text || r.MalformedChunks != c.n) {
				t.Errorf("%q, %d left out; want %q, %d", r.Text(), r.MalformedChunks, c.text, c.n)
			}
		})
	}
}
