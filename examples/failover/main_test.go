package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	// The SDKs keep idle connections of http.DefaultTransport.
	goleak.VerifyTestMain(m, goleak.Cleanup(func(int) { http.DefaultClient.CloseIdleConnections() }))
}

const openaiStream = `data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-5.2","choices":[{"index":0,"delta":{"role":"assistant","content":"Rayleigh "},"finish_reason":null}]}

data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-5.2","choices":[{"index":0,"delta":{"content":"scattering."},"finish_reason":"stop"}]}

data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-5.2","choices":[],"usage":{"prompt_tokens":12,"completion_tokens":4,"total_tokens":16}}

data: [DONE]

`

const anthropicStream = `event: message_start
data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-5","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":11,"output_tokens":1}}}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Short waves scatter more."}}

event: content_block_stop
data: {"type":"content_block_stop","index":0}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":6}}

event: message_stop
data: {"type":"message_stop"}

`

// serve returns the address of a service that streams one answer.
func serve(t *testing.T, stream string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/chat/completions") || strings.HasSuffix(r.URL.Path, "/messages") {
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, stream)
			return
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestRun(t *testing.T) {
	t.Setenv("OTEL_SDK_DISABLED", "true")
	t.Setenv("OPENAI_API_KEY", "not-a-key")
	t.Setenv("ANTHROPIC_API_KEY", "not-a-key")
	t.Setenv("OPENAI_BASE_URL", serve(t, openaiStream)+"/v1")
	t.Setenv("ANTHROPIC_BASE_URL", serve(t, anthropicStream))
	for _, c := range []struct {
		name   string
		outage bool
		want   []string
	}{
		{"primary", false, []string{"Rayleigh scattering.", "openai answered with gpt-5.2 after 1 attempts: 12 tokens in, 4 out"}},
		{"outage", true, []string{"Short waves scatter more.", "anthropic answered with claude-sonnet-5 after 3 attempts: 11 tokens in, 6 out", "1 of the calls were answered by a fallback"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			err := run(t.Context(), &out, config{
				openaiModel: "gpt-5.2", anthropicModel: "claude-sonnet-5", outage: c.outage,
				log: filepath.Join(t.TempDir(), "calls.jsonl"), question: "Why is the sky blue?",
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range c.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%q is missing in\n%s", want, out.String())
				}
			}
		})
	}
}

func TestRunWithoutKeys(t *testing.T) {
	t.Setenv("OPENAI_API_KEY", "")
	t.Setenv("ANTHROPIC_API_KEY", "")
	err := run(t.Context(), io.Discard, config{})
	if err == nil {
		t.Fatal("no error without keys")
	}
	for _, want := range []string{"OPENAI_API_KEY", "ANTHROPIC_API_KEY", "go run ./examples/quickstart"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not tell of %s", err, want)
		}
	}
}
