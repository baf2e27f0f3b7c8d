package openai_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	sdk "github.com/openai/openai-go/v3"

	"github.com/llmotel/sdk/providers"
)

// whole is what testdata/unary.json and testdata/stream.sse both say.
func whole() *providers.Response {
	citations := `[{"type":"url_citation","url_citation":{"start_index":0,"end_index":4,"title":"Oslo","url":"https://example.com/oslo"}}]`
	return &providers.Response{
		ID: "chatcmpl-7", RequestID: "req_7", Provider: "openai", Model: "gpt-5.6-2026-07-01", API: "chat_completions",
		Created: time.Date(2026, 9, 21, 14, 13, 20, 0, time.UTC),
		Choices: []providers.Choice{{
			Message: providers.Message{Role: providers.RoleAssistant, Parts: []providers.Part{
				providers.Reasoning{Provider: "openai", Text: "The sky is blue."},
				providers.Text{Text: "Oslo is sunny.", Citations: json.RawMessage(citations)},
				providers.ToolCall{ID: "call_1", Name: "get_weather", Arguments: `{"city":"Oslo"}`},
				providers.ToolCall{ID: "call_2", Name: "get_weather", Arguments: `{"city":`},
				providers.Audio{Media: providers.Media{MIMEType: "audio/wav", Data: []byte{0, 1, 2}}, ID: "audio_1", Transcript: "hi"},
				providers.Image{Media: providers.Media{MIMEType: "image/png", Data: []byte{0, 1, 2}}},
				providers.ToolCall{ID: "call_3", Name: "run", Arguments: `"print(\"hi\")\n"`},
				providers.Opaque{Provider: "openai", Type: "reasoning_details", JSON: json.RawMessage(`[{"type":"reasoning.encrypted","data":"c2VjcmV0"}]`)},
			}},
			FinishReason: providers.FinishToolCall, RawFinishReason: "tool_calls",
			Logprobs: []byte(`{"content":[{"token":"Oslo","logprob":-0.1,"bytes":null,"top_logprobs":[]}],"refusal":null}`),
		}, {
			Message: providers.Message{Role: providers.RoleAssistant, Parts: []providers.Part{
				providers.Refusal{Text: "I cannot help with that."},
			}},
			FinishReason: providers.FinishStop, RawFinishReason: "stop",
		}},
		Usage: providers.Usage{
			Completeness: providers.UsageReported,
			Reported: providers.ClassInput | providers.ClassOutput | providers.ClassCacheRead | providers.ClassCacheWrite |
				providers.ClassReasoning | providers.ClassTextInput | providers.ClassTextOutput |
				providers.ClassAudioInput | providers.ClassAudioOutput | providers.ClassImageInput,
			Input: 2000, Output: 120, CacheRead: 1024, CacheWrite: 512, Reasoning: 64,
			TextInput: 1885, TextOutput: 100, AudioInput: 30, AudioOutput: 20, ImageInput: 85,
		},
		ServiceTier: "priority", SystemFingerprint: "fp_7",
	}
}

func TestUnaryLosesNothing(t *testing.T) {
	p := replay(t, serve(t, "application/json", "unary.json"))
	got, err := p.Generate(t.Context(), hello())
	if err != nil {
		t.Fatal(err)
	}
	raw, ok := got.Raw.(*sdk.ChatCompletion)
	if !ok || raw.Choices[0].Message.Annotations[0].URLCitation.Title != "Oslo" {
		t.Errorf("Raw is %T", got.Raw)
	}
	compare(t, got, whole())
}

func TestStreamLosesNothing(t *testing.T) {
	p := replay(t, serve(t, "text/event-stream", "stream.sse"))
	got, err := providers.Collect(p.Stream(t.Context(), hello()))
	if err != nil {
		t.Fatal(err)
	}
	compare(t, got, whole())
}

// compare checks an answer, with JSON compacted.
func compare(t *testing.T, got, want *providers.Response) {
	t.Helper()
	got.Raw = nil
	for i := range got.Choices {
		got.Choices[i].Logprobs = compact(t, got.Choices[i].Logprobs)
		for j, p := range got.Choices[i].Message.Parts {
			switch p := p.(type) {
			case providers.Text:
				p.Citations = compact(t, p.Citations)
				got.Choices[i].Message.Parts[j] = p
			case providers.Opaque:
				p.JSON = compact(t, p.JSON)
				got.Choices[i].Message.Parts[j] = p
			}
		}
	}
	for i := range want.Choices {
		for j := range want.Choices[i].Message.Parts {
			if j < len(got.Choices[i].Message.Parts) && !reflect.DeepEqual(got.Choices[i].Message.Parts[j], want.Choices[i].Message.Parts[j]) {
				t.Errorf("choice %d part %d:\ngot  %+v\nwant %+v", i, j, got.Choices[i].Message.Parts[j], want.Choices[i].Message.Parts[j])
			}
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func compact(t *testing.T, raw []byte) []byte {
	t.Helper()
	if len(raw) == 0 {
		return nil
	}
	var b bytes.Buffer
	if err := json.Compact(&b, raw); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func hello() *providers.Request {
	return &providers.Request{Model: "gpt-5.6", Messages: []providers.Message{providers.UserText("hi")}}
}

// serve answers with a file of testdata.
func serve(t *testing.T, contentType, file string) http.HandlerFunc {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("X-Request-Id", "req_7")
		_, _ = w.Write(body)
	}
}
