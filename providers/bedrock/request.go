package bedrock

import (
	"fmt"
	"math"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/internal/adapter"
)

// input is one request as the SDK has it, but for the guardrail, which unary and
// streamed calls have each in a type of its own.
type input struct {
	sdk.ConverseInput
	guardrail Guardrail
}

// encoder turns one request into an input.
type encoder struct {
	adapter.Call
	opts   Options
	family family
	names  map[string]bool // of documents so far
}

// encode checks the request and returns its input.
func encode(req *providers.Request) (*input, error) {
	if err := req.Validate(); err != nil {
		return nil, adapter.Call{Provider: Name}.Refuse(err)
	}
	e := encoder{
		Call: adapter.Call{Provider: Name, Model: req.Model},
		opts: optionsOf(req.Extensions), family: familyOf(req.Model),
	}
	if err := e.refuse(req); err != nil {
		return nil, err
	}
	in := &input{guardrail: e.opts.Guardrail}
	in.ModelId = aws.String(req.Model)
	if err := e.messages(in, req); err != nil {
		return nil, err
	}
	if err := e.tools(in, req); err != nil {
		return nil, err
	}
	if err := e.fields(in, req); err != nil {
		return nil, err
	}
	if err := e.sampling(in, req); err != nil {
		return nil, err
	}
	e.format(in, req.Format)
	e.extras(in, req)
	return in, nil
}

// refuse reports the first option that Converse does not have.
func (e *encoder) refuse(req *providers.Request) error {
	for _, missing := range []struct {
		field string
		used  bool
	}{
		{"frequencyPenalty", req.FrequencyPenalty != nil},
		{"presencePenalty", req.PresencePenalty != nil},
		{"seed", req.Seed != nil},
		{"logitBias", len(req.LogitBias) > 0},
		{"topLogprobs", req.TopLogprobs != nil},
	} {
		if missing.used {
			return e.Unsupported(missing.field, "does not exist in Converse; a model's own field goes into Options.ModelFields")
		}
	}
	switch {
	case req.Choices > 1:
		return e.Unsupported("choices", "Converse gives one answer")
	case req.PreviousResponseID != "":
		return e.Unsupported("previousResponseID", "Converse stores no answers")
	case req.Store != nil && *req.Store:
		return e.Unsupported("store", "Converse stores no answers")
	case req.Format != nil && req.Format.Type == providers.FormatJSON:
		return e.Unsupported("format.type", "JSON needs a schema here; use json_schema")
	}
	for i, m := range req.OutputModalities {
		if m != providers.ModalityText {
			return e.Unsupported(fmt.Sprintf("outputModalities[%d]", i), "Converse can be asked for text alone")
		}
	}
	return nil
}

func (e *encoder) sampling(in *input, req *providers.Request) error {
	if req.MaxOutputTokens > math.MaxInt32 {
		return e.Unsupported("maxOutputTokens", "is more than the API can say")
	}
	if req.MaxOutputTokens == 0 && req.Temperature == nil && req.TopP == nil && len(req.StopSequences) == 0 {
		return nil
	}
	c := &types.InferenceConfiguration{
		Temperature: narrow(req.Temperature), TopP: narrow(req.TopP), StopSequences: req.StopSequences,
	}
	if n := int32(req.MaxOutputTokens); n > 0 { //nolint:gosec // checked above
		c.MaxTokens = &n
	}
	in.InferenceConfig = c
	return nil
}

func narrow(f *float64) *float32 {
	if f == nil {
		return nil
	}
	return aws.Float32(float32(*f))
}

func (e *encoder) format(in *input, f *providers.Format) {
	if f == nil || f.Type != providers.FormatJSONSchema {
		return
	}
	in.output().TextFormat = &types.OutputFormat{
		Type: types.OutputFormatTypeJsonSchema,
		Structure: &types.OutputFormatStructureMemberJsonSchema{Value: types.JsonSchemaDefinition{
			Schema: aws.String(string(f.Schema)), Name: text(f.Name), Description: text(f.Description),
		}},
	}
}

// output returns the output configuration, which is made when it is needed.
func (in *input) output() *types.OutputConfig {
	if in.OutputConfig == nil {
		in.OutputConfig = &types.OutputConfig{}
	}
	return in.OutputConfig
}

func (e *encoder) extras(in *input, req *providers.Request) {
	if req.ServiceTier != "" {
		in.ServiceTier = &types.ServiceTier{Type: types.ServiceTierType(req.ServiceTier)}
	}
	if len(req.Metadata) > 0 {
		in.RequestMetadata = req.Metadata
	}
	if e.opts.Latency != "" {
		in.PerformanceConfig = &types.PerformanceConfiguration{Latency: types.PerformanceConfigLatency(e.opts.Latency)}
	}
	in.AdditionalModelResponseFieldPaths = e.opts.ResponseFields
	if len(e.opts.PromptVariables) > 0 {
		in.PromptVariables = make(map[string]types.PromptVariableValues, len(e.opts.PromptVariables))
		for k, v := range e.opts.PromptVariables {
			in.PromptVariables[k] = &types.PromptVariableValuesMemberText{Value: v}
		}
	}
}

// unary returns the input of a unary call.
func (in *input) unary() *sdk.ConverseInput {
	if g := in.guardrail; g.ID != "" {
		in.GuardrailConfig = &types.GuardrailConfiguration{
			GuardrailIdentifier: &g.ID, GuardrailVersion: text(g.Version), Trace: types.GuardrailTrace(g.Trace),
		}
	}
	return &in.ConverseInput
}

// streamed returns the input of a streamed call.
func (in *input) streamed() *sdk.ConverseStreamInput {
	out := &sdk.ConverseStreamInput{
		ModelId: in.ModelId, Messages: in.Messages, System: in.System, ToolConfig: in.ToolConfig,
		InferenceConfig: in.InferenceConfig, OutputConfig: in.OutputConfig,
		AdditionalModelRequestFields:      in.AdditionalModelRequestFields,
		AdditionalModelResponseFieldPaths: in.AdditionalModelResponseFieldPaths,
		PerformanceConfig:                 in.PerformanceConfig, PromptVariables: in.PromptVariables,
		RequestMetadata: in.RequestMetadata, ServiceTier: in.ServiceTier,
	}
	if g := in.guardrail; g.ID != "" {
		out.GuardrailConfig = &types.GuardrailStreamConfiguration{
			GuardrailIdentifier: &g.ID, GuardrailVersion: text(g.Version), Trace: types.GuardrailTrace(g.Trace),
			StreamProcessingMode: types.GuardrailStreamProcessingMode(g.StreamMode),
		}
	}
	return out
}

// text returns a string parameter that is left out when empty.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
