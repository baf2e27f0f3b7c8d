package bedrock_test

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

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/bedrock"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const (
	unsupported = "(refused)"
	ignored     = "(a hint, left out)"
	inPath      = "(in the path)"
)

// requestFields says where each field of a request goes. A field that is not
// here is one that the adapter has not heard of.
var requestFields = map[string]string{
	"Model": inPath, "System": "system", "Messages": "messages", "Tools": "toolConfig", "ToolChoice": "toolConfig",
	"ParallelToolCalls": "additionalModelRequestFields", "Format": "outputConfig", "OutputModalities": ignored,
	"Voice": ignored, "AudioFormat": ignored, "MaxOutputTokens": "inferenceConfig",
	"Temperature": "inferenceConfig", "TopP": "inferenceConfig", "TopK": "additionalModelRequestFields",
	"FrequencyPenalty": unsupported, "PresencePenalty": unsupported, "Seed": unsupported,
	"StopSequences": "inferenceConfig", "Choices": unsupported, "TopLogprobs": unsupported, "LogitBias": unsupported,
	"Reasoning": "additionalModelRequestFields", "Verbosity": ignored, "ServiceTier": "serviceTier",
	"PromptCacheKey": ignored, "PromptCacheRetention": ignored,
	"PreviousResponseID": unsupported, "Store": ignored, "User": ignored, "Metadata": "requestMetadata",
	"Extensions": "guardrailConfig",
}

