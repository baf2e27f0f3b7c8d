package openai_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"testing"
	"time"

	sdk "github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/packages/param"
	"github.com/openai/openai-go/v3/responses"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/openai"
)

// responsesFields says where each field of a request goes in the Responses API.
var responsesFields = map[string]string{
	"Model": "model", "System": "instructions", "Messages": "input", "Tools": "tools", "ToolChoice": "tool_choice",
	"ParallelToolCalls": "parallel_tool_calls", "Format": "text", "OutputModalities": implied,
	"Voice": unsupported, "AudioFormat": unsupported, "MaxOutputTokens": "max_output_tokens",
	"Temperature": "temperature", "TopP": "top_p", "TopK": unsupported,
	"FrequencyPenalty": unsupported, "PresencePenalty": unsupported, "Seed": unsupported,
	"StopSequences": unsupported, "Choices": unsupported, "TopLogprobs": "top_logprobs", "LogitBias": unsupported,
	"Reasoning": "reasoning", "Verbosity": "text", "ServiceTier": "service_tier",
	"PromptCacheKey": "prompt_cache_key", "PromptCacheRetention": "prompt_cache_retention",
	"PreviousResponseID": "previous_response_id", "Store": "store", "User": "user", "Metadata": "metadata",
	"Extensions": "truncation",
}

const implied = "(implied)"

