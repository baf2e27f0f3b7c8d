package wire_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/llmotel/sdk/llmotel/internal/wire"
)

const packedURL = "https://api.openai.com/v1/chat/completions"

const packedStream = `data: {"id":"c1","model":"m","choices":[{"index":0,"delta":{"content":"Hel"}}]}

data: {"id":"c1","model":"m","choices":[{"index":0,"delta":{"content":"lo"}}]}

data: {"id":"c1","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":4}}

data: [DONE]

`

// packers compress with a flush after each event, as servers do.
var packers = map[string]struct {
	encoding string
	pack     func(io.Writer) packer
}{
	"gzip":    {"gzip", func(w io.Writer) packer { return gzip.NewWriter(w) }},
	"x-gzip":  {"X-GZip", func(w io.Writer) packer { return gzip.NewWriter(w) }},
	"zlib":    {"deflate", func(w io.Writer) packer { return zlib.NewWriter(w) }},
	"deflate": {"deflate", func(w io.Writer) packer { z, _ := flate.NewWriter(w, 6); return z }},
}

type packer interface {
	io.WriteCloser
	Flush() error
}

func pack(t *testing.T, p packer, out *bytes.Buffer, flush bool) []byte {
	t.Helper()
	for event := range strings.SplitAfterSeq(packedStream, "\n\n") {
		if _, err := io.WriteString(p, event); err != nil {
			t.Fatal(err)
		}
		if flush {
			if err := p.Flush(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func begin(t testing.TB, url string, header http.Header) *wire.Exchange {
	t.Helper()
	route, ok := wire.Match(httptest.NewRequestWithContext(t.Context(), http.MethodPost, url, http.NoBody))
	if !ok {
		t.Fatalf("%s is not recognised", url)
	}
	x := &wire.Exchange{}
	x.Begin(route, nil)
	x.Request([]byte(`{"stream":true}`))
	x.Response(http.StatusOK, header)
	return x
}

func TestPackedBodiesInEveryPieceSize(t *testing.T) {
	for name, c := range packers {
		for _, flush := range []bool{true, false} {
			var out bytes.Buffer
			body := pack(t, c.pack(&out), &out, flush)
			for size := 1; size <= len(body); size++ {
				x := begin(t, packedURL, http.Header{"Content-Encoding": {c.encoding}})
				inPieces(body, size, func(p []byte) {
					q := bytes.Clone(p)
					_, _ = x.Write(q)
					clear(q) // the caller's again
				})
				x.End()
				if u := x.Usage(); !x.Complete || x.Malformed != 0 || int(x.Chunks) != 2 || x.AnswerBytes() != 5 || u.Input != 9 || u.Output != 4 {
					t.Fatalf("%s, flush %t, pieces of %d: complete %t, malformed %d, chunks %d, bytes %d, usage %+v", name, flush, size, x.Complete, x.Malformed, int(x.Chunks), x.AnswerBytes(), u)
				}
			}
		}
	}
}

func TestPackedEventsAreReadAsTheyPass(t *testing.T) {
	for name, c := range packers {
		var out bytes.Buffer
		p := c.pack(&out)
		x := begin(t, packedURL, http.Header{"Content-Encoding": {c.encoding}})
		for n, event := range strings.SplitAfter(packedStream, "\n\n")[:2] {
			_, _ = io.WriteString(p, event)
			_ = p.Flush()
			_, _ = x.Write(out.Bytes())
			out.Reset()
			if int(x.Chunks) != n+1 {
				t.Errorf("%s: %d chunks after %d events", name, int(x.Chunks), n+1)
			}
		}
		x.End()
	}
}

func TestPackedAnswersAreKnownWhenTheirBytesAre(t *testing.T) {
	for name, c := range packers {
		var out bytes.Buffer
		body := pack(t, c.pack(&out), &out, false)
		x := begin(t, packedURL, http.Header{"Content-Encoding": {c.encoding}})
		_, _ = x.Write(body) // and whether there is more is not known yet
		if x.Chunks != 2 || !x.Complete || x.Usage().Output != 4 {
			t.Errorf("%s: %d chunks, complete %t before the end of the body", name, x.Chunks, x.Complete)
		}
		x.End()
	}
}

func TestPackedBodiesInMembers(t *testing.T) {
	var out bytes.Buffer
	for event := range strings.SplitAfterSeq(packedStream, "\n\n") {
		z := gzip.NewWriter(&out)
		_, _ = io.WriteString(z, event)
		_ = z.Close()
	}
	body := out.Bytes()
	for size := 1; size <= len(body); size++ {
		x := begin(t, packedURL, http.Header{"Content-Encoding": {"gzip"}})
		inPieces(body, size, func(p []byte) { _, _ = x.Write(p) })
		if x.Chunks != 2 || !x.Complete || x.Malformed != 0 {
			t.Fatalf("pieces of %d: %d chunks, complete %t, malformed %d", size, x.Chunks, x.Complete, x.Malformed)
		}
		x.End()
	}
}

func TestTruncatedPackedBodies(t *testing.T) {
	var out bytes.Buffer
	body := pack(t, gzip.NewWriter(&out), &out, true)
	for n := range len(body) - 8 { // without the checksum all is there
		x := begin(t, packedURL, http.Header{"Content-Encoding": {"gzip"}})
		_, _ = x.Write(body[:n])
		x.End()
		x.End()
		if x.Complete && x.Usage().Output != 4 {
			t.Errorf("%d bytes: complete without usage", n)
		}
		if _, err := x.Write(body[n:]); err != nil || int(x.Chunks) > 2 {
			t.Errorf("%d bytes: read on after the end", n)
		}
	}
}

func TestCorruptPackedBodies(t *testing.T) {
	var out bytes.Buffer
	body := pack(t, gzip.NewWriter(&out), &out, false)
	for n := range body {
		x := begin(t, packedURL, http.Header{"Content-Encoding": {"gzip"}})
		corrupt := bytes.Clone(body)
		corrupt[n] ^= 0x55
		inPieces(corrupt, 7, func(p []byte) { _, _ = x.Write(p) })
		x.End()
	}
	for name, garbage := range map[string]string{"text": packedStream, "zeros": strings.Repeat("\x00", 100)} {
		x := begin(t, packedURL, http.Header{"Content-Encoding": {"gzip"}})
		_, _ = x.Write([]byte(garbage))
		x.End()
		if x.Malformed == 0 {
			t.Errorf("%s as gzip is not malformed", name)
		}
	}
}

func TestUnknownEncodingsAreUnreadable(t *testing.T) {
	for _, encoding := range []string{"br", "zstd", "gzip, br", "compress"} {
		x := begin(t, packedURL, http.Header{"Content-Encoding": {encoding}})
		_, _ = x.Write([]byte(packedStream))
		x.End()
		if !x.Unreadable() || x.Documents != 0 {
			t.Errorf("%s was read", encoding)
		}
	}
}

func TestBombsAreLeftUnread(t *testing.T) {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write([]byte(`{"x":"`))
	zeros := bytes.Repeat([]byte("0"), 1<<20)
	for range 200 {
		_, _ = z.Write(zeros)
	}
	_, _ = z.Write([]byte(`","model":"m"}`))
	_ = z.Close()
	x := begin(t, packedURL, http.Header{"Content-Encoding": {"gzip"}})
	inPieces(out.Bytes(), 1000, func(p []byte) { _, _ = x.Write(p) })
	x.End()
	if x.Malformed == 0 || x.Answer.Model() != "" {
		t.Errorf("%d bytes that become 200 MiB were read to their end", out.Len())
	}
}

// TestPackedExchangesEnd relies on goleak for goroutines that stay.
func TestPackedExchangesEnd(t *testing.T) {
	var out bytes.Buffer
	body := pack(t, gzip.NewWriter(&out), &out, true)
	header := http.Header{"Content-Encoding": {"gzip"}}
	begin(t, packedURL, header).End() // never written to
	x := begin(t, packedURL, header)
	_, _ = x.Write(body[:len(body)/2])
	x.Restart()
	x.Response(http.StatusOK, header)
	_, _ = x.Write(body)
	x.End()
	if int(x.Chunks) != 2 || !x.Complete {
		t.Errorf("after a restart: %d chunks, complete %t", int(x.Chunks), x.Complete)
	}
}

func TestPackedRecordings(t *testing.T) {
	seen := 0
	for _, r := range recordings(t, "openai.", "anthropic.", "cohere.", "gemini.") {
		if r.packed == nil {
			continue
		}
		seen++
		r.body = r.packed
		r.header.Set("Content-Encoding", "gzip")
		for _, size := range []int{0, 1, 100} {
			r.check(t, r.replay(t, size, nil))
		}
	}
	if seen == 0 {
		t.Error("no recording is compressed")
	}
}
