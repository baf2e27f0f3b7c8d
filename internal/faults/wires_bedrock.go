package faults

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/aws/smithy-go/eventstream"
)

// bedrock is Amazon Bedrock's Converse. Its stream is one of binary messages,
// whose terminator is the metadata.
var bedrock = &Wire{
	Name: "bedrock", requestID: "X-Amzn-Requestid", media: "application/vnd.amazon.eventstream", event: anyMessage,
	Unary:   `{"output":{"message":{"role":"assistant","content":[{"text":"` + Text + `"}]}},"stopReason":"end_turn","usage":{"inputTokens":31,"outputTokens":17,"totalTokens":48},"metrics":{"latencyMs":9}}`,
	Start:   each(message("messageStart"), `{"role":"assistant"}`),
	Texts:   texts(message("contentBlockDelta"), `{"contentBlockIndex":0,"delta":{"text":%q}}`),
	Last:    []string{message("contentBlockStop")(`{"contentBlockIndex":0}`), message("messageStop")(`{"stopReason":"end_turn"}`)},
	Closing: each(message("metadata"), `{"usage":{"inputTokens":31,"outputTokens":17,"totalTokens":48},"metrics":{"latencyMs":9}}`),
	failure: `{"__type":TYPE,"message":MESSAGE}`,
}

// message returns what puts JSON into a message of that type.
func message(typ string) func(string) string {
	return func(payload string) string { return encode("event", typ, payload) }
}

// anyMessage puts an error into an exception, and anything else into a piece of
// text.
func anyMessage(payload string) string {
	if _, name, ok := strings.Cut(payload, `"__type":"`); ok {
		name, _, _ = strings.Cut(name, `"`)
		return encode("exception", name, payload)
	}
	return encode("event", "contentBlockDelta", payload)
}

func encode(kind, typ, payload string) string {
	m := eventstream.Message{Payload: []byte(payload)}
	m.Headers.Set(":message-type", eventstream.StringValue(kind))
	m.Headers.Set(":"+kind+"-type", eventstream.StringValue(typ))
	m.Headers.Set(":content-type", eventstream.StringValue("application/json"))
	var b bytes.Buffer
	if err := eventstream.NewEncoder().Encode(&b, m); err != nil {
		panic(fmt.Sprintf("faults: a message of an event stream: %v", err)) // only of impossible headers
	}
	return b.String()
}