// fullResponses sets every field that the API has.
func fullResponses() *providers.Request {
	schema := json.RawMessage(`{"type":"object","properties":{"z":{"type":"string"},"a":{"type":"integer"}},"required":["z"]}`)
	return &providers.Request{
		Model:  "gpt-5.6",
		System: []providers.Text{{Text: "Be terse."}, {Text: "Be kind."}},
		Messages: []providers.Message{
			{Role: providers.RoleSystem, Parts: []providers.Part{providers.Text{Text: "Rule 1."}, providers.Text{Text: "Rule 2."}}},
			{Role: providers.RoleUser, Parts: []providers.Part{
				providers.Text{Text: "Look:", Cache: &providers.CacheHint{TTL: 30 * time.Minute}},
				providers.Image{Media: providers.Media{MIMEType: "image/png", Data: []byte{1, 2, 3}}, Detail: "low", Cache: &providers.CacheHint{}},
				providers.Image{Media: providers.Media{URI: "https://example.com/a.png"}},
				providers.Image{Media: providers.Media{FileID: "file-0"}},
				providers.File{Media: providers.Media{MIMEType: "application/pdf", Data: []byte{5}}, Cache: &providers.CacheHint{}},
				providers.File{Media: providers.Media{URI: "https://example.com/a.pdf"}},
				providers.File{Media: providers.Media{FileID: "file-1"}},
				providers.Opaque{Provider: "openai", Type: "input_novel", JSON: json.RawMessage(`{"type":"input_novel","x":1}`)},
			}},
			{Role: providers.RoleAssistant, Parts: []providers.Part{
				providers.Reasoning{Provider: "openai", ID: "rs_1", Text: "Hm.", Encrypted: "gAAAA"},
				providers.Reasoning{Provider: "anthropic", Text: "Not mine.", Signature: "s"},
				providers.Reasoning{Provider: "openai", Text: "Of Chat Completions."},
				providers.Reasoning{Provider: "azure.ai.openai", ID: "rs_2", Encrypted: "of another service"},
				providers.Opaque{Provider: "openai", Type: "web_search_call", JSON: json.RawMessage(`{"type":"web_search_call","id":"ws_1","status":"completed"}`)},
				providers.Text{Text: "Let me see."},
				providers.Refusal{Text: "Not that."},
				providers.ToolCall{ID: "call_1", Name: "get_weather", Arguments: `{"z":"x"}`},
				providers.ToolCall{ID: "call_2", Name: "run", Arguments: `"print(1)"`},
				providers.Text{Text: "Wait."},
			}},
			{Role: providers.RoleTool, Parts: []providers.Part{
				providers.TextResult("call_1", "get_weather", "sunny"),
				providers.ToolResult{CallID: "call_1", Parts: []providers.Part{
					providers.Text{Text: "1"}, providers.Image{Media: providers.Media{URI: "https://example.com/b.png"}},
				}},
				providers.ToolResult{CallID: "call_2"},
			}},
			{Role: providers.RoleUser, Parts: []providers.Part{
				providers.Text{Text: "And now?"},
				providers.Opaque{Provider: "openai", Type: "mcp_approval_response", JSON: json.RawMessage(`{"type":"mcp_approval_response","approval_request_id":"m","approve":true}`)},
			}},
		},
		Tools: []providers.Tool{
			{Name: "get_weather", Description: "Weather.", Parameters: schema, Strict: new(true)},
			{Name: "now"},
			{Name: "run", Builtin: &providers.Opaque{Provider: "openai", Type: "custom", JSON: json.RawMessage(`{"type":"custom","name":"run"}`)}},
			{Name: "web_search", Builtin: &providers.Opaque{Provider: "openai", Type: "web_search", JSON: json.RawMessage(`{"type":"web_search","search_context_size":"low"}`)}},
		},
		ToolChoice:        providers.ToolChoice{Mode: providers.ToolChoiceNamed, Name: "run"},
		ParallelToolCalls: new(false),
		Format:            &providers.Format{Type: providers.FormatJSONSchema, Name: "facts", Schema: schema, Description: "Facts.", Strict: new(true)},
		OutputModalities:  []providers.Modality{providers.ModalityText},
		MaxOutputTokens:   100, Temperature: new(0.0), TopP: new(0.5), TopLogprobs: new(int64(3)),
		Reasoning: &providers.Reasoner{Effort: "low", Include: true}, Verbosity: "low", ServiceTier: "flex",
		PromptCacheKey: "key", PromptCacheRetention: "24h", PreviousResponseID: "resp_0", Store: new(false),
		User: "u1", Metadata: map[string]string{"team": "a"},
		Extensions: []providers.Extension{
			other{},
			openai.Options{
				SafetyIdentifier: "s1", CacheBreakpoints: true, IncludeObfuscation: new(false),
				PromptCache: &sdk.ChatCompletionNewParamsPromptCacheOptions{Mode: "explicit", Ttl: "30m"},
				Moderation: &sdk.ChatCompletionNewParamsModeration{Model: "omni", Policy: sdk.ChatCompletionNewParamsModerationPolicy{
					Input: sdk.ChatCompletionNewParamsModerationPolicyInput{Mode: "score"},
				}},
				ExtraFields: map[string]any{"novel_option": true},
			},
			openai.ResponsesOptions{
				Summary: "concise", Truncation: "auto", MaxToolCalls: 4,
				Include: []responses.ResponseIncludable{responses.ResponseIncludableWebSearchCallActionSources},
			},
			&openai.ResponsesOptions{
				Truncation: "disabled", Conversation: "conv_1",
				Include: []responses.ResponseIncludable{responses.ResponseIncludableReasoningEncryptedContent},
			},
			(*openai.ResponsesOptions)(nil),
		},
	}
}

func TestResponsesRequestCoversEveryField(t *testing.T) {
	body := sent(t, fullResponses(), true, openai.WithResponsesAPI())
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		t.Fatal(err)
	}
	typ := reflect.TypeFor[providers.Request]()
	for i := range typ.NumField() {
		name := typ.Field(i).Name
		switch field, ok := responsesFields[name]; {
		case !ok:
			t.Errorf("Request.%s is neither mapped nor refused", name)
		case field == unsupported, field == implied:
		case fields[field] == nil:
			t.Errorf("Request.%s did not reach the field %s", name, field)
		case reflect.ValueOf(fullResponses()).Elem().Field(i).IsZero():
			t.Errorf("Request.%s is not set by the test", name)
		}
	}
	golden(t, "testdata/responses_request.json", body)
}

