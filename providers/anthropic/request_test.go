package anthropic_test

import (
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net/http"
	"os"
	"reflect"
	"testing"
	"time"

	sdk "github.com/anthropics/anthropic-sdk-go"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/anthropic"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const (
	unsupported = "(refused)"
	ignored     = "(a hint, left out)"
)

// requestFields says where each field of a request goes. A field that is not
// here is one that the adapter has not heard of.
var requestFields = map[string]string{
	"Model": "model", "System": "system", "Messages": "messages", "Tools": "tools", "ToolChoice": "tool_choice",
	"ParallelToolCalls": "tool_choice", "Format": "output_config", "OutputModalities": ignored,
	"Voice": ignored, "AudioFormat": ignored, "MaxOutputTokens": "max_tokens",
	"Temperature": "temperature", "TopP": "top_p", "TopK": "top_k",
	"FrequencyPenalty": unsupported, "PresencePenalty": unsupported, "Seed": unsupported,
	"StopSequences": "stop_sequences", "Choices": unsupported, "TopLogprobs": unsupported, "LogitBias": unsupported,
	"Reasoning": "thinking", "Verbosity": ignored, "ServiceTier": "service_tier",
	"PromptCacheKey": ignored, "PromptCacheRetention": ignored,
	"PreviousResponseID": unsupported, "Store": ignored, "User": "metadata", "Metadata": ignored,
	"Extensions": "inference_geo",
}

// full sets every field that the API has, and the hints.
func full() *providers.Request {
	schema := json.RawMessage(`{"type":"object","properties":{"z":{"type":"string"}},"required":["z"]}`)
	png := providers.Media{MIMEType: "image/png", Data: []byte{1, 2, 3}}
	return &providers.Request{
		Model:  "claude-sonnet-5",
		System: []providers.Text{{Text: "Be terse.", Cache: &providers.CacheHint{TTL: time.Hour}}},
		Messages: []providers.Message{
			providers.SystemText("Rule 1."),
			{Role: providers.RoleUser, Parts: []providers.Part{
				providers.Text{Text: "Look:", Cache: &providers.CacheHint{}},
				providers.Image{Media: png, Cache: &providers.CacheHint{TTL: 5 * time.Minute}, Detail: "low"},
				providers.Image{Media: providers.Media{URI: "https://example.com/a.png"}},
				providers.Image{Media: providers.Media{FileID: "file_1"}},
				providers.File{Media: providers.Media{MIMEType: "application/pdf", Data: []byte{5}}, Name: "a.pdf"},
				providers.File{Media: providers.Media{MIMEType: "text/plain; charset=utf-8", Data: []byte("plain")}},
				providers.File{Media: providers.Media{URI: "https://example.com/a.pdf"}},
				providers.File{Media: providers.Media{FileID: "file_2"}},
				providers.Opaque{Provider: "anthropic", Type: "search_result", JSON: json.RawMessage(`{"type":"search_result","x":1}`)},
			}},
			{Role: providers.RoleAssistant, Parts: []providers.Part{
				providers.Reasoning{Provider: "anthropic", Text: "Hm.", Signature: "s"},
				providers.Reasoning{Encrypted: "e"},
				providers.Reasoning{Provider: "deepseek", Text: "Not mine.", Signature: "s"},
				providers.Reasoning{Text: "Unsigned."},
				providers.Text{Text: ""},
				providers.Text{Text: "Cited.", Citations: json.RawMessage(
					`[{"type":"char_location","cited_text":"c","document_index":0,"document_title":"t","start_char_index":0,"end_char_index":1,"file_id":"file_2"},` +
						`{"type":"url_citation","url_citation":{}}]`)},
				providers.Refusal{Text: "Not that."},
				providers.ToolCall{ID: "t1", Name: "get_weather", Arguments: `{"z":"x","a":1}`},
				providers.ToolCall{ID: "t2", Name: "now", Signature: []byte("of another vendor"), Cache: &providers.CacheHint{}},
			}},
			{Role: providers.RoleTool, Parts: []providers.Part{
				providers.ToolResult{CallID: "t1", Parts: []providers.Part{
					providers.Text{Text: "sunny"},
					providers.Image{Media: png},
					providers.File{Media: providers.Media{FileID: "file_3"}},
					providers.Opaque{Provider: "anthropic", Type: "tool_reference", JSON: json.RawMessage(`{"type":"tool_reference","tool_name":"now"}`)},
				}, Cache: &providers.CacheHint{}},
			}},
			{Role: providers.RoleTool, Parts: []providers.Part{providers.ToolResult{CallID: "t2", IsError: true}}},
			providers.UserText("And now?"),
			providers.SystemText("From here on, rhyme."),
		},
		Tools: []providers.Tool{
			{Name: "get_weather", Description: "Weather.", Parameters: schema, Strict: new(true), Cache: &providers.CacheHint{}},
			{Name: "now"},
			{Name: "web_search", Builtin: &providers.Opaque{Provider: "anthropic", JSON: json.RawMessage(`{"type":"web_search_20260318","name":"web_search","max_uses":3}`)}},
		},
		ToolChoice:        providers.ToolChoice{Mode: providers.ToolChoiceNamed, Name: "now"},
		ParallelToolCalls: new(false),
		Format:            &providers.Format{Type: providers.FormatJSONSchema, Name: "facts", Schema: schema, Strict: new(true)},
		OutputModalities:  []providers.Modality{providers.ModalityText},
		Voice:             "alloy", AudioFormat: "mp3",
		MaxOutputTokens: 5000, Temperature: new(0.0), TopP: new(0.5), TopK: new(int64(40)),
		StopSequences: []string{"END"}, Choices: 1,
		Reasoning: &providers.Reasoner{Effort: "high", BudgetTokens: 2000, Include: true}, Verbosity: "low", ServiceTier: "auto",
		PromptCacheKey: "key", PromptCacheRetention: "24h", Store: new(false),
		User: "u1", Metadata: map[string]string{"team": "a"},
		Extensions: []providers.Extension{
			other{},
			anthropic.Options{
				Betas: []string{"a-2026"}, CacheControl: new(sdk.NewCacheControlEphemeralParam()), Citations: true,
				Container:    &sdk.MessageCreateParamsContainerUnion{OfString: sdk.String("container_1")},
				InferenceGeo: "us", Speed: "fast", Diagnostics: &sdk.DiagnosticsParam{PreviousMessageID: sdk.String("msg_6")},
				UserProfileID: "profile_1", WorkspaceID: "ws_1", ExtraFields: map[string]any{"novel_option": true},
			},
			&anthropic.Options{Betas: []string{"b-2026"}, ExtraFields: map[string]any{"context_management": map[string]any{}}},
		},
	}
}

