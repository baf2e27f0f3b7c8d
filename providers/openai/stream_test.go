package openai_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/llmotel/sdk/providers"
)

const (
	textChunk = `{"id":"c","model":"m","choices":[{"index":0,"delta":{"content":"Hi"}}]}`
	stopChunk = `{"id":"c","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`
	lastChunk = `{"id":"c","model":"m","choices":[],"usage":{"prompt_tokens":2,"completion_tokens":1}}`
)

func TestStreamEnds(t *testing.T) {
	both := providers.ClassInput | providers.ClassOutput
	reported := providers.Usage{Completeness: providers.UsageReported, Reported: both, Input: 2, Output: 1}
	partial := reported
	partial.Completeness = providers.UsagePartial
	cases := map[string]struct {
		events []string
		kind   providers.Kind
		finish providers.FinishReason
		usage  providers.Usage
	}{
		"whole":                    {[]string{textChunk, stopChunk, lastChunk, "[DONE]"}, "", "stop", reported},
		"without terminator":       {[]string{textChunk, stopChunk}, "", "stop", providers.Usage{}},
		"without finish reason":    {[]string{textChunk, lastChunk, "[DONE]"}, providers.KindMalformed, "", partial},
		"usage on the last chunk":  {[]string{textChunk, `{"choices":[{"index":0,"delta":{},"finish_reason":"length"}],"usage":{"prompt_tokens":2,"completion_tokens":1}}`, "[DONE]"}, "", "length", reported},
		"usage in every chunk":     {[]string{`{"choices":[{"index":0,"delta":{"content":"Hi"}}],"usage":{"prompt_tokens":2,"completion_tokens":0}}`, stopChunk, lastChunk}, "", "stop", reported},
		"groq's old usage":         {[]string{textChunk, `{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"x_groq":{"id":"r","usage":{"prompt_tokens":2,"completion_tokens":1}}}`, "[DONE]"}, "", "stop", reported},
		"neither":                  {[]string{textChunk}, providers.KindMalformed, "", providers.Usage{}},
		"neither, usage known":     {[]string{textChunk, lastChunk}, providers.KindMalformed, "", partial},
		"one of two choices":       {[]string{textChunk, `{"choices":[{"index":1,"delta":{"content":"Ho"}}]}`, stopChunk}, providers.KindMalformed, "", providers.Usage{}},
		"terminator alone":         {[]string{"[DONE]"}, providers.KindMalformed, "", providers.Usage{}},
		"nothing":                  {nil, providers.KindMalformed, "", providers.Usage{}},
		"not json":                 {[]string{textChunk, "{"}, providers.KindMalformed, "", providers.Usage{}},
		"absurd index":             {[]string{`{"choices":[{"index":999999999,"delta":{}}]}`}, providers.KindMalformed, "", providers.Usage{}},
		"negative index":           {[]string{`{"choices":[{"index":-1,"delta":{}}]}`}, providers.KindMalformed, "", providers.Usage{}},
		"error after finish":       {[]string{textChunk, stopChunk, `{"id":"c","error":{"code":429,"message":"m"}}`}, providers.KindRateLimited, "", providers.Usage{}},
		"error, null among fields": {[]string{`{"error":null,"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}`, "[DONE]"}, "", "stop", providers.Usage{}},
		"error as text":            {[]string{textChunk, `{"error":"overloaded"}`}, providers.KindUnknown, "", providers.Usage{}},
		"impossible usage":         {[]string{textChunk, stopChunk, `{"choices":[],"usage":{"prompt_tokens":-2,"completion_tokens":1}}`, "[DONE]"}, "", "stop", providers.Usage{}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r, err := providers.Collect(replay(t, events(c.events)).Stream(t.Context(), hello()))
			if providers.KindOf(err) != c.kind {
				t.Fatalf("got %v, want kind %q", err, c.kind)
			}
			if err != nil {
				var e *providers.Error
				if !as(err, &e) || e.Usage != c.usage {
					t.Errorf("usage of the error: %+v, want %+v", e.Usage, c.usage)
				}
				return
			}
			if r.FinishReason() != c.finish || r.Usage != c.usage || r.Text() != "Hi" && !strings.Contains(name, "last chunk") {
				t.Errorf("finish %q, usage %+v, text %q", r.FinishReason(), r.Usage, r.Text())
			}
		})
	}
}

func TestStreamUsageIsPartialUntilFinished(t *testing.T) {
	early := `{"id":"c","choices":[{"index":0,"delta":{"content":"Hi"}}],"usage":{"prompt_tokens":2,"completion_tokens":1}}`
	var got []providers.Completeness
	for chunk, err := range replay(t, events([]string{early, stopChunk, lastChunk, "[DONE]"})).Stream(t.Context(), hello()) {
		if err != nil {
			t.Fatal(err)
		}
		if chunk.Kind == providers.ChunkUsage {
			got = append(got, chunk.Usage.Completeness)
		}
	}
	if fmt.Sprintf("%v", got) != "[partial reported]" {
		t.Errorf("usage was %v", got)
	}
}

func TestStreamToolCallsWithoutIndex(t *testing.T) {
	// Gemini's compatible service gives every call the index 0.
	r, err := providers.Collect(replay(t, events([]string{
		`{"id":"c","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]}}]}`,
		`{"id":"c","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"b","function":{"name":"g","arguments":"[]"}}]},"finish_reason":"tool_calls"}]}`,
		"[DONE]",
	})).Stream(t.Context(), hello()))
	if err != nil {
		t.Fatal(err)
	}
	want := `[{ID:a Name:f Arguments:{} Signature:[] Cache:<nil>} {ID:b Name:g Arguments:[] Signature:[] Cache:<nil>}]`
	if got := fmt.Sprintf("%+v", r.ToolCalls()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestStreamThinkingForms(t *testing.T) {
	for name, delta := range map[string]string{
		"deepseek": `{"reasoning_content":"Hm."}`, "openrouter": `{"reasoning":"Hm."}`,
		"both":    `{"reasoning":"Hm.","reasoning_content":"Hm."}`,
		"mistral": `{"content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm."}]}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			chunk := `{"id":"c","choices":[{"index":0,"delta":` + delta + `}]}`
			r, err := providers.Collect(replay(t, events([]string{chunk, textChunk, stopChunk})).Stream(t.Context(), hello()))
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprintf("%+v", r.Message().Parts); got != "[{Provider:openai ID: Text:Hm. Signature: Encrypted:} {Text:Hi Citations:[] Phase: Signature:[] Cache:<nil>}]" {
				t.Errorf("got %s", got)
			}
		})
	}
}

func TestStreamThatIsNone(t *testing.T) {
	for name, c := range map[string]struct {
		contentType, body string
		kind              providers.Kind
	}{
		"error":      {"application/json", `{"error":{"code":"content_filter"}}`, providers.KindContentFiltered},
		"completion": {"application/json; charset=utf-8", `{"id":"x","choices":[]}`, providers.KindMalformed},
		"page":       {"text/html", `<html>`, providers.KindMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := providers.Collect(replay(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", c.contentType)
				fmt.Fprint(w, c.body)
			}).Stream(t.Context(), hello()))
			if providers.KindOf(err) != c.kind {
				t.Errorf("got %v", err)
			}
		})
	}
}

// events serves an event stream.
func events(data []string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for _, d := range data {
			fmt.Fprintf(w, "data: %s\n\n", d)
		}
	}
}
