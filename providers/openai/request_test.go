package openai_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net/http"
	"os"
	"reflect"
	"testing"
	"time"

	sdk "github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/shared"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/openai"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// requestFields says where each field of a request goes. A field that is not
// here is one that the adapter has not heard of.
var requestFields = map[string]string{
	"Model": "model", "System": "messages", "Messages": "messages", "Tools": "tools", "ToolChoice": "tool_choice",
	"ParallelToolCalls": "parallel_tool_calls", "Format": "response_format", "OutputModalities": "modalities",
	"Voice": "audio", "AudioFormat": "audio", "MaxOutputTokens": "max_completion_tokens",
	"Temperature": "temperature", "TopP": "top_p", "TopK": unsupported,
	"FrequencyPenalty": "frequency_penalty", "PresencePenalty": "presence_penalty", "Seed": "seed",
	"StopSequences": "stop", "Choices": "n", "TopLogprobs": "top_logprobs", "LogitBias": "logit_bias",
	"Reasoning": "reasoning_effort", "Verbosity": "verbosity", "ServiceTier": "service_tier",
	"PromptCacheKey": "prompt_cache_key", "PromptCacheRetention": "prompt_cache_retention",
	"PreviousResponseID": unsupported, "Store": "store", "User": "user", "Metadata": "metadata",
	"Extensions": "prediction",
}

const unsupported = "(refused)"

// full sets every field that the protocol has.
func full() *providers.Request {
	schema := json.RawMessage(`{"type":"object","properties":{"z":{"type":"string"},"a":{"type":"integer"}},"required":["z"]}`)
	return &providers.Request{
		Model:  "gpt-5.6",
		System: []providers.Text{{Text: "Be terse.", Cache: &providers.CacheHint{}}},
		Messages: []providers.Message{
			{Role: providers.RoleSystem, Name: "rules", Parts: []providers.Part{providers.Text{Text: "Rule 1."}, providers.Text{Text: "Rule 2."}}},
			{Role: providers.RoleUser, Name: "ann", Parts: []providers.Part{
				providers.Text{Text: "Look:", Cache: &providers.CacheHint{TTL: 24 * time.Hour}},
				providers.Image{Media: providers.Media{MIMEType: "image/png", Data: []byte{1, 2, 3}}, Detail: "low"},
				providers.Image{Media: providers.Media{URI: "https://example.com/a.png"}},
				providers.Audio{Media: providers.Media{MIMEType: "audio/mpeg", Data: []byte{4}}},
				providers.File{Media: providers.Media{MIMEType: "application/pdf", Data: []byte{5}}, Name: "a.pdf"},
				providers.File{Media: providers.Media{FileID: "file-1"}},
				providers.Opaque{Provider: "openai", Type: "novel", JSON: json.RawMessage(`{"type":"novel","x":1}`)},
			}},
			{Role: providers.RoleAssistant, Parts: []providers.Part{
				providers.Reasoning{Text: "Hm."},
				providers.Reasoning{Provider: "anthropic", Text: "Not mine.", Signature: "s"},
				providers.Text{Text: "Let me see."},
				providers.Refusal{Text: "Not that."},
				providers.Audio{ID: "audio_1"},
				providers.ToolCall{ID: "call_1", Name: "get_weather", Arguments: `{"z":"x"}`},
				providers.ToolCall{ID: "call_2", Name: "run", Arguments: `"print(1)"`},
			}},
			{Role: providers.RoleTool, Parts: []providers.Part{
				providers.TextResult("call_1", "get_weather", "sunny"),
				providers.ToolResult{CallID: "call_2", Parts: []providers.Part{providers.Text{Text: "1"}, providers.Text{Text: "2"}}},
				providers.ToolResult{CallID: "call_2", Parts: []providers.Part{
					providers.Opaque{Provider: "openai", Type: "novel", JSON: json.RawMessage(`{"type":"novel","x":2}`)},
				}},
			}},
			{Role: providers.RoleUser, Parts: []providers.Part{providers.Text{Text: "And now?"}}},
		},
		Tools: []providers.Tool{
			{Name: "get_weather", Description: "Weather.", Parameters: schema, Strict: new(true)},
			{Name: "now"},
			{Name: "run", Builtin: &providers.Opaque{Provider: "openai", Type: "custom", JSON: json.RawMessage(`{"type":"custom","custom":{"name":"run"}}`)}},
		},
		ToolChoice:        providers.ToolChoice{Mode: providers.ToolChoiceNamed, Name: "run"},
		ParallelToolCalls: new(false),
		Format:            &providers.Format{Type: providers.FormatJSONSchema, Name: "facts", Schema: schema, Description: "Facts.", Strict: new(true)},
		OutputModalities:  []providers.Modality{providers.ModalityText, providers.ModalityAudio},
		Voice:             "alloy", AudioFormat: "mp3",
		MaxOutputTokens: 100, Temperature: new(0.0), TopP: new(0.5),
		FrequencyPenalty: new(0.1), PresencePenalty: new(-0.1), Seed: new(int64(7)),
		StopSequences: []string{"END"}, Choices: 2, TopLogprobs: new(int64(3)), LogitBias: map[string]int64{"50256": -100},
		Reasoning: &providers.Reasoner{Effort: "low", Include: true}, Verbosity: "low", ServiceTier: "flex",
		PromptCacheKey: "key", PromptCacheRetention: "24h", Store: new(false),
		User: "u1", Metadata: map[string]string{"team": "a"},
		Extensions: []providers.Extension{
			other{},
			openai.Options{
				Prediction: "Oslo is", SafetyIdentifier: "s1", CacheBreakpoints: true, IncludeObfuscation: new(false),
				WebSearch:   &sdk.ChatCompletionNewParamsWebSearchOptions{SearchContextSize: "low"},
				PromptCache: &sdk.ChatCompletionNewParamsPromptCacheOptions{Mode: "explicit"},
				Moderation:  &sdk.ChatCompletionNewParamsModeration{Model: "omni"},
				ExtraFields: map[string]any{"novel_option": true},
			},
			&openai.Options{ExtraFields: map[string]any{"seed": 8}},
		},
	}
}

