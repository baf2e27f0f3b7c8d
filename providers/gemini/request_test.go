package gemini_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net/http"
	"os"
	"reflect"
	"regexp"
	"testing"
	"time"

	sdk "google.golang.org/genai"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/gemini"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const (
	unsupported = "(refused)"
	ignored     = "(a hint, left out)"
)

// requestFields says where each field of a request goes: to a field of the body
// or, after a dot, of generationConfig. A field that is not here is one that the
// adapter has not heard of.
var requestFields = map[string]string{
	"Model": ignored, "System": "systemInstruction", "Messages": "contents", "Tools": "tools", "ToolChoice": "toolConfig",
	"ParallelToolCalls": ignored, "Format": ".responseJsonSchema", "OutputModalities": ".responseModalities",
	"Voice": ".speechConfig", "AudioFormat": ignored, "MaxOutputTokens": ".maxOutputTokens",
	"Temperature": ".temperature", "TopP": ".topP", "TopK": ".topK",
	"FrequencyPenalty": ".frequencyPenalty", "PresencePenalty": ".presencePenalty", "Seed": ".seed",
	"StopSequences": ".stopSequences", "Choices": ".candidateCount", "TopLogprobs": ".logprobs", "LogitBias": unsupported,
	"Reasoning": ".thinkingConfig", "Verbosity": ignored, "ServiceTier": "serviceTier",
	"PromptCacheKey": ignored, "PromptCacheRetention": ignored,
	"PreviousResponseID": unsupported, "Store": "store", "User": ignored, "Metadata": "labels",
	"Extensions": "cachedContent",
}

