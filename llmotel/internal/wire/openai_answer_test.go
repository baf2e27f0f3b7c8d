package wire_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/wire"
	"github.com/llmotel/sdk/providers"
)

// learned is what matters of an answer.
type learned struct {
	id, model, tier, usage      string
	reasons                     []string
	failed, complete            bool
	code, kind                  string // of the error
	status                      int
	chunks, bytes, bad, refused int
}

func learn(x *wire.Exchange) learned {
	return learned{
		id: x.ID, model: x.Answer.Model(), tier: x.Tier(), usage: ledger(x.Usage()),
		reasons: x.Reasons(), failed: x.Failed, complete: x.Complete,
		code: x.ErrorCode, kind: x.ErrorType, status: x.ErrorStatus,
		chunks: int(x.Chunks), bytes: x.AnswerBytes(), bad: int(x.Malformed), refused: x.Refused(),
	}
}

// ledger writes what was reported of a usage.
func ledger(u providers.Usage) string {
	var out []string
	for _, c := range []struct {
		name  string
		class providers.TokenClass
	}{
		{"in", providers.ClassInput},
		{"out", providers.ClassOutput},
		{"read", providers.ClassCacheRead},
		{"write", providers.ClassCacheWrite},
		{"think", providers.ClassReasoning},
		{"audio in", providers.ClassAudioInput},
		{"audio out", providers.ClassAudioOutput},
	} {
		if n, ok := u.Get(c.class); ok {
			out = append(out, fmt.Sprint(c.name, " ", n))
		}
	}
	return strings.Join(out, ", ")
}

var allLearned = cmp.AllowUnexported(learned{})

// answers passes a response through in pieces of many sizes, with content and
// without, and compares what was learned.
func answers(t *testing.T, url string, stream bool, response string, want learned) {
	t.Helper()
	request := `{"model":"asked"}`
	if stream {
		request = `{"model":"asked","stream":true}`
	}
	for size := 1; size <= len(response); size += 1 + size/9 {
		for _, b := range []*content.Builder{nil, content.Get(0)} {
			x := exchange(t, url, request, http.Header{}, response, size, b)
			if diff := cmp.Diff(want, learn(x), allLearned); diff != "" {
				t.Fatalf("pieces of %d, content %t (-want +got):\n%s", size, b != nil, diff)
			}
			b.Free()
		}
	}
	// All at once, and event by event as servers send them.
	x := exchange(t, url, request, http.Header{}, response, len(response), nil)
	if diff := cmp.Diff(want, learn(x), allLearned); diff != "" {
		t.Fatalf("all at once (-want +got):\n%s", diff)
	}
	if again := x.Usage(); ledger(again) != want.usage {
		t.Errorf("usage is %s when asked again", ledger(again))
	}
}

// dataLines writes events that have nothing but data.
func dataLines(data ...string) string {
	return "data: " + strings.Join(data, "\n\ndata: ") + "\n\n"
}

const chatURL = "https://api.openai.com/v1/chat/completions"

