package anthropic_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/anthropic"
	"github.com/llmotel/sdk/providers/providertest"
)

func TestConformance(t *testing.T) {
	providertest.Run(t, providertest.Config{
		Name: anthropic.Name, Model: "claude-sonnet-5",
		New: func(t *testing.T, s providertest.Scenario) providertest.Setup {
			srv := providertest.NewServer(t, fake{s}.serve)
			p, err := anthropic.New(
				anthropic.WithAPIKey(providertest.Key), anthropic.WithBaseURL(srv.URL), anthropic.WithHTTPClient(srv.Client()),
			)
			if err != nil {
				t.Fatal(err)
			}
			setup := providertest.Setup{Provider: p, Calls: srv.Calls, Active: srv.Active}
			if s.Behaviour == providertest.Fail && s.Kind != providers.KindNetwork && s.Kind != providers.KindMalformed {
				f := failures[s.Kind]
				setup.WantError = providers.Error{StatusCode: f.status, Code: f.typ, RequestID: "req_1"}
			}
			return setup
		},
	})
}

// failure is how the service shows a kind of error.
type failure struct {
	status       int
	typ, message string
}

var failures = map[providers.Kind]failure{
	providers.KindRateLimited:     {429, "rate_limit_error", "refused"},
	providers.KindOverloaded:      {529, "overloaded_error", "Overloaded"},
	providers.KindServerError:     {500, "api_error", "Internal server error"},
	providers.KindAuthentication:  {401, "authentication_error", "invalid x-api-key"},
	providers.KindPermission:      {403, "permission_error", "refused"},
	providers.KindQuotaExhausted:  {402, "billing_error", "refused"},
	providers.KindModelNotFound:   {404, "not_found_error", "model: none"},
	providers.KindInvalidRequest:  {400, "invalid_request_error", "messages: wrong"},
	providers.KindContextLength:   {400, "invalid_request_error", "prompt is too long: 208000 tokens > 200000 maximum"},
	providers.KindContentFiltered: {400, "invalid_request_error", "Output blocked by content filtering policy"},
}

func (f failure) body() string {
	b, err := json.Marshal(map[string]any{"type": "error", "request_id": "req_1", "error": map[string]any{
		"type": f.typ, "message": f.message + " " + providertest.Prompt,
	}})
	if err != nil {
		panic(err)
	}
	return string(b)
}

// fake is a service that speaks the Messages API.
type fake struct{ providertest.Scenario }

