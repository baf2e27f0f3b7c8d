package conformance_test

import (
	"encoding/json"
	"slices"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/providers"
)

// scenario is one kind of call. Its request is what every protocol can say;
// a wire adds what it has and drops what it lacks.
type scenario struct {
	name   string
	stream bool
	// edit makes the scenario's request out of the plain one.
	edit func(*providers.Request)
	// embed makes it an embeddings call instead.
	embed *providers.EmbedRequest
	reply reply
	// cancel ends the call's context after the first chunk, leave breaks the
	// loop there.
	cancel, leave bool
	attribution   llmotel.Attribution
	// fails tells that the call returns an error.
	fails bool
}

// reply is what the server answers, in terms of no protocol.
type reply struct {
	// pieces of the text; a unary answer has them together.
	pieces []string
	// think puts thinking before it.
	think bool
	// tool calls get_weather instead.
	tool bool
	// media has tokens of images and audio in its usage.
	media bool
	// choices is the number of answers; 0 means 1.
	choices int
	// status is that of an error, 0 for none.
	status int
	// broken ends a stream with an error, stalled leaves it open.
	broken, stalled bool
	// compacted tells that the conversation was compacted.
	compacted bool
}

// What the answers of all servers say.
const (
	inputTokens, cacheReadTokens, cacheWriteTokens = 120, 40, 8
	outputTokens, reasoningTokens                  = 30, 12
	embeddingTokens                                = 7
	responseID                                     = "resp-1"
	prompt                                         = "What should I see in Oslo?"
	instructions                                   = "You are a terse travel guide."
	answer                                         = "The opera house and the fjord."
	toolArguments                                  = `{"city":"Oslo"}`
)

var text = []string{"The opera house ", "and ", "the fjord."}

const weatherSchema = `{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}`

// onePixel is a PNG.
var onePixel = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\b\x06\x00\x00\x00" +
	"\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82")

// plain is the request that scenarios start from: one instruction, one turn.
func plain(model string) *providers.Request {
	return &providers.Request{
		Model: model, System: []providers.Text{{Text: instructions}},
		Messages: []providers.Message{providers.UserText(prompt)},
	}
}

// sampling sets every option that some protocol has.
func sampling(r *providers.Request) {
	r.MaxOutputTokens, r.Temperature, r.TopP, r.TopK, r.Seed = 4000, new(0.5), new(0.75), new(int64(40)), new(int64(7))
	r.FrequencyPenalty, r.PresencePenalty, r.StopSequences = new(0.25), new(-0.25), []string{"END", "STOP"}
}

func reasoning(r *providers.Request) { r.Reasoning = &providers.Reasoner{Effort: "low", Include: true} }

func withTools(r *providers.Request) {
	r.Tools = []providers.Tool{{Name: "get_weather", Description: "Returns the weather of a city.", Parameters: json.RawMessage(weatherSchema)}}
}

var scenarios = []scenario{
	{name: "inference", edit: sampling, reply: reply{pieces: text}},
	{name: "streaming", stream: true, edit: sampling, reply: reply{pieces: text}},
	{name: "reasoning", edit: reasoning, reply: reply{pieces: text, think: true}},
	{name: "reasoning stream", stream: true, edit: reasoning, reply: reply{pieces: text, think: true}},
	{
		name: "structured output", reply: reply{pieces: []string{`{"city":"Oslo"}`}},
		edit: func(r *providers.Request) {
			r.Format = &providers.Format{Type: providers.FormatJSONSchema, Name: "city", Schema: json.RawMessage(weatherSchema), Strict: new(true)}
		},
	},
	{
		name: "multimodal", reply: reply{pieces: text, media: true},
		edit: func(r *providers.Request) {
			r.Messages[0].Parts = append(r.Messages[0].Parts, providers.Image{Media: providers.Media{MIMEType: "image/png", Data: slices.Clone(onePixel)}})
		},
	},
	{name: "tool call", edit: withTools, reply: reply{tool: true}},
	{name: "tool call stream", stream: true, edit: withTools, reply: reply{tool: true}},
	{
		name: "tool result", reply: reply{pieces: text},
		edit: func(r *providers.Request) {
			withTools(r)
			r.Messages = append(
				r.Messages,
				providers.Message{Role: providers.RoleAssistant, Parts: []providers.Part{providers.ToolCall{ID: "call_1", Name: "get_weather", Arguments: toolArguments}}},
				providers.Message{Role: providers.RoleTool, Parts: []providers.Part{providers.TextResult("call_1", "get_weather", `{"celsius":3}`)}},
			)
		},
	},
	{name: "choices", edit: func(r *providers.Request) { r.Choices = 2 }, reply: reply{pieces: text, choices: 2}},
	{name: "service tier", edit: func(r *providers.Request) { r.ServiceTier = "default" }, reply: reply{pieces: text}},
	{name: "continued", edit: func(r *providers.Request) { r.PreviousResponseID = "resp-0" }, reply: reply{pieces: text, compacted: true}},
	{
		name: "attribution", reply: reply{pieces: text},
		attribution: llmotel.Attribution{
			Feature: "guide", FeatureVersion: "2", Prompt: "sights", PromptVersion: "5", Experiment: "short", Variant: "b",
			Conversation: "conversation-1", User: "user-1", Session: "session-1", Tenant: "acme",
		},
	},
	{name: "embeddings", embed: &providers.EmbedRequest{Input: []string{"Oslo", "Bergen"}, Dimensions: 256}},
	{
		name: "embeddings, attribution", embed: &providers.EmbedRequest{Input: []string{"Oslo", "Bergen"}},
		attribution: llmotel.Attribution{Feature: "guide", Prompt: "sights", PromptVersion: "5", Conversation: "conversation-1", User: "user-1"},
	},
	{name: "embeddings error", embed: &providers.EmbedRequest{Input: []string{"Oslo"}}, reply: reply{status: 429}, fails: true},
	{name: "rate limited", reply: reply{status: 429}, fails: true},
	{name: "server error", reply: reply{status: 500}, fails: true},
	{name: "rate limited stream", stream: true, reply: reply{status: 429}, fails: true},
	{name: "broken stream", stream: true, reply: reply{pieces: text, broken: true}, fails: true},
	{name: "cancelled stream", stream: true, reply: reply{pieces: text, stalled: true}, cancel: true, fails: true},
	{name: "abandoned stream", stream: true, reply: reply{pieces: text, stalled: true}, leave: true},
}
