package mock_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/mock"
)

func generate(t *testing.T, p *mock.Provider, req *providers.Request) *providers.Response {
	t.Helper()
	r, err := p.Generate(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestFinishReasons(t *testing.T) {
	tool := []providers.Tool{{Name: "get_weather", Description: "Weather of a city"}}
	cases := []struct {
		name              string
		edit              func(*providers.Request)
		want              providers.FinishReason
		openai, anthropic string
	}{
		{"stop", func(*providers.Request) {}, providers.FinishStop, "stop", "end_turn"},
		{"length", func(r *providers.Request) { r.MaxOutputTokens = 5 }, providers.FinishLength, "length", "max_tokens"},
		{"tool", func(r *providers.Request) { r.Tools = tool }, providers.FinishToolCall, "tool_calls", "tool_use"},
		{"sequence", func(r *providers.Request) { r.StopSequences = []string{"e"} }, providers.FinishStop, "stop", "stop_sequence"},
	}
	for _, c := range cases {
		for profile, raw := range map[*mock.Profile]string{new(mock.OpenAI()): c.openai, new(mock.Anthropic()): c.anthropic} {
			t.Run(c.name+"/"+profile.Name, func(t *testing.T) {
				p := must(t, *profile, mock.WithTimeScale(0))
				req := ask(p.Model(), "Explain the weather of Oslo")
				c.edit(req)
				r := generate(t, p, req)
				if r.FinishReason() != c.want || r.Choices[0].RawFinishReason != raw {
					t.Errorf("finish %q (%q), want %q (%q)", r.FinishReason(), r.Choices[0].RawFinishReason, c.want, raw)
				}
				if req.MaxOutputTokens > 0 && (r.Usage.Output != 5 || len(r.Text()) != 20) {
					t.Errorf("%d tokens in %q, want the limit of 5", r.Usage.Output, r.Text())
				}
				if len(req.StopSequences) > 0 && strings.Contains(r.Text(), "e") {
					t.Errorf("the stop sequence is in %q", r.Text())
				}
			})
		}
	}
}

func TestToolCalls(t *testing.T) {
	tools := []providers.Tool{
		{Name: "get_weather", Description: "Weather of a city", Parameters: json.RawMessage(`{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}`)},
		{Name: "book_hotel", Description: "Books rooms"},
	}
	result := []providers.Message{
		{Role: providers.RoleAssistant, Parts: []providers.Part{providers.ToolCall{ID: "c1", Name: "get_weather", Arguments: `{}`}}},
		{Role: providers.RoleTool, Parts: []providers.Part{providers.TextResult("c1", "get_weather", "3 degrees")}},
	}
	no := false
	cases := []struct {
		name string
		ask  string
		edit func(*providers.Request)
		want string
	}{
		{"prompt fits", "What is the weather in Lisbon?", nil, "get_weather"},
		{"prompt fits two", "Weather in Lisbon, and a hotel please", nil, "get_weather book_hotel"},
		{"one at a time", "Weather in Lisbon, and a hotel please", func(r *providers.Request) { r.ParallelToolCalls = &no }, "get_weather"},
		{"prompt does not fit", "What is 2+2?", nil, ""},
		{"required", "What is 2+2?", func(r *providers.Request) { r.ToolChoice.Mode = providers.ToolChoiceRequired }, "get_weather"},
		{"named", "What is the weather?", func(r *providers.Request) {
			r.ToolChoice = providers.ToolChoice{Mode: providers.ToolChoiceNamed, Name: "book_hotel"}
		}, "book_hotel"},
		{"none", "What is the weather?", func(r *providers.Request) { r.ToolChoice.Mode = providers.ToolChoiceNone }, ""},
		{"after the result", "What is the weather?", func(r *providers.Request) { r.Messages = append(r.Messages, result...) }, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := must(t, mock.OpenAI(), mock.WithTimeScale(0))
			req := ask(p.Model(), c.ask)
			req.Tools = tools
			if c.edit != nil {
				c.edit(req)
			}
			r := generate(t, p, req)
			var names []string
			for _, call := range r.ToolCalls() {
				names = append(names, call.Name)
				if call.Name == "get_weather" && strings.Contains(c.ask, "Lisbon") && call.Arguments != `{"city":"Lisbon"}` {
					t.Errorf("arguments %s do not fit the question", call.Arguments)
				}
			}
			if got := strings.Join(names, " "); got != c.want {
				t.Errorf("called %q, want %q", got, c.want)
			}
			if c.name == "after the result" && !strings.Contains(r.Text(), "3 degrees") {
				t.Errorf("the answer ignores the result: %s", r.Text())
			}
		})
	}
}

func TestStructured(t *testing.T) {
	cases := []struct{ name, schema, want string }{
		{"const", `{"const":7}`, `7`},
		{"enum of the question", `{"enum":["red","green","blue"]}`, `"green"`},
		{"nullable", `{"type":["null","integer"],"minimum":2,"maximum":2}`, `2`},
		{"reference", `{"type":"object","properties":{"a":{"$ref":"#/$defs/x"}},"$defs":{"x":{"const":"y"}}}`, `{"a":"y"}`},
		{"anyOf", `{"anyOf":[{"type":"null"},{"const":1}]}`, `1`},
		{"allOf", `{"allOf":[{"properties":{"a":{"const":1}}},{"properties":{"b":{"const":2}}}]}`, `{"a":1,"b":2}`},
		{"bounds", `{"type":"integer","minimum":5,"maximum":5}`, `5`},
		{"exclusive", `{"type":"integer","exclusiveMinimum":5,"exclusiveMaximum":7}`, `6`},
		{"multiple", `{"type":"integer","minimum":11,"maximum":25,"multipleOf":20}`, `20`},
		{"items", `{"type":"array","items":{"const":1},"minItems":2,"maxItems":2}`, `[1,1]`},
		{"length", `{"type":"string","maxLength":0}`, `""`},
		{"required only", `{"type":"object","required":["a"],"additionalProperties":{"const":3}}`, `{"a":3}`},
		{"loop", `{"$ref":"#"}`, `null`},
		{"not a schema", `{"type":"object","properties":{"a":true}}`, `{"a":null}`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := must(t, mock.OpenAI(), mock.WithTimeScale(0))
			req := ask(p.Model(), "Is it green?")
			req.Format = &providers.Format{Type: providers.FormatJSONSchema, Name: "s", Schema: json.RawMessage(c.schema)}
			if got := generate(t, p, req).Text(); got != c.want {
				t.Errorf("%s gave %s, want %s", c.schema, got, c.want)
			}
		})
	}
}

