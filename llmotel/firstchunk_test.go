package llmotel_test

import (
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/llmotel/sdk/internal/oteltest"
	"github.com/llmotel/sdk/providers"
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

// The time of a chunk is how long the caller waited for it, in however many reads
// it comes; what the caller does between two chunks is not the provider's time.
func TestTimePerOutputChunkIsThatOfTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const event = `data: {"id":"c1","model":"m","choices":[{"index":0,"delta":{"content":"word"}}]}` + "\n\n"
		rec := oteltest.New()
		body, feed := io.Pipe()
		resp, err := instrument(t, rec).Transport(&replies{list: []reply{{body: body}}}).RoundTrip(post(t.Context(), t, chatURL, streamAsked))
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			write := func(text string) { _, _ = io.WriteString(feed, text) }
			write(event)
			for range 3 {
				time.Sleep(200 * time.Millisecond)
				write(event[:30])
				time.Sleep(100 * time.Millisecond)
				write(event[30:60])
				write(event[60:])
			}
			write("data: [DONE]\n\n")
			_ = feed.Close()
		}()
		whole := 0
		for buf := make([]byte, 4096); ; {
			n, err := resp.Body.Read(buf)
			if err != nil {
				break
			}
			if strings.HasSuffix(string(buf[:n]), "\n\n") { // the caller thinks about it
				whole++
				time.Sleep(50 * time.Millisecond)
			}
		}
		_ = resp.Body.Close()
		h, ok := rec.Metrics(t)["gen_ai.client.inference.time_per_output_chunk"].Data.(metricdata.Histogram[float64])
		if !ok || len(h.DataPoints) != 1 {
			t.Fatalf("%+v", h)
		}
		// 300 ms each, of which the caller was away for 50.
		if p := h.DataPoints[0]; p.Count != 3 || p.Sum < 0.7499 || p.Sum > 0.7501 {
			t.Errorf("%d chunks in %v s, want 3 in 0.75", p.Count, p.Sum)
		}
	})
}

// So it is for streams of providers.
func TestTimePerOutputChunkOfAProvider(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := oteltest.New()
		p := instrument(t, rec).Wrap(&scripted{name: "openai", stream: func(yield func(*providers.Chunk, error) bool) {
			for range 4 {
				time.Sleep(300 * time.Millisecond)
				if !yield(&providers.Chunk{Kind: providers.ChunkText, Text: "word"}, nil) {
					return
				}
			}
			yield(&providers.Chunk{Kind: providers.ChunkFinish, Finish: &providers.Finish{}}, nil)
		}})
		for range p.Stream(t.Context(), request()) {
			time.Sleep(50 * time.Millisecond) // the caller thinks about it
		}
		h, ok := rec.Metrics(t)["gen_ai.client.inference.time_per_output_chunk"].Data.(metricdata.Histogram[float64])
		if !ok || len(h.DataPoints) != 1 {
			t.Fatalf("%+v", h)
		}
		if p := h.DataPoints[0]; p.Count != 3 || p.Sum < 0.8999 || p.Sum > 0.9001 {
			t.Errorf("%d chunks in %v s, want 3 in 0.9", p.Count, p.Sum)
		}
	})
}
