package wire_test

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/llmotel/internal/wire"
	"github.com/llmotel/sdk/providers"
)

const (
	bedrockURL = "https://bedrock-runtime.us-east-1.amazonaws.com/model/"
	claudeURL  = bedrockURL + "us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/"
)

var amazonStream = http.Header{"Content-Type": {"application/vnd.amazon.eventstream"}}

// message makes a message of an event stream; headers are names and values.
func message(payload string, headers ...string) string {
	var h []byte
	for i := 0; i < len(headers); i += 2 {
		h = append(h, byte(len(headers[i])))
		h = append(h, headers[i]...)
		h = append(h, 7)
		h = binary.BigEndian.AppendUint16(h, uint16(len(headers[i+1])))
		h = append(h, headers[i+1]...)
	}
	m := []byte(prelude(uint32(12+len(h)+len(payload)+4), uint32(len(h))) + string(h) + payload)
	return string(binary.BigEndian.AppendUint32(m, crc32.ChecksumIEEE(m)))
}

// prelude has the lengths of a message and of its headers, and their checksum.
func prelude(size, headers uint32) string {
	m := binary.BigEndian.AppendUint32(nil, size)
	m = binary.BigEndian.AppendUint32(m, headers)
	return string(binary.BigEndian.AppendUint32(m, crc32.ChecksumIEEE(m)))
}

func event(name, payload string) string {
	return message(payload, ":event-type", name, ":content-type", "application/json", ":message-type", "event")
}

func exception(name, payload string) string {
	return message(payload, ":exception-type", name, ":content-type", "application/json", ":message-type", "exception")
}

// chunks are the events of models, wrapped as InvokeModel does.
func chunks(events ...string) string {
	var b strings.Builder
	for _, e := range events {
		b.WriteString(event("chunk", `{"bytes":"`+base64.StdEncoding.EncodeToString([]byte(e))+`","p":"abcdefghABCDEFGH0123"}`))
	}
	return b.String()
}

