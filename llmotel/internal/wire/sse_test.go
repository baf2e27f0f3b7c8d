package wire_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Lines may end in three ways, an event's data stand in several lines, and all
// of it come in any pieces.
func TestServerSentEvents(t *testing.T) {
	stream := chatStream(3)
	folded := strings.ReplaceAll(stream, `"choices":[`, "\ndata:\ndata: \"choices\":[")
	want := slowly(t, chatURL, stream)
	if !want.complete || want.chunks != 4 {
		t.Fatalf("the stream itself is not read: %+v", want)
	}
	for _, c := range []struct{ name, stream string }{
		{"CR LF", strings.ReplaceAll(stream, "\n", "\r\n")},
		{"CR", strings.ReplaceAll(stream, "\n", "\r")},
		{"CR and at last LF", strings.ReplaceAll(stream, "\n", "\r") + "\n"},
		{"several lines", folded},
		{"several lines that end in CR LF", strings.ReplaceAll(folded, "\n", "\r\n")},
		{"several lines that end in CR", strings.ReplaceAll(folded, "\n", "\r")},
		{"comments and other fields", ": hi\n\nretry: 1\n\n" + strings.ReplaceAll(stream, "data: {", "id: 1\nevent: data\n:data: {}\ndata\ndatax: {}\ndata:{")},
		{"a byte order mark", "\xef\xbb\xbf" + stream},
		{"no last line end", strings.TrimRight(stream, "\n")},
		{"a broken event", strings.Replace(stream, "\n\n", "\n\ndata: {\"a\":,\n\n", 1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := want
			if c.name == "a broken event" {
				want.bad = 1
			}
			for size := 1; size <= len(c.stream); size += 1 + size/7 {
				x := begin(t, chatURL, http.Header{})
				inPieces([]byte(c.stream), size, func(p []byte) { _, _ = x.Write(p) }) // takes everything
				x.End()
				if diff := cmp.Diff(want, learn(x), allLearned); diff != "" {
					t.Fatalf("in pieces of %d (-want +got):\n%s", size, diff)
				}
			}
		})
	}
}

// What is begun with the first line of an event in one buffer is not gone on
// with in the next, in which other bytes stand.
func TestServerSentEventsInOneBuffer(t *testing.T) {
	const last = `"choices":[{"index":0,"delta":{"content":"word"}}]}`
	first := `{"object":"` + strings.Repeat("x", len(last)-len(`{"object":"",`)) + `",`
	x := begin(t, chatURL, http.Header{})
	buf := make([]byte, 512)
	for _, piece := range []string{"data: " + first + "\n", "data: " + last + "\n\n", "data: " + last + "\n\n"} {
		n := copy(buf, piece)
		_, _ = x.Write(buf[:n]) // takes everything
	}
	x.End()
	if int(x.Chunks) != 1 || x.Malformed != 1 {
		t.Errorf("%d chunks, %d events that cannot be read, want 1 and 1", int(x.Chunks), x.Malformed)
	}
}