// other is an extension of another vendor.
type other struct{}

func (other) ExtensionOf() string { return "gemini" }

func TestRequestCoversEveryField(t *testing.T) {
	body, header := sent(t, full(), true)
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
		case reflect.ValueOf(full()).Elem().Field(i).IsZero():
			t.Errorf("Request.%s is not set by the test", name)
		case field != ignored && fields[field] == nil:
			t.Errorf("Request.%s did not reach the field %s", name, field)
		}
	}
	if got := header.Values("Anthropic-Beta"); !reflect.DeepEqual(got, []string{"a-2026", "b-2026"}) {
		t.Errorf("betas %q", got)
	}
	if header.Get("Anthropic-User-Profile-Id") != "profile_1" || header.Get("Anthropic-Workspace-Id") != "ws_1" {
		t.Errorf("headers %v", header)
	}
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatal(err)
	}
	got, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("testdata/request.json", append(got, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/request.json")
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != string(got)+"\n" {
		t.Errorf("testdata/request.json differs (rewrite with -update):\n%s", got)
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
	audio := providers.Audio{Media: providers.Media{MIMEType: "audio/wav", Data: []byte{1}}}
	foreign := providers.Opaque{Provider: "openai", JSON: json.RawMessage("{}")}
	cases := map[string]struct {
		field string
		spoil func(*providers.Request)
	}{
		"frequency":      {"frequencyPenalty", func(r *providers.Request) { r.FrequencyPenalty = new(0.0) }},
		"presence":       {"presencePenalty", func(r *providers.Request) { r.PresencePenalty = new(0.0) }},
		"seed":           {"seed", func(r *providers.Request) { r.Seed = new(int64(1)) }},
		"logit bias":     {"logitBias", func(r *providers.Request) { r.LogitBias = map[string]int64{"1": 1} }},
		"logprobs":       {"topLogprobs", func(r *providers.Request) { r.TopLogprobs = new(int64(1)) }},
		"choices":        {"choices", func(r *providers.Request) { r.Choices = 2 }},
		"response id":    {"previousResponseID", func(r *providers.Request) { r.PreviousResponseID = "x" }},
		"store":          {"store", func(r *providers.Request) { r.Store = new(true) }},
		"audio output":   {"outputModalities[0]", func(r *providers.Request) { r.OutputModalities = []providers.Modality{"audio"} }},
		"any json":       {"format.type", func(r *providers.Request) { r.Format = &providers.Format{Type: "json"} }},
		"audio":          {"messages[2].parts[0]", part(providers.RoleUser, audio)},
		"foreign":        {"messages[2].parts[0]", part(providers.RoleUser, foreign)},
		"foreign result": {"messages[2].parts[0].parts[0]", part(providers.RoleTool, providers.ToolResult{CallID: "c", Parts: []providers.Part{foreign}})},
		"word file":      {"messages[2].parts[0].mimeType", part(providers.RoleUser, providers.File{Media: providers.Media{MIMEType: "application/msword", Data: []byte{1}}})},
		"name":           {"messages[0].name", func(r *providers.Request) { r.Messages[0].Name = "ann" }},
		"foreign tool": {"tools[0].builtin", func(r *providers.Request) {
			r.Tools = []providers.Tool{{Name: "x", Builtin: &foreign}}
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
	between := sdk.ThinkingConfigParamUnion{OfBetweenTools: &sdk.ThinkingConfigBetweenToolsParam{}}
	cases := map[string]struct {
		edit        func(*providers.Request)
		field, want string
	}{
		"default limit": {func(*providers.Request) {}, "max_tokens", `4096`},
		"budget on top": {func(r *providers.Request) { r.Reasoning = &providers.Reasoner{BudgetTokens: 2000} }, "max_tokens", `6096`},
		"own thinking": {func(r *providers.Request) {
			r.Extensions = []providers.Extension{anthropic.Options{Thinking: &between}}
		}, "thinking", `{"type":"between_tools"}`},
		"no thinking":    {func(r *providers.Request) { r.Reasoning = &providers.Reasoner{Disabled: true, BudgetTokens: 9} }, "thinking", `{"type":"disabled"}`},
		"adaptive":       {func(r *providers.Request) { r.Reasoning = &providers.Reasoner{Include: true} }, "thinking", `{"display":"summarized","type":"adaptive"}`},
		"effort":         {func(r *providers.Request) { r.Reasoning = &providers.Reasoner{Effort: "low"} }, "output_config", `{"effort":"low"}`},
		"required":       {func(r *providers.Request) { r.ToolChoice.Mode = "required" }, "tool_choice", `{"type":"any"}`},
		"none":           {func(r *providers.Request) { r.ToolChoice.Mode = "none" }, "tool_choice", `{"type":"none"}`},
		"one at a time":  {func(r *providers.Request) { r.ParallelToolCalls = new(false) }, "tool_choice", `{"disable_parallel_tool_use":true,"type":"auto"}`},
		"auto":           {func(*providers.Request) {}, "tool_choice", ``},
		"schema is kept": {func(*providers.Request) {}, "tools", `[{"input_schema":{"type":"object"},"name":"f"}]`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			req := hello()
			req.Tools = []providers.Tool{{Name: "f"}}
			c.edit(req)
			body, _ := sent(t, req, false)
			var fields map[string]json.RawMessage
			if err := json.Unmarshal(body, &fields); err != nil {
				t.Fatal(err)
			}
			if got := string(fields[c.field]); got != c.want {
				t.Errorf("%s = %s, want %s", c.field, got, c.want)
			}
		})
	}
}

// sent returns body and headers that a request becomes.
func sent(t *testing.T, req *providers.Request, stream bool) (body []byte, header http.Header) {
	t.Helper()
	p := replay(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		header = r.Header
		w.WriteHeader(http.StatusTeapot)
	})
	var err error
	if stream {
		_, err = providers.Collect(p.Stream(t.Context(), req))
	} else {
		_, err = p.Generate(t.Context(), req)
	}
	if body == nil {
		t.Fatalf("nothing was sent: %v", err)
	}
	return body, header
}
