package llmotel_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/llmotel/sdk/internal/oteltest"
	"github.com/llmotel/sdk/llmotel"
)

// repeating is head and then piece again and again, n bytes of it.
func repeating(head, piece string, n int64) io.Reader {
	return io.MultiReader(strings.NewReader(head), io.LimitReader(again(piece), n))
}

// again is a text again and again. Each read takes it whole, but for the last.
type again string

func (a again) Read(p []byte) (int, error) {
	n := copy(p, a)
	for n+len(a) <= len(p) {
		n += copy(p[n:], a)
	}
	return n, nil
}

// Nothing is kept of a body, whatever it consists of.
func TestTransportKeepsNothing(t *testing.T) {
	const size = 8 << 20
	var bomb bytes.Buffer
	w := gzip.NewWriter(&bomb)
	_, _ = io.Copy(w, repeating(`{"id":"`, "xxxxxxxx", 64<<20)) // to memory
	_ = w.Close()
	packed := bomb.String()
	for _, c := range []struct{ name, request, head, piece string }{
		{"a line without end", streamAsked, "data: ", "x"},
		{"a text without end", streamAsked, `data: {"choices":[{"delta":{"content":"`, `x\n\u00e9\"`},
		{"a comment without end", streamAsked, ": ", "x"},
		{"lines without end", streamAsked, "data: {}", "\n"},
		{"an error without end", streamAsked, `data: {"error":{"code":"`, "x"},
		{"choices", chatRequest, `{"choices":[`, `{"message":{"content":"a","tool_calls":[{"id":"x","function":{"name":"b"}}]},"finish_reason":"stop"},`},
		{"choices with absurd numbers", chatRequest, `{"choices":[`, `{"index":99999999},{"index":-5},`},
		{"nested arrays", chatRequest, `{"choices":`, "["},
		{"nested objects", chatRequest, "", `{"choices":[`},
		{"a number", chatRequest, `{"usage":{"prompt_tokens":`, "1"},
		{"a name", chatRequest, `{"`, "x"},
		{"white space", chatRequest, "", " "},
		{"counts and errors", chatRequest, "{", `"usage":{"prompt_tokens":-1},"error":{"code":"x"},`},
		{"what is packed densely", chatRequest, packed, "x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			transport := instrument(t, oteltest.New(), llmotel.WithContentCapture(llmotel.ContentNone))
			header := http.Header{}
			if c.head == packed {
				header.Set("Content-Encoding", "gzip")
			}
			next := &replies{list: []reply{{header: header, body: repeating(c.head, c.piece, size)}}}
			resp, err := transport.Transport(next).RoundTrip(post(t.Context(), t, chatURL, c.request))
			if err != nil {
				t.Fatal(err)
			}
			var before, after runtime.MemStats
			buf := make([]byte, 32<<10)
			runtime.ReadMemStats(&before)
			for err == nil {
				_, err = resp.Body.Read(buf)
			}
			runtime.ReadMemStats(&after)
			_ = resp.Body.Close()
			if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 256<<10 {
				t.Errorf("%d KiB allocated for a body of %d", allocated>>10, size>>10)
			}
		})
	}
}