// full sets every field that the API has, and the hints.
func full() *providers.Request {
	schema := json.RawMessage(`{"type":"object","properties":{"z":{"type":"string"},"a":{"type":"integer"}},"required":["z"]}`)
	png := providers.Media{MIMEType: "image/png", Data: []byte{1, 2, 3}}
	return &providers.Request{
		Model:  "gemini-3-pro",
		System: []providers.Text{{Text: "Be terse.", Cache: &providers.CacheHint{TTL: time.Hour}}},
		Messages: []providers.Message{
			providers.SystemText("Rule 1."),
			{Role: providers.RoleUser, Parts: []providers.Part{
				providers.Text{Text: "Look: <&>"},
				providers.Image{Media: png, Detail: "low"},
				providers.Image{Media: providers.Media{URI: "gs://b/a.png", MIMEType: "image/png"}, Detail: "MEDIA_RESOLUTION_HIGH"},
				providers.Audio{Media: providers.Media{MIMEType: "audio/wav", Data: []byte{4}}},
				providers.File{Media: providers.Media{MIMEType: "application/pdf", Data: []byte{5}}, Name: "a.pdf"},
				providers.File{Media: providers.Media{FileID: "files/f1", MIMEType: "video/mp4"}},
				providers.File{Media: providers.Media{FileID: "https://example.com/v1beta/files/f2"}},
			}},
			{Role: providers.RoleAssistant, Parts: []providers.Part{
				providers.Reasoning{Provider: gemini.NameVertexAI, Text: "Hm.", Signature: "c2ln"},
				providers.Reasoning{Provider: "deepseek", Text: "Not mine.", Signature: "c2ln"},
				providers.Reasoning{Text: "Unsigned."},
				providers.Text{Text: ""},
				providers.Text{Text: "", Signature: []byte("sig")},
				providers.Text{Text: "Hello.", Signature: []byte(`{"caller":"of another vendor"}`)},
				providers.Refusal{Text: "Not that."},
				providers.Opaque{Provider: gemini.Name, Type: "executableCode", JSON: json.RawMessage(`{"executableCode":{"language":"PYTHON","code":"1"}}`)},
				providers.ToolCall{ID: "t1", Name: "get_weather", Arguments: `{"z":"x","a":12345678901234567890}`, Signature: []byte("sig")},
				providers.ToolCall{ID: "llmotel_r_0_1", Name: "now"},
			}},
			{Role: providers.RoleTool, Parts: []providers.Part{
				providers.ToolResult{CallID: "t1", Name: "get_weather", Parts: []providers.Part{
					providers.Text{Text: `{"sky":"clear","a":1}`}, providers.Text{Text: "sunny"}, providers.Image{Media: png},
				}},
			}},
			{Role: providers.RoleTool, Parts: []providers.Part{providers.ToolResult{CallID: "llmotel_r_0_1", IsError: true}}},
			providers.UserText("And now?"),
			{Role: providers.RoleAssistant, Parts: []providers.Part{
				providers.ToolCall{ID: "call_of_another_vendor", Name: "now", Arguments: "{}"},
				providers.ToolCall{ID: "call_2", Name: "now", Arguments: "{}"},
			}},
			{Role: providers.RoleUser, Parts: []providers.Part{
				providers.TextResult("call_of_another_vendor", "", "noon"), providers.TextResult("call_2", "now", "[1]"),
			}},
		},
		Tools: []providers.Tool{
			{Name: "get_weather", Description: "Weather.", Parameters: schema, Strict: new(true)},
			{Name: "now"},
			{Name: "google_search", Builtin: &providers.Opaque{Provider: gemini.Name, JSON: json.RawMessage(`{"googleSearch":{}}`)}},
		},
		ToolChoice:        providers.ToolChoice{Mode: providers.ToolChoiceNamed, Name: "now"},
		ParallelToolCalls: new(true),
		Format:            &providers.Format{Type: providers.FormatJSONSchema, Name: "facts", Schema: schema, Strict: new(true)},
		OutputModalities:  []providers.Modality{providers.ModalityText, providers.ModalityAudio},
		Voice:             "Kore", AudioFormat: "pcm16",
		MaxOutputTokens: 5000, Temperature: new(0.0), TopP: new(0.5), TopK: new(int64(40)),
		FrequencyPenalty: new(0.25), PresencePenalty: new(-0.25), Seed: new(int64(-7)),
		StopSequences: []string{"END"}, Choices: 2, TopLogprobs: new(int64(3)),
		Reasoning: &providers.Reasoner{Effort: "high", Include: true}, Verbosity: "low", ServiceTier: "flex",
		PromptCacheKey: "key", PromptCacheRetention: "24h", Store: new(false),
		User: "u1", Metadata: map[string]string{"team": "a", "env": "test"},
		Extensions: []providers.Extension{
			other{},
			gemini.Options{
				CachedContent: "abc", Labels: map[string]string{"env": "prod"},
				SafetySettings:  []*sdk.SafetySetting{{Category: sdk.HarmCategoryHarassment, Threshold: sdk.HarmBlockThresholdBlockNone}},
				Image:           &sdk.ImageConfig{AspectRatio: "1:1"},
				MediaResolution: sdk.MediaResolutionLow,
				Retrieval:       &sdk.RetrievalConfig{LanguageCode: "no"},
				ModelArmor:      &sdk.ModelArmorConfig{PromptTemplateName: "t"},
				ExtraFields:     map[string]any{"generationConfig": map[string]any{"novel": 1}, "novel_option": true},
			},
			&gemini.Options{
				SafetySettings: []*sdk.SafetySetting{{Category: sdk.HarmCategoryHateSpeech, Threshold: sdk.HarmBlockThresholdOff}},
				ExtraFields:    map[string]any{"generationConfig": map[string]any{"topP": 0.75}},
			},
			(*gemini.Options)(nil),
		},
	}
}

// other is an extension of another vendor.
type other struct{}

func (other) ExtensionOf() string { return "openai" }