func TestConverse(t *testing.T) {
	const request = `{"messages":[
		{"role":"user","content":[{"text":"See"},{"image":{"format":"png","source":{"bytes":"AAAA"}}},{"document":{"source":{"s3Location":{"uri":"s3://b/k"}},"name":"n","format":"pdf"}},
			{"document":{"format":"txt","name":"n","source":{"text":"words"}}},{"video":{"format":"mp4","source":{"bytes":"BBBB"}}},{"audio":{"format":"wav","source":{"bytes":"CCCC"}}},
			{"guardContent":{"text":{"text":"guarded"}}},{"cachePoint":{"type":"default"}},{"searchResult":{"source":"s","title":"t","content":[{"text":"found"}]}}]},
		{"content":[{"reasoningContent":{"reasoningText":{"text":"hm","signature":"c2ln"}}},{"toolUse":{"input":{"city":"Bern"},"name":"weather","toolUseId":"t1"}},
			{"citationsContent":{"content":[{"text":"cited"}],"citations":[]}}],"role":"assistant"},
		{"role":"user","content":[{"toolResult":{"content":[{"json":{"degrees":15}}],"toolUseId":"t1","status":"success"}},
			{"toolResult":{"toolUseId":"t2","content":[{"text":"one"},{"image":{"format":"gif","source":{"bytes":"DDDD"}}},{"text":"two"}]}}]}],
		"system":[{"text":"Be brief."},{"cachePoint":{"type":"default"}}],
		"inferenceConfig":{"maxTokens":100,"temperature":0.5,"topP":0.9,"stopSequences":["x"]},
		"additionalModelRequestFields":{"top_k":40,"thinking":{"type":"enabled","budget_tokens":1024}},
		"toolConfig":{"tools":[{"toolSpec":{"name":"weather","description":"d","inputSchema":{"json":{"type":"object"}}}},{"cachePoint":{"type":"default"}}],"toolChoice":{"auto":{}}},
		"guardrailConfig":{"guardrailIdentifier":"gr1","guardrailVersion":"1"},"serviceTier":{"type":"flex"},
		"outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"schema":"{}"}}},"effort":"low"}}`
	const response = `{"metrics":{"latencyMs":1},"output":{"message":{"content":[{"reasoningContent":{"reasoningText":{"text":"so","signature":"x"}}},{"text":"Hello"},{"toolUse":{"toolUseId":"t9","name":"weather","input":{"city":"Rom"}}}],"role":"assistant"}},` +
		`"serviceTier":{"type":"flex"},"stopReason":"tool_use","trace":{"promptRouter":{"invokedModelId":"served"}},` +
		`"usage":{"cacheDetails":[{"inputTokens":300,"ttl":"1h"},{"ttl":"5m","inputTokens":1022}],"cacheReadInputTokens":7,"cacheWriteInputTokens":1322,"inputTokens":2,"outputTokens":5,"totalTokens":1336}}`
	everySize(t, claudeURL+"converse", request, http.Header{"Content-Type": {"application/json"}}, response, func(t *testing.T, x *wire.Exchange, docs map[string]string) {
		asked := []any{provider(t, claudeURL+"converse"), x.Asked.Model(), x.Stream, x.MaxTokens(), x.Temperature(), x.TopP(), x.TopK(), x.Stop(), x.GuardrailID(), x.ServiceTier(), x.OutputType(), x.ReasoningLevel()}
		if diff := cmp.Diff([]any{"aws.bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", false, int64(100), 0.5, 0.9, int64(40), []string{"x"}, "gr1", "flex", "json", "low"}, asked); diff != "" {
			t.Errorf("asked (-want +got):\n%s", diff)
		}
		got := []any{x.ID, x.Answer.Model(), x.Tier(), x.Reasons(), x.Complete, x.Failed, x.AnswerBytes()}
		if diff := cmp.Diff([]any{"", "served", "flex", []string{"tool_use"}, true, false, 21}, got); diff != "" {
			t.Errorf("answer (-want +got):\n%s", diff)
		}
		want := reported(map[providers.TokenClass]int64{
			providers.ClassInput: 1331, providers.ClassOutput: 5, providers.ClassCacheRead: 7, providers.ClassCacheWrite: 1322,
		})
		want.CacheWrite1h = 300
		if diff := cmp.Diff(want, x.Usage()); diff != "" {
			t.Errorf("usage (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(map[string]string{
			"system": `[{"type":"text","content":"Be brief."}]`,
			"tools":  `[{"type":"function","name":"weather","description":"d","parameters":{"type":"object"}}]`,
			"input": `[{"role":"user","parts":[{"type":"text","content":"See"},{"type":"blob","mime_type":"image/png","modality":"image","content":"AAAA"},` +
				`{"type":"uri","mime_type":"application/pdf","modality":"document","uri":"s3://b/k"},{"type":"text","content":"words"},` +
				`{"type":"blob","mime_type":"video/mp4","modality":"video","content":"BBBB"},{"type":"blob","mime_type":"audio/wav","modality":"audio","content":"CCCC"},` +
				`{"type":"text","content":"guarded"},{"type":"text","content":"found"}]},` +
				`{"role":"assistant","parts":[{"type":"reasoning","content":"hm"},{"type":"tool_call","id":"t1","name":"weather","arguments":{"city":"Bern"}},{"type":"text","content":"cited"}]},` +
				`{"role":"user","parts":[{"type":"tool_call_response","id":"t1","response":{"degrees":15}},{"type":"tool_call_response","id":"t2","response":"one\ntwo"},` +
				`{"type":"blob","mime_type":"image/gif","modality":"image","content":"DDDD"}]}]`,
			"output": `[{"role":"assistant","parts":[{"type":"reasoning","content":"so"},{"type":"text","content":"Hello"},{"type":"tool_call","id":"t9","name":"weather","arguments":{"city":"Rom"}}],"finish_reason":"tool_call"}]`,
		}, docs); diff != "" {
			t.Errorf("content (-want +got):\n%s", diff)
		}
	})
}