// other is an extension of another vendor.
type other struct{}

func (other) ExtensionOf() string { return "gemini" }

func TestRequestCoversEveryField(t *testing.T) {
	body := sent(t, full(), true)
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		t.Fatal(err)
	}
	typ := reflect.TypeFor[providers.Request]()
	for i := range typ.NumField() {
		name := typ.Field(i).Name
		switch field, ok := requestFields[name]; {
		case !ok:
			t.Errorf("Request.%s is neither mapped nor refused", name)
		case field == unsupported:
		case fields[field] == nil:
			t.Errorf("Request.%s did not reach the field %s", name, field)
		case reflect.ValueOf(full()).Elem().Field(i).IsZero():
			t.Errorf("Request.%s is not set by the test", name)
		}
	}
	golden(t, "testdata/request.json", body)
}

func TestRequestDialect(t *testing.T) {
	req := &providers.Request{
		Model: "deepseek-chat", MaxOutputTokens: 5, Reasoning: &providers.Reasoner{Disabled: true},
		Messages: []providers.Message{
			providers.UserText("hi"),
			{Role: providers.RoleAssistant, Parts: []providers.Part{
				providers.Reasoning{Provider: "deepseek", Text: "Hm."},
				providers.Text{Text: "Yes."},
				providers.Opaque{Provider: "deepseek", Type: "reasoning_details", JSON: json.RawMessage(`[1]`)},
			}},
		},
	}
	body := sent(t, req, true, openai.WithName("deepseek"), openai.WithLegacyMaxTokens(),
		openai.WithoutStreamUsage(), openai.WithReasoningField("reasoning_content"))
	want := `{"messages":[{"content":"hi","role":"user"},{"content":"Yes.","role":"assistant","reasoning_content":"Hm.","reasoning_details":[1]}],` +
		`"model":"deepseek-chat","max_tokens":5,"reasoning_effort":"none","stream":true}`
	if string(body) != want {
		t.Errorf("got  %s\nwant %s", body, want)
	}
}

func TestUnsupportedIsRefused(t *testing.T) {
	part := func(role providers.Role, p ...providers.Part) func(*providers.Request) {
		return func(r *providers.Request) {
			r.Messages = append(r.Messages, providers.Message{Role: providers.RoleAssistant, Parts: []providers.Part{
				providers.ToolCall{ID: "c", Name: "f", Arguments: "{}"},
			}}, providers.Message{Role: role, Parts: p})
		}
	}
	image := providers.Image{Media: providers.Media{URI: "https://example.com/a.png"}}
	cases := map[string]struct {
		field string
		spoil func(*providers.Request)
	}{
		"top k":         {"topK", func(r *providers.Request) { r.TopK = new(int64(1)) }},
		"response id":   {"previousResponseID", func(r *providers.Request) { r.PreviousResponseID = "resp_1" }},
		"budget":        {"reasoning.budgetTokens", func(r *providers.Request) { r.Reasoning = &providers.Reasoner{BudgetTokens: 1} }},
		"image output":  {"outputModalities[0]", func(r *providers.Request) { r.OutputModalities = []providers.Modality{"image"} }},
		"image in tool": {"messages[2].parts[0].parts[0]", part(providers.RoleTool, providers.ToolResult{CallID: "c", Parts: []providers.Part{image}})},
		"foreign in tool": {"messages[2].parts[0].parts[0]", part(providers.RoleTool, providers.ToolResult{CallID: "c", Parts: []providers.Part{
			providers.Opaque{Provider: "anthropic", JSON: json.RawMessage("{}")},
		}})},
		"assistant file": {"messages[2].parts[0]", part(providers.RoleAssistant, image)},
		"system image":   {"messages[2].parts[0]", part(providers.RoleSystem, image)},
		"image by id":    {"messages[2].parts[0].fileID", part(providers.RoleUser, providers.Image{Media: providers.Media{FileID: "f"}})},
		"file by uri":    {"messages[2].parts[0].uri", part(providers.RoleUser, providers.File{Media: providers.Media{URI: "https://example.com"}})},
		"audio by uri":   {"messages[2].parts[0]", part(providers.RoleUser, providers.Audio{Media: providers.Media{URI: "https://example.com"}})},
		"foreign part":   {"messages[2].parts[0]", part(providers.RoleUser, providers.Opaque{Provider: "anthropic", JSON: json.RawMessage("{}")})},
		"foreign tool": {"tools[0].builtin", func(r *providers.Request) {
			r.Tools = []providers.Tool{{Name: "x", Builtin: &providers.Opaque{Provider: "anthropic", JSON: json.RawMessage("{}")}}}
		}},
		"tool name": {"messages[2].name", func(r *providers.Request) {
			part(providers.RoleTool, providers.TextResult("c", "f", "1"))(r)
			r.Messages[2].Name = "x"
		}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			req := hello()
			c.spoil(req)
			_, err := replay(t, func(http.ResponseWriter, *http.Request) { t.Error("sent") }).Generate(t.Context(), req)
			var f *providers.FieldError
			if providers.KindOf(err) != providers.KindUnsupported || !errors.As(err, &f) || f.Field != c.field {
				t.Errorf("got %v, want the field %s", err, c.field)
			}
		})
	}
}

