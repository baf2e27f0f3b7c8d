package wire_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/llmotel/internal/content"
)

// fuzzAnswers feeds answers of an API, in pieces and whole, with content and
// without, packed and not: what is learned is the same, and sound.
func fuzzAnswers(f *testing.F, url string, seeds ...string) {
	for i, s := range seeds {
		f.Add([]byte(s), byte(i), i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, body []byte, size byte, stream bool) {
		if len(body) > 1<<16 {
			return
		}
		request := []byte(`{"model":"asked","stream":false}`)
		if stream {
			request = []byte(`{"model":"asked","stream":true}`)
		}
		r := recording{url: url, request: request, status: http.StatusOK, header: http.Header{}, body: body}
		whole := r.replay(t, 0, nil)
		want := learn(whole)
		if diff := cmp.Diff(want, learn(r.replay(t, 1+int(size), nil)), allLearned); diff != "" {
			t.Errorf("in pieces of %d (-whole +pieces):\n%s", 1+int(size), diff)
		}
		b := content.Get(1 << 12)
		if diff := cmp.Diff(want, learn(r.replay(t, 1+int(size), b)), allLearned); diff != "" {
			t.Errorf("with content (-without +with):\n%s", diff)
		}
		if n := len((&content.Encoder{}).Output(nil, b)); n > 1<<20 {
			t.Errorf("%d bytes of content", n)
		}
		b.Free()
		u := whole.Usage()
		if u.Input < 0 || u.Output < 0 || u.CacheRead < 0 || u.CacheWrite < 0 || u.Reasoning < 0 || u.Reasoning > u.Output && u.Output > 0 {
			t.Errorf("usage %+v", u)
		}
		if len(whole.Reasons()) > 128 || want.bytes > len(body) || want.chunks > len(body) {
			t.Errorf("%d reasons, %d bytes and %d chunks of %d bytes", len(whole.Reasons()), want.bytes, want.chunks, len(body))
		}
	})
}

func FuzzChat(f *testing.F) {
	fuzzAnswers(f, chatURL, chatStream(3),
		`{"id":"c1","model":"m","choices":[{"index":0,"message":{"content":"a","tool_calls":[{"id":"i","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2}}`,
		dataLines(`{"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"{","name":"f"},"id":"i","index":3}]},"finish_reason":"length","index":1}]}`, `{"usage":{"prompt_tokens":-1},"error":{"code":5}}`),
		dataLines(`{"choices":[{"delta":{"content":[{"text":"a"},{"thinking":[{"text":"b"}]}],"audio":{"data":"x","transcript":"y"},"images":[{"image_url":{"url":"z"}}]}}],"x_groq":{"usage":{"total_tokens":1}}}`),
		": c\r\n\r\ndata:[DONE]\n", `{"object":"error","code":"1","type":"t"}`, `{"error":"x"}`)
}

func FuzzResponses(f *testing.F) {
	fuzzAnswers(f, responsesURL, events(responsesCreated, responsesAdded, responsesHel, responsesLo, responsesText, responsesItem, responsesEnd),
		`{"id":"r","status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}],"usage":{"input_tokens":1}}`,
		events(`{"delta":"a","output_index":3,"type":"response.reasoning_text.delta"}`, `{"type":"error","code":"x"}`),
		events(`{"type":"response.output_item.done","item":{"id":"w","type":"mcp_call","name":"f","output":"x","arguments":"{}","action":{},"code":"a","results":[1],"result":"aa","output_format":"png"},"output_index":0}`),
		`{"status":"completed","output":[{"type":"image_generation_call","result":"aa","output_format":"png"},{"type":"computer_call","action":[1],"queries":null},{"type":"code_interpreter_call","outputs":[],"code":"b","id":"c"}]}`,
		events(`{"item":{"type":"function_call","call_id":"c","name":"f"},"output_index":2,"type":"response.output_item.added"}`, `{"type":"response.function_call_arguments.delta","delta":"{}","output_index":2}`))
}

func FuzzCompletions(f *testing.F) {
	fuzzAnswers(f, "https://api.openai.com/v1/completions", dataLines(`{"choices":[{"text":"a","index":0,"finish_reason":null}]}`, `{"choices":[{"text":"b","index":0,"finish_reason":null}]}`, "[DONE]"),
		`{"id":"c","choices":[{"text":"a","index":1,"finish_reason":"stop"}],"usage":{"prompt_tokens":1}}`)
}

func FuzzOpenAIEmbeddings(f *testing.F) {
	fuzzAnswers(f, "https://api.openai.com/v1/embeddings", `{"data":[{"embedding":[0.1,-2e3]},{"embedding":"AAA="}],"model":"m","usage":{"prompt_tokens":1}}`)
}

// FuzzQuick compares the quick path with the full one.
func FuzzQuick(f *testing.F) {
	for name, event := range streamEvents {
		f.Add([]byte(event), []byte(" other"), name[len(name)-1]%2 == 0)
	}
	f.Fuzz(func(t *testing.T, event, other []byte, chat bool) {
		url := responsesURL
		if chat {
			url = chatURL
		}
		stream := dataLines(string(event), string(event), string(other), string(event))
		if diff := cmp.Diff(slowly(t, url, stream), quickly(t, url, stream), allLearned); diff != "" {
			t.Errorf("(-full +quick):\n%s", diff)
		}
	})
}

// FuzzPacked gives garbage to the decompressors.
func FuzzPacked(f *testing.F) {
	for i, encoding := range []string{"gzip", "deflate"} {
		f.Add([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"), byte(i), encoding)
		f.Add([]byte("\x78\x9c\x01\x02\x00\xfd\xff{}"), byte(i), encoding)
	}
	f.Fuzz(func(t *testing.T, body []byte, size byte, encoding string) {
		r := recording{url: chatURL, request: []byte(`{}`), status: http.StatusOK, header: http.Header{"Content-Encoding": {encoding}}, body: body}
		if diff := cmp.Diff(learn(r.replay(t, 0, nil)), learn(r.replay(t, 1+int(size), nil)), allLearned); diff != "" {
			t.Errorf("(-whole +pieces):\n%s", diff)
		}
	})
}
