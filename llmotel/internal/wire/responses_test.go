package wire_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/wire"
)

const responsesURL = "https://api.openai.com/v1/responses"

const (
	responsesCreated = `{"type":"response.created","sequence_number":0,"response":{"id":"resp_1","object":"response","status":"in_progress","error":null,"incomplete_details":null,"model":"m1","output":[],"service_tier":"auto","usage":null}}`
	responsesAdded   = `{"type":"response.output_item.added","item":{"id":"msg_1","type":"message","status":"in_progress","content":[],"role":"assistant"},"output_index":0,"sequence_number":1}`
	responsesHel     = `{"type":"response.output_text.delta","content_index":0,"delta":"Hel","item_id":"msg_1","logprobs":[],"obfuscation":"x1","output_index":0,"sequence_number":2}`
	responsesLo      = `{"type":"response.output_text.delta","content_index":0,"delta":"lo","item_id":"msg_1","logprobs":[],"obfuscation":"x2","output_index":0,"sequence_number":3}`
	responsesText    = `{"type":"response.output_text.done","content_index":0,"item_id":"msg_1","output_index":0,"sequence_number":4,"text":"Hello"}`
	responsesItem    = `{"type":"response.output_item.done","item":{"id":"msg_1","type":"message","status":"completed","content":[{"type":"output_text","annotations":[],"text":"Hello"}],"role":"assistant"},"output_index":0,"sequence_number":5}`
	responsesUsage   = `"usage":{"input_tokens":22,"input_tokens_details":{"cached_tokens":20,"cache_write_tokens":1},"output_tokens":6,"output_tokens_details":{"reasoning_tokens":2},"total_tokens":28}`
	responsesEnd     = `{"type":"response.completed","sequence_number":6,"response":{"id":"resp_1","status":"completed","error":null,"incomplete_details":null,"model":"m1","output":[{"id":"msg_1","type":"message","status":"completed","content":[{"type":"output_text","annotations":[],"text":"Hello"}],"role":"assistant"}],"service_tier":"default",` + responsesUsage + `}}`
)