// full sets every field that the API has, and the hints.
func full() *providers.Request {
	schema := json.RawMessage(`{"type":"object","properties":{"z":{"type":"string"},"a":{"type":"number"}},"required":["z"]}`)
	png := providers.Media{MIMEType: "image/png", Data: []byte{1, 2, 3}}
	return &providers.Request{
		Model:  claude,
		System: []providers.Text{{Text: "Be terse.", Cache: &providers.CacheHint{TTL: time.Hour}}},
		Messages: []providers.Message{
			providers.SystemText("Rule 1."),
			{Role: providers.RoleUser, Parts: []providers.Part{
				providers.Text{Text: "Look:", Cache: &providers.CacheHint{}},
				providers.Image{Media: png, Cache: &providers.CacheHint{TTL: 5 * time.Minute}, Detail: "low"},
				providers.Image{Media: providers.Media{URI: "s3://bucket/a.JPG"}},
				providers.Audio{Media: providers.Media{MIMEType: "audio/x-wav", Data: []byte{4}}},
				providers.File{Media: providers.Media{MIMEType: "application/pdf", Data: []byte{5}}, Name: "q3: report.v2.pdf"},
				providers.File{Media: providers.Media{MIMEType: "text/plain; charset=utf-8", Data: []byte("plain")}},
				providers.File{Media: providers.Media{MIMEType: "application/json", Data: []byte("{}")}, Cache: &providers.CacheHint{}},
				providers.File{Media: providers.Media{URI: "s3://bucket/b.docx"}, Name: "b.docx"},
				providers.Opaque{Provider: "aws.bedrock", Type: "guardContent", JSON: json.RawMessage(`{"guardContent":{"text":{"text":"Check this."}}}`)},
			}},
			{Role: providers.RoleAssistant, Parts: []providers.Part{
				providers.Reasoning{Provider: "aws.bedrock", Text: "Hm.", Signature: "s"},
				providers.Reasoning{Encrypted: "c2VjcmV0"},
				providers.Reasoning{Provider: "anthropic", Text: "Elsewhere.", Signature: "t"},
				providers.Reasoning{Provider: "deepseek", Text: "Not mine.", Signature: "s"},
				providers.Reasoning{Text: "Unsigned."},
				providers.Text{Text: ""},
				providers.Text{Text: "Cited.", Citations: json.RawMessage(
					`[{"title":"t","location":{"documentChar":{"documentIndex":0,"start":0,"end":1}},"sourceContent":[{"text":"c"}]},` +
						`{"type":"char_location","cited_text":"of another vendor"}]`)},
				providers.Text{Text: "Cited elsewhere.", Citations: json.RawMessage(`[{"type":"url_citation","title":"t"}]`)},
				providers.Refusal{Text: "Not that."},
				providers.ToolCall{ID: "t1", Name: "get_weather", Arguments: `{"z":"<x>","a":1.50}`},
				providers.ToolCall{ID: "t2", Name: "now", Signature: []byte("of another vendor"), Cache: &providers.CacheHint{}},
			}},
			{Role: providers.RoleTool, Parts: []providers.Part{
				providers.ToolResult{CallID: "t1", Parts: []providers.Part{
					providers.Text{Text: "sunny"},
					providers.Image{Media: png, Cache: &providers.CacheHint{}},
					providers.File{Media: providers.Media{MIMEType: "text/csv", Data: []byte("a,b")}, Name: "document.csv"},
					providers.Opaque{Provider: "aws.bedrock", Type: "json", JSON: json.RawMessage(`{"json":{"celsius":3}}`)},
				}},
			}},
			{Role: providers.RoleTool, Parts: []providers.Part{providers.ToolResult{CallID: "t2", IsError: true}}},
			providers.UserText("And now?"),
			providers.SystemText("From here on, rhyme."),
		},
		Tools: []providers.Tool{
			{Name: "get_weather", Description: "Weather.", Parameters: schema, Strict: new(true), Cache: &providers.CacheHint{}},
			{Name: "now"},
			{Name: "nova_grounding", Builtin: &providers.Opaque{Provider: "aws.bedrock", JSON: json.RawMessage(`{"systemTool":{"name":"nova_grounding"}}`)}},
		},
		ToolChoice:        providers.ToolChoice{Mode: providers.ToolChoiceNamed, Name: "now"},
		ParallelToolCalls: new(false),
		Format:            &providers.Format{Type: providers.FormatJSONSchema, Name: "facts", Description: "Facts.", Schema: schema, Strict: new(true)},
		OutputModalities:  []providers.Modality{providers.ModalityText},
		Voice:             "alloy", AudioFormat: "mp3",
		MaxOutputTokens: 5000, Temperature: new(0.7), TopP: new(0.5), TopK: new(int64(40)),
		StopSequences: []string{"END"}, Choices: 1,
		Reasoning: &providers.Reasoner{Effort: "high", BudgetTokens: 2000, Include: true}, Verbosity: "low", ServiceTier: "flex",
		PromptCacheKey: "key", PromptCacheRetention: "24h", Store: new(false),
		User: "u1", Metadata: map[string]string{"team": "a"},
		Extensions: []providers.Extension{
			other{},
			bedrock.Options{
				Guardrail: bedrock.Guardrail{ID: "gr-1", Version: "2", Trace: "enabled", StreamMode: "async"},
				Latency:   "optimized", Citations: true, ResponseFields: []string{"/stop_sequence"},
				ModelFields: map[string]any{"novel_option": true, "top_k": 50},
			},
			&bedrock.Options{ModelFields: map[string]any{"anthropic_beta": []string{"b-2026"}}, PromptVariables: map[string]string{"city": "Oslo"}},
		},
	}
}

// other is an extension of another vendor.
type other struct{}

func (other) ExtensionOf() string { return "gemini" }

func TestRequestCoversEveryField(t *testing.T) {
	body, path := sent(t, full(), true)
	if path != "/model/us.anthropic.claude-sonnet-5-20260901-v1%3A0/converse-stream" {
		t.Error(path)
	}
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
		case field != ignored && field != inPath && fields[field] == nil:
			t.Errorf("Request.%s did not reach the field %s", name, field)
		}
	}
	golden(t, "request.json", body)
}

// TestUnaryRequest guards what streams have differently.
func TestUnaryRequest(t *testing.T) {
	stream, _ := sent(t, full(), true)
	unary, path := sent(t, full(), false)
	if path != "/model/us.anthropic.claude-sonnet-5-20260901-v1%3A0/converse" {
		t.Error(path)
	}
	var a, b map[string]any
	if json.Unmarshal(stream, &a) != nil || json.Unmarshal(unary, &b) != nil {
		t.Fatal("not JSON")
	}
	delete(a["guardrailConfig"].(map[string]any), "streamProcessingMode")
	if d := cmp.Diff(a, b); d != "" {
		t.Errorf("(-stream +unary)\n%s", d)
	}
}

