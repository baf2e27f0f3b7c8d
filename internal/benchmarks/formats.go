package benchmarks

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"net/http"
	"slices"
	"strings"
)

// Format is a wire format in which answers are streamed: a request that asks for
// as much as programs ask for, and an answer of ordinary lines.
type Format struct {
	Name, URL, Request string
	// Events are the stream: what it begins with, 24 pieces of text, and how it ends.
	Events [][]byte

	contentType string
}

// events are the names and the data of a stream's events: what comes before its
// text, a piece of text, and what comes after it.
type events struct {
	head []string
	text string // with %d for a number
	tail []string
}

// pieces is how many pieces of text a stream has.
const pieces = 24

func (e events) all() []string {
	out := slices.Clone(e.head)
	for i := range pieces {
		out = append(out, fmt.Sprintf(e.text, i))
	}
	return append(out, e.tail...)
}

// Formats returns the formats that answers are streamed in.
func Formats() []Format {
	return []Format{
		openAIChatFormat, openAIResponsesFormat, anthropicFormat, geminiFormat, geminiArrayFormat,
		converseFormat, invokeFormat, ollamaFormat, cohereFormat,
	}
}

var openAIChatFormat = Format{
	Name: "OpenAI chat completions", URL: "https://api.openai.com/v1/chat/completions",
	Request: `{"messages":[{"content":"` + systemPrompt + `","role":"system"},{"content":"` + userPrompt + `","role":"user"}],"model":"` + requestModel + `",
"frequency_penalty":0.25,"max_completion_tokens":500,"presence_penalty":0.25,"reasoning_effort":"low","response_format":{"type":"json_object"},
"seed":1234567,"service_tier":"flex","stop":["\n\n","END","Human:","###"],"temperature":0.2,"top_p":0.95,"stream_options":{"include_usage":true},"stream":true}`,
	Events: sse(chatEvents(`"obfuscation":"aHF4dz"}`)), contentType: eventStream,
}

func chatEvents(end string) events {
	const head = `{"id":"chatcmpl-BSDtBlEgDsQCRkAIOnsFGIzOWhsFa","object":"chat.completion.chunk","created":1746314977,"model":"` + responseModel +
		`","service_tier":"default","system_fingerprint":"fp_129a36352a","choices":`
	return events{
		head: []string{head + `[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}],"usage":null,` + end},
		text: head + `[{"index":0,"delta":{"content":" word%d"},"logprobs":null,"finish_reason":null}],"usage":null,` + end,
		tail: []string{
			head + `[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null,` + end,
			head + `[],"usage":` + usage + `,` + end, "[DONE]",
		},
	}
}

var openAIResponsesFormat = Format{
	Name: "OpenAI responses", URL: "https://api.openai.com/v1/responses",
	Request: `{"model":"gpt-5","instructions":"` + systemPrompt + `","input":[{"role":"user","content":"` + userPrompt + `"}],
"previous_response_id":"resp_68af4030592c81938ec0a5fbab4a3e9f05438e46b5f69a3b","max_output_tokens":500,"reasoning":{"effort":"low"},"service_tier":"flex",
"temperature":0.2,"top_p":0.95,"text":{"format":{"type":"json_schema","name":"answer","schema":{"type":"object"}}},"stream":true}`,
	Events: sse(func() events {
		const response = `{"id":"resp_68af4030baa48193b0b43b4c2a176a1a0e98e9ad3e8e1c3f","object":"response","created_at":1756315696,"status":"%s","error":null,
"model":"gpt-5-2025-08-07","output":%s,"parallel_tool_calls":true,"previous_response_id":"resp_68af4030592c81938ec0a5fbab4a3e9f05438e46b5f69a3b","service_tier":"flex","usage":%s}`
		const item = `"msg_68af4033b1488193be1ee3f3d5fcf0a30e98e9ad3e8e1c3f"`
		begun := strings.ReplaceAll(fmt.Sprintf(response, "in_progress", "[]", "null"), "\n", "")
		done := strings.ReplaceAll(fmt.Sprintf(response, "completed", `[{"id":`+item+`,"type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"word"}]}]`,
			`{"input_tokens":42,"input_tokens_details":{"cached_tokens":0},"output_tokens":24,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":66}`), "\n", "")
		return events{
			head: []string{
				`{"type":"response.created","sequence_number":0,"response":` + begun + `}`,
				`{"type":"response.output_item.added","sequence_number":1,"output_index":0,"item":{"id":` + item + `,"type":"message","status":"in_progress","content":[],"role":"assistant"}}`,
			},
			text: `{"type":"response.output_text.delta","sequence_number":%[1]d,"item_id":` + item + `,"output_index":0,"content_index":0,"delta":" word%[1]d","logprobs":[],"obfuscation":"aHF4dz"}`,
			tail: []string{`{"type":"response.completed","sequence_number":99,"response":` + done + `}`},
		}
	}()), contentType: eventStream,
}

