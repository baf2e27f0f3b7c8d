package anthropic

import (
	"fmt"

	sdk "github.com/anthropics/anthropic-sdk-go"

	"github.com/llmotel/sdk/providers"
)

// messages sets system and messages. System messages that open the
// conversation join the system prompt. Neighbours with the same role on the
// wire become one message, because all results of parallel tool calls must
// stand in one.
func (e *encoder) messages(body *sdk.MessageNewParams, req *providers.Request) error {
	for _, t := range req.System {
		body.System = append(body.System, e.text(t))
	}
	for i := range req.Messages {
		m := &req.Messages[i]
		field := fmt.Sprintf("messages[%d]", i)
		if m.Name != "" {
			return e.Unsupported(field+".name", "participants have no names in the Messages API")
		}
		if m.Role == providers.RoleSystem && len(body.Messages) == 0 {
			for j, p := range m.Parts {
				t, ok := p.(providers.Text)
				if !ok {
					return e.Unsupported(fmt.Sprintf("%s.parts[%d]", field, j), "system messages hold text only")
				}
				body.System = append(body.System, e.text(t))
			}
			continue
		}
		blocks, err := e.blocks(m, field)
		if err != nil {
			return err
		}
		role := roleOf(m.Role)
		if last := len(body.Messages) - 1; last >= 0 && body.Messages[last].Role == role {
			body.Messages[last].Content = append(body.Messages[last].Content, blocks...)
		} else if len(blocks) > 0 {
			body.Messages = append(body.Messages, sdk.MessageParam{Role: role, Content: blocks})
		}
	}
	return nil
}

func roleOf(r providers.Role) sdk.MessageParamRole {
	switch r {
	case providers.RoleAssistant:
		return sdk.MessageParamRoleAssistant
	case providers.RoleSystem:
		return sdk.MessageParamRoleSystem
	default:
		return sdk.MessageParamRoleUser
	}
}

// blocks returns the content of one message. Parts of an answer that cannot be
// sent back are left out: empty texts, and thinking without a signature of this
// vendor.
func (e *encoder) blocks(m *providers.Message, field string) ([]sdk.ContentBlockParamUnion, error) {
	out := make([]sdk.ContentBlockParamUnion, 0, len(m.Parts))
	for j, p := range m.Parts {
		switch p := p.(type) {
		case providers.Text:
			if p.Text == "" && m.Role == providers.RoleAssistant {
				continue
			}
		case providers.Reasoning:
			if p.Provider != "" && !e.mine(p.Provider) || p.Signature == "" && p.Encrypted == "" {
				continue
			}
		}
		b, err := e.block(p, fmt.Sprintf("%s.parts[%d]", field, j))
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}
