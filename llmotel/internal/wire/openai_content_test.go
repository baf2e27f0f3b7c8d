package wire_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/wire"
)

func TestChatRequest(t *testing.T) {
	const request = `{"messages":[
		{"role":"developer","content":"Be brief"},
		{"content":[{"type":"text","text":"What is this?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,aGk="}},{"type":"input_audio","input_audio":{"data":"aGk=","format":"mp3"}},{"type":"file","file":{"file_id":"file_1"}}],"name":"ann","role":"user"},
		{"role":"assistant","content":null,"reasoning_content":"Look","tool_calls":[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{\"q\":1}"}},{"id":"call_2","type":"custom","custom":{"name":"run","input":"ls"}}]},
		{"role":"tool","tool_call_id":"call_1","content":"a cat"},
		{"content":[{"type":"text","text":"README"}],"tool_call_id":"call_2","role":"tool"},
		{"role":"assistant","content":"A cat.","refusal":null,"function_call":{"name":"old","arguments":"{}"}},
		{"role":"function","name":"old","content":"{\"x\":1}"},
		{"role":"assistant","refusal":"No"}],
		"tools":[{"type":"function","function":{"name":"look","description":"Looks","parameters":{"type":"object"}}},{"type":"custom","custom":{"name":"run"}}],
		"functions":[{"name":"old","parameters":{"type":"object"}}],
		"model":"gpt-5","max_completion_tokens":100,"temperature":1,"top_p":0.5,"top_k":3,"frequency_penalty":-0.5,"presence_penalty":0.25,"seed":42,"n":2,"stop":"END",
		"service_tier":"flex","reasoning_effort":"low","response_format":{"type":"json_object"},"modalities":["text"],"stream":true,"stream_options":{"include_usage":true}}`
	for size := 1; size < len(request); size += 17 {
		b := content.Get(0)
		x := exchange(t, chatURL, request, http.Header{}, "", size, b)
		got := []any{
			x.Asked.Model(), x.Stream, x.UsageOnStream, x.MaxTokens(), x.Temperature(), x.TopP(), x.TopK(), x.FrequencyPenalty(), x.PresencePenalty(),
			x.Seed(), x.Choices(), x.Stop(), x.ServiceTier(), x.ReasoningLevel(), x.OutputType(), x.PromptBytes(),
		}
		want := []any{"gpt-5", true, true, int64(100), 1.0, 0.5, int64(3), -0.5, 0.25, int64(42), int64(2), []string{"END"}, "flex", "low", "json", 8 + 13 + 4 + 7 + 2 + 5 + 6 + 6 + 2 + 7 + 2}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("pieces of %d (-want +got):\n%s", size, diff)
		}
		wantContent := `[{"role":"system","parts":[{"type":"text","content":"Be brief"}]},` +
			`{"role":"user","parts":[{"type":"text","content":"What is this?"},{"type":"blob","mime_type":"image/png","modality":"image","content":"aGk="},{"type":"blob","modality":"audio","content":"aGk="},{"type":"file","modality":"document","file_id":"file_1"}],"name":"ann"},` +
			`{"role":"assistant","parts":[{"type":"reasoning","content":"Look"},{"type":"tool_call","id":"call_1","name":"look","arguments":{"q":1}},{"type":"tool_call","id":"call_2","name":"run","arguments":"ls"}]},` +
			`{"role":"tool","parts":[{"type":"tool_call_response","id":"call_1","response":"a cat"}]},` +
			`{"role":"tool","parts":[{"type":"tool_call_response","id":"call_2","response":"README"}]},` +
			`{"role":"assistant","parts":[{"type":"text","content":"A cat."},{"type":"tool_call","name":"old","arguments":{}}]},` +
			`{"role":"tool","parts":[{"type":"tool_call_response","response":{"x":1}}]},` +
			`{"role":"assistant","parts":[{"type":"refusal","content":"No"}]}]` +
			`[{"type":"function","name":"look"},{"type":"custom","name":"run"},{"type":"function","name":"old"}]`
		e := content.Encoder{}
		if diff := cmp.Diff(wantContent, string(e.Tools(e.Input(nil, b), b))); diff != "" {
			t.Fatalf("pieces of %d (-want +got):\n%s", size, diff)
		}
		b.Free()
	}
}