// anthropicEvents are those of Anthropic's messages, whoever sends them.
var anthropicEvents = events{
	head: []string{
		`{"type":"message_start","message":{"id":"msg_014p7gG3wDgGV9EUtLvnow3U","type":"message","role":"assistant","model":"claude-sonnet-4-5-20250929","content":[],"stop_reason":null,` +
			`"usage":{"input_tokens":472,"cache_creation_input_tokens":0,"cache_read_input_tokens":128,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},"output_tokens":2,"service_tier":"standard"}}}`,
		`{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}`,
		`{"type": "ping"}`,
	},
	text: `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" word%d"}}`,
	tail: []string{
		`{"type":"content_block_stop","index":0}`,
		`{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":24}}`,
		`{"type":"message_stop"}`,
	},
}

var anthropicAsked = `"system":"` + systemPrompt + `","messages":[{"role":"user","content":"` + userPrompt + `"}],"max_tokens":500,"temperature":0.2,"top_p":0.95,"top_k":40,
"stop_sequences":["\n\nHuman:","END","###","</answer>"],"output_config":{"effort":"low","format":{"type":"json_schema","schema":{"type":"object"}}},"service_tier":"standard_only"`

var anthropicFormat = Format{
	Name: "Anthropic messages", URL: "https://api.anthropic.com/v1/messages",
	Request: `{"model":"claude-sonnet-4-5",` + anthropicAsked + `,"stream":true}`,
	Events:  sse(anthropicEvents), contentType: eventStream,
}

var geminiAsked = `{"systemInstruction":{"parts":[{"text":"` + systemPrompt + `"}]},"contents":[{"role":"user","parts":[{"text":"` + userPrompt + `"}]}],
"generationConfig":{"temperature":0.2,"topP":0.95,"topK":40,"maxOutputTokens":500,"stopSequences":["END","###"],"seed":1234567,"presencePenalty":0.25,"frequencyPenalty":0.25,
"responseMimeType":"application/json","thinkingConfig":{"thinkingLevel":"low"}}}`

var geminiEvents = func() events {
	const counts = `"usageMetadata":{"promptTokenCount":42,"candidatesTokenCount":24,"totalTokenCount":66,"promptTokensDetails":[{"modality":"TEXT","tokenCount":42}]},` +
		`"modelVersion":"gemini-2.5-flash","responseId":"7h2uaNvJEtqVkdUP7r6sgQw"`
	text := `{"candidates":[{"content":{"parts":[{"text":" word%d"}],"role":"model"},"index":0}],` + counts + `}`
	return events{text: text, tail: []string{
		`{"candidates":[{"content":{"parts":[{"text":"."}],"role":"model"},"finishReason":"STOP","index":0}],` + counts + `}`,
	}}
}()

var (
	geminiFormat = Format{
		Name: "Gemini", URL: "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
		Request: geminiAsked, Events: sse(geminiEvents), contentType: eventStream,
	}
	geminiArrayFormat = Format{
		Name: "Gemini, a JSON array", URL: "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:streamGenerateContent",
		Request: geminiAsked, Events: func() (out [][]byte) {
			before := "["
			for _, e := range geminiEvents.all() {
				out = append(out, []byte(before+e))
				before = "\n,\r\n"
			}
			return append(out, []byte("\n]\n"))
		}(), contentType: "application/json; charset=UTF-8",
	}
)

var converseFormat = Format{
	Name: "Bedrock Converse", URL: "https://bedrock-runtime.us-east-1.amazonaws.com/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse-stream",
	Request: `{"system":[{"text":"` + systemPrompt + `"}],"messages":[{"role":"user","content":[{"text":"` + userPrompt + `"}]}],
"inferenceConfig":{"maxTokens":500,"temperature":0.2,"topP":0.95,"stopSequences":["END","###"]},"additionalModelRequestFields":{"top_k":40,"output_config":{"effort":"low"}},
"guardrailConfig":{"guardrailIdentifier":"gr-1a2b3c4d5e6f","guardrailVersion":"1"},"serviceTier":{"type":"flex"}}`,
	Events: func() (out [][]byte) {
		out = append(out, awsMessage("messageStart", `{"p":"abcdefgh","role":"assistant"}`))
		for i := range pieces {
			out = append(out, awsMessage("contentBlockDelta", fmt.Sprintf(`{"contentBlockIndex":0,"delta":{"text":" word%d"},"p":"abcdefghijklmnopqrstu"}`, i)))
		}
		return append(out,
			awsMessage("contentBlockStop", `{"contentBlockIndex":0,"p":"abcdefghijk"}`),
			awsMessage("messageStop", `{"p":"abcdefghijklmnopqr","stopReason":"end_turn"}`),
			awsMessage("metadata", `{"metrics":{"latencyMs":1251},"p":"abcdefg","usage":{"inputTokens":42,"outputTokens":24,"totalTokens":66}}`))
	}(), contentType: "application/vnd.amazon.eventstream",
}

