package wire_test

import (
	"bytes"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// quickly and slowly pass a stream through with whole events, which may take
// the quick path, and with events in two pieces, which never do.
func quickly(tb testing.TB, url, stream string) learned {
	x := begin(tb, url, http.Header{})
	_, _ = x.Write([]byte(stream))
	x.End()
	return learn(x)
}

func slowly(tb testing.TB, url, stream string) learned {
	x := begin(tb, url, http.Header{})
	for line := range strings.SplitAfterSeq(stream, "\n") {
		n := min(2, len(line))
		_, _ = x.Write([]byte(line[:n]))
		_, _ = x.Write([]byte(line[n:]))
	}
	x.End()
	return learn(x)
}

// ordinary are streams of the two APIs that are mostly texts.
func ordinary(tb testing.TB) map[string]string {
	out := map[string]string{}
	for _, r := range recordings(tb, "openai.") {
		if bytes.Contains(r.body, []byte("data:")) {
			out[r.url+"#"+r.name] = string(r.body)
		}
	}
	out[chatURL] = chatStream(20)
	out[responsesURL] = events(responsesCreated, responsesAdded, responsesHel, responsesLo, responsesHel, responsesText, responsesItem, responsesEnd)
	return out
}

func chatStream(n int) string {
	var out strings.Builder
	for range n {
		out.WriteString(dataLines(chatEvent))
	}
	out.WriteString(dataLines(strings.Replace(chatEvent, `null}]`, `"stop"}]`, 1), `{"id":"chatcmpl-1","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":20}}`, "[DONE]"))
	return out.String()
}

const chatEvent = `{"id":"chatcmpl-CnMM0oFYQitzT43PYAvCrmNt6GIKs","object":"chat.completion.chunk","created":1765871234,"model":"gpt-4o-mini-2024-07-18","service_tier":"default","system_fingerprint":"fp_11f3029f6b","choices":[{"index":0,"delta":{"content":" token"},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"Ab3xZ"}`

const responsesTextEvent = `{"type":"response.output_text.delta","content_index":0,"delta":" token","item_id":"msg_0415a3de5d3015560069e2f3f52bf8819297ebb188bfe644d7","logprobs":[],"obfuscation":"NxNZCm3X6XN4","output_index":0,"sequence_number":4}`

func TestQuickReadingAgreesWithFull(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	const alphabet = `"{}[]:,\ntaxu0-. 7"finish_reason""usage""error""model""delta""content"`
	for name, stream := range ordinary(t) {
		url, _, _ := strings.Cut(name, "#")
		if diff := cmp.Diff(slowly(t, url, stream), quickly(t, url, stream), allLearned); diff != "" {
			t.Errorf("%s (-full +quick):\n%s", name, diff)
		}
		for range 300 {
			mutated := []byte(stream)
			if len(mutated) > 3000 {
				start := random.IntN(len(mutated) - 3000)
				mutated = mutated[start : start+3000]
			}
			for range 1 + random.IntN(3) {
				at := random.IntN(len(mutated))
				switch random.IntN(3) {
				case 0: // another byte
					mutated[at] = alphabet[random.IntN(len(alphabet))]
				case 1: // a part again
					end := min(at+random.IntN(300), len(mutated))
					mutated = append(mutated[:end:end], mutated[at:]...)
				case 2: // a part less
					end := min(at+random.IntN(20), len(mutated))
					mutated = append(mutated[:at:at], mutated[end:]...)
				}
			}
			if len(mutated) < 2 {
				continue
			}
			if diff := cmp.Diff(slowly(t, url, string(mutated)), quickly(t, url, string(mutated)), allLearned); diff != "" {
				t.Fatalf("%s (-full +quick):\n%s\n%s", name, diff, mutated)
			}
		}
	}
}

func TestQuickEventsMissNothing(t *testing.T) {
	first := strings.Replace(chatEvent, `"usage":null,`, ``, 1)
	for name, last := range map[string]string{
		"a finish reason": strings.Replace(first, `"finish_reason":null`, `"finish_reason":"stop"`, 1),
		"usage":           strings.Replace(first, `"obfuscation"`, `"usage":{"prompt_tokens":1,"completion_tokens":2},"obfuscation"`, 1),
		"a tier":          strings.Replace(first, `"service_tier":"default"`, `"service_tier":"flex"`, 1),
		"another model":   strings.Replace(first, `gpt-4o-mini-2024-07-18`, `gpt-4o-mini-2024-07-19`, 1),
		"an error":        strings.Replace(first, `"obfuscation"`, `"error":{"code":"x"},"obfuscation"`, 1),
		"a tool call":     strings.Replace(first, `"content":" token"`, `"content":" token","tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{}"}}]`, 1),
		"a refusal":       strings.Replace(first, `"content":" token"`, `"content":" token","refusal":"No"`, 1),
		"reasoning":       strings.Replace(first, `"content":" token"`, `"content":null,"reasoning_content":" token"`, 1),
		"another choice":  strings.Replace(first, `"index":0`, `"index":1`, 1),
		"an escape":       strings.Replace(first, ` token`, ` \"finish_reason\":\"stop\"`, 1),
		"after the text":  strings.Replace(first, `"obfuscation":"Ab3xZ"`, `"obfuscation":"Ab3xZ","service_tier":"flex"`, 1),
	} {
		stream := dataLines(first, first, first, last, first, first)
		if diff := cmp.Diff(slowly(t, chatURL, stream), quickly(t, chatURL, stream), allLearned); diff != "" {
			t.Errorf("%s (-full +quick):\n%s", name, diff)
		}
	}
}

func TestOpenAIStreamsDoNotAllocate(t *testing.T) {
	for name, event := range streamEvents {
		url, _, _ := strings.Cut(name, "#")
		x := begin(t, url, http.Header{})
		line := []byte(dataLines(event))
		_, _ = x.Write(line)
		if n := testing.AllocsPerRun(50, func() { _, _ = x.Write(line) }); n > 0 && !raced {
			t.Errorf("%s: %v allocations an event", name, n)
		}
		if n := testing.AllocsPerRun(50, func() { _, _ = x.Write(line[:9]); _, _ = x.Write(line[9:]) }); n > 0 && !raced {
			t.Errorf("%s: %v allocations an event in pieces", name, n)
		}
		x.End()
	}
}

var streamEvents = map[string]string{
	chatURL + "#text":               chatEvent,
	chatURL + "#escape":             strings.Replace(chatEvent, " token", `\n`, 1),
	chatURL + "#tool call":          strings.Replace(chatEvent, `"content":" token"`, `"tool_calls":[{"index":0,"function":{"arguments":"{\"a\""}}]`, 1),
	chatURL + "#usage":              `{"id":"chatcmpl-1","model":"m","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":20,"prompt_tokens_details":{"cached_tokens":1}}}`,
	responsesURL + "#text":          responsesTextEvent,
	responsesURL + "#arguments":     `{"type":"response.function_call_arguments.delta","delta":"{\"a\"","item_id":"fc_1","output_index":1,"sequence_number":4}`,
	responsesURL + "#added":         responsesAdded,
	"https://x/v1/completions#text": `{"id":"cmpl-1","object":"text_completion","created":1,"choices":[{"text":" a","index":0,"logprobs":null,"finish_reason":null}],"model":"m"}`,
}

func BenchmarkOpenAIEvent(b *testing.B) {
	for name, event := range streamEvents {
		url, what, _ := strings.Cut(name, "#")
		x := begin(b, url, http.Header{})
		line := []byte(dataLines(event))
		b.Run(x.API.Operation()+url[strings.LastIndexByte(url, '/'):]+"/"+what, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = x.Write(line)
			}
		})
	}
}

func BenchmarkEmbeddings(b *testing.B) {
	body := []byte(`{"object":"list","data":[` + strings.Repeat(`{"object":"embedding","index":0,"embedding":[`+strings.Repeat("-0.0123456,", 1535)+`0]},`, 9) + `{}],"model":"m","usage":{"prompt_tokens":5}}`)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		x := begin(b, "https://api.openai.com/v1/embeddings", http.Header{})
		_, _ = x.Write(body)
		x.End()
	}
}