// A recursive schema ends.
func TestStructuredRecursion(t *testing.T) {
	schema := `{"type":"object","properties":{"value":{"type":"integer"},"children":{"type":"array","items":{"$ref":"#"}}},"required":["value"]}`
	p := must(t, mock.OpenAI(), mock.WithTimeScale(0))
	req := ask(p.Model(), "A tree")
	req.Format = &providers.Format{Type: providers.FormatJSONSchema, Name: "tree", Schema: json.RawMessage(schema)}
	type node struct {
		Value    *int
		Children []node
	}
	var root node
	text := generate(t, p, req).Text()
	if err := json.Unmarshal([]byte(text), &root); err != nil || root.Value == nil || len(root.Children) == 0 {
		t.Errorf("%v in %.200s", err, text)
	}
}

func TestChoicesAndReasoning(t *testing.T) {
	p := must(t, mock.OpenAI(), mock.WithTimeScale(0))
	req := ask(p.Model(), "Explain tides")
	req.Choices = 3
	req.Reasoning = &providers.Reasoner{Effort: "low", Include: true, BudgetTokens: 40}
	r := generate(t, p, req)
	if len(r.Choices) != 3 || r.Choices[0].Message.Text() == r.Choices[1].Message.Text() {
		t.Errorf("%d choices: %q", len(r.Choices), r.Text())
	}
	if r.Usage.Reasoning != 3*40 || r.Usage.Output <= r.Usage.Reasoning {
		t.Errorf("usage %+v", r.Usage)
	}
	if _, ok := r.Choices[2].Message.Parts[0].(providers.Reasoning); !ok {
		t.Error("the reasoning is missing")
	}
	a := must(t, mock.Anthropic(), mock.WithTimeScale(0))
	if _, err := a.Generate(t.Context(), req); providers.KindOf(err) != providers.KindUnsupported {
		t.Errorf("Anthropic gave alternatives: %v", err)
	}
}

