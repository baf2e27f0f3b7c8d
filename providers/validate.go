package providers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
)

// FieldError names the field of a request that cannot work and what would be
// right.
type FieldError struct {
	// Field is the path of the field, such as "messages[2].parts[0].data".
	Field string
	// Problem says what is wrong and what would be right. It never holds
	// content of the request.
	Problem string
}

// Error returns field and problem.
func (e *FieldError) Error() string { return e.Field + ": " + e.Problem }

// Validate reports the first field with which the request cannot work at any
// provider, as an *Error of KindInvalidRequest that wraps a *FieldError.
// Providers call it before they send anything. Limits that differ between
// vendors are the vendors' to check.
func (r *Request) Validate() error {
	if r == nil {
		return invalid("request", "is nil; pass a request with a model and a message")
	}
	if f := r.check(); f != nil {
		return &Error{Kind: KindInvalidRequest, Model: r.Model, Detail: f.Error(), Err: f}
	}
	return nil
}

func invalid(field, problem string) error {
	f := &FieldError{Field: field, Problem: problem}
	return &Error{Kind: KindInvalidRequest, Detail: f.Error(), Err: f}
}

// Validate reports the first field with which the embedding request cannot
// work, as Request.Validate does.
func (r *EmbedRequest) Validate() error {
	switch {
	case r == nil:
		return invalid("request", "is nil; pass a request with a model and an input")
	case r.Model == "":
		return invalid("model", "is empty; name the embedding model")
	case len(r.Input) == 0:
		return invalid("input", "is empty; give at least one text")
	case r.Dimensions < 0:
		return invalid("dimensions", "is negative; use 0 for the model's own size")
	}
	for i, text := range r.Input {
		if text == "" {
			return invalid(fmt.Sprintf("input[%d]", i), "is empty; providers refuse empty texts")
		}
	}
	return nil
}

func (r *Request) check() *FieldError {
	if strings.TrimSpace(r.Model) == "" {
		return &FieldError{"model", "is empty; name a model"}
	}
	if len(r.Messages) == 0 {
		return &FieldError{"messages", "is empty; give at least one message"}
	}
	if f := r.checkMessages(); f != nil {
		return f
	}
	if f := r.checkTools(); f != nil {
		return f
	}
	if f := r.checkFormat(); f != nil {
		return f
	}
	return r.checkSampling()
}

func (r *Request) checkMessages() *FieldError {
	var calls map[string]bool // ids of the tool calls so far
	// With a conversation that the provider stores, the calls may be there.
	stored := r.PreviousResponseID != ""
	for i := range r.Messages {
		m := &r.Messages[i]
		switch m.Role {
		case RoleSystem, RoleUser, RoleAssistant, RoleTool:
		default:
			return &FieldError{fmt.Sprintf("messages[%d].role", i), "must be system, user, assistant or tool"}
		}
		if len(m.Parts) == 0 {
			return &FieldError{fmt.Sprintf("messages[%d].parts", i), "is empty; a message has at least one part"}
		}
		for j, p := range m.Parts {
			if problem := checkPart(m.Role, p, calls, stored); problem != "" {
				return &FieldError{fmt.Sprintf("messages[%d].parts[%d]", i, j), problem}
			}
			if c, ok := p.(ToolCall); ok {
				if calls == nil {
					calls = map[string]bool{}
				}
				calls[c.ID] = true
			}
		}
	}
	return nil
}

func checkPart(role Role, p Part, calls map[string]bool, stored bool) string {
	switch p := p.(type) {
	case nil:
		return "is nil; use a Text, Image, Audio, File, ToolCall, ToolResult, Reasoning, Refusal or Opaque value"
	case Text:
	case Image:
		return checkMedia(p.Media)
	case Audio:
		if p.ID != "" && role == RoleAssistant {
			return ""
		}
		return checkMedia(p.Media)
	case File:
		return checkMedia(p.Media)
	case ToolCall:
		switch {
		case role != RoleAssistant:
			return "is a tool call outside an assistant message"
		case p.ID == "" || p.Name == "":
			return "is a tool call without id or name"
		case p.Arguments != "" && !json.Valid([]byte(p.Arguments)):
			return "is a tool call whose arguments are not valid JSON"
		}
	case ToolResult:
		switch {
		case role != RoleTool && role != RoleUser:
			return "is a tool result outside a tool or user message"
		case p.CallID == "":
			return "is a tool result without a call id"
		case !stored && !calls[p.CallID]:
			return "is a tool result whose call id matches no earlier tool call of the conversation"
		}
		return checkResult(p.Parts)
	case Reasoning, Refusal:
		if role != RoleAssistant {
			return "is reasoning or a refusal outside an assistant message"
		}
	case Opaque:
		return checkOpaque(p)
	default: // a pointer has the same methods, and no adapter knows it
		return fmt.Sprintf("is a %T; parts are values, not pointers", p)
	}
	return ""
}

