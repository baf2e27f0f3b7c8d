package content_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/redact"
	"github.com/llmotel/sdk/providers"
)

// call is what the allocation test and the benchmarks collect: about 1 KB in
// each direction, the answer in 40 pieces.
type call struct {
	request *providers.Request
	chunks  []*providers.Chunk
}

func typical() call {
	prose := strings.Repeat("The quick brown fox jumps over the lazy dog. ", 10)
	c := call{request: &providers.Request{
		System: []providers.Text{{Text: prose[:300]}},
		Messages: []providers.Message{
			providers.UserText(prose[:250]),
			{Role: providers.RoleAssistant, Parts: []providers.Part{providers.ToolCall{ID: "c1", Name: "search", Arguments: `{"query":"fox \"and\" dog","limit":10}`}}},
			{Role: providers.RoleTool, Parts: []providers.Part{providers.TextResult("c1", "search", `{"hits":["`+prose[:200]+`"]}`)}},
			providers.UserText(prose[:200]),
		},
		Tools: []providers.Tool{{Name: "search", Description: prose[:50], Parameters: []byte(`{"type":"object"}`)}},
	}}
	for i := range 40 {
		c.chunks = append(c.chunks, &providers.Chunk{Kind: providers.ChunkText, Text: prose[i : i+25]})
	}
	c.chunks = append(c.chunks, &providers.Chunk{Kind: providers.ChunkFinish, Finish: &providers.Finish{Reasons: []providers.FinishReason{providers.FinishStop}}})
	return c
}

// run collects and encodes the call into dst.
func (c call) run(e *content.Encoder, dst []byte) []byte {
	b := content.Get(0)
	b.Request(c.request)
	for _, chunk := range c.chunks {
		b.Chunk(chunk)
	}
	dst = e.Input(dst, b)
	dst = e.Output(dst, b)
	dst = e.System(dst, b)
	dst = e.Tools(dst, b)
	b.Free()
	return dst
}

func encoders() map[string]*content.Encoder {
	return map[string]*content.Encoder{
		"plain":    {FullTools: true},
		"redacted": {FullTools: true, Redactor: redact.Append, Named: redact.Named},
	}
}

func TestCollectingAndEncodingDoNotAllocate(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector empties pools")
	}
	c, dst := typical(), make([]byte, 0, 16<<10)
	for name, e := range encoders() {
		if n := testing.AllocsPerRun(100, func() { dst = c.run(e, dst[:0]) }); n >= 1 {
			t.Errorf("%s: %v allocations", name, n)
		}
		if len(dst) < 2000 {
			t.Errorf("%s: only %d bytes were encoded", name, len(dst))
		}
	}
}

func BenchmarkCall(b *testing.B) {
	c, dst := typical(), make([]byte, 0, 16<<10)
	for name, e := range encoders() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				dst = c.run(e, dst[:0])
			}
			b.SetBytes(int64(len(dst)))
		})
	}
}

func BenchmarkTruncate(b *testing.B) {
	doc := typical().run(&content.Encoder{}, nil)
	doc = doc[:bytes.Index(doc, []byte("]["))+1] // the input messages
	b.ReportAllocs()
	b.SetBytes(int64(len(doc)))
	for b.Loop() {
		content.Truncate(doc, len(doc)/2)
	}
}

func BenchmarkAttributeValue(b *testing.B) {
	doc := typical().run(&content.Encoder{}, nil)
	doc = doc[:bytes.Index(doc, []byte("]["))+1]
	b.ReportAllocs()
	b.SetBytes(int64(len(doc)))
	for b.Loop() {
		content.AttributeValue(doc)
	}
}
