package gemini

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/llmotel/sdk/providers"
)

// content is one turn of the conversation.
type content struct {
	Role  string `json:"role,omitempty"`
	Parts []any  `json:"parts"`
}

const (
	roleUser  = "user"
	roleModel = "model"
)

// contents sets systemInstruction and contents. System messages that open the
// conversation join the instruction. Neighbours with the same role on the wire
// become one turn, because all results of parallel tool calls must stand in one.
func (e *encoder) contents(req *providers.Request) error {
	var system, turns []content
	if len(req.System) > 0 {
		system = []content{{}}
		for _, t := range req.System {
			system[0].Parts = append(system[0].Parts, part{Text: &t.Text})
		}
	}
	names := map[string]string{} // of the tool calls so far, by id
	for i := range req.Messages {
		m := &req.Messages[i]
		field := fmt.Sprintf("messages[%d]", i)
		if m.Name != "" {
			return e.Unsupported(field+".name", "participants have no names in this API")
		}
		if m.Role == providers.RoleSystem && len(turns) > 0 {
			return e.Unsupported(field+".role", "system messages stand before all others in this API")
		}
		parts, err := e.parts(m, field, names)
		if err != nil {
			return err
		}
		switch m.Role {
		case providers.RoleSystem:
			system = join(system, "", parts)
		case providers.RoleAssistant:
			turns = join(turns, roleModel, parts)
		default:
			turns = join(turns, roleUser, parts)
		}
	}
	if len(system) > 0 {
		e.body["systemInstruction"] = system[0]
	}
	if len(turns) > 0 {
		e.body["contents"] = turns
	}
	return nil
}

func join(turns []content, role string, parts []any) []content {
	if last := len(turns) - 1; last >= 0 && turns[last].Role == role {
		turns[last].Parts = append(turns[last].Parts, parts...)
	} else if len(parts) > 0 {
		turns = append(turns, content{role, parts})
	}
	return turns
}

// parts returns the content of one message. Parts of an answer that cannot be
// sent back are left out: empty texts, and thinking without a signature of this
// vendor.
func (e *encoder) parts(m *providers.Message, field string, names map[string]string) ([]any, error) {
	out := make([]any, 0, len(m.Parts))
	first := true // no tool call so far
	for j, p := range m.Parts {
		at := fmt.Sprintf("%s.parts[%d]", field, j)
		switch p := p.(type) {
		case providers.Text:
			if p.Text == "" && m.Role == providers.RoleAssistant && own(p.Signature) == nil {
				continue
			}
		case providers.Reasoning:
			if p.Provider != "" && !e.p.mine(p.Provider) || p.Signature == "" {
				continue
			}
		case providers.ToolCall:
			names[p.ID] = p.Name
			out = append(out, toolCall(p, first && signs(e.Model)))
			first = false
			continue
		case providers.ToolResult:
			if p.Name == "" {
				p.Name = names[p.CallID]
			}
			r, err := e.toolResult(p, at)
			if err != nil {
				return nil, err
			}
			out = append(out, r)
			continue
		}
		if m.Role == providers.RoleSystem {
			if _, ok := p.(providers.Text); !ok {
				return nil, e.Unsupported(at, "system messages hold text only")
			}
		}
		encoded, err := e.part(p, at)
		if err != nil {
			return nil, err
		}
		out = append(out, encoded)
	}
	return out, nil
}

// madeUp begins the ids of tool calls that came without one.
const madeUp = "llmotel_"

func wireID(id string) string {
	if strings.HasPrefix(id, madeUp) {
		return ""
	}
	return id
}

// unsigned is what the API documents as the signature of a call that its models
// have not made. Source: ai.google.dev/gemini-api/docs/thought-signatures.
const unsigned = "skip_thought_signature_validator"

var thirdGeneration = regexp.MustCompile(`gemini-([3-9]|[1-9]\d)`)

// signs reports whether the model wants the first call of a turn signed.
func signs(model string) bool { return thirdGeneration.MatchString(model) }

func toolCall(p providers.ToolCall, mustSign bool) part {
	args := json.RawMessage(p.Arguments)
	if len(args) == 0 {
		args = json.RawMessage("{}")
	}
	out := part{FunctionCall: &functionCall{ID: wireID(p.ID), Name: p.Name, Args: args}, Signature: signature(p.Signature)}
	if out.Signature == "" && mustSign {
		out.Signature = unsigned
	}
	return out
}

// toolResult returns the result as the API wants it: an object with the field
// output or error, and media beside it.
func (e *encoder) toolResult(p providers.ToolResult, field string) (any, error) {
	if p.Name == "" {
		return nil, e.Unsupported(field+".name", "is empty; the API ties results to calls by the tool's name")
	}
	out := &functionResponse{ID: wireID(p.CallID), Name: p.Name, Response: object{}}
	var texts []any
	for k, sub := range p.Parts {
		at := fmt.Sprintf("%s.parts[%d]", field, k)
		if t, ok := sub.(providers.Text); ok {
			texts = append(texts, resultValue(t.Text))
			continue
		}
		encoded, err := e.part(sub, at)
		if err != nil {
			return nil, err
		}
		out.Parts = append(out.Parts, encoded)
	}
	key := "output"
	if p.IsError {
		key = "error"
	}
	switch {
	case len(texts) == 1:
		out.Response[key] = texts[0]
	case len(texts) > 1:
		out.Response[key] = texts
	case p.IsError:
		out.Response[key] = ""
	}
	return part{FunctionResponse: out}, nil
}

// resultValue returns a JSON object or array as it is and anything else as text.
func resultValue(text string) any {
	trimmed := strings.TrimSpace(text)
	if trimmed != "" && (trimmed[0] == '{' || trimmed[0] == '[') && json.Valid([]byte(trimmed)) {
		return json.RawMessage(trimmed)
	}
	return text
}