func checkResult(parts []Part) string {
	for k, p := range parts {
		problem := ""
		switch p := p.(type) {
		case Text:
		case Image:
			problem = checkMedia(p.Media)
		case File:
			problem = checkMedia(p.Media)
		case Opaque:
			problem = checkOpaque(p)
		default:
			problem = fmt.Sprintf("is a %T; results consist of Text, Image, File and Opaque values", p)
		}
		if problem != "" {
			return fmt.Sprintf("is a tool result whose parts[%d] %s", k, problem)
		}
	}
	return ""
}

func checkOpaque(p Opaque) string {
	if p.Provider == "" || !json.Valid(p.JSON) {
		return "is an opaque part without provider or with invalid JSON"
	}
	return ""
}

func checkMedia(m Media) string {
	n := 0
	for _, set := range []bool{len(m.Data) > 0, m.URI != "", m.FileID != ""} {
		if set {
			n++
		}
	}
	switch {
	case n != 1:
		return fmt.Sprintf("sets %d of data, uri and file id; exactly one is needed", n)
	case len(m.Data) > 0 && m.MIMEType == "":
		return "has data without a MIME type"
	}
	return ""
}

func (r *Request) checkTools() *FieldError {
	var names map[string]bool // true for functions, whose names are unique
	if len(r.Tools) > 0 {
		names = make(map[string]bool, len(r.Tools))
	}
	for i := range r.Tools {
		t := &r.Tools[i]
		field := func(name string) string { return fmt.Sprintf("tools[%d].%s", i, name) }
		switch {
		case t.Name == "":
			return &FieldError{field("name"), "is empty"}
		case t.Builtin == nil && names[t.Name]:
			return &FieldError{field("name"), "is the name of an earlier function; their names are unique"}
		case t.Builtin == nil && len(t.Parameters) > 0 && !isJSONObject(t.Parameters):
			return &FieldError{field("parameters"), "is not a JSON object; give a JSON Schema of type object"}
		case t.Builtin != nil && (t.Builtin.Provider == "" || !isJSONObject(t.Builtin.JSON)):
			return &FieldError{field("builtin"), "needs the provider's name and its definition as a JSON object"}
		}
		names[t.Name] = names[t.Name] || t.Builtin == nil
	}
	c := r.ToolChoice
	switch c.Mode {
	case ToolChoiceAuto, ToolChoiceNone:
	case ToolChoiceRequired:
		if len(r.Tools) == 0 {
			return &FieldError{"toolChoice.mode", "requires a tool, but there are no tools"}
		}
	case ToolChoiceNamed:
		if _, ok := names[c.Name]; !ok {
			return &FieldError{"toolChoice.name", "names none of the tools"}
		}
	default:
		return &FieldError{"toolChoice.mode", "must be auto (empty), none, required or named"}
	}
	return nil
}

func (r *Request) checkFormat() *FieldError {
	if r.Format == nil {
		return nil
	}
	switch r.Format.Type {
	case FormatText, FormatJSON:
	case FormatJSONSchema:
		switch {
		case r.Format.Name == "":
			return &FieldError{"format.name", "is empty; a JSON schema needs a name"}
		case !isJSONObject(r.Format.Schema):
			return &FieldError{"format.schema", "is not a JSON object; give a JSON Schema"}
		}
	default:
		return &FieldError{"format.type", "must be text, json or json_schema"}
	}
	return nil
}

func (r *Request) checkSampling() *FieldError {
	switch {
	case r.MaxOutputTokens < 0:
		return &FieldError{"maxOutputTokens", "is negative; use 0 for the provider's limit"}
	case r.Choices < 0:
		return &FieldError{"choices", "is negative; use 0 or 1 for one answer"}
	case r.TopK != nil && *r.TopK < 0:
		return &FieldError{"topK", "is negative"}
	case r.TopLogprobs != nil && *r.TopLogprobs < 0:
		return &FieldError{"topLogprobs", "is negative"}
	case r.Reasoning != nil && r.Reasoning.BudgetTokens < 0:
		return &FieldError{"reasoning.budgetTokens", "is negative; use 0 for no limit"}
	case !finite(r.Temperature) || r.Temperature != nil && *r.Temperature < 0:
		return &FieldError{"temperature", "must be a number of at least 0"}
	case !finite(r.TopP) || r.TopP != nil && (*r.TopP < 0 || *r.TopP > 1):
		return &FieldError{"topP", "must be between 0 and 1"}
	case !finite(r.FrequencyPenalty):
		return &FieldError{"frequencyPenalty", "must be a number"}
	case !finite(r.PresencePenalty):
		return &FieldError{"presencePenalty", "must be a number"}
	}
	for i, s := range r.StopSequences {
		if s == "" {
			return &FieldError{fmt.Sprintf("stopSequences[%d]", i), "is empty"}
		}
	}
	return nil
}

func finite(f *float64) bool {
	return f == nil || !math.IsNaN(*f) && !math.IsInf(*f, 0)
}

func isJSONObject(raw json.RawMessage) bool {
	return bytes.HasPrefix(bytes.TrimLeft(raw, " \t\r\n"), []byte("{")) && json.Valid(raw)
}
