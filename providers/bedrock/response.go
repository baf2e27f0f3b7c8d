package bedrock

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	sdkdocument "github.com/aws/aws-sdk-go-v2/service/bedrockruntime/document"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/internal/adapter"
)

// decode reads a unary reply.
func decode(call adapter.Call, r *reply, out *sdk.ConverseOutput) (*providers.Response, error) {
	var content []types.ContentBlock
	if m, ok := out.Output.(*types.ConverseOutputMemberMessage); ok {
		content = m.Value.Content
	}
	if len(content) == 0 && out.StopReason == "" {
		return nil, call.Malformed(r.resp, r.requestID(), "it is a message without content", nil)
	}
	resp := &providers.Response{
		RequestID: r.requestID(), Provider: Name, Model: call.Model,
		Choices: []providers.Choice{{
			Message:         providers.Message{Role: providers.RoleAssistant, Parts: parts(content)},
			FinishReason:    finishReason(out.StopReason),
			RawFinishReason: string(out.StopReason),
			StopSequence:    stopSequence(out.AdditionalModelResponseFields),
		}},
		Usage:       ledger(out.Usage),
		ServiceTier: tierOf(out.ServiceTier),
		Raw:         out,
	}
	if out.Trace != nil {
		set(&resp.Model, routed(out.Trace.PromptRouter))
	}
	return resp, nil
}

func parts(content []types.ContentBlock) []providers.Part {
	var out []providers.Part
	for i, b := range content {
		if i > 0 && b == content[i-1] {
			continue // the SDK repeats the one before for a block that it does not know
		}
		if p := part(b); p != nil {
			out = append(out, p)
		}
	}
	return out
}

// part returns a content block as a part; nil for an empty text.
func part(b types.ContentBlock) providers.Part {
	switch b := b.(type) {
	case nil:
		return nil
	case *types.ContentBlockMemberText:
		if b.Value == "" {
			return nil
		}
		return providers.Text{Text: b.Value}
	case *types.ContentBlockMemberCitationsContent:
		return citedText(b.Value)
	case *types.ContentBlockMemberReasoningContent:
		return reasoningPart(b.Value)
	case *types.ContentBlockMemberToolUse:
		if b.Value.Type == "" {
			return toolCall(&b.Value)
		}
	case *types.ContentBlockMemberImage:
		if m, ok := imageMedia(b.Value); ok {
			return providers.Image{Media: m}
		}
	}
	return opaque(b)
}

func citedText(b types.CitationsContentBlock) providers.Part {
	var s strings.Builder
	for _, c := range b.Content {
		if t, ok := c.(*types.CitationGeneratedContentMemberText); ok {
			s.WriteString(t.Value)
		}
	}
	t := providers.Text{Text: s.String(), Citations: citations(b.Citations)}
	if t.Text == "" && t.Citations == nil {
		return nil
	}
	return t
}

func reasoningPart(b types.ReasoningContentBlock) providers.Part {
	switch b := b.(type) {
	case *types.ReasoningContentBlockMemberReasoningText:
		return providers.Reasoning{Provider: Name, Text: value(b.Value.Text), Signature: value(b.Value.Signature)}
	case *types.ReasoningContentBlockMemberRedactedContent:
		return providers.Reasoning{Provider: Name, Encrypted: base64.StdEncoding.EncodeToString(b.Value)}
	}
	return nil
}

func toolCall(b *types.ToolUseBlock) providers.ToolCall {
	arguments := marshal(b.Input)
	if arguments == nil {
		arguments = json.RawMessage("{}")
	}
	return providers.ToolCall{ID: value(b.ToolUseId), Name: value(b.Name), Arguments: string(arguments)}
}

func imageMedia(b types.ImageBlock) (providers.Media, bool) {
	m := providers.Media{MIMEType: "image/" + string(b.Format)}
	switch s := b.Source.(type) {
	case *types.ImageSourceMemberBytes:
		m.Data = s.Value
	case *types.ImageSourceMemberS3Location:
		m.URI = value(s.Value.Uri)
	}
	return m, len(m.Data) > 0 || m.URI != ""
}

// finishReason returns the conventions' name of a reason; one without a
// counterpart ("malformed_tool_use") stays as it came.
func finishReason(reason types.StopReason) providers.FinishReason {
	switch reason {
	case "":
		return providers.FinishError
	case types.StopReasonEndTurn, types.StopReasonStopSequence:
		return providers.FinishStop
	case types.StopReasonMaxTokens, types.StopReasonModelContextWindowExceeded:
		return providers.FinishLength
	case types.StopReasonToolUse:
		return providers.FinishToolCall
	case types.StopReasonGuardrailIntervened, types.StopReasonContentFiltered:
		return providers.FinishContentFilter
	}
	return providers.FinishReason(reason)
}

// stopSequence returns the field of that name of the model's own answer, which
// comes only if Options.ResponseFields asked for it.
func stopSequence(d sdkdocument.Interface) string {
	var w struct {
		StopSequence string `json:"stop_sequence"`
	}
	if json.Unmarshal(marshal(d), &w) != nil {
		return ""
	}
	return w.StopSequence
}

func tierOf(t *types.ServiceTier) string {
	if t == nil {
		return ""
	}
	return string(t.Type)
}

// routed returns the model that a prompt router chose.
func routed(t *types.PromptRouterTrace) string {
	if t == nil {
		return ""
	}
	return value(t.InvokedModelId)
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
