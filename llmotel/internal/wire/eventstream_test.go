package wire_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/llmotel/internal/wire"
)

func TestEventStream(t *testing.T) {
	const delta = `{"contentBlockIndex":0,"delta":{"text":"Hello"},"p":"abc"}`
	good := event("contentBlockDelta", delta)
	long := strings.Repeat("x", 60000)
	flip := func(s string, at int) string { return s[:at] + string(s[at]^1) + s[at+1:] }
	for _, c := range []struct {
		name, body        string
		chunks, malformed int
		failed            bool
	}{
		{name: "nothing", body: ""},
		{name: "a message", body: good, chunks: 1},
		{name: "headers in another order", body: message(delta, ":message-type", "event", ":event-type", "contentBlockDelta"), chunks: 1},
		{name: "no headers", body: message(delta), chunks: 1},
		{name: "no payload", body: message("", ":message-type", "event", ":event-type", "ping") + good, chunks: 1},
		{name: "headers of all types", body: message(delta, ":message-type", "event") + allTypes(delta) + good, chunks: 3},
		{name: "long headers", body: message(delta, ":message-type", "event", "x", long, "y", long) + good, chunks: 2},
		{name: "a type that is not known", body: message(`{"message":"m"}`, ":message-type", "exception", ":exception-type", "newException"), failed: true},
		{name: "no JSON", body: event("contentBlockDelta", "<html>") + good, chunks: 1, malformed: 1},
		{name: "half a document", body: event("contentBlockDelta", delta[:30]) + good, chunks: 1, malformed: 1},
		{name: "a wrong checksum of the message", body: flip(good, len(good)-1) + good, chunks: 2},
		{name: "a wrong length", body: flip(good, 2) + good, malformed: 1},
		{name: "a wrong length of the headers", body: flip(good, 7) + good, malformed: 1},
		{name: "a wrong checksum of the lengths", body: good + flip(good, 9) + good, chunks: 1, malformed: 1},
		{name: "text", body: `{"message":"this is no event stream at all"}`, malformed: 1},
		{name: "shorter than itself", body: prelude(15, 0), malformed: 1},
		{name: "headers longer than the message", body: prelude(100, 90), malformed: 1},
		{name: "absurd", body: prelude(1<<31, 0), malformed: 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, size := range []int{1, 2, 11, 12, 13, 100, 1 << 20} {
				x := exchange(t, claudeURL+"converse-stream", `{}`, amazonStream, c.body, size, nil)
				if diff := cmp.Diff([]any{c.chunks, c.malformed, c.failed, false}, []any{int(x.Chunks), int(x.Malformed), x.Failed, x.Complete}); diff != "" {
					t.Fatalf("in pieces of %d: chunks, malformed, failed, complete (-want +got):\n%s", size, diff)
				}
			}
		})
	}
}

// allTypes is a message that has a header of each type before the one that
// counts.
func allTypes(payload string) string {
	h := "\x01a\x00" + "\x01b\x01" + "\x01c\x02\x01" + "\x01d\x03\x00\x01" + "\x01e\x04\x00\x00\x00\x01" + "\x01f\x05\x00\x00\x00\x00\x00\x00\x00\x01" +
		"\x01g\x06\x00\x02ab" + "\x01h\x08\x00\x00\x00\x00\x00\x00\x00\x01" + "\x01i\x090123456789abcdef" + "\x0d:message-type\x07\x00\x05event"
	return prelude(uint32(12+len(h)+len(payload)+4), uint32(len(h))) + h + payload + "\x00\x00\x00\x00"
}

func TestEnvelope(t *testing.T) {
	const delta = `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}`
	b64 := base64.StdEncoding.EncodeToString([]byte(delta))
	long := strings.Replace(delta, "Hello", strings.Repeat("Hello", 1000), 1)
	slashes := base64.StdEncoding.EncodeToString([]byte(strings.Replace(delta, "Hello", "???>>>", 1)))
	for _, c := range []struct {
		name, payload            string
		chunks, bytes, malformed int
	}{
		{"as it comes", `{"bytes":"` + b64 + `","p":"abcDEF019"}`, 1, 5, 0},
		{"no padding", `{"bytes":"` + b64 + `"}`, 1, 5, 0},
		{"padding first", `{"p":"abc","bytes":"` + b64 + `"}`, 1, 5, 0},
		{"white space", `{ "bytes" : "` + b64 + `" , "p" : "abc" }`, 1, 5, 0},
		{"a name that begins alike", `{"byte":"x","bytes":"` + b64 + `"}`, 1, 5, 0},
		{"a value like the name", `{"p":"bytes","bytes":"` + b64 + `"}`, 1, 5, 0},
		{"escaped slashes", `{"bytes":"` + strings.ReplaceAll(slashes, "/", `\/`) + `"}`, 1, 6, 0},
		{"long", `{"bytes":"` + base64.StdEncoding.EncodeToString([]byte(long)) + `","p":"abc"}`, 1, 5000, 0},
		{"empty", `{"bytes":"","p":"abc"}`, 0, 0, 0},
		{"nothing of it", `{"p":"abc"}`, 0, 0, 0},
		{"no base64", `{"bytes":"` + b64[:40] + `*` + b64[40:] + `"}`, 0, 0, 1},
		{"cut", `{"bytes":"` + b64[:41], 0, 0, 1},
		{"more after the end", `{"bytes":"` + b64 + b64 + `"}`, 1, 5, 0},
		{"half a document", `{"bytes":"` + base64.StdEncoding.EncodeToString([]byte(delta[:30])) + `"}`, 0, 0, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			body := event("chunk", c.payload) + event("chunk", `{"bytes":"`+b64+`","p":"abc"}`)
			for size := 1; size < len(body); size += 1 + size/8 {
				x := exchange(t, claudeURL+"invoke-with-response-stream", `{}`, amazonStream, body, size, nil)
				if diff := cmp.Diff([]any{c.chunks + 1, c.bytes + 5, c.malformed}, []any{int(x.Chunks), x.AnswerBytes(), int(x.Malformed)}); diff != "" {
					t.Fatalf("in pieces of %d: chunks, bytes, malformed (-want +got):\n%s", size, diff)
				}
			}
		})
	}
}