func TestResponsesAnswers(t *testing.T) {
	const ledger = "in 22, out 6, read 20, write 1, think 2"
	cases := map[string]struct {
		stream   bool
		response string
		want     learned
	}{
		"whole": {
			false, `{"id":"resp_1","status":"completed","error":null,"incomplete_details":null,"instructions":"Be brief","model":"m1","output":[{"type":"reasoning","summary":[{"type":"summary_text","text":"Hm"}]},{"type":"message","content":[{"type":"output_text","text":"Hello"},{"type":"refusal","refusal":"No"}]}],"service_tier":"flex",` + responsesUsage + `}`,
			learned{id: "resp_1", model: "m1", tier: "flex", usage: ledger, reasons: []string{"stop"}, complete: true, chunks: 1, bytes: 9},
		},
		"a tool call": {
			false, `{"id":"resp_1","output":[{"arguments":"{\"a\":1}","call_id":"call_1","name":"f","type":"function_call"}],"status":"completed"}`,
			learned{id: "resp_1", reasons: []string{"tool_calls"}, complete: true, chunks: 1, bytes: 7},
		},
		"too long": {
			false, `{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[]}`,
			learned{reasons: []string{"length"}, complete: true},
		},
		"filtered": {
			false, `{"incomplete_details":{"reason":"content_filter"},"status":"incomplete"}`,
			learned{reasons: []string{"content_filter"}, complete: true},
		},
		"failed": {
			false, `{"id":"resp_1","status":"failed","error":{"code":"server_error","message":"x"}}`,
			learned{id: "resp_1", failed: true, code: "server_error", complete: true},
		},
		"in the background": {false, `{"id":"resp_1","status":"queued","output":[]}`, learned{id: "resp_1", complete: true}},
		"stream": {
			true, events(responsesCreated, responsesAdded, responsesHel, responsesLo, responsesText, responsesItem, responsesEnd),
			learned{id: "resp_1", model: "m1", tier: "default", usage: ledger, reasons: []string{"stop"}, complete: true, chunks: 2, bytes: 5},
		},
		"stream of a tool call": {
			true, events(responsesCreated,
				`{"type":"response.output_item.added","item":{"id":"fc_1","type":"function_call","status":"in_progress","arguments":"","call_id":"call_1","name":"f"},"output_index":0}`,
				`{"type":"response.function_call_arguments.delta","delta":"{\"a\":","item_id":"fc_1","output_index":0}`,
				`{"type":"response.function_call_arguments.delta","delta":"1}","item_id":"fc_1","output_index":0}`,
				`{"type":"response.function_call_arguments.done","arguments":"{\"a\":1}","item_id":"fc_1","output_index":0}`,
				`{"type":"response.output_item.done","item":{"id":"fc_1","type":"function_call","status":"completed","arguments":"{\"a\":1}","call_id":"call_1","name":"f"},"output_index":0}`,
				`{"type":"response.completed","response":{"id":"resp_1","status":"completed","model":"m1","output":[{"id":"fc_1","type":"function_call","status":"completed","arguments":"{\"a\":1}","call_id":"call_1","name":"f"}],`+responsesUsage+`}}`),
			learned{id: "resp_1", model: "m1", tier: "auto", usage: ledger, reasons: []string{"tool_calls"}, complete: true, chunks: 3, bytes: 7},
		},
		"stream whose end lists no output": {
			true, events(responsesHel, `{"type":"response.completed","response":{"status":"completed","output":[]}}`),
			learned{reasons: []string{"stop"}, complete: true, chunks: 1, bytes: 3},
		},
		"stream of which only the end came": {
			true, events(responsesEnd),
			learned{id: "resp_1", model: "m1", tier: "default", usage: ledger, reasons: []string{"stop"}, complete: true, chunks: 1, bytes: 5},
		},
		"incomplete stream": {
			true, events(responsesHel, `{"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},`+responsesUsage+`}}`),
			learned{usage: ledger, reasons: []string{"length"}, complete: true, chunks: 1, bytes: 3},
		},
		"failed stream": {
			true, events(responsesCreated, `{"type":"response.failed","response":{"id":"resp_1","status":"failed","error":{"code":"rate_limit_exceeded","message":"x"},"model":"m1"}}`),
			learned{id: "resp_1", model: "m1", tier: "auto", failed: true, code: "rate_limit_exceeded", complete: true},
		},
		"error in the stream": {
			true, events(responsesHel, `{"type":"error","code":"server_error","message":"x","param":null,"sequence_number":3}`),
			learned{failed: true, code: "server_error", chunks: 1, bytes: 3},
		},
		"error with an object of its own": {
			true, events(`{"type":"error","sequence_number":3,"error":{"type":"insufficient_quota","code":"insufficient_quota","message":"x","param":null}}`),
			learned{failed: true, code: "insufficient_quota", kind: "insufficient_quota"},
		},
		"code that the model wrote is no error": {
			true, events(`{"type":"response.code_interpreter_call_code.delta","delta":"print(1)","output_index":0}`, `{"type":"response.code_interpreter_call_code.done","code":"print(1)","output_index":0}`),
			learned{chunks: 1},
		},
		"cut off": {
			true, events(responsesCreated, responsesHel) + "event: response.output_text.delta\ndata: {\"type\":",
			learned{id: "resp_1", model: "m1", tier: "auto", chunks: 1, bytes: 3, bad: 1},
		},
		"type last": {
			true, events(`{"delta":"Hel","output_index":0,"type":"response.output_text.delta"}`, `{"response":{"usage":{"input_tokens":1,"output_tokens":2},"status":"completed"},"type":"response.completed"}`),
			learned{usage: "in 1, out 2", reasons: []string{"stop"}, complete: true, chunks: 1, bytes: 3},
		},
		"impossible counts": {
			false, `{"status":"completed","usage":{"input_tokens":-1,"output_tokens":"3","total_tokens":1e300,"input_tokens_details":{"cached_tokens":0.5}}}`,
			learned{reasons: []string{"stop"}, complete: true, refused: 4},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { answers(t, responsesURL, c.stream, c.response, c.want) })
	}
}

// events writes events with names, as the Responses API does.
func events(data ...string) string {
	out := ""
	for _, d := range data {
		out += "event: x\ndata: " + d + "\n\n"
	}
	return out
}

