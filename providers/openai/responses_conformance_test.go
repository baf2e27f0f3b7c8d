package openai_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/llmotel/sdk/providers/openai"
	"github.com/llmotel/sdk/providers/providertest"
)

func TestResponsesConformance(t *testing.T) {
	conform(t, openai.Name, "/v1/responses", func(srv *providertest.Server) []openai.Option {
		return append(compatible(openai.Name)(srv), openai.WithResponsesAPI())
	}, fake.responses)
}

func TestAzureConformance(t *testing.T) {
	cases := map[string]struct {
		path, version string
		serve         func(fake, http.ResponseWriter, *http.Request)
	}{
		"chat":             {"/openai/v1/chat/completions", "", fake.chat},
		"chat, dated":      {"/openai/deployments/gpt-5.2/chat/completions?api-version=2024-10-21", "2024-10-21", fake.azureChat},
		"responses":        {"/openai/v1/responses", "", fake.responses},
		"responses, dated": {"/openai/responses?api-version=2025-04-01-preview", "2025-04-01-preview", fake.responses},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			conform(t, openai.NameAzure, c.path, func(srv *providertest.Server) []openai.Option {
				opts := []openai.Option{openai.WithAzure(srv.URL, c.version)}
				if strings.HasPrefix(name, "responses") {
					opts = append(opts, openai.WithResponsesAPI())
				}
				return opts
			}, c.serve)
		})
	}
}

// azureChat speaks Chat Completions with Azure's additions.
func (f fake) azureChat(w http.ResponseWriter, r *http.Request) {
	f.chat(azureWriter{w}, r)
}

// azureWriter puts Azure's first chunk before a stream.
type azureWriter struct{ http.ResponseWriter }

func (w azureWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w azureWriter) Write(b []byte) (int, error) {
	if strings.Contains(string(b), `"role":"assistant","content":""`) {
		fmt.Fprint(w.ResponseWriter, `data: {"choices":[],"created":0,"id":"","model":"","object":"",`+
			`"prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}]}`+"\n\n")
	}
	return w.ResponseWriter.Write(b)
}

// responses speaks the Responses API.
func (f fake) responses(w http.ResponseWriter, r *http.Request) {
	var req struct {
		Stream bool              `json:"stream"`
		Input  []json.RawMessage `json:"input"`
		Model  string            `json:"model"`
	}
	if err := json.NewDecoder(r.Body).Decode(&req); err != nil || len(req.Input) == 0 || req.Model != "gpt-5.2" {
		http.Error(w, "the adapter's request is wrong", http.StatusTeapot)
		return
	}
	w.Header().Set("X-Request-Id", "req_1")
	switch f.Behaviour {
	case providertest.Fail:
		f.fail(w)
	case providertest.Stall:
		providertest.Wait(r)
	default:
		if req.Stream {
			f.responsesStream(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, f.response())
	}
}

const responsesUsage = `{"input_tokens":31,"input_tokens_details":{"cached_tokens":0,"cache_write_tokens":0},` +
	`"output_tokens":17,"output_tokens_details":{"reasoning_tokens":5},"total_tokens":48}`

// response is the whole object.
func (f fake) response() string {
	status, details := "completed", "null"
	if f.Behaviour == providertest.Length {
		status, details = "incomplete", `{"reason":"max_output_tokens"}`
	}
	return fmt.Sprintf(`{"id":"resp_1","object":"response","created_at":1790000000,"model":"gpt-5.2-2026-01-01","status":%q,`+
		`"error":null,"incomplete_details":%s,"output":[%s],"service_tier":"default","usage":%s}`,
		status, details, strings.Join(f.items(), ","), responsesUsage)
}

// items are the output items.
func (f fake) items() []string {
	reasoning := `{"id":"rs_1","type":"reasoning","summary":[],"encrypted_content":"gAAAA"}`
	if f.Behaviour == providertest.Reasoning {
		reasoning = `{"id":"rs_1","type":"reasoning","summary":[{"type":"summary_text","text":"Oslo has an opera."},` +
			`{"type":"summary_text","text":"And a fjord."}],"encrypted_content":"gAAAA"}`
	}
	if f.Behaviour == providertest.ToolCall {
		return []string{reasoning, fmt.Sprintf(`{"id":"fc_1","type":"function_call","status":"completed","call_id":"call_1","name":%q,"arguments":%q}`,
			providertest.ToolName, providertest.ToolArguments)}
	}
	return []string{reasoning, fmt.Sprintf(`{"id":"msg_1","type":"message","status":"completed","role":"assistant",`+
		`"content":[{"type":"output_text","text":%q,"annotations":[],"logprobs":[]}]}`, f.content())}
}

func (f fake) responsesStream(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	send := func(typ, fields string, args ...any) {
		fmt.Fprintf(w, "event: %s\ndata: {\"type\":%q,%s}\n\n", typ, typ, fmt.Sprintf(fields, args...))
		providertest.Flush(w)
	}
	items := f.items()
	send("response.created", `"response":{"id":"resp_1","model":"gpt-5.2-2026-01-01","status":"in_progress","output":[],"usage":null}`)
	send("response.output_item.added", `"output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[],"encrypted_content":"other"}`)
	if f.Behaviour == providertest.Reasoning {
		for i, text := range []string{"Oslo has an opera.", "And a fjord."} {
			send("response.reasoning_summary_part.added", `"output_index":0,"summary_index":%d,"part":{"type":"summary_text","text":""}`, i)
			for _, word := range strings.SplitAfter(text, " ") {
				send("response.reasoning_summary_text.delta", `"item_id":"rs_1","output_index":0,"summary_index":%d,"delta":%q`, i, word)
			}
			send("response.reasoning_summary_text.done", `"item_id":"rs_1","output_index":0,"summary_index":%d,"text":%q`, i, text)
		}
	}
	send("response.output_item.done", `"output_index":0,"item":%s`, items[0])
	if f.Behaviour == providertest.ToolCall {
		send("response.output_item.added", `"output_index":1,"item":{"id":"fc_1","type":"function_call","call_id":"call_1","name":%q,"arguments":""}`, providertest.ToolName)
		half := len(providertest.ToolArguments) / 2
		send("response.function_call_arguments.delta", `"item_id":"fc_1","output_index":1,"delta":%q`, providertest.ToolArguments[:half])
		send("response.function_call_arguments.delta", `"item_id":"fc_1","output_index":1,"delta":%q`, providertest.ToolArguments[half:])
	} else {
		send("response.output_item.added", `"output_index":1,"item":{"id":"msg_1","type":"message","content":[],"role":"assistant"}`)
		for _, word := range strings.SplitAfter(f.content(), " ") {
			send("response.output_text.delta", `"item_id":"msg_1","output_index":1,"content_index":0,"delta":%q,"logprobs":[]`, word)
		}
	}
	switch f.Behaviour {
	case providertest.FailMidStream:
		send("response.failed", `"response":{"id":"resp_1","status":"failed","error":{"code":%q,"message":%q},"output":[],"usage":null}`,
			failures[f.Kind].code, providertest.Prompt)
		return
	case providertest.CutStream:
		providertest.Cut(w)
	case providertest.TruncatedStream:
		return
	case providertest.StallMidStream:
		providertest.Wait(r)
		return
	}
	send("response.output_item.done", `"output_index":1,"item":%s`, items[1])
	end := "response.completed"
	if f.Behaviour == providertest.Length {
		end = "response.incomplete"
	}
	send(end, `"response":%s`, f.response())
}
