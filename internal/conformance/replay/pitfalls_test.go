package replay_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/llmotel/sdk/providers"
)

// said is an answer, streamed if it is several events.
type said struct {
	name   string
	events []string
}

// TestStreamsCostWhatUnaryAnswersDo tells the same counts in all the ways in
// which vendors do, those among them that other systems get wrong: counts
// beside a choice, in each event, only at the end, told twice, with the cache's in
// either event. Ledger and cost are those of the answer in one piece, which were
// worked out by hand.
func TestStreamsCostWhatUnaryAnswersDo(t *testing.T) {
	const (
		chat      = `"usage":{"prompt_tokens":1000,"completion_tokens":200,"total_tokens":1200,"prompt_tokens_details":{"cached_tokens":600},"completion_tokens_details":{"reasoning_tokens":50}}`
		responses = `"usage":{"input_tokens":1000,"output_tokens":200,"total_tokens":1200,"input_tokens_details":{"cached_tokens":600},"output_tokens_details":{"reasoning_tokens":50}}`
		cache     = `"cache_read_input_tokens":2000,"cache_creation_input_tokens":300,"cache_creation":{"ephemeral_5m_input_tokens":200,"ephemeral_1h_input_tokens":100}`
		gemini    = `"usageMetadata":{"promptTokenCount":1000,"cachedContentTokenCount":400,"candidatesTokenCount":100,"thoughtsTokenCount":60,"totalTokenCount":1160}`
		chunk     = `"id":"c","object":"chat.completion.chunk","model":"gpt-4.1-2025-04-14"`
		message   = `"id":"m","type":"message","role":"assistant","model":"claude-sonnet-4-5-20250929"`
		text      = `{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}`
		delta     = `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"yes"}}`
		part      = `"modelVersion":"gemini-2.5-flash","responseId":"r"`
		yes       = `"content":{"role":"model","parts":[{"text":"yes"}]}`
	)
	for _, c := range []struct {
		name, url, request string
		// what is expected of all
		input, output, read, write, hour, reasoning int64
		cost                                        string
		answers                                     []said
	}{
		{ // 400 x 2 + 600 x 0.5 + 200 x 8 a million
			"chat completions", "https://api.openai.com/v1/chat/completions", `{"model":"gpt-4.1","messages":[{"role":"user","content":"Hi"}]STREAM}`,
			1000, 200, 600, 0, 0, 50, "0.0027",
			[]said{
				{"unary", []string{`{"id":"c","model":"gpt-4.1-2025-04-14","choices":[{"index":0,"message":{"role":"assistant","content":"yes"},"finish_reason":"stop"}],` + chat + `}`}},
				{"in an event of its own", []string{`{` + chunk + `,"choices":[{"index":0,"delta":{"content":"yes"}}]}`, `{` + chunk + `,"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`, `{` + chunk + `,"choices":[],` + chat + `}`, `[DONE]`}},
				{"beside a choice", []string{`{` + chunk + `,"choices":[{"index":0,"delta":{"content":"yes"}}]}`, `{` + chunk + `,"choices":[{"index":0,"delta":{"content":""},"finish_reason":"stop"}],` + chat + `}`, `[DONE]`}},
				{"in each event", []string{`{` + chunk + `,"choices":[{"index":0,"delta":{"content":"yes"}}],"usage":{"prompt_tokens":1000,"completion_tokens":1,"total_tokens":1001}}`, `{` + chunk + `,"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],` + chat + `}`, `{` + chunk + `,"choices":[],` + chat + `}`, `[DONE]`}},
			},
		},
		{
			"responses", "https://api.openai.com/v1/responses", `{"model":"gpt-4.1","input":"Hi"STREAM}`,
			1000, 200, 600, 0, 0, 50, "0.0027",
			[]said{
				{"unary", []string{`{"id":"r","object":"response","status":"completed","model":"gpt-4.1-2025-04-14","output":[],` + responses + `}`}},
				{"stream", []string{
					`{"type":"response.created","response":{"id":"r","object":"response","status":"in_progress","model":"gpt-4.1-2025-04-14","output":[],"usage":null}}`,
					`{"type":"response.output_text.delta","item_id":"i","output_index":0,"content_index":0,"delta":"yes"}`,
					`{"type":"response.completed","response":{"id":"r","object":"response","status":"completed","model":"gpt-4.1-2025-04-14","output":[],` + responses + `}}`,
				}},
			},
		},
		{ // 100 x 3 + 2,000 x 0.3 + 200 x 3.75 + 100 x 6 + 50 x 15
			"messages", "https://api.anthropic.com/v1/messages", `{"model":"claude-sonnet-4-5","max_tokens":99,"messages":[{"role":"user","content":"Hi"}]STREAM}`,
			2400, 50, 2000, 300, 100, 0, "0.003",
			[]said{
				{"unary", []string{`{` + message + `,"content":[{"type":"text","text":"yes"}],"stop_reason":"end_turn","usage":{"input_tokens":100,"output_tokens":50,` + cache + `}}`}},
				{"cache at the start", []string{`{"type":"message_start","message":{` + message + `,"content":[],"usage":{"input_tokens":100,"output_tokens":1,` + cache + `}}}`, text, delta, `{"type":"content_block_stop","index":0}`, `{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":50}}`, `{"type":"message_stop"}`}},
				{"cache told twice", []string{`{"type":"message_start","message":{` + message + `,"content":[],"usage":{"input_tokens":100,"output_tokens":1,` + cache + `}}}`, text, delta, `{"type":"content_block_stop","index":0}`, `{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":100,"output_tokens":50,` + cache + `}}`, `{"type":"message_stop"}`}},
				{"cache at the end", []string{`{"type":"message_start","message":{` + message + `,"content":[],"usage":{"input_tokens":100,"output_tokens":1}}}`, text, delta, `{"type":"content_block_stop","index":0}`, `{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":50,` + cache + `}}`, `{"type":"message_stop"}`}},
			},
		},
		{ // 600 x 0.3 + 400 x 0.03 + 160 x 2.5
			"generateContent", "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:METHOD", `{"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}`,
			1000, 160, 400, 0, 0, 60, "0.000592",
			[]said{
				{"unary", []string{`{"candidates":[{` + yes + `,"finishReason":"STOP"}],` + gemini + `,` + part + `}`}},
				{"in the last event", []string{`{"candidates":[{` + yes + `}],` + part + `}`, `{"candidates":[{` + yes + `,"finishReason":"STOP"}],` + gemini + `,` + part + `}`}},
				{"in each event", []string{`{"candidates":[{` + yes + `}],"usageMetadata":{"promptTokenCount":1000,"cachedContentTokenCount":400,"candidatesTokenCount":40,"thoughtsTokenCount":60,"totalTokenCount":1100},` + part + `}`, `{"candidates":[{` + yes + `,"finishReason":"STOP"}],` + gemini + `,` + part + `}`}},
			},
		},
	} {
		for _, a := range c.answers {
			t.Run(c.name+", "+a.name, func(t *testing.T) {
				streamed := len(a.events) > 1
				r := recording{status: http.StatusOK, header: http.Header{"Content-Type": {"application/json"}}, body: []byte(a.events[0])}
				method, stream := "generateContent", ""
				if streamed {
					method, stream = "streamGenerateContent?alt=sse", `,"stream":true`
					r.header.Set("Content-Type", "text/event-stream")
					r.body = nil
					for _, e := range a.events {
						if kind, ok := strings.CutPrefix(e, `{"type":"`); ok {
							kind, _, _ = strings.Cut(kind, `"`)
							r.body = append(r.body, "event: "+kind+"\n"...)
						}
						r.body = append(r.body, "data: "+e+"\n\n"...)
					}
				}
				r.url = address(strings.Replace(c.url, "METHOD", method, 1))
				r.request = []byte(strings.Replace(c.request, "STREAM", stream, 1))
				rec := r.ask(t, ended{len(r.body), nil}, false)
				u := rec.Usage
				if rec.ErrorKind != "" || u.Completeness != providers.UsageReported || u.Input != c.input || u.Output != c.output ||
					u.CacheRead != c.read || u.CacheWrite != c.write || u.CacheWrite1h != c.hour || u.Reasoning != c.reasoning {
					t.Errorf("%s %+v", rec.ErrorKind, u)
				}
				if rec.Cost.Amount.String() != c.cost || rec.Cost.Partial || !rec.Cost.Priced {
					t.Errorf("costs %s by %s, want %s", rec.Cost.Amount, rec.Cost.PriceID, c.cost)
				}
			})
		}
	}
}