func TestChatAnswers(t *testing.T) {
	huge := strings.Repeat("long ", 30_000)
	cases := map[string]struct {
		stream   bool
		response string
		want     learned
	}{
		"whole": {
			false,
			`{"id":"c1","object":"chat.completion","model":"m1","choices":[{"index":0,"message":{"role":"assistant","content":"Hi!","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":3,"total_tokens":12,"prompt_tokens_details":{"cached_tokens":8,"cache_write_tokens":1,"audio_tokens":2},"completion_tokens_details":{"reasoning_tokens":1,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":5}},"service_tier":"flex","system_fingerprint":null}`,
			learned{id: "c1", model: "m1", tier: "flex", usage: "in 9, out 3, read 8, write 1, think 1, audio in 2, audio out 0", reasons: []string{"stop"}, complete: true, chunks: 1, bytes: 3},
		},
		"several choices, usage of all": {
			false,
			`{"choices":[{"index":1,"finish_reason":"length","message":{"content":"b"}},{"index":0,"finish_reason":"stop","message":{"content":"a"}}],"usage":{"prompt_tokens":1,"completion_tokens":2}}`,
			learned{usage: "in 1, out 2", reasons: []string{"stop", "length"}, complete: true, chunks: 1, bytes: 2},
		},
		"choices without an index": {
			false, `{"choices":[{"finish_reason":"stop"},{"finish_reason":"length"}]}`,
			learned{reasons: []string{"stop", "length"}, complete: true},
		},
		"several choices interleaved, index last": {
			true, dataLines(
				`{"choices":[{"delta":{"content":"a"},"finish_reason":null,"index":0}]}`,
				`{"choices":[{"delta":{"content":"b"},"finish_reason":null,"index":1}]}`,
				`{"choices":[{"delta":{},"finish_reason":"length","index":1}]}`,
				`{"choices":[{"delta":{},"finish_reason":"stop","index":0}]}`, `[DONE]`),
			learned{reasons: []string{"stop", "length"}, complete: true, chunks: 2, bytes: 2},
		},
		"Azure: first chunk has no choices, id and model": {
			true, dataLines(
				`{"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false}}}]}`,
				`{"choices":[{"content_filter_results":{"error":{"code":"content_filter_error","message":"x"}},"delta":{"content":"Hi"},"finish_reason":null,"index":0}],"id":"c1","model":"gpt-4o"}`,
				`{"choices":[{"content_filter_results":{},"delta":{},"finish_reason":"content_filter","index":0}],"id":"c1","model":"gpt-4o"}`, `[DONE]`),
			learned{id: "c1", model: "gpt-4o", reasons: []string{"content_filter"}, complete: true, chunks: 1, bytes: 2},
		},
		"Groq: usage of its own": {
			true, dataLines(
				`{"id":"c1","model":"llama","choices":[{"index":0,"delta":{"reasoning":"Hm"},"finish_reason":null}],"x_groq":{"id":"req_1"}}`,
				`{"id":"c1","model":"llama","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"x_groq":{"id":"req_1","usage":{"queue_time":0.1,"prompt_tokens":5,"completion_tokens":6,"total_tokens":11}}}`, `[DONE]`),
			learned{id: "c1", model: "llama", usage: "in 5, out 6", reasons: []string{"stop"}, complete: true, chunks: 1, bytes: 2},
		},
		"Groq: an error in the stream": {
			true, dataLines(`{"choices":[{"index":0,"delta":{"content":"a"}}]}`, `{"error":{"message":"Failed to call a function.","type":"invalid_request_error","code":"tool_use_failed","failed_generation":"<x>","status_code":400}}`),
			learned{reasons: []string{""}, failed: true, code: "tool_use_failed", kind: "invalid_request_error", chunks: 1, bytes: 1},
		},
		"Mistral: usage on the last chunk, content in parts": {
			true, dataLines(
				`{"id":"c1","model":"magistral","choices":[{"index":0,"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm"}]}]},"finish_reason":null}]}`,
				`{"id":"c1","model":"magistral","choices":[{"index":0,"delta":{"content":[{"type":"text","text":"Hi"},{"type":"reference","reference_ids":[1]}]},"finish_reason":null}],"p":"abcd"}`,
				`{"id":"c1","model":"magistral","choices":[{"index":0,"delta":{"content":""},"finish_reason":"model_length"}],"usage":{"prompt_tokens":5,"total_tokens":8,"completion_tokens":3}}`, `[DONE]`),
			learned{id: "c1", model: "magistral", usage: "in 5, out 3", reasons: []string{"model_length"}, complete: true, chunks: 2, bytes: 4},
		},
		"Mistral: an error without an object of its own": {
			false, `{"object":"error","message":"Invalid model","type":"invalid_model","param":null,"code":"1500"}`,
			learned{failed: true, code: "1500", kind: "invalid_model", complete: true},
		},
		"DeepSeek: cache hits and misses": {
			false,
			`{"choices":[{"index":0,"message":{"content":"a","reasoning_content":"bc"},"finish_reason":"stop"}],"usage":{"completion_tokens":3,"prompt_cache_hit_tokens":64,"prompt_cache_miss_tokens":6,"completion_tokens_details":{"reasoning_tokens":2}}}`,
			learned{usage: "in 70, out 3, read 64, think 2", reasons: []string{"stop"}, complete: true, chunks: 1, bytes: 3},
		},
		"xAI: reasoning beside the output, as the total says": {
			false,
			`{"choices":[{"index":0,"message":{"content":"a"},"finish_reason":"stop"}],"usage":{"prompt_tokens":32,"completion_tokens":9,"total_tokens":141,"completion_tokens_details":{"reasoning_tokens":100}}}`,
			learned{usage: "in 32, out 109, think 100", reasons: []string{"stop"}, complete: true, chunks: 1, bytes: 1},
		},
		"xAI: reasoning within the output": {
			false,
			`{"choices":[],"usage":{"prompt_tokens":32,"completion_tokens":109,"total_tokens":141,"completion_tokens_details":{"reasoning_tokens":100}}}`,
			learned{usage: "in 32, out 109, think 100", complete: true},
		},
		"OpenRouter: comments, cost, an error after the finish reason": {
			true,
			": OPENROUTER PROCESSING\n\n" + dataLines(`{"id":"gen-1","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}`) + ": OPENROUTER PROCESSING\n\n" + dataLines(
				`{"id":"gen-1","choices":[{"index":0,"delta":{"content":""},"finish_reason":"error","native_finish_reason":"x"}]}`,
				`{"id":"gen-1","error":{"code":502,"message":"Provider disconnected","metadata":{"raw":"{\"error\":{\"code\":1}}"}},"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":10,"total_tokens":11,"cost":0.5,"completion_tokens_details":{"reasoning_tokens":11}}}`, `[DONE]`),
			learned{id: "gen-1", usage: "in 1, out 10, think 10", reasons: []string{"error"}, failed: true, code: "502", status: 502, complete: true, chunks: 1, bytes: 1},
		},
		"OpenRouter: an error in a choice": {
			false, `{"choices":[{"error":{"code":429,"message":"x"},"finish_reason":"error","message":{}}]}`,
			learned{reasons: []string{"error"}, failed: true, code: "429", status: 429, complete: true},
		},
		"OpenRouter: a picture": {
			false, `{"choices":[{"message":{"content":"","images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,aGk="}}]},"finish_reason":"stop"}]}`,
			learned{reasons: []string{"stop"}, complete: true, chunks: 1},
		},
		"xAI: an error that is a text": {
			false, `{"code":"Client specified an invalid argument","error":"Model not found: x"}`,
			learned{failed: true, complete: true},
		},
		"no [DONE]": {
			true, dataLines(`{"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]}`),
			learned{reasons: []string{"stop"}, chunks: 1, bytes: 1},
		},
		"cut off": {
			true, dataLines(`{"id":"c1","choices":[{"index":0,"delta":{"content":"a"}}]}`) + `data: {"id":"c1","choices":[{"index":0,"delta":{"con`,
			learned{id: "c1", reasons: []string{""}, chunks: 1, bytes: 1, bad: 1},
		},
		"usage that grows replaces": {
			true, dataLines(
				`{"choices":[{"index":0,"delta":{"content":"a"}}],"usage":{"prompt_tokens":7,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":3}}}`,
				`{"choices":[{"index":0,"delta":{"content":"a"}}],"usage":{"prompt_tokens":7,"completion_tokens":2}}`,
				`{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":3}}`, `[DONE]`),
			learned{usage: "in 7, out 3", reasons: []string{"stop"}, complete: true, chunks: 2, bytes: 2},
		},
		"usage null after usage": {
			true, dataLines(`{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":1}}`, `{"choices":[{"index":0,"delta":{"content":"a"}}],"usage":null}`),
			learned{usage: "in 7, out 1", reasons: []string{""}, chunks: 1, bytes: 1},
		},
		"impossible counts": {
			false,
			`{"choices":[],"usage":{"prompt_tokens":-5,"completion_tokens":99999999999999999999,"total_tokens":"12","prompt_tokens_details":{"cached_tokens":1.5,"audio_tokens":3.0},"completion_tokens_details":null}}`,
			learned{usage: "audio in 3", complete: true, refused: 4},
		},
		"tool calls": {
			true, dataLines(
				`{"choices":[{"index":0,"delta":{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"f","arguments":""}}]}}]}`,
				`{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":"}}]}}]}`,
				`{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]}}]}`,
				`{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}`, `[DONE]`),
			learned{reasons: []string{"tool_calls"}, complete: true, chunks: 3, bytes: 7},
		},
		"a refusal": {
			true, dataLines(`{"choices":[{"index":0,"delta":{"refusal":"No."},"finish_reason":"stop"}]}`, `[DONE]`),
			learned{reasons: []string{"stop"}, complete: true, chunks: 1, bytes: 3},
		},
		"everything in one event": {
			true, dataLines(
				`{"id":"c1","model":"m1","choices":[{"index":0,"delta":{"content":"a"}}]}`,
				`{"id":"c1","model":"m1","choices":[{"index":0,"delta":{"content":"b"}}]}`,
				`{"id":"c1","model":"m1","choices":[{"index":0,"delta":{"content":"c","refusal":"d","reasoning":"e","tool_calls":[{"index":0,"function":{"name":"f","arguments":"g"}}]},"finish_reason":"stop"}],"service_tier":"priority","usage":{"prompt_tokens":1,"completion_tokens":2},"error":{"code":"x"}}`),
			learned{id: "c1", model: "m1", tier: "priority", usage: "in 1, out 2", reasons: []string{"stop"}, failed: true, code: "x", chunks: 3, bytes: 6},
		},
		"sound": {
			false, `{"choices":[{"index":0,"message":{"content":null,"audio":{"id":"a","expires_at":1,"data":"aGVsbG8=","transcript":"Hi"}},"finish_reason":"stop"}]}`,
			learned{reasons: []string{"stop"}, complete: true, chunks: 1, bytes: 2},
		},
		"a huge line": {
			true, dataLines(`{"choices":[{"index":0,"delta":{"content":"`+huge+`"},"finish_reason":"stop"}],"skipped":"`+huge+`"}`, `[DONE]`),
			learned{reasons: []string{"stop"}, complete: true, chunks: 1, bytes: len(huge)},
		},
		"carriage returns, names and ids of events": {
			true, "event: message\r\nid: 1\r\nretry: 5\r\ndata:{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\r\n\r\ndata:[DONE]\r\n\r\n",
			learned{reasons: []string{""}, complete: true, chunks: 1, bytes: 1},
		},
		"garbage":             {true, "<html>Bad gateway</html>", learned{bad: 1}},
		"garbage in an event": {true, dataLines(`{"a":}`, `{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}`, `[DONE]`), learned{reasons: []string{"stop"}, complete: true, chunks: 1, bytes: 1, bad: 1}},
		"nothing":             {true, "\n", learned{}},
		"a stream that was not asked for": {
			false, dataLines(`{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}`, `[DONE]`),
			learned{reasons: []string{"stop"}, complete: true, chunks: 1, bytes: 1},
		},
		"no stream though one was asked for": {
			true, `{"id":"c1","choices":[{"message":{"content":"a"},"finish_reason":"stop"}]}`,
			learned{id: "c1", reasons: []string{"stop"}, complete: true, chunks: 1, bytes: 1},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { answers(t, chatURL, c.stream, c.response, c.want) })
	}
}

