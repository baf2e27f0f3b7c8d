package tokenest_test

import (
	"testing"

	"github.com/llmotel/sdk/llmotel"
)

// A definition is counted by its names, descriptions and types, not as the JSON
// that it is written in: what it takes does not depend on how that is laid out.
func TestToolDefinitions(t *testing.T) {
	e := estimator(t)
	tools := func(texts ...string) int64 {
		in, _, ok := e.EstimateUsage(&llmotel.CallText{Model: "gpt-4o", Tools: texts})
		if !ok {
			t.Fatal("no count")
		}
		return in
	}
	compact := tools(`{"type":"function","function":{"name":"get_weather","description":"Tells the weather","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}}`)
	spaced := tools("{\n  \"type\": \"function\",\n  \"function\": {\"name\": \"get_weather\", \"description\": \"Tells the weather\",\n \"parameters\": {\"type\": \"object\", \"properties\": {\"city\": {\"type\": \"string\"}}, \"required\": [\"city\"]}}}")
	// 24 around them, and get_weather (2), Tells the weather (3), city string city (3)
	// with a word's space each.
	if compact != spaced || compact < 30 || compact > 36 {
		t.Errorf("%d and %d tokens, want the same, 30 to 36", compact, spaced)
	}
	if broken := tools(`{"type":"fun`); broken <= 24 {
		t.Errorf("%d tokens of a broken definition", broken)
	}
	if none := tools(); none != 0 {
		t.Errorf("%d tokens without tools", none)
	}
}
