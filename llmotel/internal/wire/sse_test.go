package wire_test

import (
	"net/http"
	"runtime"
	"strings"
	"testing"
)

// TestServerSentEvents holds the framing with chat completions, whose events
// are easy to count.
func TestServerSentEvents(t *testing.T) {
	const event = `{"choices":[{"delta":{"content":"a"}}]}`
	cases := map[string]struct {
		stream                 string
		chunks, malformed, all int
		complete               bool
	}{
		"one space after the colon, or none": {"data: " + event + "\n\ndata:" + event + "\n\n", 2, 0, 2, false},
		"a byte order mark":                  {"\ufeffdata: " + event + "\n\n", 1, 0, 1, false},
		"empty lines before the first event": {"\n\r\n data: " + event + "\n\n", 1, 0, 1, false},
		"lines end in \\r\\n":                {"data: " + event + "\r\n\r\ndata: " + event + "\r\n\r\n", 2, 0, 2, false},
		"comments and other fields":          {": hi\nevent: e\nid: 7\nretry: 9\ndata: " + event + "\n: hi\n\n", 1, 0, 1, false},
		"a field whose name begins alike":    {"datum: " + event + "\ndata2: " + event + "\ndata\n\ndata: " + event + "\n\n", 1, 0, 1, false},
		"an event of several lines":          {"data: {\"choices\":[{\"delta\":\ndata: {\"content\":\"a\"}}]}\n\n", 1, 0, 1, false},
		"events without empty lines between": {"data: " + event + "\ndata: " + event + "\n", 2, 0, 2, false},
		"no newline at the end":              {"data: " + event, 1, 0, 1, false},
		"the end":                            {"data: " + event + "\n\ndata: [DONE]\n\n", 1, 0, 1, true},
		"the end without a newline":          {"data: " + event + "\n\ndata: [DONE]", 1, 0, 1, true},
		"nearly the end":                     {"data: " + event + "\n\ndata: [DONT]\n\ndata: " + event + "\n\n", 2, 0, 3, false},
		"half an event":                      {"data: {\"choices\":\n\ndata: " + event + "\n\n", 1, 1, 1, false},
		"empty data":                         {"data:\n\ndata: \n\ndata: " + event + "\n\n", 1, 0, 1, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			for size := 1; size <= len(c.stream); size++ {
				x := begin(t, chatURL, http.Header{"Content-Type": {"text/event-stream"}})
				inPieces([]byte(c.stream), size, func(p []byte) { _, _ = x.Write(p) })
				x.End()
				if x.Chunks != c.chunks || x.Malformed != c.malformed || x.Documents != c.all || x.Complete != c.complete {
					t.Fatalf("pieces of %d: %d chunks, %d malformed, %d in all, complete %t", size, x.Chunks, x.Malformed, x.Documents, x.Complete)
				}
			}
		})
	}
}

// TestHugeLinesHoldNoMemory sends lines that are far longer than anything kept.
func TestHugeLinesHoldNoMemory(t *testing.T) {
	piece := []byte(strings.Repeat("a", 64<<10))
	for name, url := range map[string]string{"chat": chatURL, "responses": responsesURL} {
		for _, start := range []string{`data: {"choices":[{"delta":{"content":"`, `data: {"id":"`, `data: {"`, `data: `, `:`, "\n\n"} {
			x := begin(t, url, http.Header{})
			_, _ = x.Write([]byte(start))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for range 1000 {
				_, _ = x.Write(piece)
			}
			runtime.ReadMemStats(&after)
			if n := after.TotalAlloc - before.TotalAlloc; n > 256<<10 {
				t.Errorf("%s, %q: %d bytes allocated for 64 MiB", name, start, n)
			}
			x.End()
		}
	}
}
