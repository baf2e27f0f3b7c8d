package bedrock

import (
	"encoding/json"
	"fmt"
	"maps"
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

// fields sets what goes to the model as it is.
func (e *encoder) fields(in *input, req *providers.Request) error {
	fields := map[string]any{}
	if req.TopK != nil {
		if err := e.topK(fields, *req.TopK); err != nil {
			return err
		}
	}
	if req.Reasoning != nil {
		if err := e.reasoning(in, fields, req.Reasoning); err != nil {
			return err
		}
	}
	if req.ParallelToolCalls != nil && !*req.ParallelToolCalls && len(req.Tools) > 0 {
		if e.family.maker != anthropic {
			return e.Unsupported("parallelToolCalls", "Converse cannot forbid this model several calls in one answer")
		}
		choice := map[string]any{"disable_parallel_tool_use": true}
		if req.ToolChoice.Mode == providers.ToolChoiceAuto { // else toolConfig says the type
			choice["type"] = "auto"
		}
		fields["tool_choice"] = choice
	}
	maps.Copy(fields, e.opts.ModelFields)
	if len(fields) == 0 {
		return nil
	}
	raw, err := json.Marshal(fields) // the SDK would leave out what it cannot encode
	if err != nil {
		return e.Transport(noContext, err)
	}
	in.AdditionalModelRequestFields = document(raw)
	return nil
}

func (e *encoder) topK(fields map[string]any, k int64) error {
	switch f := e.family; {
	case f.maker == anthropic, f.maker == mistral:
		fields["top_k"] = k
	case f.maker == cohere:
		fields["k"] = k
	case f.is(amazon, "nova"):
		fields["inferenceConfig"] = map[string]any{"topK": k}
	default:
		return e.Unsupported("topK", "is not in Converse, nor known of this model; its own field goes into Options.ModelFields")
	}
	return nil
}

// reasoning sets what steers thinking: the effort is Converse's own where the
// model has no other field for it, the rest are fields of the models.
func (e *encoder) reasoning(in *input, fields map[string]any, r *providers.Reasoner) error {
	switch f := e.family; {
	case f.maker == anthropic:
		if t := thinking(r); t != nil {
			fields["thinking"] = t
		}
		in.effort(r.Effort)
		return nil
	case f.is(amazon, "nova"):
		if r.Disabled {
			fields["reasoningConfig"] = map[string]any{"type": "disabled"}
			return nil
		}
		if r.Effort != "" {
			fields["reasoningConfig"] = map[string]any{"type": "enabled", "maxReasoningEffort": r.Effort}
		}
	case r.Effort == "":
	case f.is(openai, "gpt-oss"):
		fields["reasoning_effort"] = r.Effort
	case f.maker == openai:
		fields["reasoning"] = map[string]any{"effort": r.Effort}
	default:
		in.effort(r.Effort)
	}
	const problem = "is not in Converse, nor known of this model; its own field goes into Options.ModelFields"
	if r.Disabled {
		return e.Unsupported("reasoning.disabled", problem)
	}
	if r.BudgetTokens > 0 {
		return e.Unsupported("reasoning.budgetTokens", problem)
	}
	return nil
}

func (in *input) effort(effort string) {
	if effort != "" {
		in.output().Effort = &effort
	}
}

// thinking returns the field of that name of Anthropic's models.
func thinking(r *providers.Reasoner) map[string]any {
	var out map[string]any
	switch {
	case r.Disabled:
		return map[string]any{"type": "disabled"}
	case r.BudgetTokens > 0:
		out = map[string]any{"type": "enabled", "budget_tokens": r.BudgetTokens}
	case r.Include:
		out = map[string]any{"type": "adaptive"}
	default:
		return nil
	}
	if r.Include {
		out["display"] = "summarized"
	}
	return out
}

func (e *encoder) tools(in *input, req *providers.Request) error {
	if len(req.Tools) == 0 {
		return nil
	}
	c := &types.ToolConfiguration{Tools: make([]types.Tool, 0, len(req.Tools))}
	for i := range req.Tools {
		t := &req.Tools[i]
		if t.Builtin != nil {
			tool, err := e.builtin(t.Builtin, fmt.Sprintf("tools[%d].builtin", i))
			if err != nil {
				return err
			}
			c.Tools = append(c.Tools, tool)
			continue
		}
		schema := json.RawMessage(`{"type":"object"}`)
		if len(t.Parameters) > 0 {
			schema = t.Parameters
		}
		c.Tools = append(c.Tools, &types.ToolMemberToolSpec{Value: types.ToolSpecification{
			Name: &t.Name, Description: text(t.Description), Strict: t.Strict,
			InputSchema: &types.ToolInputSchemaMemberJson{Value: document(schema)},
		}})
		if point := cachePoint(t.Cache); point != nil {
			c.Tools = append(c.Tools, &types.ToolMemberCachePoint{Value: *point})
		}
	}
	switch req.ToolChoice.Mode {
	case providers.ToolChoiceAuto:
	case providers.ToolChoiceRequired:
		c.ToolChoice = &types.ToolChoiceMemberAny{}
	case providers.ToolChoiceNamed:
		c.ToolChoice = &types.ToolChoiceMemberTool{Value: types.SpecificToolChoice{Name: &req.ToolChoice.Name}}
	default:
		return e.Unsupported("toolChoice.mode", "Converse cannot forbid the use of tools; leave them out")
	}
	in.ToolConfig = c
	return nil
}

// builtin returns a tool that the service runs: {"systemTool":{"name":...}}.
func (e *encoder) builtin(o *providers.Opaque, field string) (types.Tool, error) {
	if o.Provider != Name {
		return nil, e.Unsupported(field, "is a tool of another vendor")
	}
	var w struct {
		SystemTool struct {
			Name string `json:"name"`
		} `json:"systemTool"`
	}
	if err := json.Unmarshal(o.JSON, &w); err != nil || w.SystemTool.Name == "" {
		return nil, e.Unsupported(field, "is not a systemTool with a name")
	}
	return &types.ToolMemberSystemTool{Value: types.SystemTool{Name: &w.SystemTool.Name}}, nil
}

// text returns a string parameter that is left out when empty.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
