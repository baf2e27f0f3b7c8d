package replay_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
)

// script answers requests in memory, one reply after another, so that waits can
// be tested in no time. The last reply is given again and again.
type script struct {
	replies []reply
	sent    []http.Header
}

type reply struct {
	status int
	header http.Header
	body   string
}

// RoundTrip gives the next reply.
func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return nil, err
	}
	s.sent = append(s.sent, r.Header.Clone())
	next := s.replies[min(len(s.sent), len(s.replies))-1]
	h := next.header.Clone()
	if h == nil {
		h = http.Header{}
	}
	h.Set("Content-Type", "application/json")
	if strings.HasPrefix(next.body, "event:") || strings.HasPrefix(next.body, "data:") {
		h.Set("Content-Type", "text/event-stream")
	}
	return &http.Response{
		StatusCode: next.status, Header: h, Body: io.NopCloser(strings.NewReader(next.body)), ContentLength: -1, Request: r,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}, nil
}

// busy is a reply that is to be asked for again.
func busy(header http.Header) reply {
	return reply{status: http.StatusTooManyRequests, header: header, body: `{"type":"error","error":{"type":"rate_limit_error","code":"rate_limit_exceeded","message":"Slow down"}}`}
}

// written are calls that were not recorded, with what is expected of them. Those
// of a vendor differ only in how they are answered.
var written = []recording{
	{
		name: "OpenAI, unary", api: "openai.chat", url: address("https://api.openai.com/v1/chat/completions"), status: http.StatusOK,
		request: []byte(`{"messages":[{"role":"user","content":"Hi"}],"model":"gpt-4o-mini"}`),
		body: []byte(`{"id":"c1","object":"chat.completion","created":1,"model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},` +
			`"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}`),
		attributes: openAIExpected(false),
	},
	{
		name: "OpenAI, stream", api: "openai.chat", url: address("https://api.openai.com/v1/chat/completions"), status: http.StatusOK,
		request: []byte(`{"messages":[{"role":"user","content":"Hi"}],"model":"gpt-4o-mini","stream":true}`),
		body: []byte(`data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"delta":{"role":"assistant","content":"Hello"},"finish_reason":null}]}` + "\n\n" +
			`data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}` + "\n\n" +
			`data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"gpt-4o-mini-2024-07-18","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}` + "\n\n" +
			"data: [DONE]\n\n"),
		attributes: openAIExpected(true),
	},
	{
		name: "Anthropic, unary", api: "anthropic.messages", url: address("https://api.anthropic.com/v1/messages"), status: http.StatusOK,
		request: []byte(`{"max_tokens":64,"messages":[{"role":"user","content":"Hi"}],"model":"claude-sonnet-4-5"}`),
		body: []byte(`{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-4-5-20250929","content":[{"type":"text","text":"Hello"}],"stop_reason":"end_turn","stop_sequence":null,` +
			`"usage":{"input_tokens":3,"cache_read_input_tokens":1111,"cache_creation_input_tokens":418,"output_tokens":7}}`),
		attributes: anthropicExpected(false),
	},
	{
		name: "Anthropic, stream", api: "anthropic.messages", url: address("https://api.anthropic.com/v1/messages"), status: http.StatusOK,
		request: []byte(`{"max_tokens":64,"messages":[{"role":"user","content":"Hi"}],"model":"claude-sonnet-4-5","stream":true}`),
		body: []byte("event: message_start\n" + `data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-4-5-20250929","content":[],"stop_reason":null,` +
			`"usage":{"input_tokens":3,"cache_read_input_tokens":1111,"cache_creation_input_tokens":418,"output_tokens":1}}}` + "\n\n" +
			"event: content_block_start\n" + `data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}` + "\n\n" +
			"event: content_block_delta\n" + `data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}` + "\n\n" +
			"event: content_block_stop\n" + `data: {"type":"content_block_stop","index":0}` + "\n\n" +
			"event: message_delta\n" + `data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":7}}` + "\n\n" +
			"event: message_stop\n" + `data: {"type":"message_stop"}` + "\n\n"),
		attributes: anthropicExpected(true),
	},
}

func address(s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil {
		panic(err)
	}
	return u
}

func openAIExpected(stream bool) map[string]any {
	m := map[string]any{
		"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "server.address": "api.openai.com",
		"gen_ai.request.model": "gpt-4o-mini", "gen_ai.response.model": "gpt-4o-mini-2024-07-18", "gen_ai.response.id": "c1",
		"gen_ai.response.finish_reasons": []any{"stop"}, "gen_ai.usage.input_tokens": 9.0, "gen_ai.usage.output_tokens": 2.0,
	}
	if stream {
		m["gen_ai.request.stream"] = true
	}
	return m
}

func anthropicExpected(stream bool) map[string]any {
	m := map[string]any{
		"gen_ai.operation.name": "chat", "gen_ai.provider.name": "anthropic", "server.address": "api.anthropic.com", "gen_ai.request.max_tokens": 64.0,
		"gen_ai.request.model": "claude-sonnet-4-5", "gen_ai.response.model": "claude-sonnet-4-5-20250929", "gen_ai.response.id": "msg_1",
		"gen_ai.response.finish_reasons": []any{"end_turn"}, "gen_ai.usage.input_tokens": 1532.0, "gen_ai.usage.output_tokens": 7.0,
		"gen_ai.usage.cache_read.input_tokens": 1111.0, "gen_ai.usage.cache_write.input_tokens": 418.0,
	}
	if stream {
		m["gen_ai.request.stream"] = true
	}
	return m
}

// reply is the answer of a written call.
func (r *recording) reply() reply { return reply{status: r.status, body: string(r.body)} }