func TestResponsesRequest(t *testing.T) {
	const request = `{"model":"gpt-5","instructions":"Be brief","input":[
		{"role":"developer","content":"Use metric units."},
		{"type":"message","role":"user","content":[{"type":"input_text","text":"What is this?"},{"type":"input_image","image_url":"https://x/y.png"},{"type":"input_file","file_id":"file_1"}]},
		{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Look it up"}],"encrypted_content":"xxxx"},
		{"type":"function_call","call_id":"call_1","name":"look","arguments":"{\"q\":1}"},
		{"type":"function_call_output","call_id":"call_1","output":"a cat"},
		{"content":[{"text":"A cat.","type":"output_text"}],"role":"assistant","type":"message","phase":"final_answer"},
		{"type":"item_reference","id":"msg_1"}],
		"tools":[{"type":"function","name":"look","description":"Looks","parameters":{"type":"object"},"strict":true},{"type":"web_search"}],
		"text":{"format":{"type":"json_schema","name":"x","schema":{}},"verbosity":"low"},"reasoning":{"effort":"high"},
		"max_output_tokens":50,"temperature":0.7,"top_p":0.9,"previous_response_id":"resp_0","conversation":{"id":"conv_1"},"service_tier":"flex","stream":true}`
	for size := 1; size < len(request); size += 13 {
		b := content.Get(0)
		x := exchange(t, responsesURL, request, http.Header{}, "", size, b)
		got := []any{x.Asked.Model(), x.Stream, x.MaxTokens(), x.Temperature(), x.TopP(), x.OutputType(), x.ReasoningLevel(), x.ServiceTier(), x.PreviousResponseID(), x.ConversationID(), x.Has(wire.ParamTopK), x.PromptBytes()}
		want := []any{"gpt-5", true, int64(50), 0.7, 0.9, "json", "high", "flex", "resp_0", "conv_1", false, 8 + 17 + 13 + 10 + 7 + 5 + 6}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("pieces of %d (-want +got):\n%s", size, diff)
		}
		e := content.Encoder{}
		wantContent := `[{"type":"text","content":"Be brief"}]` +
			`[{"role":"system","parts":[{"type":"text","content":"Use metric units."}]},` +
			`{"role":"user","parts":[{"type":"text","content":"What is this?"},{"type":"uri","modality":"image","uri":"https://x/y.png"},{"type":"file","modality":"document","file_id":"file_1"}]},` +
			`{"role":"assistant","parts":[{"type":"reasoning","content":"Look it up"}]},` +
			`{"role":"assistant","parts":[{"type":"tool_call","id":"call_1","name":"look","arguments":{"q":1}}]},` +
			`{"role":"tool","parts":[{"type":"tool_call_response","id":"call_1","response":"a cat"}]},` +
			`{"role":"assistant","parts":[{"type":"text","content":"A cat.","phase":"final_answer"}]}]` +
			`[{"type":"function","name":"look"},{"type":"web_search","name":"web_search"}]`
		if diff := cmp.Diff(wantContent, string(e.Tools(e.Input(e.System(nil, b), b), b))); diff != "" {
			t.Fatalf("pieces of %d (-want +got):\n%s", size, diff)
		}
		b.Free()
	}
	x := exchange(t, responsesURL, `{"input":"Hi","conversation":"conv_2"}`, http.Header{}, "", 3, nil)
	if x.ConversationID() != "conv_2" || x.PromptBytes() != 2 {
		t.Errorf("conversation %q, prompt of %d bytes", x.ConversationID(), x.PromptBytes())
	}
}

