package providers_test

import (
	"encoding/json"
	"errors"
	"iter"
	"reflect"
	"testing"
	"time"

	"github.com/llmotel/sdk/providers"
)

var errCut = &providers.Error{Provider: "p", Kind: providers.KindNetwork}

// stream yields the chunks and then the error, if any.
func stream(err error, chunks ...providers.Chunk) iter.Seq2[*providers.Chunk, error] {
	return func(yield func(*providers.Chunk, error) bool) {
		for _, c := range chunks {
			if !yield(&c, nil) {
				return
			}
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

func text(choice int, s string) providers.Chunk {
	return providers.Chunk{Kind: providers.ChunkText, Choice: choice, Text: s}
}

func toolCall(part int, c providers.ToolCall) providers.Chunk {
	return providers.Chunk{Kind: providers.ChunkToolCall, Part: part, ToolCall: &c}
}

func finish(f providers.Finish) providers.Chunk {
	return providers.Chunk{Kind: providers.ChunkFinish, Finish: &f}
}

func usage(c providers.Completeness, input, output int64) providers.Usage {
	return providers.Usage{
		Completeness: c, Input: input, Output: output,
		Reported: providers.ClassInput | providers.ClassOutput,
	}
}

func message(parts ...providers.Part) providers.Message {
	return providers.Message{Role: providers.RoleAssistant, Parts: parts}
}

var start = providers.Chunk{Kind: providers.ChunkStart, ResponseID: "r1", RequestID: "q1", Model: "m"}

func TestCollect(t *testing.T) {
	final := usage(providers.UsageReported, 10, 20)
	partial := usage(providers.UsagePartial, 10, 1)
	early := usage(providers.UsageReported, 10, 1)
	stop := finish(providers.Finish{Reasons: []providers.FinishReason{providers.FinishStop}, Usage: final})
	created := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	cases := []struct {
		name   string
		stream iter.Seq2[*providers.Chunk, error]
		want   *providers.Response
		err    providers.Kind
	}{
		{
			"everything that a finish carries",
			stream(nil, start, text(0, "a"), text(0, "b"), finish(providers.Finish{
				ResponseID: "r2", RequestID: "q2", Provider: "p", Model: "m-2026", API: "responses", Usage: final,
				Reasons:    []providers.FinishReason{providers.FinishStop},
				RawReasons: []string{"end_turn"}, StopSequence: "END", ServiceTier: "flex", SystemFingerprint: "fp", MalformedChunks: 2,
				Created: created, Logprobs: [][]byte{[]byte(`[1]`)}, Target: "backup", Attempts: 3,
			})),
			&providers.Response{
				ID: "r2", RequestID: "q2", Provider: "p", Model: "m-2026", API: "responses", Usage: final, ServiceTier: "flex",
				SystemFingerprint: "fp", MalformedChunks: 2, Created: created, Target: "backup", Attempts: 3,
				Choices: []providers.Choice{{
					Message: message(providers.Text{Text: "ab"}), FinishReason: providers.FinishStop,
					RawFinishReason: "end_turn", StopSequence: "END", Logprobs: []byte(`[1]`),
				}},
			}, "",
		},
		{
			"interleaved tool calls",
			stream(
				nil, start,
				toolCall(1, providers.ToolCall{ID: "c1", Name: "f"}), toolCall(2, providers.ToolCall{ID: "c2", Name: "g"}),
				toolCall(1, providers.ToolCall{Arguments: `{"a":`}), toolCall(2, providers.ToolCall{Arguments: `{}`, Signature: []byte("s")}),
				toolCall(1, providers.ToolCall{Arguments: `1}`}),
				finish(providers.Finish{Reasons: []providers.FinishReason{providers.FinishToolCall}, Usage: final}),
			),
			&providers.Response{
				ID: "r1", RequestID: "q1", Model: "m", Usage: final,
				Choices: []providers.Choice{{FinishReason: providers.FinishToolCall, Message: message(
					providers.ToolCall{ID: "c1", Name: "f", Arguments: `{"a":1}`},
					providers.ToolCall{ID: "c2", Name: "g", Arguments: `{}`, Signature: []byte("s")},
				)}},
			}, "",
		},
		{
			"alternatives take turns",
			stream(
				nil, start, text(1, "b"), text(0, "a"), text(1, "B"), text(0, "A"),
				finish(providers.Finish{Reasons: []providers.FinishReason{providers.FinishStop, providers.FinishLength}, Usage: final}),
			),
			&providers.Response{
				ID: "r1", RequestID: "q1", Model: "m", Usage: final,
				Choices: []providers.Choice{
					{FinishReason: providers.FinishStop, Message: message(providers.Text{Text: "aA"})},
					{FinishReason: providers.FinishLength, Message: message(providers.Text{Text: "bB"})},
				},
			}, "",
		},
		{
			"parts of every kind, in order of their first chunk",
			stream(
				nil, start,
				providers.Chunk{Kind: providers.ChunkReasoning, Text: "hm", Reasoning: &providers.Reasoning{Provider: "p", ID: "rs"}},
				providers.Chunk{Kind: providers.ChunkReasoning, Text: "m", Reasoning: &providers.Reasoning{Provider: "p", ID: "rs", Signature: "si"}},
				providers.Chunk{Kind: providers.ChunkReasoning, Reasoning: &providers.Reasoning{ID: "rs", Signature: "g", Encrypted: "e"}},
				providers.Chunk{Kind: providers.ChunkText, Part: 1, Text: "x", Citations: json.RawMessage(`[1]`)},
				providers.Chunk{Kind: providers.ChunkText, Part: 1, Citations: json.RawMessage(` [2, 3] `)},
				providers.Chunk{Kind: providers.ChunkText, Part: 1, Citations: json.RawMessage(`[]`), Phase: "final", Signature: []byte("to")},
				providers.Chunk{Kind: providers.ChunkText, Part: 1, Signature: []byte("ken")},
				providers.Chunk{Kind: providers.ChunkPart, Part: 2, Whole: providers.Image{Media: providers.Media{FileID: "f", Signature: []byte("s")}}},
				providers.Chunk{Kind: providers.ChunkPart, Part: 3, Whole: providers.Refusal{Text: "no"}},
				stop,
			),
			&providers.Response{
				ID: "r1", RequestID: "q1", Model: "m", Usage: final,
				Choices: []providers.Choice{{FinishReason: providers.FinishStop, Message: message(
					providers.Reasoning{Provider: "p", ID: "rs", Text: "hmm", Signature: "sig", Encrypted: "e"},
					providers.Text{Text: "x", Citations: json.RawMessage(`[1,2, 3]`), Phase: "final", Signature: []byte("token")},
					providers.Image{Media: providers.Media{FileID: "f", Signature: []byte("s")}},
					providers.Refusal{Text: "no"},
				)}},
			}, "",
		},
		{
			"restart",
			stream(
				nil, start, text(0, "thrown away"), providers.Chunk{Kind: providers.ChunkUsage, Usage: &partial},
				providers.Chunk{Kind: providers.ChunkRestart},
				providers.Chunk{Kind: providers.ChunkStart, ResponseID: "r9", Model: "m9"}, text(0, "kept"), stop,
			),
			&providers.Response{
				ID: "r9", Model: "m9", Usage: final,
				Choices: []providers.Choice{{FinishReason: providers.FinishStop, Message: message(providers.Text{Text: "kept"})}},
			}, "",
		},
		{
			"blocked prompt",
			stream(nil, start, finish(providers.Finish{Usage: final})),
			&providers.Response{ID: "r1", RequestID: "q1", Model: "m", Usage: final, Choices: []providers.Choice{}}, "",
		},
		{
			"cut",
			stream(errCut, start, providers.Chunk{Kind: providers.ChunkUsage, Usage: &early}, text(0, "half")),
			&providers.Response{
				ID: "r1", RequestID: "q1", Model: "m", Usage: usage(providers.UsagePartial, 10, 1),
				Choices: []providers.Choice{{FinishReason: providers.FinishError, Message: message(providers.Text{Text: "half"})}},
			}, providers.KindNetwork,
		},
		{"failed before anything", stream(errCut), nil, providers.KindNetwork},
		{
			"without its end",
			stream(nil, start, text(0, "half")),
			&providers.Response{
				ID: "r1", RequestID: "q1", Model: "m",
				Choices: []providers.Choice{{FinishReason: providers.FinishError, Message: message(providers.Text{Text: "half"})}},
			}, providers.KindMalformed,
		},
		{"empty", stream(nil), nil, providers.KindMalformed},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := providers.Collect(c.stream)
			if kind := providers.KindOf(err); kind != c.err {
				t.Errorf("error %v, want kind %q", err, c.err)
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
}

func TestCollectorIgnoresNil(t *testing.T) {
	var c providers.Collector
	c.Add(nil)
	if c.Partial() != nil {
		t.Error("a nil chunk added something")
	}
}

// What Collect returned does not change when the collector goes on.
func TestCollectorSnapshots(t *testing.T) {
	var c providers.Collector
	first := text(0, "a")
	c.Add(&first)
	before := c.Partial()
	second := text(0, "b")
	c.Add(&second)
	if before.Text() != "a" || c.Response().Text() != "ab" {
		t.Errorf("before %q, after %q", before.Text(), c.Response().Text())
	}
}

func TestInterruptedError(t *testing.T) {
	partial, err := providers.Collect(stream(errCut, start, text(0, canary)))
	broken := error(&providers.InterruptedError{Partial: partial, Err: err})
	if !errors.Is(broken, providers.ErrStreamInterrupted) || !errors.Is(broken, errCut) || providers.KindOf(broken) != providers.KindNetwork {
		t.Errorf("the tree of %v", broken)
	}
	if want := "providers: stream interrupted after 11 bytes: p: network"; broken.Error() != want {
		t.Errorf("got %q, want %q", broken.Error(), want)
	}
	if err := (&providers.InterruptedError{Err: errCut}).Error(); err != "providers: stream interrupted after 0 bytes: p: network" {
		t.Errorf("without a part: %q", err)
	}
}
