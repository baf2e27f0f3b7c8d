package providertest

import (
	"encoding/json"

	"github.com/llmotel/sdk/providers"
)

// What the suite's requests contain.
const (
	// Key is the API key to use; it must not turn up in any error text.
	Key = "sk-canary-4417-do-not-print"
	// Prompt is the user's message; it must not turn up in any error text.
	Prompt = "What should I see in Oslo? My secret is canary-9035-do-not-print."
	// ToolName is the one tool on offer in ToolCall and ToolResult.
	ToolName = "get_weather"
	// ToolArguments are the arguments that it is called with.
	ToolArguments = `{"city":"Oslo"}`
	// SchemaName names the schema of Structured.
	SchemaName = "city_facts"
	// LengthLimit is the limit on output tokens of Length.
	LengthLimit = 16
)

// canaries are the parts of Key and Prompt that are looked for.
var canaries = []string{"canary-4417", "canary-9035", "do-not-print"}

const (
	toolSchema = `{"type":"object","properties":{"city":{"type":"string","enum":["Oslo"]}},` +
		`"required":["city"],"additionalProperties":false}`
	factsSchema = `{"type":"object","properties":{"city":{"type":"string"},"population":{"type":"integer"},` +
		`"tags":{"type":"array","items":{"type":"string"}}},"required":["city","population","tags"],` +
		`"additionalProperties":false}`
)

// onePixel is a PNG.
var onePixel = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\b\x06\x00\x00\x00" +
	"\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82")

// request returns a new request for the scenario.
func request(s Scenario, model string) *providers.Request {
	req := &providers.Request{
		Model:           model,
		System:          []providers.Text{{Text: "You are a terse travel guide."}},
		Messages:        []providers.Message{providers.UserText(Prompt)},
		MaxOutputTokens: 400,
	}
	switch s.Behaviour {
	case ToolCall:
		req.Tools = tools()
		req.ToolChoice = providers.ToolChoice{Mode: providers.ToolChoiceRequired}
	case ToolResult:
		req.Tools = tools()
		req.Messages = append(req.Messages,
			providers.Message{Role: providers.RoleAssistant, Parts: []providers.Part{
				providers.ToolCall{ID: "call_1", Name: ToolName, Arguments: ToolArguments},
			}},
			providers.Message{Role: providers.RoleTool, Parts: []providers.Part{
				providers.TextResult("call_1", ToolName, `{"celsius":3,"sky":"clear"}`),
			}})
	case Structured:
		strict := true
		req.Format = &providers.Format{
			Type: providers.FormatJSONSchema, Name: SchemaName,
			Schema: json.RawMessage(factsSchema), Strict: &strict,
		}
	case Image:
		req.Messages[0].Parts = append(req.Messages[0].Parts, providers.Image{
			Media: providers.Media{MIMEType: "image/png", Data: append([]byte(nil), onePixel...)},
		})
	case Reasoning:
		req.Reasoning = &providers.Reasoner{Effort: "low", Include: true}
		req.MaxOutputTokens = 4000
	case Length:
		req.MaxOutputTokens = LengthLimit
	default:
	}
	return req
}

func tools() []providers.Tool {
	return []providers.Tool{{
		Name: ToolName, Description: "Returns the weather of a city.",
		Parameters: json.RawMessage(toolSchema),
	}}
}