func TestPromptCache(t *testing.T) {
	long := strings.Repeat("You know all about boats. ", 400) // 10400 bytes, 2600 tokens
	t.Run("openai", func(t *testing.T) {
		p := must(t, mock.OpenAI(), mock.WithTimeScale(0))
		var got []int64
		for _, q := range []string{"What is 1+1?", "What is 2+2?"} {
			req := ask(p.Model(), q)
			req.System = []providers.Text{{Text: long}}
			u := generate(t, p, req).Usage
			got = append(got, u.Input, u.CacheRead)
		}
		if got[1] != 0 || got[3] != 2560 || got[2] != 3+2604+4+3 {
			t.Errorf("input and cache read of two calls: %v", got)
		}
	})
	t.Run("anthropic", func(t *testing.T) {
		p := must(t, mock.Anthropic(), mock.WithTimeScale(0))
		call := func(hint *providers.CacheHint) providers.Usage {
			req := ask(p.Model(), "What is 1+1?")
			req.System = []providers.Text{{Text: long, Cache: hint}}
			return generate(t, p, req).Usage
		}
		if u := call(nil); u.CacheRead != 0 || u.CacheWrite != 0 {
			t.Errorf("without a hint: %+v", u)
		}
		if u := call(&providers.CacheHint{TTL: time.Hour}); u.CacheWrite != 2604 || u.CacheWrite1h != 2604 {
			t.Errorf("first: %+v", u)
		}
		if u := call(&providers.CacheHint{TTL: time.Hour}); u.CacheRead != 2604 || u.CacheWrite != 0 || u.Validate() != nil {
			t.Errorf("second: %+v", u)
		}
	})
}

func TestEstimateTokens(t *testing.T) {
	text := func(s string) []providers.Part { return []providers.Part{providers.Text{Text: s}} }
	img := providers.Image{Media: providers.Media{URI: "https://example.com/a.png"}}
	low := img
	low.Detail = "low"
	cases := []struct {
		name  string
		parts []providers.Part
		want  int64
	}{
		{"text", text("12345"), 3 + 4 + 2},
		{"image", []providers.Part{img}, 3 + 4 + 765},
		{"small image", []providers.Part{low}, 3 + 4 + 85},
		{"audio", []providers.Part{providers.Audio{Media: providers.Media{MIMEType: "audio/wav", Data: make([]byte, 3201)}}}, 3 + 4 + 3},
		{"file", []providers.Part{providers.File{Media: providers.Media{FileID: "f"}}}, 3 + 4 + 500},
		{"text file", []providers.Part{providers.File{Media: providers.Media{MIMEType: "text/plain", Data: make([]byte, 40)}}}, 3 + 4 + 10},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			req := &providers.Request{Messages: []providers.Message{{Role: providers.RoleUser, Parts: c.parts}}}
			if got := mock.EstimateTokens(req); got != c.want {
				t.Errorf("%d tokens, want %d", got, c.want)
			}
		})
	}
	req := ask("m", "1234")
	req.Tools = []providers.Tool{{Name: "abcd", Description: "efgh", Parameters: json.RawMessage(`{}  `)}}
	if got := mock.EstimateTokens(req); got != 3+4+1+8+3 {
		t.Errorf("with a tool %d", got)
	}
	if got := mock.EstimateTokens(nil); got != 0 {
		t.Errorf("nil request: %d", got)
	}
}

// Parts of every type come out of a stream as they went in.
func TestStreamedParts(t *testing.T) {
	parts := []providers.Part{
		providers.Reasoning{Provider: "openai", ID: "rs_1", Text: "Let me think.", Encrypted: "xyz"},
		providers.Text{Text: "Grüße aus Tromsø, 北京 and elsewhere", Citations: json.RawMessage(`[{"url":"u"}]`)},
		providers.Text{Text: "signed", Signature: []byte("s")},
		providers.Text{},
		providers.ToolCall{ID: "c1", Name: "f", Arguments: `{"a":"long enough to need pieces"}`, Signature: []byte("s")},
		providers.Refusal{Text: "no"},
		providers.Opaque{Provider: "openai", Type: "search", JSON: json.RawMessage(`{}`)},
	}
	p := must(t, mock.OpenAI(), mock.WithTimeScale(0), mock.WithScript(mock.AnswerParts(parts...)))
	r, err := providers.Collect(p.Stream(t.Context(), ask(p.Model(), "hi ")))
	if err != nil {
		t.Fatal(err)
	}
	if r.API != providers.APIChatCompletions {
		t.Errorf("API %q", r.API)
	}
	if got := r.Message().Parts; !reflect.DeepEqual(got, parts) {
		t.Errorf("got  %+v\nwant %+v", got, parts)
	}
}
