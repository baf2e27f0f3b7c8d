package anthropic_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/anthropic"
)

// FuzzStream checks what holds for any bytes: a start comes first, an end or
// an error last and alone, and an end has a reason.
func FuzzStream(f *testing.F) {
	for _, events := range [][]string{
		{start, block, hi, end, delta, finish},
		{start, block, hi[:30], end, delta, finish},
		{start, `{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"a","name":"f"}}`, end, delta[:20], finish},
		{start, `{"type":"error","error":{"type":"overloaded_error"}}`},
		{"[DONE]", "{"},
	} {
		f.Add([]byte("event: x\ndata: " + strings.Join(events, "\n\ndata: ") + "\n\n"))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		started, finished, failed := false, false, false
		for chunk, err := range anthropic.StreamOf(t.Context(), body) {
			if finished || failed {
				t.Fatal("the stream went on after its end")
			}
			if err != nil {
				if _, ok := errors.AsType[*providers.Error](err); !ok || chunk != nil {
					t.Fatalf("got %v, %v", chunk, err)
				}
				failed = true
				continue
			}
			if started == (chunk.Kind == providers.ChunkStart) {
				t.Fatalf("a %v chunk; started is %v", chunk.Kind, started)
			}
			started = true
			if finished = chunk.Kind == providers.ChunkFinish; finished {
				f := chunk.Finish
				if f.RawReasons[0] == "" || f.Usage.Validate() != nil || f.MalformedChunks > 8 {
					t.Fatalf("finish %+v", f)
				}
			}
		}
		if !finished && !failed {
			t.Fatal("the stream ended without an end")
		}
	})
}