func TestChatContent(t *testing.T) {
	cases := map[string]struct{ response, want string }{
		"whole": {
			`{"choices":[{"index":0,"message":{"role":"assistant","reasoning":"Hm","content":"Hello","refusal":null,"audio":{"data":"aGk=","transcript":"Hi"},"tool_calls":[{"id":"call_1","type":"function","function":{"arguments":"{\"a\":1}","name":"f"}},{"function":{"name":"g","arguments":"{}"},"id":"call_2"},{"type":"custom","id":"call_3","custom":{"name":"h","input":"x"}}]},"finish_reason":"tool_calls"}]}`,
			`[{"role":"assistant","parts":[{"type":"reasoning","content":"Hm"},{"type":"text","content":"Hello"},{"type":"blob","modality":"audio","content":"aGk="},{"type":"text","content":"Hi"},` +
				`{"type":"tool_call","id":"call_1","name":"f","arguments":{"a":1}},{"type":"tool_call","id":"call_2","name":"g","arguments":{}},{"type":"tool_call","id":"call_3","name":"h","arguments":"x"}],"finish_reason":"tool_call"}]`,
		},
		"function call": {
			`{"choices":[{"message":{"function_call":{"name":"f","arguments":"{}"}},"finish_reason":"function_call"}]}`,
			`[{"role":"assistant","parts":[{"type":"tool_call","name":"f","arguments":{}}],"finish_reason":"tool_call"}]`,
		},
		"parallel calls on a stream": {
			dataLines(`{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_1","function":{"name":"f","arguments":""}},{"index":1,"id":"call_2","function":{"name":"g","arguments":"{"}}]}}]}`,
				`{"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":null,"function":{"name":null,"arguments":"\"b\":2}"}}]}}]}`,
				`{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_1","function":{"name":"f","arguments":"{\"a\":1}"}}]}}]}`),
			`[{"role":"assistant","parts":[{"type":"tool_call","id":"call_1","name":"f","arguments":{"a":1}},{"type":"tool_call","id":"call_2","name":"g","arguments":{"b":2}}],"finish_reason":"error"}]`,
		},
		"index after the rest": {
			dataLines(`{"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"{","name":"f"},"id":"call_1","index":0}]},"index":0}]}`,
				`{"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"","name":"g"},"id":"call_2","index":1}]},"index":0}]}`,
				`{"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"{}"},"index":1}]},"index":0}]}`,
				`{"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"}"},"index":0}]},"finish_reason":"tool_calls","index":0}]}`),
			`[{"role":"assistant","parts":[{"type":"tool_call","id":"call_1","name":"f","arguments":{}},{"type":"tool_call","id":"call_2","name":"g","arguments":{}}],"finish_reason":"tool_call"}]`,
		},
		"calls without an index": {
			dataLines(`{"choices":[{"delta":{"tool_calls":[{"id":"call_1","function":{"name":"f","arguments":"{"}}]}}]}`,
				`{"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"}"}}]}}]}`,
				`{"choices":[{"delta":{"tool_calls":[{"id":"call_2","function":{"name":"g","arguments":"{}"}}]}}]}`),
			`[{"role":"assistant","parts":[{"type":"tool_call","id":"call_1","name":"f","arguments":{}},{"type":"tool_call","id":"call_2","name":"g","arguments":{}}],"finish_reason":"error"}]`,
		},
		"choices whose index comes last": {
			dataLines(`{"choices":[{"delta":{"content":"a"},"index":0}]}`, `{"choices":[{"delta":{"content":"b"},"finish_reason":"stop","index":1}]}`, `{"choices":[{"delta":{"content":"c"},"finish_reason":"length","index":0}]}`),
			`[{"role":"assistant","parts":[{"type":"text","content":"ac"}],"finish_reason":"length"},{"role":"assistant","parts":[{"type":"text","content":"b"}],"finish_reason":"stop"}]`,
		},
		"pictures": {
			`{"choices":[{"message":{"content":"Here","images":[{"image_url":{"url":"data:image/png;base64,aGk="}},{"image_url":{"url":"https://x/y"}}]},"finish_reason":"stop"}]}`,
			`[{"role":"assistant","parts":[{"type":"text","content":"Here"},{"type":"blob","mime_type":"image/png","modality":"image","content":"aGk="},{"type":"uri","modality":"image","uri":"https://x/y"}],"finish_reason":"stop"}]`,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			for size := 1; size < len(c.response); size += 11 {
				b := content.Get(0)
				exchange(t, chatURL, `{}`, http.Header{}, c.response, size, b)
				if diff := cmp.Diff(c.want, string((&content.Encoder{}).Output(nil, b))); diff != "" {
					t.Fatalf("pieces of %d (-want +got):\n%s", size, diff)
				}
				b.Free()
			}
		})
	}
}

