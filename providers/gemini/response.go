package gemini

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	sdk "google.golang.org/genai"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/internal/adapter"
)

// decode reads the body of a unary reply.
func (p *Provider) decode(call adapter.Call, resp *http.Response, body []byte) (*providers.Response, error) {
	id := requestID(resp)
	var w reply
	if err := json.Unmarshal(body, &w); err != nil {
		if isError(body) {
			return nil, p.apiError(call, resp, body)
		}
		return nil, call.Malformed(resp, id, "it is not an answer in JSON", err)
	}
	if present(w.Error) {
		return nil, p.apiError(call, resp, body)
	}
	var u counts
	u.update(w.Usage)
	if len(w.Candidates) == 0 {
		if w.Feedback.BlockReason != "" {
			return nil, p.blocked(call, resp, w.Feedback.BlockReason, u.ledger(providers.UsageReported))
		}
		return nil, call.Malformed(resp, id, "it is an answer without candidates", nil)
	}
	r := &providers.Response{
		ID: w.ResponseID, RequestID: id, Provider: p.name, Model: w.ModelVersion, Created: w.created(),
		Choices: make([]providers.Choice, len(w.Candidates)),
		Usage:   u.ledger(providers.UsageReported), ServiceTier: u.tier(resp),
	}
	for i := range w.Candidates {
		c := &w.Candidates[i]
		parts, err := p.decodeParts(c, w.ResponseID)
		if err != nil {
			return nil, call.Malformed(resp, id, "a part of the answer makes no sense", err)
		}
		if len(parts) == 0 && c.FinishReason == "" {
			return nil, call.Malformed(resp, id, "it is a candidate without content", nil)
		}
		m := providers.Message{Role: providers.RoleAssistant, Parts: parts}
		r.Choices[place(r.Choices, c.Index, i)] = providers.Choice{
			Message: m, Logprobs: c.Logprobs, RawFinishReason: string(c.FinishReason),
			FinishReason: finishReason(string(c.FinishReason), len(m.ToolCalls()) > 0),
		}
	}
	raw := &sdk.GenerateContentResponse{}
	_ = json.Unmarshal(body, raw) // what the SDK's type does not take, Raw does not have
	raw.SDKHTTPResponse = &sdk.HTTPResponse{Headers: resp.Header}
	r.Raw = raw
	return r, nil
}

// place returns where a candidate belongs: at its index, unless the wire's
// indices make no sense.
func place(choices []providers.Choice, index, n int) int {
	if index >= 0 && index < len(choices) && choices[index].Message.Role == "" {
		return index
	}
	for n = range choices {
		if choices[n].Message.Role == "" {
			break
		}
	}
	return n
}

func (p *Provider) decodeParts(c *candidate, responseID string) ([]providers.Part, error) {
	var out []providers.Part
	calls, last := 0, -1 // tool calls so far, and the last text
	for _, raw := range c.Content.Parts {
		decoded, err := p.decodePart(raw)
		if err != nil {
			return nil, err
		}
		switch d := decoded.(type) {
		case nil:
			continue
		case providers.Text:
			last = len(out)
		case providers.ToolCall:
			d.ID = cmp.Or(d.ID, callID(responseID, c.Index, calls))
			decoded = d
			calls++
		}
		out = append(out, decoded)
	}
	if sources := c.sources(); sources != nil {
		if last < 0 {
			return append(out, providers.Text{Citations: sources}), nil
		}
		t, _ := out[last].(providers.Text)
		t.Citations = sources
		out[last] = t
	}
	return out, nil
}

// callID makes up the id of a tool call that came without one.
func callID(responseID string, candidate, n int) string {
	return fmt.Sprintf("%s%s_%d_%d", madeUp, cmp.Or(strings.Map(idRune, responseID), rand.Text()), candidate, n)
}

// idRune leaves what all vendors take in the id of a tool call.
func idRune(r rune) rune {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '_', r == '-':
		return r
	}
	return -1
}

// decodePart returns a part of an answer; nil for an empty text. The id of a
// tool call may be empty.
func (p *Provider) decodePart(raw json.RawMessage) (providers.Part, error) {
	var w part
	if err := json.Unmarshal(raw, &w); err != nil {
		return nil, err
	}
	switch {
	case w.FunctionCall != nil && w.FunctionCall.Name != "" && !present(w.FunctionCall.Partial):
		args := string(w.FunctionCall.Args)
		if !present(w.FunctionCall.Args) {
			args = "{}"
		}
		return providers.ToolCall{
			ID: w.FunctionCall.ID, Name: w.FunctionCall.Name, Arguments: args, Signature: unsign(w.Signature),
		}, nil
	case w.Thought && w.Text != nil:
		if *w.Text == "" && w.Signature == "" {
			return nil, nil
		}
		return providers.Reasoning{Provider: p.name, Text: *w.Text, Signature: w.Signature}, nil
	case w.Thought:
	case w.Text != nil:
		if *w.Text == "" && w.Signature == "" {
			return nil, nil
		}
		return providers.Text{Text: *w.Text, Signature: unsign(w.Signature)}, nil
	case w.InlineData != nil:
		return mediaPart(providers.Media{
			MIMEType: w.InlineData.MIMEType, Data: w.InlineData.Data, Signature: unsign(w.Signature),
		}), nil
	case w.FileData != nil:
		return mediaPart(providers.Media{
			MIMEType: w.FileData.MIMEType, URI: w.FileData.URI, Signature: unsign(w.Signature),
		}), nil
	}
	return p.opaque(raw)
}

// opaque keeps a part that only this API has. Its type is the field that it has
// beside those of every part.
func (p *Provider) opaque(raw json.RawMessage) (providers.Part, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return nil, err
	}
	typ := ""
	for name := range fields {
		switch name {
		case "thought", "thoughtSignature", "partMetadata", "videoMetadata", "mediaResolution":
		default:
			if typ == "" || name < typ {
				typ = name
			}
		}
	}
	if typ == "" && len(fields["thoughtSignature"]) == 0 {
		return nil, nil
	}
	return providers.Opaque{Provider: p.name, Type: typ, JSON: raw}, nil
}

func mediaPart(m providers.Media) providers.Part {
	switch kind, _, _ := strings.Cut(m.MIMEType, "/"); kind {
	case "image":
		return providers.Image{Media: m}
	case "audio":
		return providers.Audio{Media: m}
	}
	return providers.File{Media: m}
}

// finishReason returns the conventions' name of a reason; one without a
// counterpart ("OTHER") stays as it came. The API says STOP for tool calls too.
func finishReason(reason string, called bool) providers.FinishReason {
	switch reason {
	case "", "0", "FINISH_REASON_UNSPECIFIED", "MALFORMED_FUNCTION_CALL", "9", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS",
		"MALFORMED_RESPONSE", "MISSING_THOUGHT_SIGNATURE":
		return providers.FinishError
	case "STOP", "1":
		if called {
			return providers.FinishToolCall
		}
		return providers.FinishStop
	case "MAX_TOKENS", "2":
		return providers.FinishLength
	case "SAFETY", "3", "RECITATION", "4", "BLOCKLIST", "6", "PROHIBITED_CONTENT", "7", "SPII", "8", "MODEL_ARMOR", "10",
		"IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION":
		return providers.FinishContentFilter
	}
	return providers.FinishReason(reason)
}

// present reports whether a field is there and not null.
func present(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }
