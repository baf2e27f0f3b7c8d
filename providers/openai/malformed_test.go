package openai_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/openai"
)

const (
	torn      = `{"id":"c","model":"m","choices":[{"index":0,"delta":{"content":" the`
	thereTail = `{"id":"c","model":"m","choices":[{"index":0,"delta":{"content":" there"}}]}`
	callChunk = `{"id":"c","model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"pay","arguments":"{\"sum\":10"}}]}}]}`
	callTail  = `{"id":"c","model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"}"}}]}}]}`
	callsStop = `{"id":"c","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}`
)

// TestMalformedChunkIsSkipped: events that are not JSON are left out and
// counted where only a piece of a text can be missing, and nowhere else.
func TestMalformedChunkIsSkipped(t *testing.T) {
	text := []string{textChunk, thereTail, stopChunk, lastChunk, "[DONE]"}
	inJSON := func(r *providers.Request) { r.Format = &providers.Format{Type: providers.FormatJSON} }
	cases := map[string]struct {
		events []string
		edit   func(*providers.Request)
		text   string
		n      int
		kind   providers.Kind
	}{
		"none":                 {events: text, text: "Hi there"},
		"first":                {events: slices.Insert(slices.Clone(text), 0, torn), text: "Hi there", n: 1},
		"in the middle":        {events: slices.Insert(slices.Clone(text), 1, torn), text: "Hi there", n: 1},
		"not even begun":       {events: slices.Insert(slices.Clone(text), 1, "upstream hiccup"), text: "Hi there", n: 1},
		"eight":                {events: slices.Concat(text[:1], slices.Repeat([]string{torn}, 8), text[1:]), text: "Hi there", n: 8},
		"nine":                 {events: slices.Concat(text[:1], slices.Repeat([]string{torn}, 9), text[1:]), kind: providers.KindMalformed},
		"usage":                {events: []string{textChunk, thereTail, stopChunk, "{", "[DONE]"}, text: "Hi there", n: 1},
		"the finish":           {events: []string{textChunk, thereTail, `{"choices":[{"index":0,"finish_reason":"sto`, lastChunk, "[DONE]"}, kind: providers.KindMalformed},
		"all":                  {events: []string{torn, torn, "[DONE]"}, kind: providers.KindMalformed},
		"an answer in JSON":    {events: slices.Insert(slices.Clone(text), 1, torn), edit: inJSON, kind: providers.KindMalformed},
		"whole answer in JSON": {events: text, edit: inJSON, text: "Hi there"},
		"arguments":            {events: []string{callChunk, torn, callTail, callsStop, "[DONE]"}, kind: providers.KindMalformed},
		"before a call":        {events: []string{torn, callChunk, callTail, callsStop, "[DONE]"}, kind: providers.KindMalformed},
		"the call itself":      {events: []string{textChunk, torn, callsStop, "[DONE]"}, kind: providers.KindMalformed},
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

// TestMalformedEventOfTheResponsesAPI: an item comes whole at its end, so that
// nothing is missing from text or arguments.
func TestMalformedEventOfTheResponsesAPI(t *testing.T) {
	const (
		item    = `{"id":"i","type":"message","role":"assistant","content":[{"type":"output_text","text":"Hi there, you","annotations":[]}]}`
		itemEnd = `{"type":"response.output_item.done","output_index":0,"item":` + item + `}`
		whole   = `{"type":"response.completed","response":{"id":"r","model":"m","status":"completed","output":[` + item + `],"usage":` + twoTokens + `}}`
		bare    = `{"type":"response.completed","response":{"id":"r","model":"m","status":"completed","usage":` + twoTokens + `}}`
		bad     = `{"type":"response.output_text.delta","output_index":0,"delta":" the`
		you     = `{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":", you"}`

		call    = `{"id":"i","type":"function_call","call_id":"a","name":"pay","arguments":"{\"sum\":1000}"}`
		added   = `{"type":"response.output_item.added","output_index":0,"item":{"id":"i","type":"function_call","call_id":"a","name":"pay","arguments":""}}`
		sum     = `{"type":"response.function_call_arguments.delta","output_index":0,"delta":"{\"sum\":10"}`
		tail    = `{"type":"response.function_call_arguments.delta","output_index":0,"delta":"}"}`
		callEnd = `{"type":"response.completed","response":{"id":"r","model":"m","status":"completed","output":[` + call + `]}}`
	)
	cases := map[string]struct {
		events    []string
		text, arg string
		n         int
		kind      providers.Kind
	}{
		"none":                 {events: []string{created, hiDelta, itemEnd, whole}, text: "Hi there, you"},
		"a piece":              {events: []string{created, hiDelta, bad, you, itemEnd, whole}, text: "Hi there, you", n: 1},
		"a piece, end of all":  {events: []string{created, hiDelta, bad, you, whole}, text: "Hi there, you", n: 1},
		"end of the item":      {events: []string{created, hiDelta, itemEnd[:60], whole}, text: "Hi there, you", n: 1},
		"the first event":      {events: []string{created[:40], whole}, text: "Hi there, you", n: 1},
		"nothing makes up":     {events: []string{created, hiDelta, bad, you, bare}, kind: providers.KindMalformed},
		"an item that is open": {events: []string{created, strings.Replace(hiDelta, `"output_index":0`, `"output_index":1`, 1), bad, whole}, kind: providers.KindMalformed},
		"the last event":       {events: []string{created, hiDelta, itemEnd, whole[:50]}, kind: providers.KindMalformed},
		"too many":             {events: slices.Concat([]string{created}, slices.Repeat([]string{bad}, 9), []string{whole}), kind: providers.KindMalformed},
		"arguments":            {events: []string{created, added, sum, bad, tail, callEnd}, arg: `{"sum":1000}`, n: 1},
		"beginning of a call":  {events: []string{created, added[:70], sum, tail, callEnd}, arg: `{"sum":1000}`, n: 1},
		"arguments, no makeup": {events: []string{created, added, sum, bad, tail, bare}, kind: providers.KindMalformed},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r, err := providers.Collect(replay(t, events(c.events), openai.WithResponsesAPI()).Stream(t.Context(), hello()))
			if providers.KindOf(err) != c.kind {
				t.Fatalf("got %v, want kind %q", err, c.kind)
			}
			if err != nil {
				return
			}
			arg := ""
			for _, call := range r.ToolCalls() {
				arg = strings.TrimSpace(call.Arguments)
			}
			if r.Text() != c.text || arg != c.arg || r.MalformedChunks != c.n {
				t.Errorf("%q, arguments %q, %d left out; want %q, %q, %d", r.Text(), arg, r.MalformedChunks, c.text, c.arg, c.n)
			}
		})
	}
}