func TestCompletions(t *testing.T) {
	const url = "https://api.openai.com/v1/completions"
	answers(t, url, false, `{"id":"cmpl-1","object":"text_completion","model":"m1","choices":[{"text":"Hi","index":0,"logprobs":null,"finish_reason":"length"},{"text":"Ho","index":1,"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":7,"total_tokens":12}}`,
		learned{id: "cmpl-1", model: "m1", usage: "in 5, out 7", reasons: []string{"length", "stop"}, complete: true, chunks: 1, bytes: 4})
	answers(t, url, true, dataLines(`{"id":"cmpl-1","choices":[{"text":"H","index":0,"finish_reason":null}]}`, `{"id":"cmpl-1","choices":[{"text":"i","index":0,"finish_reason":null}]}`,
		`{"id":"cmpl-1","choices":[{"text":"","index":0,"finish_reason":"stop"}]}`, `{"id":"cmpl-1","choices":[],"usage":{"prompt_tokens":5,"completion_tokens":7}}`, `[DONE]`),
		learned{id: "cmpl-1", usage: "in 5, out 7", reasons: []string{"stop"}, complete: true, chunks: 2, bytes: 2})
	for prompt, want := range map[string]string{
		`"Once"`:          `[{"role":"user","parts":[{"type":"text","content":"Once"}]}]`,
		`["Once","upon"]`: `[{"role":"user","parts":[{"type":"text","content":"Once"},{"type":"text","content":"upon"}]}]`,
		`[1,2,3]`:         ``,
		`[[1,2,3],[4,5]]`: ``,
	} {
		b := content.Get(0)
		x := exchange(t, url, `{"prompt":`+prompt+`,"model":"m","max_tokens":7,"stop":["a","b"],"n":2}`, http.Header{}, `{"choices":[{"text":"Hi","index":0,"finish_reason":"stop"}]}`, 3, b)
		if diff := cmp.Diff([]any{"m", int64(7), []string{"a", "b"}, int64(2), "text_completion"}, []any{x.Asked.Model(), x.MaxTokens(), x.Stop(), x.Choices(), x.API.Operation()}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", prompt, diff)
		}
		e := content.Encoder{}
		want += `[{"role":"assistant","parts":[{"type":"text","content":"Hi"}],"finish_reason":"stop"}]`
		if diff := cmp.Diff(want, string(e.Output(e.Input(nil, b), b))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", prompt, diff)
		}
		b.Free()
	}
}

func TestEmbeddings(t *testing.T) {
	const url = "https://api.openai.com/v1/embeddings"
	for _, vectors := range []string{`[0.1,-2e-5,3]`, `"AACAPwAAAEA="`, `null`} {
		answers(t, url, false, `{"object":"list","data":[{"object":"embedding","index":0,"embedding":`+vectors+`},{"embedding":`+vectors+`,"usage":{"prompt_tokens":1}}],"model":"m1","usage":{"prompt_tokens":5,"total_tokens":5}}`,
			learned{model: "m1", usage: "in 5", complete: true})
	}
	for input, size := range map[string]int{`"Once"`: 4, `["Once","upon"]`: 8, `[1,2]`: 0, `[[1],[2]]`: 0} {
		x := exchange(t, url, `{"input":`+input+`,"model":"m","dimensions":256,"encoding_format":"base64"}`, http.Header{}, `{"error":{"code":"x"}}`, 3, nil)
		got := []any{x.Asked.Model(), x.Dimensions(), x.Has(wire.ParamDimensions), x.Encodings(), x.PromptBytes(), x.Failed, x.ErrorCode}
		if diff := cmp.Diff([]any{"m", int64(256), true, []string{"base64"}, size, true, "x"}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", input, diff)
		}
	}
}