func (f fake) serve(w http.ResponseWriter, r *http.Request) {
	var req struct {
		Stream    bool  `json:"stream"`
		MaxTokens int64 `json:"max_tokens"`
	}
	if err := json.NewDecoder(r.Body).Decode(&req); err != nil || r.URL.Path != "/v1/messages" || req.MaxTokens < 1 ||
		r.Header.Get("X-Api-Key") != providertest.Key || r.Header.Get("Anthropic-Version") != "2023-06-01" {
		http.Error(w, "the adapter's request is wrong", http.StatusTeapot)
		return
	}
	w.Header().Set("Request-Id", "req_1")
	switch f.Behaviour {
	case providertest.Fail:
		f.fail(w)
	case providertest.Stall:
		providertest.Wait(r)
	default:
		if req.Stream {
			f.stream(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-5","content":[%s],`+
			`"stop_reason":%q,"stop_sequence":null,"usage":%s}`, strings.Join(f.blocks(), ","), f.finish(), usage(17))
	}
}

func usage(output int) string {
	return fmt.Sprintf(`{"input_tokens":11,"cache_creation_input_tokens":0,"cache_read_input_tokens":20,`+
		`"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},`+
		`"output_tokens":%d,"output_tokens_details":{"thinking_tokens":%d},"service_tier":"standard"}`, output, min(5, output-1))
}

func (f fake) fail(w http.ResponseWriter) {
	switch f.Kind {
	case providers.KindNetwork:
		providertest.Cut(w)
	case providers.KindMalformed:
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<html>", providertest.Prompt)
	default:
		how := failures[f.Kind]
		w.Header().Set("Content-Type", "application/json")
		if f.RetryAfter > 0 {
			w.Header().Set("Retry-After", fmt.Sprint(f.RetryAfter.Seconds()))
		}
		w.WriteHeader(how.status)
		fmt.Fprint(w, how.body())
	}
}

func (f fake) content() string {
	if f.Behaviour == providertest.Structured {
		return `{"city":"Oslo","population":717710,"tags":["fjord","museums"]}`
	}
	return "The opera house, the fjord and Vigeland park."
}

func (f fake) finish() string {
	switch f.Behaviour {
	case providertest.ToolCall:
		return "tool_use"
	case providertest.Length:
		return "max_tokens"
	}
	return "end_turn"
}

func (f fake) blocks() []string {
	switch f.Behaviour {
	case providertest.ToolCall:
		return []string{fmt.Sprintf(`{"type":"tool_use","id":"toolu_1","name":%q,"input":%s}`,
			providertest.ToolName, providertest.ToolArguments)}
	case providertest.Reasoning:
		return []string{
			`{"type":"thinking","thinking":"Oslo has an opera.","signature":"sig=="}`,
			`{"type":"redacted_thinking","data":"secret=="}`,
			fmt.Sprintf(`{"type":"text","text":%q}`, f.content()),
		}
	}
	return []string{fmt.Sprintf(`{"type":"text","text":%q}`, f.content())}
}

func (f fake) stream(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	send := func(event, fields string) {
		fmt.Fprintf(w, "event: %s\ndata: {\"type\":%q%s}\n\n", event, event, fields)
		providertest.Flush(w)
	}
	send("message_start", `,"message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-5",`+
		`"content":[],"stop_reason":null,"stop_sequence":null,"usage":`+usage(1)+`}`)
	send("ping", "")
	f.deltas(send)
	switch f.Behaviour {
	case providertest.FailMidStream:
		fmt.Fprintf(w, "event: error\ndata: %s\n\n", failures[f.Kind].body())
		return
	case providertest.CutStream:
		providertest.Cut(w)
	case providertest.TruncatedStream:
		return
	case providertest.StallMidStream:
		providertest.Wait(r)
		return
	}
	send("message_delta", fmt.Sprintf(`,"delta":{"stop_reason":%q,"stop_sequence":null},`+
		`"usage":{"output_tokens":17,"output_tokens_details":{"thinking_tokens":5}}`, f.finish()))
	send("message_stop", "")
}

func (f fake) deltas(send func(event, fields string)) {
	index := 0
	whole := func(start string, deltas ...string) {
		send("content_block_start", fmt.Sprintf(`,"index":%d,"content_block":%s`, index, start))
		for _, d := range deltas {
			send("content_block_delta", fmt.Sprintf(`,"index":%d,"delta":%s`, index, d))
		}
		send("content_block_stop", fmt.Sprintf(`,"index":%d`, index))
		index++
	}
	if f.Behaviour == providertest.ToolCall {
		half := len(providertest.ToolArguments) / 2
		whole(fmt.Sprintf(`{"type":"tool_use","id":"toolu_1","name":%q,"input":{}}`, providertest.ToolName),
			`{"type":"input_json_delta","partial_json":""}`,
			fmt.Sprintf(`{"type":"input_json_delta","partial_json":%q}`, providertest.ToolArguments[:half]),
			fmt.Sprintf(`{"type":"input_json_delta","partial_json":%q}`, providertest.ToolArguments[half:]))
		return
	}
	if f.Behaviour == providertest.Reasoning {
		whole(`{"type":"thinking","thinking":"","signature":""}`,
			`{"type":"thinking_delta","thinking":"Oslo has "}`, `{"type":"thinking_delta","thinking":"an opera."}`,
			`{"type":"signature_delta","signature":"sig=="}`)
		whole(`{"type":"redacted_thinking","data":"secret=="}`)
	}
	var words []string
	for _, word := range strings.SplitAfter(f.content(), " ") {
		words = append(words, fmt.Sprintf(`{"type":"text_delta","text":%q}`, word))
	}
	whole(`{"type":"text","text":""}`, words...)
}