func TestRequestForms(t *testing.T) {
	allowed := sdk.ChatCompletionToolChoiceOptionUnionParam{OfAuto: sdk.String("auto")}
	cases := map[string]struct {
		edit  func(*providers.Request)
		field string
		want  string
	}{
		"required":   {func(r *providers.Request) { r.ToolChoice.Mode = providers.ToolChoiceRequired }, "tool_choice", `"required"`},
		"none":       {func(r *providers.Request) { r.ToolChoice.Mode = providers.ToolChoiceNone }, "tool_choice", `"none"`},
		"named":      {func(r *providers.Request) { r.ToolChoice = providers.ToolChoice{Mode: "named", Name: "f"} }, "tool_choice", `{"function":{"name":"f"},"type":"function"}`},
		"own":        {func(r *providers.Request) { r.Extensions = []providers.Extension{openai.Options{ToolChoice: &allowed}} }, "tool_choice", `"auto"`},
		"text":       {func(r *providers.Request) { r.Format = &providers.Format{Type: "text"} }, "response_format", `{"type":"text"}`},
		"json":       {func(r *providers.Request) { r.Format = &providers.Format{Type: "json"} }, "response_format", `{"type":"json_object"}`},
		"no effort":  {func(r *providers.Request) { r.Reasoning = &providers.Reasoner{Effort: "high", Disabled: true} }, "reasoning_effort", `"` + string(shared.ReasoningEffortNone) + `"`},
		"one choice": {func(r *providers.Request) { r.Choices = 1 }, "n", ``},
		"empty result": {func(r *providers.Request) {
			r.Messages = []providers.Message{
				{Role: "assistant", Parts: []providers.Part{providers.ToolCall{ID: "c", Name: "f"}}},
				{Role: "tool", Parts: []providers.Part{providers.ToolResult{CallID: "c"}}},
				{Role: "assistant", Parts: []providers.Part{providers.Reasoning{Text: "left out"}}},
			}
		}, "messages", `[{"tool_calls":[{"id":"c","function":{"arguments":"","name":"f"},"type":"function"}],"role":"assistant"},{"content":"","tool_call_id":"c","role":"tool"},{"content":"","role":"assistant"}]`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			req := hello()
			req.Tools = []providers.Tool{{Name: "f"}}
			c.edit(req)
			var fields map[string]json.RawMessage
			if err := json.Unmarshal(sent(t, req, false), &fields); err != nil {
				t.Fatal(err)
			}
			if got := string(fields[c.field]); got != c.want {
				t.Errorf("%s = %s, want %s", c.field, got, c.want)
			}
		})
	}
}

func TestUnencodableExtraFields(t *testing.T) {
	req := hello()
	req.Extensions = []providers.Extension{openai.Options{ExtraFields: map[string]any{"f": func() {}}}}
	_, err := replay(t, func(http.ResponseWriter, *http.Request) { t.Error("sent") }).Generate(t.Context(), req)
	if providers.KindOf(err) != providers.KindInvalidRequest {
		t.Errorf("got %v", err)
	}
}

// sent returns the body that a request becomes.
func sent(t *testing.T, req *providers.Request, stream bool, opts ...openai.Option) []byte {
	t.Helper()
	var body []byte
	p := replay(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(http.StatusTeapot)
	}, opts...)
	var err error
	if stream {
		_, err = providers.Collect(p.Stream(t.Context(), req))
	} else {
		_, err = p.Generate(t.Context(), req)
	}
	if body == nil {
		t.Fatalf("nothing was sent: %v", err)
	}
	return body
}

// golden compares JSON with a file, indented.
func golden(t *testing.T, file string, body []byte) {
	t.Helper()
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatal(err)
	}
	got, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	if *update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (rewrite with -update):\n%s", file, got)
	}
}