func TestResponsesUnsupportedIsRefused(t *testing.T) {
	part := func(role providers.Role, p ...providers.Part) func(*providers.Request) {
		return func(r *providers.Request) {
			r.Messages = append(r.Messages, providers.Message{Role: providers.RoleAssistant, Parts: []providers.Part{
				providers.ToolCall{ID: "c", Name: "f", Arguments: "{}"},
			}}, providers.Message{Role: role, Parts: p})
		}
	}
	extension := func(o openai.Options) func(*providers.Request) {
		return func(r *providers.Request) { r.Extensions = []providers.Extension{o} }
	}
	foreign := providers.Opaque{Provider: "anthropic", JSON: json.RawMessage(`{"type":"x"}`)}
	untyped := providers.Opaque{Provider: "openai", Type: "reasoning_details", JSON: json.RawMessage(`[1]`)}
	audio := providers.Audio{Media: providers.Media{MIMEType: "audio/wav", Data: []byte{1}}}
	cases := map[string]struct {
		field string
		spoil func(*providers.Request)
	}{
		"top k":              {"topK", func(r *providers.Request) { r.TopK = new(int64(1)) }},
		"frequency penalty":  {"frequencyPenalty", func(r *providers.Request) { r.FrequencyPenalty = new(0.0) }},
		"presence penalty":   {"presencePenalty", func(r *providers.Request) { r.PresencePenalty = new(0.5) }},
		"seed":               {"seed", func(r *providers.Request) { r.Seed = new(int64(0)) }},
		"stop sequences":     {"stopSequences", func(r *providers.Request) { r.StopSequences = []string{"END"} }},
		"logit bias":         {"logitBias", func(r *providers.Request) { r.LogitBias = map[string]int64{"1": 2} }},
		"choices":            {"choices", func(r *providers.Request) { r.Choices = 2 }},
		"budget":             {"reasoning.budgetTokens", func(r *providers.Request) { r.Reasoning = &providers.Reasoner{BudgetTokens: 1} }},
		"audio output":       {"outputModalities[1]", func(r *providers.Request) { r.OutputModalities = []providers.Modality{"text", "audio"} }},
		"image output":       {"outputModalities[0]", func(r *providers.Request) { r.OutputModalities = []providers.Modality{"image"} }},
		"prediction":         {"extensions.prediction", extension(openai.Options{Prediction: "x"})},
		"web search":         {"extensions.webSearch", extension(openai.Options{WebSearch: &sdk.ChatCompletionNewParamsWebSearchOptions{}})},
		"chat's tool choice": {"extensions.toolChoice", extension(openai.Options{ToolChoice: &sdk.ChatCompletionToolChoiceOptionUnionParam{}})},
		"name":               {"messages[0].name", func(r *providers.Request) { r.Messages[0].Name = "ann" }},
		"audio":              {"messages[2].parts[0]", part(providers.RoleUser, audio)},
		"audio sent back":    {"messages[2].parts[0]", part(providers.RoleAssistant, providers.Audio{ID: "audio_1"})},
		"system image":       {"messages[2].parts[0]", part(providers.RoleSystem, providers.Image{Media: providers.Media{FileID: "f"}})},
		"foreign part":       {"messages[2].parts[0]", part(providers.RoleUser, foreign)},
		"foreign item":       {"messages[2].parts[0]", part(providers.RoleAssistant, foreign)},
		"item of chat":       {"messages[2].parts[0]", part(providers.RoleAssistant, untyped)},
		"part of chat":       {"messages[2].parts[0]", part(providers.RoleUser, untyped)},
		"foreign in tool":    {"messages[2].parts[0].parts[0]", part(providers.RoleTool, providers.ToolResult{CallID: "c", Parts: []providers.Part{foreign}})},
		"foreign tool": {"tools[0].builtin", func(r *providers.Request) {
			r.Tools = []providers.Tool{{Name: "x", Builtin: &foreign}}
		}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			req := hello()
			c.spoil(req)
			p := replay(t, func(http.ResponseWriter, *http.Request) { t.Error("sent") }, openai.WithResponsesAPI())
			_, err := p.Generate(t.Context(), req)
			var f *providers.FieldError
			if providers.KindOf(err) != providers.KindUnsupported || !errors.As(err, &f) || f.Field != c.field {
				t.Errorf("got %v, want the field %s", err, c.field)
			}
		})
	}
}

