package wire_test

import (
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/wire"
)

// read passes a response through an Exchange in pieces of size bytes; 0 is all
// at once. It returns all that was learned.
func read(tb testing.TB, url, request string, header http.Header, body []byte, size int, b *content.Builder) []any {
	tb.Helper()
	route, ok := wire.Match(httptest.NewRequestWithContext(tb.Context(), http.MethodPost, url, http.NoBody))
	if !ok {
		tb.Fatalf("%s is not recognised", url)
	}
	x := &wire.Exchange{}
	x.Begin(route, b)
	x.Request([]byte(request))
	x.Response(http.StatusOK, header)
	inPieces(body, size, func(p []byte) { _, _ = x.Write(p) }) // takes everything
	x.End()
	u := x.Usage()
	if err := u.Validate(); err != nil {
		tb.Errorf("usage that cannot be: %v", err)
	}
	return []any{
		x.ID, x.Answer.Model(), x.Tier(), x.Reasons(), x.Failed, x.ErrorCode, x.ErrorType, x.Complete, x.Compacted,
		x.Documents, x.Malformed, int(x.Chunks), x.AnswerBytes(), x.Refused(), u,
	}
}

// agree checks that what is learned depends neither on the pieces nor on
// whether the content is wanted, with which nothing is read the quick way.
func agree(tb testing.TB, url, request string, header http.Header, body []byte, size int) {
	tb.Helper()
	want := read(tb, url, request, header, body, 0, nil)
	b := content.Get(1 << 12)
	defer b.Free()
	if diff := cmp.Diff(want, read(tb, url, request, header, body, 0, b)); diff != "" {
		tb.Errorf("%q: without and with content (-without +with):\n%s", body, diff)
	}
	if diff := cmp.Diff(want, read(tb, url, request, header, body, max(size, 1), nil)); diff != "" {
		tb.Errorf("%q: whole and in pieces of %d (-whole +pieces):\n%s", body, size, diff)
	}
}

func TestQuickReadingAgrees(t *testing.T) {
	for _, r := range recordings(t, "anthropic.", "bedrock.") {
		t.Run(r.name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(1, 2))
			body := r.body
			for range 300 {
				agree(t, r.url, string(r.request), r.header, body, 1+random.IntN(200))
				if t.Failed() {
					return
				}
				body = slices.Clone(r.body)
				for range 1 + random.IntN(4) {
					// What is there already misleads more than any byte would.
					body[random.IntN(len(body))] = r.body[random.IntN(len(r.body))]
				}
			}
		})
	}
}

func FuzzAnthropic(f *testing.F) {
	f.Add([]byte(sse(antStart, antOpen, antDelta, antClose, antEnd)), 7)
	f.Add([]byte(sse(antStart, `{"type":"error","error":{"type":"overloaded_error"}}`)), 3)
	f.Add([]byte(`{"id":"m","model":"x","content":[{"type":"text","text":"a\u00e9"},{"type":"tool_use","id":"t","name":"n","input":{}}],"usage":{"input_tokens":3,"cache_creation":{"ephemeral_1h_input_tokens":5}}}`), 2)
	f.Add([]byte(sse(antStart, iterating(`{"input_tokens":5,`+"\ndata:"+`"type":"compaction","cache_creation":{"ephemeral_1h_input_tokens":6}},{"type":"message","output_tokens":-4}`), antEnd)), 9)
	f.Add([]byte(sse(`{"type":"content_block_start","index":1,"content_block":{"content":[{"title":"a"},{"url":"b"}],"tool_use_id":"t"}}`, `{"type":"message_delta","delta":{"stop_reason":"x"},"usage":{"input_tokens":-1,"output_tokens":1e99}}`)), 5)
	f.Fuzz(func(t *testing.T, body []byte, size int) {
		agree(t, anthropicURL, `{"stream":true}`, http.Header{}, body, size)
	})
}

func FuzzAnthropicRequest(f *testing.F) {
	f.Add([]byte(`{"messages":[{"role":"user","content":[{"type":"document","source":{"type":"text","data":"a"}},{"tool_use_id":"t","content":[{"text":"b"}]}]}],"system":"s","tools":[{}],"max_tokens":5}`), 3)
	f.Fuzz(func(t *testing.T, request []byte, size int) {
		whole, pieces := content.Get(1<<12), content.Get(1<<12)
		defer whole.Free()
		defer pieces.Free()
		a := exchange(t, anthropicURL, string(request), http.Header{}, "", len(request)+1, whole)
		b := exchange(t, anthropicURL, string(request), http.Header{}, "", max(size, 1), pieces)
		if diff := cmp.Diff([]any{a.Asked.Model(), a.Stop(), a.MaxTokens(), a.PromptBytes()}, []any{b.Asked.Model(), b.Stop(), b.MaxTokens(), b.PromptBytes()}); diff != "" {
			t.Errorf("(-whole +pieces):\n%s", diff)
		}
		var e content.Encoder
		if diff := cmp.Diff(string(e.Input(nil, whole)), string(e.Input(nil, pieces))); diff != "" {
			t.Errorf("content (-whole +pieces):\n%s", diff)
		}
	})
}

// FuzzBedrock reads bytes as an event stream, and each line of them as the
// payload of a message.
func FuzzBedrock(f *testing.F) {
	for action := range len(bedrockActions) {
		f.Add([]byte(event("contentBlockDelta", `{"contentBlockIndex":0,"delta":{"text":"a"}}`)+event("metadata", `{"usage":{"inputTokens":1}}`)), 5, uint8(action))
		f.Add([]byte(chunks(antStart, antDelta)+exception("throttlingException", `{}`)), 9, uint8(action))
		f.Add([]byte(`{"contentBlockIndex":0,"delta":{"text":"a"},"p":"ab"}`+"\n"+`{"usage":{"inputTokens":1,"cacheDetails":[{"ttl":"1h","inputTokens":5}]},"stopReason":"x"}`), 3, uint8(action))
		f.Add([]byte(antDelta+"\n"+`{"outputs":[{"text":"a","stop_reason":"stop"}],`+metrics+`}`), 4, uint8(action))
	}
	f.Fuzz(func(t *testing.T, body []byte, size int, action uint8) {
		url := bedrockURL + bedrockActions[int(action)%len(bedrockActions)]
		agree(t, url, `{}`, amazonStream, body, size)
		agree(t, url, `{}`, http.Header{}, body, size)
		var messages strings.Builder
		for line := range strings.SplitSeq(string(body), "\n") {
			messages.WriteString(event("contentBlockDelta", line))
			messages.WriteString(event("chunk", line))
			messages.WriteString(chunks(line))
		}
		agree(t, url, `{}`, amazonStream, []byte(messages.String()), size)
	})
}

var bedrockActions = []string{
	"anthropic.claude-x/converse-stream", "anthropic.claude-x/invoke-with-response-stream", "amazon.nova-x/invoke-with-response-stream", "mistral.x/invoke-with-response-stream",
}
