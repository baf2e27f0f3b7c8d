package bedrock

import (
	"encoding/json"
	"maps"

	"github.com/llmotel/sdk/providers"
)

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