func TestChatRefusesOptionsOfResponses(t *testing.T) {
	req := hello()
	req.Extensions = []providers.Extension{other{}, openai.ResponsesOptions{Conversation: "conv_1"}}
	_, err := replay(t, func(http.ResponseWriter, *http.Request) { t.Error("sent") }).Generate(t.Context(), req)
	var f *providers.FieldError
	if providers.KindOf(err) != providers.KindUnsupported || !errors.As(err, &f) || f.Field != "extensions[1]" {
		t.Errorf("got %v", err)
	}
}

func TestResponsesRequestForms(t *testing.T) {
	builtin := func(json string) func(*providers.Request) {
		return func(r *providers.Request) {
			r.Tools = append(r.Tools, providers.Tool{Name: "b", Builtin: &providers.Opaque{Provider: "openai", JSON: []byte(json)}})
			r.ToolChoice = providers.ToolChoice{Mode: providers.ToolChoiceNamed, Name: "b"}
		}
	}
	answer := func(store *bool, parts ...providers.Part) func(*providers.Request) {
		return func(r *providers.Request) {
			r.Store = store
			r.Messages = []providers.Message{{Role: providers.RoleAssistant, Parts: parts}}
		}
	}
	thinking := func(o *providers.Reasoner, store *bool) func(*providers.Request) {
		return func(r *providers.Request) { r.Reasoning, r.Store = o, store }
	}
	stored := providers.Reasoning{ID: "rs_1", Text: "Hm."}
	own := responses.ResponseNewParamsToolChoiceUnion{OfToolChoiceMode: param.NewOpt(responses.ToolChoiceOptionsAuto)}
	cases := map[string]struct {
		edit        func(*providers.Request)
		field, want string
		name        string
	}{
		"plain input":     {func(*providers.Request) {}, "input", `[{"content":"hi","role":"user"}]`, ""},
		"no instructions": {func(*providers.Request) {}, "instructions", ``, ""},
		"required":        {func(r *providers.Request) { r.ToolChoice.Mode = providers.ToolChoiceRequired }, "tool_choice", `"required"`, ""},
		"none":            {func(r *providers.Request) { r.ToolChoice.Mode = providers.ToolChoiceNone }, "tool_choice", `"none"`, ""},
		"function":        {func(r *providers.Request) { r.ToolChoice = providers.ToolChoice{Mode: "named", Name: "f"} }, "tool_choice", `{"name":"f","type":"function"}`, ""},
		"hosted tool":     {builtin(`{"type":"web_search"}`), "tool_choice", `{"type":"web_search"}`, ""},
		"mcp":             {builtin(`{"type":"mcp","server_label":"s"}`), "tool_choice", `{"server_label":"s","type":"mcp"}`, ""},
		"own choice": {func(r *providers.Request) {
			r.Extensions = []providers.Extension{openai.ResponsesOptions{ToolChoice: &own}}
		}, "tool_choice", `"auto"`, ""},
		"text":             {func(r *providers.Request) { r.Format = &providers.Format{Type: "text"} }, "text", `{"format":{"type":"text"}}`, ""},
		"json":             {func(r *providers.Request) { r.Format = &providers.Format{Type: "json"} }, "text", `{"format":{"type":"json_object"}}`, ""},
		"no effort":        {thinking(&providers.Reasoner{Effort: "high", Disabled: true, Include: true}, nil), "reasoning", `{"effort":"none"}`, ""},
		"effort alone":     {thinking(&providers.Reasoner{Effort: "low"}, nil), "reasoning", `{"effort":"low"}`, ""},
		"summary":          {thinking(&providers.Reasoner{Include: true}, nil), "reasoning", `{"summary":"auto"}`, ""},
		"stored thinking":  {thinking(&providers.Reasoner{Include: true}, new(true)), "include", ``, ""},
		"kept thinking":    {thinking(&providers.Reasoner{Effort: "low"}, new(false)), "include", `["reasoning.encrypted_content"]`, ""},
		"no thinking":      {thinking(nil, new(false)), "include", ``, ""},
		"thinking by id":   {answer(nil, stored), "input", `[{"id":"rs_1","summary":[{"text":"Hm.","type":"summary_text"}],"type":"reasoning"}]`, ""},
		"several thoughts": {answer(nil, stored, providers.Reasoning{ID: "rs_1", Text: "So."}, providers.Reasoning{ID: "rs_2", Text: "Ah."}), "input", `[{"id":"rs_1","summary":[{"text":"Hm.","type":"summary_text"},{"text":"So.","type":"summary_text"}],"type":"reasoning"},{"id":"rs_2","summary":[{"text":"Ah.","type":"summary_text"}],"type":"reasoning"}]`, ""},
		"open thoughts":    {answer(nil, stored, providers.Reasoning{ID: "rs_1", Text: "So."}), "input", `[{"id":"rs_1","summary":[],"content":[{"text":"Hm.","type":"reasoning_text"},{"text":"So.","type":"reasoning_text"}],"type":"reasoning"}]`, "vllm"},
		"phases": {answer(nil, providers.Text{Text: "a", Phase: "commentary"}, providers.Text{Text: "b", Phase: "commentary"}, providers.Text{Text: "c", Phase: "final_answer"}), "input", `[{"content":[{"text":"a","type":"output_text"},{"text":"b","type":"output_text"}],"phase":"commentary","role":"assistant","type":"message"},` +
			`{"content":"c","role":"assistant","phase":"final_answer"}]`, ""},
		"nothing stored": {answer(new(false), stored, providers.Text{Text: "a"}), "input", `[{"content":"a","role":"assistant"}]`, ""},
		"open thinking":  {answer(nil, stored), "input", `[{"id":"rs_1","summary":[],"content":[{"text":"Hm.","type":"reasoning_text"}],"type":"reasoning"}]`, "vllm"},
		"several texts":  {answer(nil, providers.Text{Text: "a"}, providers.Text{Text: "b"}), "input", `[{"content":[{"text":"a","type":"output_text"},{"text":"b","type":"output_text"}],"role":"assistant","type":"message"}]`, ""},
		"no parameters":  {func(r *providers.Request) { r.Tools = []providers.Tool{{Name: "f"}} }, "tools", `[{"name":"f","type":"function","parameters":{"type":"object","properties":{}}}]`, ""},
		"schema's order": {func(r *providers.Request) {
			r.Format = &providers.Format{Type: "json_schema", Name: "n", Schema: json.RawMessage(`{"z":1,"a":2}`)}
		}, "text", `{"format":{"name":"n","type":"json_schema","schema":{"z":1,"a":2}}}`, ""},
		"parameters' order": {func(r *providers.Request) {
			r.Tools[0].Parameters = json.RawMessage(`{"z":1,"a":2}`)
		}, "tools", `[{"name":"f","type":"function","parameters":{"z":1,"a":2}}]`, ""},
		"marked system": {func(r *providers.Request) {
			r.System = []providers.Text{{Text: "s", Cache: &providers.CacheHint{}}}
			r.Extensions = []providers.Extension{openai.Options{CacheBreakpoints: true}}
		}, "input", `[{"content":[{"text":"s","prompt_cache_breakpoint":{"mode":"explicit"},"type":"input_text"}],"role":"system"},{"content":"hi","role":"user"}]`, ""},
		"unmarked system": {func(r *providers.Request) { r.System = []providers.Text{{Text: "s", Cache: &providers.CacheHint{}}} }, "instructions", `"s"`, ""},
		"stored custom call": {func(r *providers.Request) {
			r.PreviousResponseID = "resp_1"
			r.Tools = []providers.Tool{{Name: "run", Builtin: &providers.Opaque{Provider: "openai", JSON: []byte(`{"type":"custom","name":"run"}`)}}}
			r.Messages = []providers.Message{{Role: "tool", Parts: []providers.Part{providers.TextResult("c", "run", "1")}}}
		}, "input", `[{"call_id":"c","type":"custom_tool_call_output","output":"1"}]`, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			req := hello()
			req.Tools = []providers.Tool{{Name: "f"}}
			c.edit(req)
			var fields map[string]json.RawMessage
			if err := json.Unmarshal(sent(t, req, false, openai.WithResponsesAPI(), openai.WithName(c.name)), &fields); err != nil {
				t.Fatal(err)
			}
			if got := string(fields[c.field]); got != c.want {
				t.Errorf("%s = %s, want %s", c.field, got, c.want)
			}
		})
	}
}