func TestResponsesContent(t *testing.T) {
	cases := map[string]struct{ response, want string }{
		"whole": {
			`{"status":"completed","output":[{"summary":[{"text":"Hm"}],"type":"reasoning"},{"content":[{"type":"reasoning_text","text":"Well"}],"type":"reasoning"},{"type":"message","content":[{"text":"Hello"},{"refusal":"No"}]},{"arguments":"{\"a\":1}","call_id":"call_1","name":"f","type":"function_call"},{"type":"custom_tool_call","call_id":"call_2","name":"g","input":"text"}]}`,
			`[{"role":"assistant","parts":[{"type":"reasoning","content":"Hm"},{"type":"reasoning","content":"Well"},{"type":"text","content":"Hello"},{"type":"refusal","content":"No"},{"type":"tool_call","id":"call_1","name":"f","arguments":{"a":1}},{"type":"tool_call","id":"call_2","name":"g","arguments":"text"}],"finish_reason":"tool_call"}]`,
		},
		"stream": {
			events(responsesCreated,
				`{"type":"response.output_item.added","item":{"type":"reasoning","summary":[]},"output_index":0}`,
				`{"type":"response.reasoning_summary_text.delta","delta":"Hm","output_index":0,"summary_index":0}`,
				`{"type":"response.reasoning_summary_text.delta","delta":"Well","output_index":0,"summary_index":1}`,
				`{"type":"response.output_item.added","item":{"type":"message","content":[]},"output_index":1}`,
				`{"type":"response.output_text.delta","content_index":0,"delta":"Hello","output_index":1}`,
				`{"type":"response.output_item.added","item":{"type":"function_call","arguments":"","call_id":"call_1","name":"f"},"output_index":2}`,
				`{"type":"response.output_item.added","item":{"type":"function_call","arguments":"","call_id":"call_2","name":"g"},"output_index":3}`,
				`{"type":"response.function_call_arguments.delta","delta":"{\"a\":","output_index":2}`,
				`{"type":"response.function_call_arguments.delta","delta":"{\"b\":","output_index":3}`,
				`{"type":"response.function_call_arguments.delta","delta":"1}","output_index":2}`,
				`{"type":"response.function_call_arguments.delta","delta":"2}","output_index":3}`,
				`{"type":"response.output_item.done","item":{"type":"message","content":[{"text":"Hello"}]},"output_index":1}`,
				`{"type":"response.completed","response":{"status":"completed","output":[{"type":"message","content":[{"text":"Hello"}]}]}}`),
			`[{"role":"assistant","parts":[{"type":"reasoning","content":"Hm"},{"type":"reasoning","content":"Well"},{"type":"text","content":"Hello"},{"type":"tool_call","id":"call_1","name":"f","arguments":{"a":1}},{"type":"tool_call","id":"call_2","name":"g","arguments":{"b":2}}],"finish_reason":"tool_call"}]`,
		},
		"calls of a stream, their places first": {
			events(responsesCreated,
				`{"type":"response.output_item.added","output_index":0,"item":{"id":"fc_1","type":"function_call","arguments":"","call_id":"call_1","name":"f"}}`,
				`{"type":"response.function_call_arguments.delta","item_id":"fc_1","output_index":0,"delta":"{\"a\":1}"}`,
				`{"type":"response.output_item.done","output_index":0,"item":{"id":"fc_1","type":"function_call","arguments":"{\"a\":1}","call_id":"call_1","name":"f"}}`,
				`{"type":"response.output_item.added","output_index":1,"item":{"id":"fc_2","type":"function_call","arguments":"","call_id":"call_2","name":"g"}}`,
				`{"type":"response.function_call_arguments.delta","item_id":"fc_2","output_index":1,"delta":"{}"}`,
				`{"type":"response.completed","response":{"status":"completed","output":[]}}`),
			`[{"role":"assistant","parts":[{"type":"tool_call","id":"call_1","name":"f","arguments":{"a":1}},{"type":"tool_call","id":"call_2","name":"g","arguments":{}}],"finish_reason":"tool_call"}]`,
		},
		"calls of a stream, through a proxy that sorts": {
			events(responsesCreated,
				`{"content_index":0,"delta":"Hm","output_index":0,"type":"response.output_text.delta"}`,
				`{"item":{"arguments":"","call_id":"call_1","id":"fc_1","name":"f","type":"function_call"},"output_index":1,"type":"response.output_item.added"}`,
				`{"item":{"arguments":"","call_id":"call_2","id":"fc_2","name":"g","type":"function_call"},"output_index":2,"type":"response.output_item.added"}`,
				`{"delta":"{}","item_id":"fc_2","output_index":2,"type":"response.function_call_arguments.delta"}`,
				`{"delta":"{\"a\":1}","item_id":"fc_1","output_index":1,"type":"response.function_call_arguments.delta"}`,
				`{"item":{"arguments":"{}","call_id":"call_2","id":"fc_2","name":"g","type":"function_call"},"output_index":2,"type":"response.output_item.done"}`,
				`{"response":{"output":[{"arguments":"{}","call_id":"call_2","id":"fc_2","name":"g","type":"function_call"}],"status":"completed"},"type":"response.completed"}`),
			`[{"role":"assistant","parts":[{"type":"text","content":"Hm"},{"type":"tool_call","id":"call_1","name":"f","arguments":{"a":1}},{"type":"tool_call","id":"call_2","name":"g","arguments":{}}],"finish_reason":"tool_call"}]`,
		},
		"the vendor's tools": {
			`{"status":"completed","output":[{"id":"ws_1","type":"web_search_call","status":"completed","action":{"type":"search","query":"q"}},{"id":"ci_1","type":"code_interpreter_call","code":"print(1)","container_id":"c","outputs":[{"type":"logs","logs":"1"}]},` +
				`{"id":"fs_1","type":"file_search_call","queries":["a"],"results":null},{"id":"ml","type":"mcp_list_tools","tools":[{"name":"ask"}]},{"id":"mcp_1","type":"mcp_call","approval_request_id":null,"arguments":"{\"q\":1}","error":null,"name":"ask","output":"42"},` +
				`{"id":"ig_1","type":"image_generation_call","output_format":"png","result":"aGVsbG8="},{"id":"x","type":"web_search_call"},{"id":"cu_1","type":"computer_call","call_id":"call_1","action":{"type":"click"}},{"id":"msg_1","type":"message","content":[{"type":"output_text","text":"Done."}]}]}`,
			`[{"role":"assistant","parts":[{"type":"server_tool_call","id":"ws_1","name":"web_search","server_tool_call":{"type":"web_search","arguments":{"type":"search","query":"q"}}},` +
				`{"type":"server_tool_call","id":"ci_1","name":"code_interpreter","server_tool_call":{"type":"code_interpreter","arguments":"print(1)"}},{"type":"server_tool_call_response","id":"ci_1","server_tool_call_response":{"type":"code_interpreter","response":[{"type":"logs","logs":"1"}]}},` +
				`{"type":"server_tool_call","id":"fs_1","name":"file_search","server_tool_call":{"type":"file_search","arguments":["a"]}},` +
				`{"type":"server_tool_call","id":"mcp_1","name":"ask","server_tool_call":{"type":"mcp","arguments":{"q":1}}},{"type":"server_tool_call_response","id":"mcp_1","server_tool_call_response":{"type":"mcp","response":"42"}},` +
				`{"type":"blob","mime_type":"image/png","modality":"image","content":"aGVsbG8="},{"type":"server_tool_call","id":"x","name":"web_search","server_tool_call":{"type":"web_search"}},` +
				`{"type":"tool_call","id":"call_1","name":"computer","arguments":{"type":"click"}},{"type":"text","content":"Done."}],"finish_reason":"stop"}]`,
		},
		"the vendor's tools in a stream": {
			events(responsesCreated,
				`{"type":"response.output_item.added","output_index":0,"item":{"id":"ws_1","type":"web_search_call","action":{"type":"search","query":"half"}}}`,
				`{"type":"response.output_item.done","output_index":0,"item":{"id":"ws_1","type":"web_search_call","action":{"type":"search","query":"q"}}}`,
				`{"type":"response.output_item.added","output_index":1,"item":{"id":"ci_1","type":"code_interpreter_call","code":"","outputs":null}}`,
				`{"type":"response.code_interpreter_call_code.delta","output_index":1,"delta":"print"}`,
				`{"type":"response.output_item.done","output_index":1,"item":{"id":"ci_1","type":"code_interpreter_call","code":"print(1)","outputs":[{"type":"logs","logs":"1"}]}}`,
				`{"type":"response.output_item.done","item":{"id":"fs_1","type":"file_search_call","queries":["a"],"results":null},"output_index":2}`,
				`{"type":"response.output_item.added","output_index":3,"item":{"id":"mcp_1","type":"mcp_call","arguments":"","name":"ask","output":null}}`,
				`{"type":"response.mcp_call_arguments.delta","output_index":3,"delta":"{\"q\":1}"}`,
				`{"type":"response.output_item.done","item":{"id":"mcp_1","type":"mcp_call","arguments":"{\"q\":1}","name":"ask","output":"42"},"output_index":3}`,
				`{"type":"response.output_item.added","output_index":4,"item":{"id":"cu_1","type":"computer_call","call_id":"call_1","action":{"type":"click"}}}`,
				`{"type":"response.output_item.done","output_index":4,"item":{"id":"cu_1","type":"computer_call","call_id":"call_1","action":{"type":"click"}}}`,
				`{"type":"response.completed","response":{"status":"completed","output":[{"id":"ws_1","type":"web_search_call","action":{"type":"search","query":"q"}}]}}`),
			`[{"role":"assistant","parts":[{"type":"server_tool_call","id":"ws_1","name":"web_search","server_tool_call":{"type":"web_search","arguments":{"type":"search","query":"q"}}},` +
				`{"type":"server_tool_call","id":"ci_1","name":"code_interpreter","server_tool_call":{"type":"code_interpreter","arguments":"print(1)"}},{"type":"server_tool_call_response","id":"ci_1","server_tool_call_response":{"type":"code_interpreter","response":[{"type":"logs","logs":"1"}]}},` +
				`{"type":"server_tool_call","id":"fs_1","name":"file_search","server_tool_call":{"type":"file_search","arguments":["a"]}},` +
				`{"type":"server_tool_call","id":"mcp_1","name":"ask","server_tool_call":{"type":"mcp","arguments":{"q":1}}},{"type":"server_tool_call_response","id":"mcp_1","server_tool_call_response":{"type":"mcp","response":"42"}},` +
				`{"type":"tool_call","id":"call_1","name":"computer"}],"finish_reason":"stop"}]`,
		},
		"phases": {
			`{"status":"completed","output":[{"type":"message","phase":"commentary","content":[{"text":"I look it up."}]},{"type":"message","content":[{"text":"Hello"}],"phase":"final_answer"},{"type":"message","content":[{"text":"!"}],"phase":null}]}`,
			`[{"role":"assistant","parts":[{"type":"text","content":"I look it up.","phase":"commentary"},{"type":"text","content":"Hello","phase":"final_answer"},{"type":"text","content":"!"}],"finish_reason":"stop"}]`,
		},
		"phases of a stream": {
			events(responsesCreated,
				`{"type":"response.output_item.added","item":{"type":"message","content":[],"phase":"commentary"},"output_index":0}`,
				`{"type":"response.output_text.delta","content_index":0,"delta":"I look","output_index":0}`,
				`{"type":"response.output_item.done","item":{"type":"message","phase":"commentary","content":[{"text":"I look"}]},"output_index":0}`,
				`{"type":"response.output_item.added","item":{"type":"message","content":[]},"output_index":1}`,
				`{"type":"response.output_text.delta","content_index":0,"delta":"Hello","output_index":1}`,
				`{"type":"response.output_item.done","output_index":1,"item":{"type":"message","content":[{"text":"Hello"}],"phase":"final_answer"}}`,
				`{"type":"response.completed","response":{"status":"completed","output":[{"type":"message","phase":"commentary","content":[{"text":"Hello"}]}]}}`),
			`[{"role":"assistant","parts":[{"type":"text","content":"I look","phase":"commentary"},{"type":"text","content":"Hello","phase":"final_answer"}],"finish_reason":"stop"}]`,
		},
		"index before the item": {
			events(responsesCreated,
				`{"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning","summary":[]}}`,
				`{"type":"response.output_item.added","output_index":1,"item":{"type":"function_call","call_id":"call_1","name":"f","arguments":""}}`,
				`{"type":"response.function_call_arguments.delta","output_index":1,"delta":"{\"a\":1}"}`,
				`{"type":"response.output_item.added","output_index":2,"item":{"type":"function_call","call_id":"call_2","name":"g","arguments":""}}`,
				`{"type":"response.function_call_arguments.delta","output_index":2,"delta":"{\"b\":2}"}`),
			`[{"role":"assistant","parts":[{"type":"tool_call","id":"call_1","name":"f","arguments":{"a":1}},{"type":"tool_call","id":"call_2","name":"g","arguments":{"b":2}}],"finish_reason":"error"}]`,
		},
		"thinking and its summary": {
			events(responsesCreated,
				`{"type":"response.reasoning_summary_text.delta","delta":"In short","output_index":0,"summary_index":0}`,
				`{"type":"response.reasoning_text.delta","content_index":0,"delta":"At length","output_index":0}`),
			`[{"role":"assistant","parts":[{"type":"reasoning","content":"In short"},{"type":"reasoning","content":"At length"}],"finish_reason":"error"}]`,
		},
		"type last": {
			events(`{"delta":"Hm","output_index":0,"type":"response.reasoning_text.delta"}`, `{"delta":"No","output_index":1,"type":"response.refusal.delta"}`, `{"delta":"x","output_index":2,"type":"response.code_interpreter_call_code.delta"}`),
			`[{"role":"assistant","parts":[{"type":"reasoning","content":"Hm"},{"type":"refusal","content":"No"}],"finish_reason":"error"}]`,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			for size := 1; size < len(c.response); size += 11 {
				b := content.Get(0)
				exchange(t, responsesURL, `{"stream":true}`, http.Header{}, c.response, size, b)
				if diff := cmp.Diff(c.want, string((&content.Encoder{}).Output(nil, b))); diff != "" {
					t.Fatalf("pieces of %d (-want +got):\n%s", size, diff)
				}
				b.Free()
			}
		})
	}
}