func TestStreamsDoNotAllocate(t *testing.T) {
	const delta = `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}`
	const escaped = `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hell\u00f3"}}`
	for _, c := range streams(delta, escaped) {
		t.Run(c.name, func(t *testing.T) {
			x := c.begin(t)
			event := []byte(c.event)
			if n := testing.AllocsPerRun(100, func() { _, _ = x.Write(event) }); n != 0 && !raced {
				t.Errorf("%v allocations for an event, want 0", n)
			}
			half := len(event) / 2
			if n := testing.AllocsPerRun(100, func() {
				_, _ = x.Write(event[:half])
				_, _ = x.Write(event[half:])
			}); n != 0 && !raced {
				t.Errorf("%v allocations for an event in two pieces, want 0", n)
			}
			if int(x.Chunks) != 202 || x.Malformed != 0 {
				t.Errorf("%d chunks, %d malformed; want 202 and none", int(x.Chunks), x.Malformed)
			}
		})
	}
}

// TestLongMessagesAllocateNothing holds that nothing is kept of messages, however long.
func TestLongMessagesAllocateNothing(t *testing.T) {
	const before, after = `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"`, `"}}`
	text := strings.Repeat("Hello, ", 1<<18)
	for _, c := range []struct{ name, url, body string }{
		{"messages", anthropicURL, "data: " + before + text + after + "\n\n"},
		{"Converse", claudeURL + "converse-stream", event("contentBlockDelta", `{"contentBlockIndex":0,"delta":{"text":"`+text+after)},
		{"InvokeModel", claudeURL + "invoke-with-response-stream", chunks(before + text + after)},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := stream{url: c.url}
			x := s.begin(t)
			body := []byte(c.body)
			for _, size := range []int{1000, len(body)} {
				if n := testing.AllocsPerRun(2, func() { inPieces(body, size, func(p []byte) { _, _ = x.Write(p) }) }); n > 0 && !raced {
					t.Errorf("%v allocations in pieces of %d, want 0", n, size)
				}
			}
			if diff := cmp.Diff([]any{6, 6 * len(text), 0}, []any{int(x.Chunks), x.AnswerBytes(), int(x.Malformed)}); diff != "" {
				t.Errorf("chunks, bytes, malformed (-want +got):\n%s", diff)
			}
		})
	}
}

func BenchmarkStreams(b *testing.B) {
	const delta = `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" the weather"}}`
	const escaped = `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" the\u0020weather"}}`
	for _, c := range streams(delta, escaped) {
		b.Run(c.name, func(b *testing.B) {
			x := c.begin(b)
			event := []byte(c.event)
			b.ReportAllocs()
			for b.Loop() {
				_, _ = x.Write(event)
			}
			if x.Malformed != 0 {
				b.Fatalf("%d malformed", x.Malformed)
			}
		})
	}
}

type stream struct{ name, url, event string }

// streams are ways to pass on an event: in its ordinary form, which is read the
// quick way, and in one that is not.
func streams(delta, escaped string) []stream {
	const converse = `{"contentBlockIndex":0,"delta":{"text":" the weather"},"p":"abcdefghijklmnop"}`
	return []stream{
		{"messages", anthropicURL, "event: content_block_delta\ndata: " + delta + "\n\n"},
		{"messages in full", anthropicURL, "event: content_block_delta\ndata: " + escaped + "\n\n"},
		{"Converse", claudeURL + "converse-stream", event("contentBlockDelta", converse)},
		{"Converse in full", claudeURL + "converse-stream", event("contentBlockDelta", strings.Replace(converse, "weather", `\u0020`, 1))},
		{"InvokeModel", claudeURL + "invoke-with-response-stream", chunks(delta)},
		{"InvokeModel in full", claudeURL + "invoke-with-response-stream", chunks(escaped)},
	}
}

// begin is an Exchange that is ready for the events.
func (s *stream) begin(tb testing.TB) *wire.Exchange {
	header := amazonStream
	if s.url == anthropicURL {
		header = eventStream
	}
	route, ok := wire.Match(httptest.NewRequestWithContext(tb.Context(), http.MethodPost, s.url, http.NoBody))
	if !ok {
		tb.Fatalf("%s is not recognised", s.url)
	}
	x := &wire.Exchange{}
	x.Begin(route, nil)
	x.Request([]byte(`{"stream":true}`))
	x.Response(http.StatusOK, header)
	return x
}
