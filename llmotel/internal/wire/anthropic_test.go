package wire_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/llmotel/internal/wire"
	"github.com/llmotel/sdk/providers"
)

const anthropicURL = "https://api.anthropic.com/v1/messages"

var eventStream = http.Header{"Content-Type": {"text/event-stream; charset=utf-8"}}

func TestAnthropicRequest(t *testing.T) {
	const request = `{
	"messages":[
		{"content":"Hi","role":"user"},
		{"role":"user","content":[
			{"type":"text","text":"See:","cache_control":{"type":"ephemeral"}},
			{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}},
			{"source":{"type":"url","url":"https://x.test/a"},"type":"image"},
			{"type":"document","title":"t","source":{"type":"base64","media_type":"application/pdf","data":"BBBB"}},
			{"type":"document","source":{"data":"plain words","media_type":"text/plain","type":"text"}},
			{"type":"document","source":{"type":"content","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}},
			{"type":"document","source":{"type":"file","file_id":"file_1"}},
			{"type":"search_result","source":"https://x.test","title":"no","content":[{"type":"text","text":"found"}]},
			{"type":"container_upload","file_id":"file_2"}]},
		{"role":"assistant","content":[
			{"type":"thinking","thinking":"hm","signature":"c2ln"},
			{"type":"redacted_thinking","data":"c2VjcmV0"},
			{"type":"tool_use","input":{"city":"Bern"},"name":"weather","id":"toolu_1"},
			{"type":"server_tool_use","id":"srv_1","name":"web_search","input":{"query":"q"}},
			{"type":"web_search_tool_result","tool_use_id":"srv_1","content":[{"type":"web_search_result","title":"T","url":"https://t.test","encrypted_content":"x"}]},
			{"type":"code_execution_tool_result","tool_use_id":"srv_2","content":{"type":"code_execution_result","stdout":"1"}}]},
		{"role":"user","content":[
			{"content":"15 degrees","type":"tool_result","tool_use_id":"toolu_1"},
			{"type":"tool_result","tool_use_id":"toolu_2","is_error":true,"content":[{"type":"text","text":"one"},{"type":"image","source":{"type":"base64","media_type":"image/gif","data":"CCCC"}},{"type":"text","text":"two"}]},
			{"type":"tool_result","tool_use_id":"toolu_3","content":null}]}],
	"system":[{"type":"text","text":"Be brief."},{"type":"text","text":"Be kind."}],
	"tools":[{"name":"weather","description":"d","input_schema":{"type":"object"}},{"type":"web_search_20250305","name":"web_search","max_uses":3}],
	"model":"claude-sonnet-4-5","max_tokens":100,"temperature":0.5,"top_p":0.9,"top_k":40,"stop_sequences":["x","y"],"service_tier":"standard_only",
	"output_config":{"effort":"high","format":{"type":"json_schema","schema":{"type":"object"}}},"thinking":{"type":"enabled","budget_tokens":1024}}`
	const response = `{"content":[{"type":"text","text":"Hello","citations":[{"type":"char_location","cited_text":"no"}]},{"type":"tool_use","id":"toolu_9","name":"weather","input":{"city":"Rom"}}],` +
		`"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-4-5-20250929","stop_reason":"tool_use","stop_sequence":null,` +
		`"usage":{"input_tokens":3,"cache_creation_input_tokens":418,"cache_read_input_tokens":1111,"cache_creation":{"ephemeral_5m_input_tokens":400,"ephemeral_1h_input_tokens":18},` +
		`"output_tokens":33,"output_tokens_details":{"thinking_tokens":7},"service_tier":"priority","server_tool_use":{"web_search_requests":1}}}`
	everySize(t, anthropicURL, request, http.Header{"Content-Type": {"application/json"}}, response, func(t *testing.T, x *wire.Exchange, docs map[string]string) {
		asked := []any{x.Asked.Model(), x.Stream, x.MaxTokens(), x.Temperature(), x.TopP(), x.TopK(), x.Stop(), x.ServiceTier(), x.ReasoningLevel(), x.OutputType()}
		if diff := cmp.Diff([]any{"claude-sonnet-4-5", false, int64(100), 0.5, 0.9, int64(40), []string{"x", "y"}, "standard_only", "high", "json"}, asked); diff != "" {
			t.Errorf("asked (-want +got):\n%s", diff)
		}
		got := []any{x.ID, x.Answer.Model(), x.Tier(), x.Reasons(), x.Complete, x.Failed, int(x.Malformed)}
		if diff := cmp.Diff([]any{"msg_1", "claude-sonnet-4-5-20250929", "priority", []string{"tool_use"}, true, false, 0}, got); diff != "" {
			t.Errorf("answer (-want +got):\n%s", diff)
		}
		want := reported(map[providers.TokenClass]int64{
			providers.ClassInput: 1532, providers.ClassOutput: 33, providers.ClassCacheRead: 1111, providers.ClassCacheWrite: 418, providers.ClassReasoning: 7,
		})
		want.CacheWrite1h = 18
		if diff := cmp.Diff(want, x.Usage()); diff != "" {
			t.Errorf("usage (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(map[string]string{
			"system": `[{"type":"text","content":"Be brief."},{"type":"text","content":"Be kind."}]`,
			"tools":  `[{"type":"function","name":"weather","description":"d","parameters":{"type":"object"}},{"type":"web_search_20250305","name":"web_search","max_uses":3}]`,
			"input": `[{"role":"user","parts":[{"type":"text","content":"Hi"}]},` +
				`{"role":"user","parts":[{"type":"text","content":"See:"},{"type":"blob","mime_type":"image/png","modality":"image","content":"AAAA"},` +
				`{"type":"uri","modality":"image","uri":"https://x.test/a"},{"type":"blob","mime_type":"application/pdf","modality":"document","content":"BBBB"},` +
				`{"type":"text","content":"plain words"},{"type":"text","content":"ab"},{"type":"file","modality":"document","file_id":"file_1"},` +
				`{"type":"text","content":"found"},{"type":"file","modality":"document","file_id":"file_2"}]},` +
				`{"role":"assistant","parts":[{"type":"reasoning","content":"hm"},{"type":"redacted_thinking"},` +
				`{"type":"tool_call","id":"toolu_1","name":"weather","arguments":{"city":"Bern"}},{"type":"server_tool_call","id":"srv_1","name":"web_search","server_tool_call":{"type":"web_search","arguments":{"query":"q"}}},` +
				`{"type":"server_tool_call_response","id":"srv_1","server_tool_call_response":{"type":"web_search","response":"T\nhttps://t.test"}},{"type":"server_tool_call_response","id":"srv_2","server_tool_call_response":{"type":"code_execution","response":{"type":"code_execution_result","stdout":"1"}}}]},` +
				`{"role":"user","parts":[{"type":"tool_call_response","id":"toolu_1","response":"15 degrees"},{"type":"tool_call_response","id":"toolu_2","response":"one\ntwo"},` +
				`{"type":"blob","mime_type":"image/gif","modality":"image","content":"CCCC"},{"type":"tool_call_response","id":"toolu_3","response":""}]}]`,
			"output": `[{"role":"assistant","parts":[{"type":"text","content":"Hello"},{"type":"tool_call","id":"toolu_9","name":"weather","arguments":{"city":"Rom"}}],"finish_reason":"tool_call"}]`,
		}, docs); diff != "" {
			t.Errorf("content (-want +got):\n%s", diff)
		}
	})
}

