package providers_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/llmotel/sdk/providers"
)

func FuzzParseRetryAfter(f *testing.F) {
	f.Add("", "7")
	f.Add("1500", "")
	f.Add("", "Wed, 06 May 2026 07:09:09 GMT")
	f.Fuzz(func(t *testing.T, ms, value string) {
		h := http.Header{"Retry-After-Ms": {ms}, "Retry-After": {value}}
		d := providers.ParseRetryAfter(h, time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC))
		if d < 0 || d > 24*time.Hour {
			t.Errorf("%q, %q gave %v", ms, value, d)
		}
	})
}

// FuzzCollector reads chunks off the input, one byte for each field, and checks
// that nothing panics, that no text is lost or moved, and that a partial answer
// never claims final figures.
func FuzzCollector(f *testing.F) {
	f.Add([]byte{1, 0, 0, 0, 2, 0, 0, 5, 7, 0, 0, 0})
	f.Add([]byte{2, 1, 0, 1, 4, 0, 1, 2, 8, 0, 0, 0, 2, 0, 0, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		var c providers.Collector
		texts := map[int]int{} // bytes of text by choice
		finished := false
		for len(data) >= 4 {
			kind, choice, part, n := providers.ChunkKind(data[0]), int(int8(data[1])), int(data[2]), int(data[3])
			data = data[4:]
			chunk := &providers.Chunk{Kind: kind, Choice: choice, Part: part, Text: string(bytes.Repeat([]byte{'x'}, n))}
			switch kind {
			case providers.ChunkText:
				texts[max(choice, 0)] += n
				if n%3 == 0 {
					chunk.Citations = json.RawMessage(`[` + string(bytes.Repeat([]byte{'1'}, n%5)) + `]`)
				}
			case providers.ChunkReasoning:
				if n%2 == 0 {
					chunk.Reasoning = &providers.Reasoning{ID: "r", Signature: "s"}
				}
			case providers.ChunkToolCall:
				if n%2 == 0 {
					chunk.ToolCall = &providers.ToolCall{ID: "c", Name: "f", Arguments: "{"}
				}
			case providers.ChunkUsage:
				if n%2 == 0 {
					chunk.Usage = &providers.Usage{Completeness: providers.Completeness(n % 4), Input: int64(n)}
				}
			case providers.ChunkFinish:
				finished = true
				if n%2 == 0 {
					chunk.Finish = &providers.Finish{
						Reasons: make([]providers.FinishReason, n%8), RawReasons: make([]string, part%8), Logprobs: make([][]byte, part%8),
					}
				}
			case providers.ChunkRestart:
				clear(texts)
				finished = false
			default:
			}
			c.Add(chunk)
		}
		r := c.Response()
		for choice, n := range texts {
			if got := len(r.Choices[choice].Message.Text()); got != n {
				t.Errorf("choice %d has %d bytes of text, want %d", choice, got, n)
			}
		}
		for i, choice := range r.Choices {
			if choice.FinishReason == "" || choice.Message.Role != providers.RoleAssistant {
				t.Errorf("choice %d: %+v", i, choice)
			}
			for _, p := range choice.Message.Parts {
				if text, ok := p.(providers.Text); ok && text.Citations != nil && !json.Valid(text.Citations) {
					t.Errorf("citations %s", text.Citations)
				}
			}
		}
		if p := c.Partial(); p != nil && !finished && p.Usage.Completeness == providers.UsageReported {
			t.Error("a partial answer claims final figures")
		}
	})
}
