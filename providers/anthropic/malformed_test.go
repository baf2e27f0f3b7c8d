package anthropic_test

import (
	"slices"
	"testing"

	"github.com/llmotel/sdk/providers"
)

// TestMalformedChunkIsSkipped: events that are not JSON are left out and
// counted where only a piece of a text can be missing, and nowhere else.
func TestMalformedChunkIsSkipped(t *testing.T) {
	const (
		torn  = `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" the`
		there = `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" there"}}`
		call  = `{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"a","name":"pay","input":{}}}`
		sum   = `{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"sum\":10"}}`
		last  = `{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"}"}}`
		calls = `{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":9}}`
	)
	text := []string{start, block, hi, there, end, delta, finish}
	inJSON := func(r *providers.Request) {
		r.Format = &providers.Format{Type: providers.FormatJSONSchema, Name: "city", Schema: []byte(`{"type":"object"}`)}
	}
	cases := map[string]struct {
		events []string
		edit   func(*providers.Request)
		text   string
		n      int
		kind   providers.Kind
	}{
		"none":                 {events: text, text: "Hi there"},
		"in the middle":        {events: slices.Insert(slices.Clone(text), 3, torn), text: "Hi there", n: 1},
		"start of the block":   {events: []string{start, block[:30], hi, there, end, delta, finish}, text: "Hi there", n: 1},
		"end of the block":     {events: []string{start, block, hi, there, end[:20], delta, finish}, text: "Hi there", n: 1},
		"eight":                {events: slices.Concat(text[:3], slices.Repeat([]string{torn}, 8), text[3:]), text: "Hi there", n: 8},
		"nine":                 {events: slices.Concat(text[:3], slices.Repeat([]string{torn}, 9), text[3:]), kind: providers.KindMalformed},
		"the first event":      {events: slices.Concat([]string{start[:40]}, text[1:]), kind: providers.KindMalformed},
		"the stop reason":      {events: []string{start, block, hi, there, end, delta[:40], finish}, kind: providers.KindMalformed},
		"the terminator":       {events: []string{start, block, hi, there, end, delta, finish[:10]}, kind: providers.KindMalformed},
		"an answer in JSON":    {events: slices.Insert(slices.Clone(text), 3, torn), edit: inJSON, kind: providers.KindMalformed},
		"whole answer in JSON": {events: text, edit: inJSON, text: "Hi there"},
		"arguments":            {events: []string{start, block, hi, end, call, sum, torn, last, end, calls, finish}, kind: providers.KindMalformed},
		"before a call":        {events: []string{start, block, torn, hi, end, call, sum, last, end, calls, finish}, kind: providers.KindMalformed},
		"the call itself":      {events: []string{start, block, hi, end, call[:50], sum, last, calls, finish}, kind: providers.KindMalformed},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			req := hello()
			if c.edit != nil {
				c.edit(req)
			}
			r, err := providers.Collect(replay(t, events(c.events)).Stream(t.Context(), req))
			if providers.KindOf(err) != c.kind {
				t.Fatalf("got %v, want kind %q", err, c.kind)
			}
			if err == nil && (r.Text() != c.text || r.MalformedChunks != c.n) {
				t.Errorf("%q, %d left out; want %q, %d", r.Text(), r.MalformedChunks, c.text, c.n)
			}
		})
	}
}