func TestRequestCoversEveryField(t *testing.T) {
	path, body := sent(t, full(), true)
	if path != "/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse" {
		t.Error(path)
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		t.Fatal(err)
	}
	var generation map[string]json.RawMessage
	if err := json.Unmarshal(fields["generationConfig"], &generation); err != nil {
		t.Fatal(err)
	}
	for name, raw := range generation {
		fields["."+name] = raw
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
	// Files that were uploaded are named by the address of the service.
	golden(t, "testdata/request.json", regexp.MustCompile(`http://127\.0\.0\.1:\d+`).ReplaceAll(body, []byte("http://service")))
}

// golden compares JSON with a file. Its keys keep their order, since schemas
// are to arrive in the order in which they were written.
func golden(t *testing.T, file string, body []byte) {
	t.Helper()
	got := indent(t, body)
	if *update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		t.Errorf("%s differs (rewrite with -update):\n%s", file, got)
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
	foreign := providers.Opaque{Provider: "openai", JSON: json.RawMessage("{}")}
	file := providers.File{Media: providers.Media{FileID: "files/1"}}
	cases := map[string]struct {
		field  string
		spoil  func(*providers.Request)
		vertex bool
	}{
		"logit bias":    {field: "logitBias", spoil: func(r *providers.Request) { r.LogitBias = map[string]int64{"1": 1} }},
		"one at a time": {field: "parallelToolCalls", spoil: func(r *providers.Request) { r.ParallelToolCalls = new(false) }},
		"response id":   {field: "previousResponseID", spoil: func(r *providers.Request) { r.PreviousResponseID = "x" }},
		"seed":          {field: "seed", spoil: func(r *providers.Request) { r.Seed = new(int64(1 << 31)) }},
		"store":         {field: "store", spoil: func(r *providers.Request) { r.Store = new(true) }, vertex: true},
		"modality":      {field: "outputModalities[0]", spoil: func(r *providers.Request) { r.OutputModalities = []providers.Modality{"smell"} }},
		"audio format":  {field: "audioFormat", spoil: func(r *providers.Request) { r.AudioFormat = "mp3"; r.OutputModalities = []providers.Modality{"audio"} }},
		"name":          {field: "messages[0].name", spoil: func(r *providers.Request) { r.Messages[0].Name = "ann" }},
		"late system":   {field: "messages[1].role", spoil: func(r *providers.Request) { r.Messages = append(r.Messages, providers.SystemText("x")) }},
		"system image": {field: "messages[0].parts[0]", spoil: func(r *providers.Request) {
			r.Messages[0] = providers.Message{Role: "system", Parts: []providers.Part{providers.Image{Media: providers.Media{URI: "u"}}}}
		}},
		"foreign":        {field: "messages[2].parts[0]", spoil: part(providers.RoleUser, foreign)},
		"foreign result": {field: "messages[2].parts[0].parts[0]", spoil: part(providers.RoleTool, providers.ToolResult{CallID: "c", Parts: []providers.Part{foreign}})},
		"foreign audio":  {field: "messages[2].parts[0]", spoil: part(providers.RoleAssistant, providers.Audio{ID: "audio_1"})},
		"uploaded file":  {field: "messages[2].parts[0].fileID", spoil: part(providers.RoleUser, file), vertex: true},
		"foreign tool": {field: "tools[0].builtin", spoil: func(r *providers.Request) {
			r.Tools = []providers.Tool{{Name: "x", Builtin: &foreign}}
		}},
		"forced tool of the service": {field: "toolChoice.name", spoil: func(r *providers.Request) {
			r.Tools = []providers.Tool{{Name: "x", Builtin: &providers.Opaque{Provider: gemini.Name, JSON: json.RawMessage("{}")}}}
			r.ToolChoice = providers.ToolChoice{Mode: providers.ToolChoiceNamed, Name: "x"}
		}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			req := hello()
			c.spoil(req)
			var opts []gemini.Option
			if c.vertex {
				opts = append(opts, gemini.WithVertexAI("p", "l"))
			}
			_, err := replay(t, func(http.ResponseWriter, *http.Request) { t.Error("sent") }, opts...).Generate(t.Context(), req)
			var f *providers.FieldError
			if providers.KindOf(err) != providers.KindUnsupported || !errors.As(err, &f) || f.Field != c.field {
				t.Errorf("got %v, want the field %s", err, c.field)
			}
		})
	}
}

