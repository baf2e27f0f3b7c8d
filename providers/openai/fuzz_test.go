package openai_test

import (
	"strings"
	"testing"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/openai"
)

func FuzzChatStream(f *testing.F) {
	for _, events := range [][]string{
		{textChunk, stopChunk, lastChunk, "[DONE]"},
		{`{"id":"","choices":[]}`, `{"choices":[{"index":1,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]}}]}`},
		{textChunk, `{"error":{"code":429}}`},
		{`{"choices":[{"index":0,"delta":{"content":[{"type":"thinking","thinking":"Hm."}],"refusal":"No.","audio":{"data":"AAE="}}}]}`, stopChunk},
	} {
		f.Add(sse(events))
	}
	f.Fuzz(func(t *testing.T, body []byte) { checkStream(t, body, false) })
}

func FuzzResponsesStream(f *testing.F) {
	for _, events := range [][]string{
		{created, hiDelta, completed},
		{created, `{"type":"response.output_item.added","item":{"type":"function_call","call_id":"a","name":"f"}}`, `{"type":"response.function_call_arguments.delta","delta":"{}"}`},
		{created, `{"type":"response.reasoning_summary_text.delta","summary_index":1,"delta":"Hm."}`, `{"type":"response.output_item.done","item":{"type":"reasoning","summary":null}}`},
		{created, `{"type":"response.output_item.done","output_index":3,"item":{"type":"custom_tool_call","input":"x"}}`, completed},
		{created, `{"type":"response.incomplete","response":{"incomplete_details":{"reason":"max_output_tokens"},"output":[{"type":"novel"}]}}`},
		{created, `{"type":"response.failed","response":{"error":{"code":"server_error"}}}`},
		{`{"type":"error","code":"x"}`},
	} {
		f.Add(sse(events))
	}
	f.Fuzz(func(t *testing.T, body []byte) { checkStream(t, body, true) })
}

func sse(events []string) []byte {
	return []byte("data: " + strings.Join(events, "\n\ndata: ") + "\n\n")
}

// checkStream checks what holds for any bytes: a start comes first, an end or
// an error last and alone, and no impossible count is passed on.
func checkStream(t *testing.T, body []byte, responsesAPI bool) {
	t.Helper()
	started, finished, failed := false, false, false
	for chunk, err := range openai.StreamOf(t.Context(), body, responsesAPI) {
		if finished || failed {
			t.Fatal("the stream went on after its end")
		}
		if err != nil {
			var e *providers.Error
			if failed = true; !as(err, &e) || chunk != nil || e.Usage.Validate() != nil {
				t.Fatalf("got %v, %v", chunk, err)
			}
			continue
		}
		if started == (chunk.Kind == providers.ChunkStart) {
			t.Fatalf("a %v chunk; started is %v", chunk.Kind, started)
		}
		started = true
		if finished = chunk.Kind == providers.ChunkFinish; finished && chunk.Finish.Usage.Validate() != nil {
			t.Fatalf("usage %+v", chunk.Finish.Usage)
		}
	}
	if !finished && !failed {
		t.Fatal("the stream ended without an end")
	}
}