// sse joins events to a stream.
func sse(events ...string) string {
	return "event: x\ndata: " + strings.Join(events, "\n\nevent: x\ndata: ") + "\n\n"
}

const (
	antStart = `{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":[],"stop_reason":null,"usage":{"input_tokens":4,"cache_creation_input_tokens":10,"cache_read_input_tokens":20,"output_tokens":1,"service_tier":"standard"}}}`
	antOpen  = `{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}`
	antDelta = `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}   }`
	antClose = `{"type":"content_block_stop","index":0}`
	antEnd   = `{"type":"message_stop"}`
)

func TestAnthropicStream(t *testing.T) {
	response := sse(antStart,
		`{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}`,
		`{"type": "ping"}`,
		`{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}`,
		`{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}}`,
		`{"type":"content_block_stop","index":0}`,
		`{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}`,
		`{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Hel"}}`,
		`{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"lo \"error\":{}\n"}}`,
		`{"type":"content_block_delta","index":1,"delta":{"type":"citations_delta","citation":{"type":"char_location","cited_text":"no"}}}`,
		`{"type":"content_block_stop","index":1}`,
		`{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"toolu_1","name":"weather","input":{}}}`,
		`{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":""}}`,
		`{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\""}}`,
		`{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"city\":\"Rom\"}"}}`,
		`{"type":"content_block_stop","index":2}`,
		`{"type":"content_block_start","index":3,"content_block":{"type":"server_tool_use","id":"srv_1","name":"now","input":{}}}`,
		`{"type":"content_block_stop","index":3}`,
		`{"type":"content_block_start","index":4,"content_block":{"type":"web_search_tool_result","tool_use_id":"srv_1","content":[{"type":"web_search_result","title":"T","url":"u"}]}}`,
		`{"type":"content_block_stop","index":4}`,
		`{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":4,"cache_creation_input_tokens":10,"cache_read_input_tokens":20,"output_tokens":30,"output_tokens_details":{"thinking_tokens":5}}}`,
		antEnd)
	everySize(t, anthropicURL, `{"model":"claude-x","stream":true}`, eventStream, response, func(t *testing.T, x *wire.Exchange, docs map[string]string) {
		got := []any{x.ID, x.Answer.Model(), x.Tier(), x.Reasons(), x.Complete, x.Failed, int(x.Malformed), int(x.Documents), int(x.Chunks), x.AnswerBytes()}
		if diff := cmp.Diff([]any{"msg_1", "claude-x", "standard", []string{"tool_use"}, true, false, 0, 22, 7, 33}, got); diff != "" {
			t.Errorf("answer (-want +got):\n%s", diff)
		}
		want := reported(map[providers.TokenClass]int64{
			providers.ClassInput: 34, providers.ClassOutput: 30, providers.ClassCacheRead: 20, providers.ClassCacheWrite: 10, providers.ClassReasoning: 5,
		})
		if diff := cmp.Diff(want, x.Usage()); diff != "" {
			t.Errorf("usage (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(`[{"role":"assistant","parts":[{"type":"reasoning","content":"hm"},{"type":"text","content":"Hello \"error\":{}\n"},`+
			`{"type":"tool_call","id":"toolu_1","name":"weather","arguments":{"city":"Rom"}},{"type":"server_tool_call","id":"srv_1","name":"now","server_tool_call":{"type":"now","arguments":{}}},`+
			`{"type":"server_tool_call_response","id":"srv_1","server_tool_call_response":{"type":"web_search","response":"T\nu"}}],"finish_reason":"tool_call"}]`, docs["output"]); diff != "" {
			t.Errorf("output (-want +got):\n%s", diff)
		}
	})
}

func TestAnthropicStreamRules(t *testing.T) {
	usage := func(input, output, read, write int64) providers.Usage {
		return reported(map[providers.TokenClass]int64{
			providers.ClassInput: input, providers.ClassOutput: output, providers.ClassCacheRead: read, providers.ClassCacheWrite: write,
		})
	}
	delta := func(usage string) string {
		return `{"type":"message_delta","delta":{"stop_reason":"end_turn"}` + usage + `}`
	}
	for _, c := range []struct {
		name    string
		events  []string
		usage   providers.Usage
		tier    string
		refused int
		cut     bool
		kind    providers.Kind
		code    string
		reasons []string
		compact bool
	}{
		{
			name: "only output at the end", events: []string{antStart, antOpen, antDelta, antClose, delta(`,"usage":{"output_tokens":7}`), antEnd},
			usage: usage(34, 7, 20, 10), tier: "standard", reasons: []string{"end_turn"},
		},
		{
			name: "no usage at the end", events: []string{antStart, antOpen, antDelta, antClose, delta(``), antEnd},
			usage: usage(34, 1, 20, 10), tier: "standard", reasons: []string{"end_turn"},
		},
		{
			name: "two deltas replace each other", events: []string{antStart, delta(`,"usage":{"output_tokens":7}`), delta(`,"usage":{"output_tokens":9}`), antEnd},
			usage: usage(34, 9, 20, 10), tier: "standard", reasons: []string{"end_turn"},
		},
		{
			name:   "input and cache only at the end",
			events: []string{`{"type":"message_start","message":{"id":"m","model":"claude-x","usage":{"input_tokens":0,"output_tokens":0}}}`, delta(`,"usage":{"input_tokens":4,"cache_read_input_tokens":20,"cache_creation_input_tokens":10,"output_tokens":7}`), antEnd},
			usage:  usage(34, 7, 20, 10), reasons: []string{"end_turn"},
		},
		{
			name:   "zeros at the end leave out what was told before",
			events: []string{antStart, delta(`,"usage":{"input_tokens":0,"cache_read_input_tokens":0,"cache_creation_input_tokens":0,"output_tokens":7}`), antEnd},
			usage:  usage(34, 7, 20, 10), tier: "standard", reasons: []string{"end_turn"},
		},
		{
			name:   "fast",
			events: []string{`{"type":"message_start","message":{"id":"m","model":"claude-x","usage":{"speed":"fast","service_tier":"standard","input_tokens":1,"cache_read_input_tokens":0,"cache_creation_input_tokens":0,"output_tokens":1}}}`, antEnd},
			usage:  usage(1, 1, 0, 0), tier: "fast",
		},
		{
			name:   "impossible counts",
			events: []string{antStart, delta(`,"usage":{"input_tokens":-4,"cache_read_input_tokens":1.5,"cache_creation_input_tokens":"9","output_tokens":99999999999999}`), antEnd},
			usage:  usage(34, 1, 20, 10), tier: "standard", reasons: []string{"end_turn"}, refused: 4,
		},
		{name: "cut", events: []string{antStart, antOpen, antDelta}, usage: usage(34, 1, 20, 10), tier: "standard", cut: true},
		{
			name: "overloaded within", events: []string{antStart, antOpen, antDelta, `{"type":"error","error":{"details":null,"type":"overloaded_error","message":"Overloaded"},"request_id":"req_1"}`},
			usage: usage(34, 1, 20, 10), tier: "standard", cut: true, kind: providers.KindOverloaded, code: "overloaded_error",
		},
		{
			name: "compacted", events: []string{antStart, `{"type":"content_block_start","index":0,"content_block":{"type":"compaction","content":null}}`, `{"type":"content_block_delta","index":0,"delta":{"type":"compaction_delta","content":"So far"}}`, antEnd},
			usage: usage(34, 1, 20, 10), tier: "standard", compact: true,
		},
		{
			// The message's own iterations are in its counts, the advisor's are another model's.
			name: "what compactions took", events: []string{
				antStart, iterating(`{"type":"compaction","input_tokens":100,"output_tokens":7}`),
				iterating(`{"type":"compaction","input_tokens":180000,"cache_read_input_tokens":300,"cache_creation_input_tokens":40,"cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":30},"output_tokens":3500},` +
					`{"input_tokens":4,"output_tokens":1,"type":"message"},{"type":"advisor_message","model":"claude-y","input_tokens":9000,"output_tokens":900},` +
					`{"output_tokens":500,"input_tokens":20000,"type":"compaction"}`), antEnd,
			},
			usage: hourly(usage(200374, 4001, 320, 50), 30), tier: "standard",
		},
		{
			name: "an iteration in two lines", events: []string{antStart, strings.Replace(iterating(`{"type":"compaction","input_tokens":100,"output_tokens":7}`), `"compaction",`, `"compaction",`+"\ndata: ", 1), antEnd},
			usage: usage(134, 8, 20, 10), tier: "standard",
		},
		{
			name: "impossible counts of a compaction", events: []string{antStart, iterating(`{"type":"compaction","input_tokens":-1,"output_tokens":99999999999}`), antEnd},
			usage: usage(34, 1, 20, 10), tier: "standard", refused: 2,
		},
		{
			name: "iterations of other types", events: []string{antStart, iterating(`3,[{}],{"type":3},{"type":"compaction"},{"type":"compaction","input_tokens":null,"cache_creation":{"ephemeral_1h_input_tokens":6}}`), antEnd},
			usage: hourly(usage(40, 1, 20, 16), 6), tier: "standard",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			everySize(t, anthropicURL, `{"stream":true}`, eventStream, sse(c.events...), func(t *testing.T, x *wire.Exchange, _ map[string]string) {
				if diff := cmp.Diff(c.usage, x.Usage()); diff != "" {
					t.Errorf("usage (-want +got):\n%s", diff)
				}
				var kind providers.Kind
				if x.Failed {
					kind = x.Kind(0)
				}
				got := []any{x.Tier(), x.Refused(), x.Complete, kind, x.Code(), x.Reasons(), x.Compacted, int(x.Malformed)}
				if diff := cmp.Diff([]any{c.tier, c.refused, !c.cut, c.kind, c.code, c.reasons, c.compact, 0}, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}

// iterating is an event that tells of iterations.
func iterating(list string) string {
	return `{"type":"message_delta","delta":{},"usage":{"output_tokens":1,"iterations":[` + list + `]}}`
}

func hourly(u providers.Usage, cached int64) providers.Usage {
	u.CacheWrite1h = cached
	return u
}

// Who answers in place of a model that declined is told where it takes over, and by
// the iteration that has the answer. Usage is of that one.
func TestAnthropicFallbacks(t *testing.T) {
	const block = `{"type":"content_block_start","index":1,"content_block":{"type":"fallback","from":{"model":"claude-x"},"to":{"model":"claude-y"},"trigger":{"type":"refusal"}}}`
	iterations := iterating(`{"type":"message","model":"claude-x","input_tokens":4,"output_tokens":3},{"type":"fallback_message","model":"claude-z","input_tokens":4,"output_tokens":1}`)
	for name, c := range map[string]struct{ response, model string }{
		"a block":    {sse(antStart, block, antEnd), "claude-y"},
		"iterations": {sse(antStart, iterations, antEnd), "claude-z"},
		"both":       {sse(antStart, block, iterations, antEnd), "claude-z"},
		"declined":   {sse(antStart, iterating(`{"type":"message","model":"claude-y","input_tokens":4,"output_tokens":1}`), antEnd), "claude-x"},
	} {
		t.Run(name, func(t *testing.T) {
			everySize(t, anthropicURL, `{"stream":true,"messages":[{"role":"assistant","content":[{"type":"fallback","from":{"model":"a"},"to":{"model":"b"}}]}]}`, eventStream, c.response, func(t *testing.T, x *wire.Exchange, _ map[string]string) {
				if diff := cmp.Diff([]any{c.model, int64(34), int64(1)}, []any{x.Answer.Model(), x.Usage().Input, x.Usage().Output}); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestAnthropicErrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		body   string
		code   string
		kind   providers.Kind
	}{
		{"overloaded", 529, `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req_1"}`, "overloaded_error", providers.KindOverloaded},
		{"rate limit", 429, `{"type":"error","error":{"type":"rate_limit_error","message":"m"}}`, "rate_limit_error", providers.KindRateLimited},
		{"spend limit", 429, `{"type":"error","error":{"type":"rate_limit_error","message":"m","details":{"error_code":"enforced_spend_limit_reached"}}}`, "enforced_spend_limit_reached", providers.KindQuotaExhausted},
		{"billing", 402, `{"type":"error","error":{"type":"billing_error"}}`, "billing_error", providers.KindQuotaExhausted},
		{"no credit", 400, `{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the API."}}`, "invalid_request_error", providers.KindQuotaExhausted},
		{"too long", 400, `{"type":"error","error":{"message":"prompt is too long: 210000 tokens > 200000 maximum","type":"invalid_request_error"}}`, "invalid_request_error", providers.KindContextLength},
		{"invalid", 400, `{"type":"error","error":{"type":"invalid_request_error","message":"m"}}`, "invalid_request_error", providers.KindInvalidRequest},
		{"key", 401, `{"type":"error","error":{"type":"authentication_error"}}`, "authentication_error", providers.KindAuthentication},
		{"model", 404, `{"type":"error","error":{"type":"not_found_error"}}`, "not_found_error", providers.KindModelNotFound},
		{"too large", 413, `{"type":"error","error":{"type":"request_too_large"}}`, "request_too_large", providers.KindContextLength},
		{"server", 500, `{"type":"error","error":{"type":"api_error"}}`, "api_error", providers.KindServerError},
		{"a proxy's page", 503, `<html></html>`, "", providers.KindOverloaded},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := reply(t, anthropicURL, `{"model":"claude-x"}`, c.status, http.Header{}, c.body)
			if diff := cmp.Diff([]any{c.code, c.kind, c.code != ""}, []any{x.Code(), x.Kind(c.status), x.Failed}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnthropicElsewhere(t *testing.T) {
	const vertex = "https://europe-west1-aiplatform.googleapis.com/v1/projects/p/locations/europe-west1/publishers/anthropic/models/claude-opus-4-5@20251101:"
	response := sse(antStart, antOpen, antDelta, antClose, antEnd)
	everySize(t, vertex+"streamRawPredict", `{"anthropic_version":"vertex-2023-10-16","max_tokens":5,"stream":true}`, eventStream, response, func(t *testing.T, x *wire.Exchange, _ map[string]string) {
		got := []any{provider(t, vertex+"streamRawPredict"), x.API.Operation(), x.Asked.Model(), x.Stream, x.Answer.Model(), x.Complete, int(x.Chunks)}
		if diff := cmp.Diff([]any{"gcp.vertex_ai", "chat", "claude-opus-4-5@20251101", true, "claude-x", true, 1}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
	x := reply(t, vertex+"rawPredict", `{"max_tokens":5}`, http.StatusOK, http.Header{}, `{"type":"message","id":"m","model":"claude-y","usage":{"input_tokens":1,"output_tokens":2}}`)
	if diff := cmp.Diff([]any{"gcp.vertex_ai", false, "claude-y", int64(1)}, []any{provider(t, vertex+"rawPredict"), x.Stream, x.Answer.Model(), x.Usage().Input}); diff != "" {
		t.Errorf("rawPredict (-want +got):\n%s", diff)
	}
}

// reply passes a call with a status through an Exchange.
func reply(t *testing.T, url, request string, status int, header http.Header, response string) *wire.Exchange {
	t.Helper()
	r := recording{url: url, request: []byte(request), status: status, header: header, body: []byte(response)}
	return r.replay(t, 0, nil)
}
