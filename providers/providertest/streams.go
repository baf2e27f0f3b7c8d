package providertest

import (
	"iter"
	"testing"
	"time"

	"github.com/llmotel/sdk/providers"
)

// streams checks the rules that every stream keeps.
func (s suite) streams(t *testing.T) {
	t.Helper()
	text := Scenario{Behaviour: Text}
	s.test(t, "stream/lazy", text, func(t *testing.T, b bench) {
		req := b.request()
		seq := b.Provider.Stream(t.Context(), req)
		if n := b.Calls(); n != 0 {
			t.Errorf("%d calls before the stream was ranged over", n)
		}
		first, err := providers.Collect(seq)
		if err != nil {
			t.Fatal(err)
		}
		second, err := providers.Collect(seq)
		if err != nil {
			t.Fatalf("ranging a second time: %v", err)
		}
		if n := b.Calls(); n != 2 {
			t.Errorf("%d calls after ranging twice, want 2", n)
		}
		if d := diff(stable(first), stable(second)); d != "" {
			t.Errorf("the second range gave another answer:\n%s", d)
		}
		b.checkUnchanged(t, req)
	})
	s.test(t, "stream/leave", text, func(t *testing.T, b bench) {
		for n := range 3 { // after the first, second and third chunk
			for _, err := range b.Provider.Stream(t.Context(), b.request()) {
				if err != nil {
					t.Fatal(err)
				}
				if n == 0 {
					break
				}
				n--
			}
			b.checkReleased(t)
		}
		b.checkAnswer(t, "Generate after leaving streams", b.generate(t))
	})
	s.test(t, "stream/leave_stalled", Scenario{Behaviour: StallMidStream}, func(t *testing.T, b bench) {
		b.within(t, "leaving a stalled stream", func() {
			for chunk, err := range b.Provider.Stream(t.Context(), b.request()) {
				if err != nil {
					t.Errorf("before the stall: %v", err)
					break
				}
				if chunk.Kind.Semantic() {
					break
				}
			}
		})
		b.checkReleased(t)
	})
	s.test(t, "stream/pull", text, func(t *testing.T, b bench) {
		next, stop := iter.Pull2(b.Provider.Stream(t.Context(), b.request()))
		if _, err, ok := next(); !ok || err != nil {
			t.Fatalf("first chunk: %v, %v", ok, err)
		}
		stop()
		if _, _, ok := next(); ok {
			t.Error("a chunk after stop")
		}
		b.checkReleased(t)
	})
}

// stream ranges over the scenario's stream, which must succeed, and checks
// its rules.
func (b bench) stream(t *testing.T) (*providers.Response, []*providers.Chunk) {
	t.Helper()
	req := b.request()
	chunks, err := b.chunks(t, b.Provider.Stream(t.Context(), req))
	if err != nil {
		t.Fatalf("Stream: %v", err)
	}
	b.checkUnchanged(t, req)
	checkOrder(t, chunks)
	if last := len(chunks) - 1; last < 0 || chunks[last].Kind != providers.ChunkFinish {
		t.Fatal("the stream ended without an error and without a finish chunk")
	}
	var c providers.Collector
	for _, chunk := range chunks {
		c.Add(chunk)
	}
	return c.Response(), chunks
}

// chunks drains a stream and checks that an error comes last and alone. What
// was yielded is kept to the end, so a chunk that is reused shows.
func (b bench) chunks(t *testing.T, seq iter.Seq2[*providers.Chunk, error]) (chunks []*providers.Chunk, end error) {
	t.Helper()
	var copies []providers.Chunk
	for chunk, err := range seq {
		switch {
		case end != nil:
			t.Fatal("the stream went on after its error")
		case err != nil && chunk != nil:
			t.Errorf("the error came with a %v chunk; want nil", chunk.Kind)
		case err == nil && chunk == nil:
			t.Fatal("a nil chunk without an error")
		}
		if err != nil {
			end = err
			continue
		}
		chunks, copies = append(chunks, chunk), append(copies, *chunk)
	}
	for i := range chunks {
		if d := diff(copies[i], *chunks[i]); d != "" {
			t.Errorf("chunk %d was changed after it had been yielded:\n%s", i, d)
		}
	}
	return chunks, end
}

// checkOrder checks the order of chunks of a stream, whole or broken.
func checkOrder(t *testing.T, chunks []*providers.Chunk) {
	t.Helper()
	for i, c := range chunks {
		switch c.Kind {
		case providers.ChunkStart:
			if i > 0 && chunks[i-1].Kind != providers.ChunkRestart {
				t.Errorf("chunk %d is a start; only the first is", i)
			}
		case providers.ChunkFinish:
			if i != len(chunks)-1 {
				t.Errorf("chunk %d of %d is a finish; only the last is", i, len(chunks))
			}
			if c.Finish == nil {
				t.Error("the finish chunk has no Finish")
			}
		case providers.ChunkToolCall:
			if c.ToolCall == nil {
				t.Errorf("chunk %d is a tool call without ToolCall", i)
			}
		case providers.ChunkPart:
			if c.Whole == nil {
				t.Errorf("chunk %d is a part without Whole", i)
			}
		case providers.ChunkUsage:
			if c.Usage == nil {
				t.Errorf("chunk %d is usage without Usage", i)
			} else if err := c.Usage.Validate(); err != nil {
				t.Errorf("chunk %d: %v", i, err)
			}
		case providers.ChunkText, providers.ChunkReasoning, providers.ChunkRestart:
		default:
			t.Errorf("chunk %d has the unknown kind %d", i, c.Kind)
		}
	}
	if len(chunks) > 0 && chunks[0].Kind != providers.ChunkStart {
		t.Errorf("the stream begins with a %v chunk; want start", chunks[0].Kind)
	}
}

func count(chunks []*providers.Chunk, kind providers.ChunkKind) (n int) {
	for _, c := range chunks {
		if c.Kind == kind {
			n++
		}
	}
	return n
}

// checkReleased waits until the service answers no call any more.
func (b bench) checkReleased(t *testing.T) {
	t.Helper()
	if b.Active != nil && !b.eventually(func() bool { return b.Active() == 0 }) {
		t.Errorf("%d calls still run at the service", b.Active())
	}
}

// eventually polls until ok or until Patience is over.
func (b bench) eventually(ok func() bool) bool {
	for end := time.Now().Add(b.Patience); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			return false
		}
	}
	return true
}

// within runs f, which must return within Patience.
func (b bench) within(t *testing.T, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(b.Patience):
		t.Fatalf("%s took longer than %v", what, b.Patience)
	}
}