func TestFailedRequests(t *testing.T) {
	cases := map[string]struct {
		status     int
		body       string
		code, kind string
		want       providers.Kind
	}{
		"OpenAI: no such model": {404, `{"error":{"message":"x","type":"invalid_request_error","param":null,"code":"model_not_found"}}`, "model_not_found", "invalid_request_error", providers.KindModelNotFound},
		"OpenAI: out of quota":  {429, `{"error":{"message":"x","type":"insufficient_quota","param":null,"code":"credit_balance_exhausted"}}`, "credit_balance_exhausted", "insufficient_quota", providers.KindQuotaExhausted},
		"OpenAI: slow down":     {429, `{"error":{"message":"x","type":"requests","param":null,"code":"rate_limit_exceeded"}}`, "rate_limit_exceeded", "requests", providers.KindRateLimited},
		"Azure: filtered":       {400, `{"error":{"message":"x","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation"}}}`, "content_filter", "", providers.KindContentFiltered},
		"OpenRouter":            {429, `{"error":{"message":"Provider returned error","code":429,"metadata":{"raw":"x"}},"user_id":"u"}`, "429", "", providers.KindRateLimited},
		"Cerebras":              {401, `{"message":"Wrong API Key","type":"authentication_error","param":"api_key","code":"wrong_api_key"}`, "wrong_api_key", "authentication_error", providers.KindAuthentication},
		"old vLLM":              {400, `{"object":"error","message":"x","type":"BadRequestError","param":null,"code":400}`, "400", "BadRequestError", providers.KindInvalidRequest},
		"a proxy":               {502, `<html>Bad gateway</html>`, "", "", providers.KindServerError},
		"nothing":               {503, ``, "", "", providers.KindOverloaded},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r := recording{name: name, url: chatURL, request: []byte(`{"model":"m","stream":true}`), status: c.status, header: http.Header{}, body: []byte(c.body)}
			x := r.replay(t, 5, nil)
			got := []any{x.Failed, x.ErrorCode, x.ErrorType, x.Kind(c.status)}
			if diff := cmp.Diff([]any{true, c.code, c.kind, c.want}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestErrorsAfterAGoodStatus(t *testing.T) {
	for body, want := range map[string]providers.Kind{
		`{"error":{"code":"429","message":"x"}}`:                               providers.KindRateLimited,
		`{"error":{"code":502,"message":"x"}}`:                                 providers.KindServerError,
		`{"error":{"type":"invalid_request_error","code":"tool_use_failed"}}`:  providers.KindMalformed,
		`{"error":{"type":"server_error","code":null}}`:                        providers.KindServerError,
		`{"error":{"type":"insufficient_quota","code":"rate_limit_exceeded"}}`: providers.KindQuotaExhausted,
		`{"error":{"message":"x"}}`:                                            providers.KindUnknown,
	} {
		x := exchange(t, chatURL, `{"stream":true}`, http.Header{}, dataLines(body), 7, nil)
		if got := x.Kind(http.StatusOK); !x.Failed || got != want {
			t.Errorf("%s: failed %t, kind %q, want %q", body, x.Failed, got, want)
		}
	}
}