// golden compares JSON with a file of testdata, fields sorted.
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
	if *update {
		if err := os.WriteFile("testdata/"+file, append(got, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff(string(read(t, file)), string(got)+"\n"); d != "" {
		t.Errorf("testdata/%s differs (rewrite with -update; -want +got):\n%s", file, d)
	}
}

func TestSchemasKeepTheirOrder(t *testing.T) {
	body, _ := sent(t, full(), false)
	var w struct {
		ToolConfig struct {
			Tools []struct {
				ToolSpec struct {
					InputSchema struct{ JSON json.RawMessage }
				}
			}
		}
		OutputConfig struct {
			TextFormat struct {
				Structure struct{ JSONSchema struct{ Schema string } }
			}
		}
		Messages []struct {
			Content []struct {
				ToolUse struct{ Input json.RawMessage }
			}
		}
	}
	if err := json.Unmarshal(body, &w); err != nil {
		t.Fatal(err)
	}
	const schema = `{"type":"object","properties":{"z":{"type":"string"},"a":{"type":"number"}},"required":["z"]}`
	if got := string(w.ToolConfig.Tools[0].ToolSpec.InputSchema.JSON); got != schema {
		t.Error(got)
	}
	if got := w.OutputConfig.TextFormat.Structure.JSONSchema.Schema; got != schema {
		t.Error(got)
	}
	var arguments []string
	for _, b := range w.Messages[1].Content {
		if b.ToolUse.Input != nil {
			arguments = append(arguments, string(b.ToolUse.Input))
		}
	}
	if d := cmp.Diff([]string{`{"z":"<x>","a":1.50}`, `{}`}, arguments); d != "" {
		t.Error(d)
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
	media := func(mime, uri, id string) providers.Media {
		m := providers.Media{MIMEType: mime, URI: uri, FileID: id}
		if uri == "" && id == "" {
			m.Data = []byte{1}
		}
		return m
	}
	model := func(id string, edit func(*providers.Request)) func(*providers.Request) {
		return func(r *providers.Request) { r.Model = id; edit(r) }
	}
	const profile = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123"
	foreign := providers.Opaque{Provider: "openai", JSON: json.RawMessage("{}")}
	novel := providers.Opaque{Provider: "aws.bedrock", JSON: json.RawMessage(`{"novel":{}}`)}
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
		"many tokens":    {"maxOutputTokens", func(r *providers.Request) { r.MaxOutputTokens = 1 << 31 }},
		"no tools":       {"toolChoice.mode", func(r *providers.Request) { r.Tools = []providers.Tool{{Name: "f"}}; r.ToolChoice.Mode = "none" }},
		"name":           {"messages[0].name", func(r *providers.Request) { r.Messages[0].Name = "ann" }},
		"foreign":        {"messages[2].parts[0]", part(providers.RoleUser, foreign)},
		"novel":          {"messages[2].parts[0]", part(providers.RoleUser, novel)},
		"foreign result": {"messages[2].parts[0].parts[0]", part(providers.RoleTool, providers.ToolResult{CallID: "c", Parts: []providers.Part{foreign}})},
		"novel result":   {"messages[2].parts[0].parts[0]", part(providers.RoleTool, providers.ToolResult{CallID: "c", Parts: []providers.Part{novel}})},
		"image url":      {"messages[2].parts[0].uri", part(providers.RoleUser, providers.Image{Media: media("image/png", "https://example.com/a.png", "")})},
		"image id":       {"messages[2].parts[0].fileID", part(providers.RoleUser, providers.Image{Media: media("image/png", "", "f")})},
		"image type":     {"messages[2].parts[0].mimeType", part(providers.RoleUser, providers.Image{Media: media("image/tiff", "", "")})},
		"audio type":     {"messages[2].parts[0].mimeType", part(providers.RoleUser, providers.Audio{Media: media("audio/midi", "", "")})},
		"file type":      {"messages[2].parts[0].mimeType", part(providers.RoleUser, providers.File{Media: media("application/zip", "", "")})},
		"file id":        {"messages[2].parts[0].fileID", part(providers.RoleUser, providers.File{Media: media("text/csv", "", "f")})},
		"redacted": {"messages[1].parts[0].encrypted", func(r *providers.Request) {
			r.Messages = append(r.Messages, providers.Message{Role: providers.RoleAssistant, Parts: []providers.Part{providers.Reasoning{Encrypted: "?"}}})
		}},
		"foreign tool":   {"tools[0].builtin", func(r *providers.Request) { r.Tools = []providers.Tool{{Name: "x", Builtin: &foreign}} }},
		"novel tool":     {"tools[0].builtin", func(r *providers.Request) { r.Tools = []providers.Tool{{Name: "x", Builtin: &novel}} }},
		"top k":          {"topK", model("meta.llama3-1-8b-instruct-v1:0", func(r *providers.Request) { r.TopK = new(int64(1)) })},
		"top k, profile": {"topK", model(profile, func(r *providers.Request) { r.TopK = new(int64(1)) })},
		"parallel": {"parallelToolCalls", model("amazon.nova-pro-v1:0", func(r *providers.Request) {
			r.Tools, r.ParallelToolCalls = []providers.Tool{{Name: "f"}}, new(false)
		})},
		"budget":       {"reasoning.budgetTokens", model("openai.gpt-oss-120b-1:0", func(r *providers.Request) { r.Reasoning = &providers.Reasoner{Effort: "low", BudgetTokens: 1} })},
		"nova budget":  {"reasoning.budgetTokens", model("amazon.nova-2-lite-v1:0", func(r *providers.Request) { r.Reasoning = &providers.Reasoner{BudgetTokens: 1} })},
		"not thinking": {"reasoning.disabled", model("deepseek.r1-v1:0", func(r *providers.Request) { r.Reasoning = &providers.Reasoner{Disabled: true} })},
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
	const extra = "additionalModelRequestFields"
	model := func(id string, r *providers.Reasoner, k *int64) func(*providers.Request) {
		return func(req *providers.Request) { req.Model, req.Reasoning, req.TopK = id, r, k }
	}
	cases := map[string]struct {
		edit        func(*providers.Request)
		field, want string
	}{
		"no limits":       {func(*providers.Request) {}, "inferenceConfig", ``},
		"zero is set":     {func(r *providers.Request) { r.Temperature = new(0.0) }, "inferenceConfig", `{"temperature":0}`},
		"schema is there": {func(*providers.Request) {}, "toolConfig", `{"tools":[{"toolSpec":{"inputSchema":{"json":{"type":"object"}},"name":"f"}}]}`},
		"required": {
			func(r *providers.Request) { r.ToolChoice.Mode = "required" }, "toolConfig",
			`{"toolChoice":{"any":{}},"tools":[{"toolSpec":{"inputSchema":{"json":{"type":"object"}},"name":"f"}}]}`,
		},
		"none without tools": {func(r *providers.Request) { r.Tools = nil; r.ToolChoice.Mode = "none" }, "toolConfig", ``},
		"one at a time":      {func(r *providers.Request) { r.ParallelToolCalls = new(false) }, extra, `{"tool_choice":{"disable_parallel_tool_use":true,"type":"auto"}}`},
		"several":            {func(r *providers.Request) { r.ParallelToolCalls = new(true) }, extra, ``},
		"thinking":           {model(claude, &providers.Reasoner{BudgetTokens: 2000}, nil), extra, `{"thinking":{"budget_tokens":2000,"type":"enabled"}}`},
		"no thinking":        {model(claude, &providers.Reasoner{Disabled: true}, nil), extra, `{"thinking":{"type":"disabled"}}`},
		"adaptive":           {model(claude, &providers.Reasoner{Include: true}, nil), extra, `{"thinking":{"display":"summarized","type":"adaptive"}}`},
		"effort":             {model(claude, &providers.Reasoner{Effort: "low"}, nil), "outputConfig", `{"effort":"low"}`},
		"effort, any model":  {model("qwen.qwen3-32b-v1:0", &providers.Reasoner{Effort: "low", Include: true}, nil), "outputConfig", `{"effort":"low"}`},
		"effort, nova":       {model("us.amazon.nova-2-lite-v1:0", &providers.Reasoner{Effort: "low"}, nil), extra, `{"reasoningConfig":{"maxReasoningEffort":"low","type":"enabled"}}`},
		"no thinking, nova":  {model("us.amazon.nova-2-lite-v1:0", &providers.Reasoner{Disabled: true}, nil), extra, `{"reasoningConfig":{"type":"disabled"}}`},
		"effort, gpt-oss":    {model("openai.gpt-oss-20b-1:0", &providers.Reasoner{Effort: "low"}, nil), extra, `{"reasoning_effort":"low"}`},
		"effort, gpt":        {model("us.openai.gpt-5.6-sol", &providers.Reasoner{Effort: "low"}, nil), extra, `{"reasoning":{"effort":"low"}}`},
		"top k, nova":        {model("amazon.nova-pro-v1:0", nil, new(int64(5))), extra, `{"inferenceConfig":{"topK":5}}`},
		"top k, cohere":      {model("cohere.command-r-v1:0", nil, new(int64(5))), extra, `{"k":5}`},
		"top k, mistral":     {model("arn:aws:bedrock:us-east-1::foundation-model/mistral.mixtral-8x7b-instruct-v0:1", nil, new(int64(5))), extra, `{"top_k":5}`},
		"no guardrail":       {func(*providers.Request) {}, "guardrailConfig", ``},
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
			if got := sorted(t, fields[c.field]); got != c.want {
				t.Errorf("%s = %s, want %s", c.field, got, c.want)
			}
		})
	}
}

func TestFieldsThatAreNoJSON(t *testing.T) {
	req := hello()
	req.Extensions = []providers.Extension{bedrock.Options{ModelFields: map[string]any{"f": func() {}}}}
	_, err := replay(t, func(http.ResponseWriter, *http.Request) { t.Error("sent") }).Generate(t.Context(), req)
	if providers.KindOf(err) != providers.KindInvalidRequest {
		t.Error(err)
	}
}

func TestFamilies(t *testing.T) {
	const arn = "arn:aws:bedrock:eu-west-1:123456789012:"
	cases := []struct{ model, maker, name string }{
		{"anthropic.claude-v2", "anthropic", "claude-v2"},
		{"us-gov.anthropic.claude-3-haiku-20240307-v1:0", "anthropic", "claude-3-haiku-20240307-v1:0"},
		{"openai.gpt-5.6-sol", "openai", "gpt-5.6-sol"},
		{"arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-pro-v1:0", "amazon", "nova-pro-v1:0"},
		{arn + "inference-profile/eu.amazon.nova-pro-v1:0", "amazon", "nova-pro-v1:0"},
		{arn + "provisioned-model/abc", "", ""},
		{arn + "custom-model/amazon.nova-micro-v1:0:256k/abc123", "", ""},
		{"meta.llama3-1-8b-instruct-v1:0", "", ""},
		{"", "", ""},
	}
	for _, c := range cases {
		if maker, name := bedrock.FamilyOf(c.model); maker != c.maker || name != c.name {
			t.Errorf("%q: %q, %q", c.model, maker, name)
		}
	}
}

func sorted(t *testing.T, raw []byte) string {
	t.Helper()
	if len(raw) == 0 {
		return ""
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// sent returns the body that a request becomes, and its path.
func sent(t *testing.T, req *providers.Request, stream bool) (body []byte, path string) {
	t.Helper()
	p := replay(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		path = r.URL.EscapedPath()
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
	return body, path
}
