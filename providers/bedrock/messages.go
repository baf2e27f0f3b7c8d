package bedrock

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"github.com/llmotel/sdk/providers"
)

// messages sets system and messages. System messages that open the
// conversation join the system prompt. Neighbours with the same role on the
// wire become one message, because roles must alternate and all results of
// parallel tool calls must stand in one.
func (e *encoder) messages(in *input, req *providers.Request) error {
	for _, t := range req.System {
		in.system(t)
	}
	for i := range req.Messages {
		m := &req.Messages[i]
		field := fmt.Sprintf("messages[%d]", i)
		if m.Name != "" {
			return e.Unsupported(field+".name", "participants have no names in Converse")
		}
		if m.Role == providers.RoleSystem && len(in.Messages) == 0 {
			for j, p := range m.Parts {
				t, ok := p.(providers.Text)
				if !ok {
					return e.Unsupported(fmt.Sprintf("%s.parts[%d]", field, j), "system messages hold text only")
				}
				in.system(t)
			}
			continue
		}
		blocks, err := e.blocks(m, field)
		if err != nil {
			return err
		}
		role := roleOf(m.Role)
		if last := len(in.Messages) - 1; last >= 0 && in.Messages[last].Role == role {
			in.Messages[last].Content = append(in.Messages[last].Content, blocks...)
		} else if len(blocks) > 0 {
			in.Messages = append(in.Messages, types.Message{Role: role, Content: blocks})
		}
	}
	return nil
}

func (in *input) system(t providers.Text) {
	in.System = append(in.System, &types.SystemContentBlockMemberText{Value: t.Text})
	if point := cachePoint(t.Cache); point != nil {
		in.System = append(in.System, &types.SystemContentBlockMemberCachePoint{Value: *point})
	}
}

func roleOf(r providers.Role) types.ConversationRole {
	switch r {
	case providers.RoleAssistant:
		return types.ConversationRoleAssistant
	case providers.RoleSystem:
		return types.ConversationRoleSystem
	default:
		return types.ConversationRoleUser
	}
}

// blocks returns the content of one message. Parts of an answer that cannot be
// sent back are left out: empty texts, and thinking that this service did not
// sign.
func (e *encoder) blocks(m *providers.Message, field string) ([]types.ContentBlock, error) {
	out := make([]types.ContentBlock, 0, len(m.Parts))
	for j, p := range m.Parts {
		switch p := p.(type) {
		case providers.Text:
			if p.Text == "" && m.Role == providers.RoleAssistant {
				continue
			}
		case providers.Reasoning:
			if !e.signed(p) {
				continue
			}
		}
		b, err := e.block(p, fmt.Sprintf("%s.parts[%d]", field, j))
		if err != nil {
			return nil, err
		}
		out = append(out, b)
		if point := cachePoint(hintOf(p)); point != nil {
			out = append(out, &types.ContentBlockMemberCachePoint{Value: *point})
		}
	}
	return out, nil
}

// signed reports whether the service takes this thinking back. Signatures of
// Anthropic's models are the same wherever they are called.
func (e *encoder) signed(r providers.Reasoning) bool {
	switch r.Provider {
	case "", Name:
	case anthropic:
		if e.family.maker != anthropic {
			return false
		}
	default:
		return false
	}
	return r.Signature != "" || r.Encrypted != ""
}

// hintOf returns the cache hint of a part. Within results of tools there are no
// cache points, so theirs stands behind the result.
func hintOf(p providers.Part) *providers.CacheHint {
	switch p := p.(type) {
	case providers.Text:
		return p.Cache
	case providers.Image:
		return p.Cache
	case providers.Audio:
		return p.Cache
	case providers.File:
		return p.Cache
	case providers.ToolCall:
		return p.Cache
	case providers.ToolResult:
		hint := p.Cache
		for _, part := range p.Parts {
			if hint == nil {
				hint = hintOf(part)
			}
		}
		return hint
	}
	return nil
}

func cachePoint(h *providers.CacheHint) *types.CachePointBlock {
	if h == nil {
		return nil
	}
	c := &types.CachePointBlock{Type: types.CachePointTypeDefault}
	switch {
	case h.TTL > 5*time.Minute: // there are two lifetimes
		c.Ttl = types.CacheTTLOneHour
	case h.TTL > 0:
		c.Ttl = types.CacheTTLFiveMinutes
	}
	return c
}
