package mock

import (
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/llmotel/sdk/providers"
)

// toolCalls decides on tool calls: none if tools are forbidden; the named one;
// those whose name or description shares a word with the question, and at least
// one if required; none after a tool result unless required.
func (c *call) toolCalls(rng *rand.Rand) []providers.Part {
	choice := c.req.ToolChoice
	if choice.Mode == providers.ToolChoiceNone || choice.Mode == providers.ToolChoiceAuto && results(c.req) != nil {
		return nil
	}
	var chosen []*providers.Tool
	for i := range c.req.Tools {
		t := &c.req.Tools[i]
		switch {
		case t.Builtin != nil: // the provider runs it
		case choice.Mode == providers.ToolChoiceNamed:
			if t.Name == choice.Name {
				chosen = append(chosen, t)
			}
		case matches(t, question(c.req)):
			chosen = append(chosen, t)
		}
	}
	if chosen == nil && choice.Mode == providers.ToolChoiceRequired {
		for i := range c.req.Tools {
			if c.req.Tools[i].Builtin == nil {
				chosen = append(chosen, &c.req.Tools[i])
				break
			}
		}
	}
	if one := c.req.ParallelToolCalls; one != nil && !*one && len(chosen) > 1 {
		chosen = chosen[:1]
	}
	var parts []providers.Part
	for _, t := range chosen {
		parts = append(parts, providers.ToolCall{
			ID: c.ids.tool(), Name: t.Name, Arguments: jsonFor(t.Parameters, question(c.req), rng),
		})
	}
	return parts
}

// matches reports whether the question shares a word of four letters or more
// with the tool's name or description.
func matches(t *providers.Tool, question string) bool {
	words := map[string]bool{}
	for _, w := range strings.FieldsFunc(strings.ToLower(t.Name+" "+t.Description), notLetter) {
		if len(w) >= 4 && !stopWords[w] {
			words[w] = true
		}
	}
	for _, w := range strings.FieldsFunc(strings.ToLower(question), notLetter) {
		if words[w] {
			return true
		}
	}
	return false
}

// question is the text of the last user message that has one.
func question(req *providers.Request) string {
	for _, m := range slices.Backward(req.Messages) {
		if text := m.Text(); m.Role == providers.RoleUser && text != "" {
			return text
		}
	}
	return ""
}

// results returns the tool results at the end of the conversation.
func results(req *providers.Request) []providers.ToolResult {
	var out []providers.ToolResult
	for _, m := range slices.Backward(req.Messages) {
		found := false
		for _, p := range m.Parts {
			if r, ok := p.(providers.ToolResult); ok {
				out = append(out, r)
				found = true
			}
		}
		if !found {
			break
		}
	}
	return out
}
