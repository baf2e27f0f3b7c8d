package llmotel_test

import (
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/llmotel/sdk/llmotel"
)

// Content is collected in memory that calls share, and then written once into the
// documents that the span keeps: what a call allocates grows with its content by
// no more than that, and what rounding and room for escapes take.
func TestAllocatedBytesOfContent(t *testing.T) {
	if allocSlack > 0 {
		t.Skip("the race detector allocates as well; make gates measures without")
	}
	const sentence = "Because it is so. "
	for _, c := range []struct {
		name string
		call func(words int) (request, reply string)
	}{
		{"an answer", func(words int) (string, string) {
			return request1KB, strings.Replace(reply1KB, strings.Repeat("Because. ", 65), strings.Repeat(sentence, words), 1)
		}},
		{"a streamed answer", func(words int) (string, string) {
			return streamAsked, strings.ReplaceAll(streamReply(words), " word", sentence)
		}},
		{"a prompt", func(words int) (string, string) {
			return strings.Replace(request1KB, strings.Repeat("Why? ", 80), strings.Repeat(sentence, words), 1), reply1KB
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			contentAllocates(t, len(sentence), func(words int) (bytes, allocs int64) {
				request, reply := c.call(words)
				call := func(opts ...llmotel.Option) (bytes, allocs int64) {
					mw := httpInstrumentation(t, sdktrace.AlwaysSample(), opts...).Middleware() //nolint:bodyclose // it is no response
					next := &cannedHTTP{body: []byte(reply)}
					buf := make([]byte, 4096)
					return allocated(50, func() {
						roundTrip(t, []byte(request), buf, func(r *http.Request) (*http.Response, error) { return mw(r, next.do) })
					})
				}
				off, offAllocs := call()
				on, onAllocs := call(llmotel.WithContentCapture(llmotel.ContentOnSpans))
				return on - off, onAllocs - offAllocs
			})
		})
	}
}

// contentAllocates holds what content of so many words of a size adds.
func contentAllocates(t *testing.T, size int, added func(words int) (bytes, allocs int64)) {
	t.Helper()
	few, _ := added(100)
	// Beyond the limit, and far beyond.
	for _, words := range []int{5000, 20000} {
		bytes, allocs := added(words)
		t.Logf("%d bytes and %d allocations more with %d words, of which some are cut", bytes, allocs, words)
		if allocs > 6 {
			t.Errorf("content beyond the limit takes %d allocations, want at most 6", allocs)
		}
		if bytes > llmotel.DefaultContentLimit*13/10 {
			t.Errorf("content beyond the limit takes %d bytes, want at most 1.3 times the limit", bytes)
		}
	}
	for _, words := range []int{1000, 3000} {
		bytes, allocs := added(words)
		grown := float64(bytes-few) / float64((words-100)*size)
		t.Logf("%d bytes and %d allocations more with %d words; %.2f bytes for each byte of content", bytes, allocs, words, grown)
		if grown > 1.3 {
			t.Errorf("content of %d words takes %.2f bytes for each of its own, want at most 1.3", words, grown)
		}
		if allocs > 6 {
			t.Errorf("content takes %d allocations, want at most 6", allocs)
		}
	}
}

// allocated returns what one run of f allocates, with what is pooled at hand.
func allocated(runs int64, f func()) (bytes, allocs int64) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	for range 10 {
		f()
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		f()
	}
	runtime.ReadMemStats(&after)
	return int64(after.TotalAlloc-before.TotalAlloc) / runs, int64(after.Mallocs-before.Mallocs) / runs
}