var invokeFormat = Format{
	Name: "Bedrock Invoke, Anthropic", URL: "https://bedrock-runtime.us-east-1.amazonaws.com/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/invoke-with-response-stream",
	Request: `{"anthropic_version":"bedrock-2023-05-31",` + anthropicAsked + `}`,
	Events: func() (out [][]byte) {
		for _, e := range anthropicEvents.all() {
			out = append(out, awsMessage("chunk", `{"bytes":"`+base64.StdEncoding.EncodeToString([]byte(e))+`","p":"abcdefghijklmnopqrstu"}`))
		}
		return out
	}(), contentType: "application/vnd.amazon.eventstream",
}

var ollamaFormat = Format{
	Name: "Ollama", URL: "http://localhost:11434/api/chat",
	Request: `{"model":"llama3.2","messages":[{"role":"system","content":"` + systemPrompt + `"},{"role":"user","content":"` + userPrompt + `"}],"format":"json","think":"low",
"options":{"temperature":0.2,"top_p":0.95,"top_k":40,"num_predict":500,"seed":1234567,"frequency_penalty":0.25,"presence_penalty":0.25,"stop":["END","###"]}}`,
	Events: func() (out [][]byte) {
		const head = `{"model":"llama3.2","created_at":"2025-08-27T17:28:16.123456789Z","message":{"role":"assistant","content":`
		for i := range pieces {
			out = append(out, fmt.Appendf(nil, head+`" word%d"},"done":false}`+"\n", i))
		}
		return append(out, []byte(head+`""},"done":true,"done_reason":"stop","total_duration":4883583458,"load_duration":1334875,"prompt_eval_count":26,"prompt_eval_duration":342546000,"eval_count":24,"eval_duration":4535599000}`+"\n"))
	}(), contentType: "application/x-ndjson",
}

var cohereFormat = Format{
	Name: "Cohere", URL: "https://api.cohere.com/v2/chat",
	Request: `{"model":"command-a-03-2025","messages":[{"role":"system","content":"` + systemPrompt + `"},{"role":"user","content":"` + userPrompt + `"}],"stream":true,"max_tokens":500,
"temperature":0.2,"p":0.95,"k":40,"seed":1234567,"frequency_penalty":0.25,"presence_penalty":0.25,"stop_sequences":["END","###"],"response_format":{"type":"json_object"}}`,
	Events: sse(events{
		head: []string{
			`{"id":"29f14a5a-11de-4cae-9800-25e4747408ea","type":"message-start","delta":{"message":{"role":"assistant","content":[],"tool_plan":"","tool_calls":[],"citations":[]}}}`,
			`{"type":"content-start","index":0,"delta":{"message":{"content":{"type":"text","text":""}}}}`,
		},
		text: `{"type":"content-delta","index":0,"delta":{"message":{"content":{"text":" word%d"}}}}`,
		tail: []string{
			`{"type":"content-end","index":0}`,
			`{"type":"message-end","delta":{"finish_reason":"COMPLETE","usage":{"billed_units":{"input_tokens":5,"output_tokens":24},"tokens":{"input_tokens":71,"output_tokens":24}}}}`,
		},
	}), contentType: eventStream,
}

const eventStream = "text/event-stream; charset=utf-8"

// sse frames events as servers do that name the type of each, where it has one.
func sse(e events) [][]byte {
	var out [][]byte
	for _, data := range e.all() {
		name := ""
		if kind, ok := strings.CutPrefix(data, `{"type":"`); ok {
			kind, _, _ = strings.Cut(kind, `"`)
			name = "event: " + kind + "\n"
		}
		out = append(out, []byte(name+"data: "+data+"\n\n"))
	}
	return out
}

// awsMessage frames an event as AWS does: a prelude, headers, a payload, each with
// its checksum.
func awsMessage(event, payload string) []byte {
	var headers []byte
	for _, h := range [][2]string{{":event-type", event}, {":content-type", "application/json"}, {":message-type", "event"}} {
		headers = append(append(headers, byte(len(h[0]))), h[0]...)                                     //nolint:gosec // it is short
		headers = append(binary.BigEndian.AppendUint16(append(headers, 7), uint16(len(h[1]))), h[1]...) //nolint:gosec // it is short
	}
	out := binary.BigEndian.AppendUint32(nil, uint32(len(headers)+len(payload)+16)) //nolint:gosec // as above
	out = binary.BigEndian.AppendUint32(out, uint32(len(headers)))                  //nolint:gosec // as above
	out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out))
	out = append(append(out, headers...), payload...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out))
}

// NewFormatTransport returns a transport that answers every request with a stream
// of a format.
func NewFormatTransport(f Format) *Transport {
	return &Transport{stream: f.Events, header: http.Header{"Content-Type": {f.contentType}, "X-Request-Id": {"req_1"}}}
}
