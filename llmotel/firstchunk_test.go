package llmotel_test

import (
	"io"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/llmotel/sdk/internal/oteltest"
)

// firstChunks is how many times to the first chunk are recorded.
func firstChunks(t *testing.T, rec *oteltest.Recorder) (n uint64) {
	t.Helper()
	h, ok := rec.Metrics(t)["gen_ai.client.inference.time_to_first_chunk"].Data.(metricdata.Histogram[float64])
	if !ok {
		return 0
	}
	for _, p := range h.DataPoints {
		n += p.Count
	}
	return n
}

// The caller has the first chunk before its time is recorded, and it is recorded
// once: when the caller wants more, or with the end.
func TestTimeToFirstChunkIsRecordedAfterIt(t *testing.T) {
	first, rest, _ := strings.Cut(streamReply(5), `"finish_reason":null}]}`+"\n\n"+`data: {"id":"c1","object":"chat.completion.chunk","model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"delta":{"content":" word"},"finish_reason":null}]}`)
	one := first + `"finish_reason":null}]}` + "\n\n" + `data: {"id":"c1","object":"chat.completion.chunk","model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"delta":{"content":" word"},"finish_reason":null}]}` + "\n\n"
	for _, c := range []struct {
		name  string
		close bool
	}{{"the caller reads on", false}, {"the caller leaves", true}} {
		t.Run(c.name, func(t *testing.T) {
			rec := oteltest.New()
			stalled, feed := io.Pipe()
			body := io.NopCloser(io.MultiReader(strings.NewReader(one), stalled))
			transport := instrument(t, rec).Transport(&replies{list: []reply{{body: body}}})
			resp, err := transport.RoundTrip(post(t.Context(), t, chatURL, streamAsked))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := resp.Body.Read(make([]byte, 4096)); err != nil {
				t.Fatal(err)
			}
			if n := firstChunks(t, rec); n != 0 {
				t.Errorf("%d times before the caller has the chunk, want 0", n)
			}
			if c.close {
				_ = resp.Body.Close()
			} else {
				go func() { _, _ = feed.Write([]byte(": more\n\n")) }() // the caller waits until then
				if _, err := resp.Body.Read(make([]byte, 4096)); err != nil {
					t.Fatal(err)
				}
			}
			if n := firstChunks(t, rec); n != 1 {
				t.Errorf("%d times then, want 1", n)
			}
			go func() {
				_, _ = feed.Write([]byte(rest))
				_ = feed.Close()
			}()
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
			if n := firstChunks(t, rec); n != 1 {
				t.Errorf("%d times at the end, want 1", n)
			}
		})
	}
}