func TestConverseStream(t *testing.T) {
	response := event("messageStart", `{"p":"abc","role":"assistant"}`) +
		event("contentBlockDelta", `{"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"hm"}},"p":"abc"}`) +
		event("contentBlockDelta", `{"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"c2ln"}},"p":"abc"}`) +
		event("contentBlockStop", `{"contentBlockIndex":0,"p":"abc"}`) +
		event("contentBlockDelta", `{"contentBlockIndex":1,"delta":{"text":"Hel"},"p":"abc"}`) +
		event("contentBlockDelta", `{"contentBlockIndex":1,"delta":{"text":"lo\n"},"p":"abc"}`) +
		event("contentBlockStop", `{"contentBlockIndex":1,"p":"abc"}`) +
		event("contentBlockStart", `{"contentBlockIndex":2,"p":"abc","start":{"toolUse":{"name":"weather","toolUseId":"t1"}}}`) +
		event("contentBlockDelta", `{"contentBlockIndex":2,"delta":{"toolUse":{"input":"{\"city\":"}},"p":"abc"}`) +
		event("contentBlockDelta", `{"contentBlockIndex":2,"delta":{"toolUse":{"input":"\"Rom\"}"}},"p":"abc"}`) +
		event("contentBlockStop", `{"contentBlockIndex":2,"p":"abc"}`) +
		event("messageStop", `{"p":"abc","stopReason":"tool_use"}`)
	metadata := event("metadata", `{"metrics":{"latencyMs":613},"p":"abc","usage":{"inputTokens":8,"outputTokens":10,"totalTokens":18},"serviceTier":{"type":"default"}}`)
	everySize(t, claudeURL+"converse-stream", `{}`, amazonStream, response+metadata, func(t *testing.T, x *wire.Exchange, docs map[string]string) {
		got := []any{x.Stream, x.Reasons(), x.Tier(), x.Complete, x.Failed, int(x.Malformed), int(x.Documents), int(x.Chunks), x.AnswerBytes()}
		if diff := cmp.Diff([]any{true, []string{"tool_use"}, "default", true, false, 0, 13, 6, 22}, got); diff != "" {
			t.Errorf("answer (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(reported(map[providers.TokenClass]int64{providers.ClassInput: 8, providers.ClassOutput: 10}), x.Usage()); diff != "" {
			t.Errorf("usage (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(`[{"role":"assistant","parts":[{"type":"reasoning","content":"hm"},{"type":"text","content":"Hello\n"},`+
			`{"type":"tool_call","id":"t1","name":"weather","arguments":{"city":"Rom"}}],"finish_reason":"tool_call"}]`, docs["output"]); diff != "" {
			t.Errorf("output (-want +got):\n%s", diff)
		}
	})
	for _, c := range []struct {
		name, response    string
		complete, failed  bool
		malformed, chunks int
		kind              providers.Kind
		code              string
	}{
		{name: "no metadata", response: response, complete: true, chunks: 6},
		{name: "cut between messages", response: response[:strings.Index(response, "messageStop")-27], chunks: 6},
		{name: "cut in a message", response: response[:len(response)-3], malformed: 1, chunks: 6},
		{name: "cut in a payload", response: response[:len(response)-9], malformed: 1, chunks: 6},
		{
			name: "an exception", response: event("contentBlockDelta", `{"contentBlockIndex":0,"delta":{"text":"a"}}`) + exception("throttlingException", `{"message":"Too many requests"}`),
			failed: true, chunks: 1, kind: providers.KindRateLimited, code: "throttlingException",
		},
		{
			name: "the model's exception after the reason", response: response + exception("modelStreamErrorException", `{"message":"m","originalStatusCode":424}`),
			failed: true, chunks: 6, kind: providers.KindServerError, code: "modelStreamErrorException",
		},
		{
			name: "an error with a long message", response: message(``, ":error-code", "internalServerException", ":error-message", strings.Repeat("m", 1000), ":message-type", "error"),
			failed: true, kind: providers.KindServerError, code: "internalServerException",
		},
		{
			name: "an error", response: message(``, ":message-type", "error", ":error-code", "internalServerException", ":error-message", "m"),
			failed: true, kind: providers.KindServerError, code: "internalServerException",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			everySize(t, claudeURL+"converse-stream", `{}`, amazonStream, c.response, func(t *testing.T, x *wire.Exchange, _ map[string]string) {
				var kind providers.Kind
				if x.Failed {
					kind = x.Kind(0)
				}
				got := []any{x.Complete, x.Failed, int(x.Malformed), int(x.Chunks), kind, x.Code()}
				if diff := cmp.Diff([]any{c.complete, c.failed, c.malformed, c.chunks, c.kind, c.code}, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestBedrockErrors(t *testing.T) {
	for _, c := range []struct {
		name, header, body string
		status             int
		kind               providers.Kind
	}{
		{"throttled", "ThrottlingException:http://internal.amazon.com/coral/x/", `{"message":"Too many requests"}`, 429, providers.KindRateLimited},
		{"quota", "ServiceQuotaExceededException", `{"message":"m"}`, 400, providers.KindQuotaExhausted},
		{"invalid", "ValidationException", `{"message":"m"}`, 400, providers.KindInvalidRequest},
		{"too long", "ValidationException", `{"message":"The model returned the following errors: prompt is too long: 9 > 8"}`, 400, providers.KindContextLength},
		{"not ready", "ModelNotReadyException", `{"message":"m"}`, 429, providers.KindOverloaded},
		{"access", "AccessDeniedException", `{"Message":"m"}`, 403, providers.KindPermission},
		{"unknown", "", `{"message":"m"}`, 500, providers.KindServerError},
	} {
		for _, action := range []string{"converse", "converse-stream", "invoke", "invoke-with-response-stream"} {
			t.Run(c.name+" "+action, func(t *testing.T) {
				h := http.Header{"Content-Type": {"application/json"}}
				if c.header != "" {
					h.Set("X-Amzn-Errortype", c.header)
				}
				x := reply(t, claudeURL+action, `{}`, c.status, h, c.body)
				code, _, _ := strings.Cut(c.header, ":")
				if diff := cmp.Diff([]any{code, c.kind, code != ""}, []any{x.Code(), x.Kind(c.status), x.Failed}); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	}
}

// What Bedrock runs itself is no call to the caller, whose tools are called beside it.
func TestConverseServerTools(t *testing.T) {
	const want = `{"type":"server_tool_call","id":"t1","name":"nova_code_interpreter","server_tool_call":{"type":"nova_code_interpreter","arguments":{"snippet":"1"}}},` +
		`{"type":"server_tool_call_response","id":"t1","server_tool_call_response":{"type":"nova_code_interpreter","response":{"out":1}}},{"type":"tool_call","id":"t2","name":"f","arguments":{"a":2}}],"finish_reason":"tool_call"}]`
	const parts = `{"toolUse":{"input":{"snippet":"1"},"name":"nova_code_interpreter","toolUseId":"t1","type":"server_tool_use"}},` +
		`{"toolResult":{"content":[{"json":{"out":1}}],"status":"success","toolUseId":"t1","type":"nova_code_interpreter_result"}},{"toolUse":{"input":{"a":2},"name":"f","toolUseId":"t2","type":"tool_use"}}`
	whole := `{"output":{"message":{"content":[` + parts + `],"role":"assistant"}},"stopReason":"tool_use","usage":{"inputTokens":1,"outputTokens":2}}`
	stream := event("contentBlockStart", `{"contentBlockIndex":0,"start":{"toolUse":{"name":"nova_code_interpreter","toolUseId":"t1","type":"server_tool_use"}}}`) +
		event("contentBlockDelta", `{"contentBlockIndex":0,"delta":{"toolUse":{"input":"{\"snippet\":"}}}`) +
		event("contentBlockDelta", `{"contentBlockIndex":0,"delta":{"toolUse":{"input":"\"1\"}"}}}`) +
		event("contentBlockStart", `{"contentBlockIndex":1,"start":{"toolResult":{"toolUseId":"t1","type":"nova_code_interpreter_result","status":"success"}}}`) +
		event("contentBlockDelta", `{"contentBlockIndex":1,"delta":{"toolResult":[{"json":{"out":1}}]}}`) +
		event("contentBlockStart", `{"contentBlockIndex":2,"start":{"toolUse":{"toolUseId":"t2","name":"f"}}}`) +
		event("contentBlockDelta", `{"contentBlockIndex":2,"delta":{"toolUse":{"input":"{\"a\":2}"}}}`) +
		event("messageStop", `{"stopReason":"tool_use"}`) + event("metadata", `{"usage":{"inputTokens":1,"outputTokens":2}}`)
	check := func(t *testing.T, _ *wire.Exchange, docs map[string]string) {
		if diff := cmp.Diff(`[{"role":"assistant","parts":[`+want, docs["output"]); diff != "" {
			t.Errorf("output (-want +got):\n%s", diff)
		}
	}
	everySize(t, claudeURL+"converse", `{}`, http.Header{}, whole, check)
	everySize(t, claudeURL+"converse-stream", `{}`, amazonStream, stream, check)
	everySize(t, claudeURL+"converse", `{"messages":[{"role":"assistant","content":[`+parts+`]}]}`, http.Header{}, `{}`, func(t *testing.T, _ *wire.Exchange, docs map[string]string) {
		if diff := cmp.Diff(`[{"role":"assistant","parts":[`+strings.Replace(want, `,"finish_reason":"tool_call"`, "", 1), docs["input"]); diff != "" {
			t.Errorf("input (-want +got):\n%s", diff)
		}
	})
}
