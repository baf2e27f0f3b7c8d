package wire_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/llmotel/internal/wire"
	"github.com/llmotel/sdk/providers"
)

// metrics end the last event of every model.
const metrics = `"amazon-bedrock-invocationMetrics":{"inputTokenCount":8,"outputTokenCount":10,"invocationLatency":613,"firstByteLatency":5}`

func TestInvoke(t *testing.T) {
	counted := http.Header{"X-Amzn-Bedrock-Input-Token-Count": {"8"}, "X-Amzn-Bedrock-Output-Token-Count": {"10"}}
	both := map[providers.TokenClass]int64{providers.ClassInput: 8, providers.ClassOutput: 10}
	for _, c := range []struct {
		name, model, request string
		header               http.Header
		response             string
		id, answered         string
		reason               string
		usage                map[providers.TokenClass]int64
		input, output        string
		maxTokens            int64
		embeds               bool
	}{
		{
			name: "Claude", model: "arn:aws:bedrock:us-east-1:1:inference-profile%2Feu.anthropic.claude-3-haiku-20240307-v1%3A0",
			request:  `{"anthropic_version":"bedrock-2023-05-31","max_tokens":10,"messages":[{"role":"user","content":"Hi"}]}`,
			header:   http.Header{"X-Amzn-Bedrock-Input-Token-Count": {"2"}, "X-Amzn-Bedrock-Output-Token-Count": {"10"}, "X-Amzn-Bedrock-Cache-Read-Input-Token-Count": {"6"}},
			response: `{"id":"msg_bdrk_1","type":"message","role":"assistant","model":"claude-x","content":[{"type":"text","text":"Hello"}],"stop_reason":"end_turn","usage":{"input_tokens":2,"cache_read_input_tokens":6,"cache_creation_input_tokens":0,"output_tokens":10}}`,
			id:       "msg_bdrk_1", answered: "claude-x", reason: "end_turn", maxTokens: 10,
			usage: map[providers.TokenClass]int64{providers.ClassInput: 8, providers.ClassOutput: 10, providers.ClassCacheRead: 6, providers.ClassCacheWrite: 0},
			input: "Hi", output: "Hello",
		},
		{
			name: "Claude's text completions", model: "anthropic.claude-v2", request: `{"prompt":"\n\nHuman: Hi\n\nAssistant:","max_tokens_to_sample":10}`, header: counted,
			response: `{"type":"completion","completion":" Hello","stop_reason":"stop_sequence","stop":"\n\nHuman:"}`,
			reason:   "stop_sequence", usage: both, input: `\n\nHuman: Hi\n\nAssistant:`, output: " Hello", maxTokens: 10,
		},
		{
			name: "Claude behind an ARN that does not tell", model: "arn:aws:bedrock:us-east-1:1:application-inference-profile%2Fabc", request: `{"messages":[{"role":"user","content":"Hi"}],"max_tokens":10,"anthropic_version":"bedrock-2023-05-31"}`,
			response: `{"id":"msg_1","model":"claude-x","content":[{"type":"text","text":"Hello"}],"stop_reason":"end_turn","usage":{"input_tokens":8,"output_tokens":10}}`,
			id:       "msg_1", answered: "claude-x", reason: "end_turn", usage: both, input: "Hi", output: "Hello", maxTokens: 10,
		},
		{
			name: "Nova", model: "us.amazon.nova-lite-v1%3A0", request: `{"messages":[{"role":"user","content":[{"text":"Hi"}]}],"inferenceConfig":{"max_new_tokens":10}}`,
			response: `{"output":{"message":{"content":[{"text":"Hello"}],"role":"assistant"}},"stopReason":"end_turn","usage":{"inputTokens":5,"outputTokens":10,"totalTokens":15,"cacheReadInputTokenCount":3,"cacheWriteInputTokenCount":0}}`,
			reason:   "end_turn", input: "Hi", output: "Hello", maxTokens: 10,
			usage: map[providers.TokenClass]int64{providers.ClassInput: 8, providers.ClassOutput: 10, providers.ClassCacheRead: 3, providers.ClassCacheWrite: 0},
		},
		{
			name: "Titan", model: "amazon.titan-text-express-v1", request: `{"inputText":"Hi","textGenerationConfig":{"maxTokenCount":10,"stopSequences":["|"]}}`,
			response: `{"inputTextTokenCount":8,"results":[{"tokenCount":10,"outputText":"Hello","completionReason":"LENGTH"}]}`,
			reason:   "LENGTH", usage: both, input: "Hi", output: "Hello", maxTokens: 10,
		},
		{
			name: "Titan's embeddings", model: "amazon.titan-embed-text-v2%3A0", request: `{"inputText":"Hi","dimensions":4}`,
			response: `{"embedding":[1,2,3,4],"inputTextTokenCount":8}`, usage: map[providers.TokenClass]int64{providers.ClassInput: 8}, input: "Hi", embeds: true,
		},
		{
			name: "Cohere", model: "cohere.command-r-v1%3A0", request: `{"message":"Hi","max_tokens":10}`, header: counted,
			response: `{"response_id":"no","text":"Hello","generation_id":"g1","chat_history":[{"role":"USER","message":"Hi"}],"finish_reason":"COMPLETE","tool_calls":null}`,
			id:       "g1", reason: "COMPLETE", usage: both, input: "Hi", output: "Hello", maxTokens: 10,
		},
		{
			name: "Cohere's embeddings", model: "cohere.embed-english-v3", request: `{"texts":["Hi"],"input_type":"search_query"}`, header: http.Header{"X-Amzn-Bedrock-Input-Token-Count": {"8"}},
			response: `{"id":"e1","embeddings":[[1,2]],"texts":["Hi"]}`, id: "e1", usage: map[providers.TokenClass]int64{providers.ClassInput: 8}, input: "Hi", embeds: true,
		},
		{
			name: "Mistral", model: "mistral.mistral-7b-instruct-v0%3A2", request: `{"prompt":"Hi","max_tokens":10,"stop":["|"]}`, header: counted,
			response: `{"outputs":[{"text":"Hello","stop_reason":"stop"}]}`, reason: "stop", usage: both, input: "Hi", output: "Hello", maxTokens: 10,
		},
		{
			name: "Llama", model: "us.meta.llama3-1-8b-instruct-v1%3A0", request: `{"prompt":"Hi","max_gen_len":10}`,
			response: `{"generation":"Hello","prompt_token_count":8,"generation_token_count":10,"stop_reason":"length"}`, reason: "length", usage: both, input: "Hi", output: "Hello", maxTokens: 10,
		},
		{
			name: "Jamba", model: "ai21.jamba-1-5-mini-v1%3A0", request: `{"messages":[{"role":"user","content":"Hi"}],"max_tokens":10}`,
			response: `{"id":"c1","choices":[{"index":0,"message":{"role":"assistant","content":"Hello","tool_calls":null},"finish_reason":"stop"}],"usage":{"prompt_tokens":8,"completion_tokens":10,"total_tokens":18},"meta":{"requestDurationMillis":1},"model":"jamba-1.5-mini"}`,
			id:       "c1", answered: "jamba-1.5-mini", reason: "stop", usage: both, input: "Hi", output: "Hello", maxTokens: 10,
		},
		{
			name: "Jurassic", model: "ai21.j2-mid-v1", request: `{"prompt":"Hi","maxTokens":10}`, header: counted,
			response: `{"id":1234,"prompt":{"text":"Hi","tokens":[]},"completions":[{"data":{"text":"Hello","tokens":[]},"finishReason":{"reason":"endoftext"}}]}`,
			id:       "1234", reason: "endoftext", usage: both, input: "Hi", output: "Hello", maxTokens: 10,
		},
		{
			name: "DeepSeek", model: "us.deepseek.r1-v1%3A0", request: `{"prompt":"Hi","max_tokens":10}`, header: counted,
			response: `{"choices":[{"text":"Hello","stop_reason":"stop"}]}`, reason: "stop", usage: both, input: "Hi", output: "Hello", maxTokens: 10,
		},
		{
			name: "gpt-oss", model: "openai.gpt-oss-20b-1%3A0", request: `{"messages":[{"role":"user","content":"Hi"}],"max_completion_tokens":10}`,
			response: `{"id":"chatcmpl-1","model":"openai.gpt-oss-20b-1:0","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"Hello"}}],"usage":{"prompt_tokens":8,"completion_tokens":10,"completion_tokens_details":{"reasoning_tokens":4}}}`,
			id:       "chatcmpl-1", answered: "openai.gpt-oss-20b-1:0", reason: "stop", input: "Hi", output: "Hello", maxTokens: 10,
			usage: map[providers.TokenClass]int64{providers.ClassInput: 8, providers.ClassOutput: 10, providers.ClassReasoning: 4},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			everySize(t, bedrockURL+c.model+"/invoke", c.request, c.header, c.response, func(t *testing.T, x *wire.Exchange, docs map[string]string) {
				if diff := cmp.Diff(reported(c.usage), x.Usage()); diff != "" {
					t.Errorf("usage (-want +got):\n%s", diff)
				}
				operation := "chat"
				var reasons []string
				want := map[string]string{"input": `[{"role":"user","parts":[{"type":"text","content":"` + c.input + `"}]}]`}
				if c.embeds {
					operation = "embeddings"
				} else {
					reasons = []string{c.reason}
					want["output"] = `[{"role":"assistant","parts":[{"type":"text","content":"` + c.output + `"}],"finish_reason":"` + string(wire.FinishReason(c.reason)) + `"}]`
				}
				got := []any{x.API.Operation(), x.ID, x.Answer.Model(), x.Reasons(), x.MaxTokens(), x.Complete, int(x.Malformed)}
				if diff := cmp.Diff([]any{operation, c.id, c.answered, reasons, c.maxTokens, true, 0}, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(want["input"]+want["output"], docs["input"]+docs["output"]); diff != "" {
					t.Errorf("content (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestInvokeStream(t *testing.T) {
	both := map[providers.TokenClass]int64{providers.ClassInput: 8, providers.ClassOutput: 10}
	for _, c := range []struct {
		name, model, id, reason string
		events                  []string
		usage                   map[providers.TokenClass]int64
	}{
		{
			name: "Claude", model: "global.anthropic.claude-haiku-4-5-20251001-v1%3A0", id: "msg_1", reason: "end_turn",
			events: []string{
				antStart, antOpen,
				`{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hel"}}`,
				`{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"lo\n"}}`, antClose,
				`{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":7}}`,
				`{"type":"message_stop",` + metrics + `}`,
			},
			usage: map[providers.TokenClass]int64{providers.ClassInput: 34, providers.ClassOutput: 7, providers.ClassCacheRead: 20, providers.ClassCacheWrite: 10},
		},
		{
			name: "Nova", model: "amazon.nova-micro-v1%3A0", reason: "end_turn", usage: both,
			events: []string{
				`{"messageStart":{"role":"assistant"}}`, `{"contentBlockDelta":{"delta":{"text":"Hel"},"contentBlockIndex":0}}`, `{"contentBlockDelta":{"delta":{"text":"lo\n"},"contentBlockIndex":0}}`,
				`{"contentBlockStop":{"contentBlockIndex":0}}`, `{"messageStop":{"stopReason":"end_turn"}}`,
				`{"metadata":{"usage":{"inputTokens":8,"outputTokens":10},"metrics":{},"trace":{}},` + metrics + `}`,
			},
		},
		{
			name: "Titan", model: "amazon.titan-text-lite-v1", reason: "FINISH", usage: both,
			events: []string{
				`{"outputText":"Hel","index":0,"totalOutputTextTokenCount":5,"completionReason":null,"inputTextTokenCount":8}`,
				`{"outputText":"lo\n","index":0,"totalOutputTextTokenCount":10,"completionReason":"FINISH","inputTextTokenCount":null,` + metrics + `}`,
			},
		},
		{
			name: "Cohere", model: "cohere.command-r-plus-v1%3A0", id: "g1", reason: "COMPLETE", usage: both,
			events: []string{
				`{"is_finished":false,"event_type":"stream-start","generation_id":"g1"}`, `{"is_finished":false,"event_type":"text-generation","text":"Hel"}`, `{"is_finished":false,"event_type":"text-generation","text":"lo\n"}`,
				`{"is_finished":true,"event_type":"stream-end","response":{"response_id":"no","text":"Hello\n","generation_id":"g1","finish_reason":"COMPLETE"},"finish_reason":"COMPLETE",` + metrics + `}`,
			},
		},
		{
			name: "Mistral", model: "mistral.mixtral-8x7b-instruct-v0%3A1", reason: "stop", usage: both,
			events: []string{`{"outputs":[{"text":"Hel","stop_reason":null}]}`, `{"outputs":[{"text":"lo\n","stop_reason":"stop"}],` + metrics + `}`},
		},
		{
			name: "Llama", model: "meta.llama3-8b-instruct-v1%3A0", reason: "stop", usage: both,
			events: []string{
				`{"generation":"Hel","prompt_token_count":8,"generation_token_count":1,"stop_reason":null}`,
				`{"generation":"lo\n","prompt_token_count":null,"generation_token_count":10,"stop_reason":"stop",` + metrics + `}`,
			},
		},
		{
			name: "gpt-oss", model: "openai.gpt-oss-120b-1%3A0", id: "c1", reason: "stop", usage: both,
			events: []string{
				`{"id":"c1","choices":[{"index":0,"delta":{"role":"assistant","content":"Hel"},"finish_reason":null}]}`, `{"id":"c1","choices":[{"index":0,"delta":{"content":"lo\n"},"finish_reason":null}]}`,
				`{"id":"c1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],` + metrics + `}`,
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			everySize(t, bedrockURL+c.model+"/invoke-with-response-stream", `{}`, amazonStream, chunks(c.events...), func(t *testing.T, x *wire.Exchange, docs map[string]string) {
				if diff := cmp.Diff(reported(c.usage), x.Usage()); diff != "" {
					t.Errorf("usage (-want +got):\n%s", diff)
				}
				got := []any{x.ID, x.Reasons(), x.Complete, x.Failed, int(x.Malformed), int(x.Documents), int(x.Chunks), x.AnswerBytes()}
				if diff := cmp.Diff([]any{c.id, []string{c.reason}, true, false, 0, len(c.events), 2, 6}, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				want := `[{"role":"assistant","parts":[{"type":"text","content":"Hello\n"}],"finish_reason":"` + string(wire.FinishReason(c.reason)) + `"}]`
				if diff := cmp.Diff(want, docs["output"]); diff != "" {
					t.Errorf("output (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// Models that do not number their calls send each whole, or in pieces that follow one
// another.
func TestInvokeToolCalls(t *testing.T) {
	const (
		call  = `{"type":"tool_call","id":"c1","name":"f","arguments":{"a":1}}`
		other = `{"type":"tool_call","id":"c2","name":"g","arguments":{}}`
	)
	for name, c := range map[string]struct{ model, action, response, calls, reason string }{
		"Mistral": {
			"mistral.mistral-large-2407-v1%3A0", "invoke",
			`{"choices":[{"index":0,"message":{"role":"assistant","content":"","tool_calls":[{"id":"c1","function":{"name":"f","arguments":"{\"a\":1}"}},{"id":"c2","function":{"name":"g","arguments":"{}"}}]},"stop_reason":"tool_calls"}]}`,
			call + "," + other, "tool_calls",
		},
		"a stream of it": {
			"mistral.mistral-large-2407-v1%3A0", "invoke-with-response-stream",
			chunks(`{"choices":[{"index":0,"message":{"role":"assistant","content":"","tool_calls":[{"id":"c1","function":{"name":"f","arguments":"{\"a\""}}]},"stop_reason":null}]}`,
				`{"choices":[{"index":0,"message":{"tool_calls":[{"function":{"arguments":":1}"}}]},"stop_reason":null}]}`,
				`{"choices":[{"index":0,"message":{"tool_calls":[{"function":{"arguments":"{}","name":"g"},"id":"c2"}]},"stop_reason":"tool_calls"}],`+metrics+`}`),
			call + "," + other, "tool_calls",
		},
		"numbered": {
			"openai.gpt-oss-20b-1%3A0", "invoke-with-response-stream",
			chunks(`{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c1","function":{"name":"f","arguments":""}},{"index":1,"id":"c2","function":{"name":"g","arguments":"{"}}]}}]}`,
				`{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":1}"}},{"index":1,"function":{"arguments":"}"}}]},"finish_reason":"tool_calls"}],`+metrics+`}`),
			call + "," + other, "tool_calls",
		},
		"Cohere": {
			"cohere.command-r-v1%3A0", "invoke",
			`{"text":"","generation_id":"g1","tool_calls":[{"name":"f","parameters":{"a":1}},{"name":"g","parameters":{}}],"finish_reason":"COMPLETE"}`,
			strings.ReplaceAll(strings.ReplaceAll(call+","+other, `"id":"c1",`, ""), `"id":"c2",`, ""), "COMPLETE",
		},
		"a stream of Cohere's": {
			"cohere.command-r-v1%3A0", "invoke-with-response-stream",
			chunks(`{"event_type":"tool-calls-generation","tool_calls":[{"name":"f","parameters":{"a":1}},{"name":"g","parameters":{}}]}`,
				`{"event_type":"stream-end","finish_reason":"COMPLETE",`+metrics+`}`),
			strings.ReplaceAll(strings.ReplaceAll(call+","+other, `"id":"c1",`, ""), `"id":"c2",`, ""), "COMPLETE",
		},
	} {
		t.Run(name, func(t *testing.T) {
			header := http.Header{}
			if strings.HasSuffix(c.action, "stream") {
				header = amazonStream
			}
			everySize(t, bedrockURL+c.model+"/"+c.action, `{}`, header, c.response, func(t *testing.T, x *wire.Exchange, docs map[string]string) {
				if diff := cmp.Diff([]string{c.reason}, x.Reasons()); diff != "" {
					t.Errorf("reasons (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(`[{"role":"assistant","parts":[`+c.calls+`],"finish_reason":"tool_call"}]`, docs["output"]); diff != "" {
					t.Errorf("output (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestInvokedEmbeddings(t *testing.T) {
	for request, want := range map[string][]any{
		`{"inputText":"a","dimensions":512,"embeddingTypes":["float","binary"]}`:                                   {int64(512), []string{"float", "binary"}},
		`{"taskType":"SINGLE_EMBEDDING","singleEmbeddingParams":{"embeddingDimension":384,"text":{"value":"hi"}}}`: {int64(384), []string(nil)},
	} {
		x := reply(t, bedrockURL+"amazon.titan-embed-text-v2%3A0/invoke", request, http.StatusOK, http.Header{}, `{}`)
		if diff := cmp.Diff(want, []any{x.Dimensions(), x.Encodings()}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", request, diff)
		}
	}
}