func TestRequestForms(t *testing.T) {
	options := func(o gemini.Options) func(*providers.Request) {
		return func(r *providers.Request) { r.Extensions = []providers.Extension{o} }
	}
	calls := func(model string) func(*providers.Request) {
		return func(r *providers.Request) {
			r.Model = model
			r.Messages = []providers.Message{{Role: providers.RoleAssistant, Parts: []providers.Part{providers.ToolCall{ID: "c", Name: "f"}}}}
		}
	}
	cases := map[string]struct {
		edit        func(*providers.Request)
		field, want string
	}{
		"nothing asked":  {func(*providers.Request) {}, "generationConfig", ``},
		"budget":         {func(r *providers.Request) { r.Reasoning = &providers.Reasoner{BudgetTokens: 2000} }, "generationConfig", `{"thinkingConfig":{"thinkingBudget":2000}}`},
		"no thinking":    {func(r *providers.Request) { r.Reasoning = &providers.Reasoner{Disabled: true, BudgetTokens: 9} }, "generationConfig", `{"thinkingConfig":{"thinkingBudget":0}}`},
		"own thinking":   {options(gemini.Options{Thinking: &sdk.ThinkingConfig{IncludeThoughts: true}}), "generationConfig", `{"thinkingConfig":{"includeThoughts":true}}`},
		"own speech":     {options(gemini.Options{Speech: &sdk.SpeechConfig{LanguageCode: "no"}}), "generationConfig", `{"speechConfig":{"languageCode":"no"}}`},
		"any json":       {func(r *providers.Request) { r.Format = &providers.Format{Type: "json"} }, "generationConfig", `{"responseMimeType":"application/json"}`},
		"text":           {func(r *providers.Request) { r.Format = &providers.Format{Type: "text"} }, "generationConfig", ``},
		"chosen alone":   {func(r *providers.Request) { r.TopLogprobs = new(int64(0)) }, "generationConfig", `{"responseLogprobs":true}`},
		"image":          {func(r *providers.Request) { r.OutputModalities = []providers.Modality{"text", "image"}; r.Voice = "v" }, "generationConfig", `{"responseModalities":["TEXT","IMAGE"]}`},
		"required":       {func(r *providers.Request) { r.ToolChoice.Mode = "required" }, "toolConfig", `{"functionCallingConfig":{"mode":"ANY"}}`},
		"none":           {func(r *providers.Request) { r.ToolChoice.Mode = "none" }, "toolConfig", `{"functionCallingConfig":{"mode":"NONE"}}`},
		"auto":           {func(*providers.Request) {}, "toolConfig", ``},
		"function":       {func(*providers.Request) {}, "tools", `[{"functionDeclarations":[{"name":"f"}]}]`},
		"cache":          {options(gemini.Options{CachedContent: "cachedContents/abc"}), "cachedContent", `"cachedContents/abc"`},
		"unsigned call":  {calls("gemini-3-flash"), "contents", `[{"role":"model","parts":[{"thoughtSignature":"skip_thought_signature_validator","functionCall":{"id":"c","name":"f","args":{}}}]}]`},
		"older model":    {calls("gemini-2.5-flash"), "contents", `[{"role":"model","parts":[{"functionCall":{"id":"c","name":"f","args":{}}}]}]`},
		"empty question": {func(r *providers.Request) { r.Messages[0] = providers.UserText("") }, "contents", `[{"role":"user","parts":[{"text":""}]}]`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			req := hello()
			req.Tools = []providers.Tool{{Name: "f"}}
			c.edit(req)
			_, body := sent(t, req, false)
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

// TestOptionsStayAsTheyAre: merging changes no map of the caller's.
func TestOptionsStayAsTheyAre(t *testing.T) {
	nested := func(name string) map[string]any { return map[string]any{"generationConfig": map[string]any{name: 1}} }
	a, b := gemini.Options{ExtraFields: nested("a")}, gemini.Options{ExtraFields: nested("b")}
	req := hello()
	req.Temperature, req.Extensions = new(1.0), []providers.Extension{a, b}
	_, body := sent(t, req, false)
	if want := `"generationConfig":{"a":1,"b":1,"temperature":1}`; !bytes.Contains(body, []byte(want)) {
		t.Errorf("sent %s, want %s", body, want)
	}
	if !reflect.DeepEqual(a.ExtraFields, nested("a")) || !reflect.DeepEqual(b.ExtraFields, nested("b")) {
		t.Errorf("%v, %v", a.ExtraFields, b.ExtraFields)
	}
}

func TestVertexRequest(t *testing.T) {
	req := full()
	req.Store, req.Messages[1].Parts = new(false), req.Messages[1].Parts[:1]
	path, body := sent(t, req, false, gemini.WithVertexAI("p1", "europe-west4"))
	if path != "/v1beta1/projects/p1/locations/europe-west4/publishers/google/models/gemini-3-pro:generateContent" {
		t.Error(path)
	}
	var fields map[string]any
	if err := json.Unmarshal(body, &fields); err != nil {
		t.Fatal(err)
	}
	if fields["cachedContent"] != "projects/p1/locations/europe-west4/cachedContents/abc" || fields["store"] != nil {
		t.Errorf("cache %v, store %v", fields["cachedContent"], fields["store"])
	}
}

// sent returns path and body that a request becomes.
func sent(t *testing.T, req *providers.Request, stream bool, opts ...gemini.Option) (path string, body []byte) {
	t.Helper()
	p := replay(t, func(w http.ResponseWriter, r *http.Request) {
		path = r.URL.String()
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
	return path, body
}
