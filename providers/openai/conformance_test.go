package openai_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/openai"
	"github.com/llmotel/sdk/providers/providertest"
)

func as(err error, target **providers.Error) bool { return errors.As(err, target) }

func TestConformance(t *testing.T) {
	conform(t, openai.Name, "/v1/chat/completions", compatible(openai.Name), fake.chat)
	conform(t, "groq", "/v1/chat/completions", compatible("groq"), fake.chat)
}

// compatible returns a provider of that name below the path /v1.
func compatible(name string) func(*providertest.Server) []openai.Option {
	return func(srv *providertest.Server) []openai.Option {
		return []openai.Option{openai.WithBaseURL(srv.URL + "/v1"), openai.WithName(name)}
	}
}

// conform runs the suite on a service that has the path.
func conform(t *testing.T, name, path string, options func(*providertest.Server) []openai.Option, serve func(fake, http.ResponseWriter, *http.Request)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		providertest.Run(t, providertest.Config{
			Name: name, Model: "gpt-5.2",
			New: func(t *testing.T, s providertest.Scenario) providertest.Setup {
				srv := providertest.NewServer(t, func(w http.ResponseWriter, r *http.Request) {
					authorized := r.Header.Get("Authorization") == "Bearer "+providertest.Key
					if name == openai.NameAzure {
						authorized = r.Header.Get("Api-Key") == providertest.Key && r.Header.Get("Authorization") == ""
					}
					if !authorized || r.URL.RequestURI() != path {
						http.Error(w, "the adapter's request is wrong", http.StatusTeapot)
						return
					}
					serve(fake{s}, w, r)
				})
				p, err := openai.New(append(options(srv), openai.WithAPIKey(providertest.Key), openai.WithHTTPClient(srv.Client()))...)
				if err != nil {
					t.Fatal(err)
				}
				setup := providertest.Setup{Provider: p, Calls: srv.Calls, Active: srv.Active}
				if s.Behaviour == providertest.Fail && s.Kind != providers.KindNetwork && s.Kind != providers.KindMalformed {
					f := failures[s.Kind]
					setup.WantError = providers.Error{StatusCode: f.status, Code: f.code, RequestID: "req_1"}
				}
				return setup
			},
		})
	})
}

// failure is how the service shows a kind of error.
type failure struct {
	status    int
	typ, code string
}

var failures = map[providers.Kind]failure{
	providers.KindRateLimited:     {429, "requests", "rate_limit_exceeded"},
	providers.KindOverloaded:      {503, "server_error", "server_is_overloaded"},
	providers.KindServerError:     {500, "server_error", "server_error"},
	providers.KindAuthentication:  {401, "invalid_request_error", "invalid_api_key"},
	providers.KindPermission:      {403, "invalid_request_error", "insufficient_permissions"},
	providers.KindQuotaExhausted:  {429, "insufficient_quota", "insufficient_quota"},
	providers.KindModelNotFound:   {404, "invalid_request_error", "model_not_found"},
	providers.KindInvalidRequest:  {400, "invalid_request_error", "invalid_value"},
	providers.KindContextLength:   {400, "invalid_request_error", "context_length_exceeded"},
	providers.KindContentFiltered: {400, "invalid_request_error", "content_filter"},
}

func (f failure) body() string {
	b, err := json.Marshal(map[string]any{"error": map[string]any{
		"message": "refused: " + providertest.Prompt, "type": f.typ, "param": nil, "code": f.code,
	}})
	if err != nil {
		panic(err)
	}
	return string(b)
}

// fake is a service that behaves as a scenario says.
type fake struct{ providertest.Scenario }

// chat speaks Chat Completions.
func (f fake) chat(w http.ResponseWriter, r *http.Request) {
	var req struct {
		Stream        bool `json:"stream"`
		StreamOptions struct {
			IncludeUsage bool `json:"include_usage"`
		} `json:"stream_options"`
	}
	if err := json.NewDecoder(r.Body).Decode(&req); err != nil || req.Stream != req.StreamOptions.IncludeUsage {
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
			f.stream(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"id":"chatcmpl-1","object":"chat.completion","created":1790000000,"model":"gpt-5.2-2026-01-01",`+
			`"choices":[{"index":0,"message":{"role":"assistant",%s,"refusal":null},"logprobs":null,"finish_reason":%q}],`+
			`"service_tier":"default","system_fingerprint":"fp_1","usage":%s}`, f.message(), f.finish(), usage)
	}
}

const usage = `{"prompt_tokens":31,"completion_tokens":17,"total_tokens":48,` +
	`"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":5,"audio_tokens":0}}`

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
		return "tool_calls"
	case providertest.Length:
		return "length"
	}
	return "stop"
}

func (f fake) message() string {
	if f.Behaviour == providertest.ToolCall {
		return fmt.Sprintf(`"content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":%q,"arguments":%q}}]`,
			providertest.ToolName, providertest.ToolArguments)
	}
	if f.Behaviour == providertest.Reasoning {
		return fmt.Sprintf(`"reasoning_content":"Oslo has an opera.","content":%q`, f.content())
	}
	return fmt.Sprintf(`"content":%q`, f.content())
}

func (f fake) stream(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	send := func(data string) {
		fmt.Fprintf(w, "data: %s\n\n", data)
		providertest.Flush(w)
	}
	chunk := func(delta, finish string) {
		send(fmt.Sprintf(`{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1790000000,"model":"gpt-5.2-2026-01-01",`+
			`"service_tier":"default","system_fingerprint":"fp_1","choices":[{"index":0,"delta":%s,"logprobs":null,"finish_reason":%s}],"usage":null}`, delta, finish))
	}
	chunk(`{"role":"assistant","content":"","refusal":null}`, "null")
	for _, delta := range f.deltas() {
		chunk(delta, "null")
	}
	switch f.Behaviour {
	case providertest.FailMidStream:
		send(failures[f.Kind].body())
		return
	case providertest.CutStream:
		providertest.Cut(w)
	case providertest.TruncatedStream:
		return
	case providertest.StallMidStream:
		providertest.Wait(r)
		return
	}
	chunk(`{}`, fmt.Sprintf("%q", f.finish()))
	send(`{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1790000000,"model":"gpt-5.2-2026-01-01","choices":[],"usage":` + usage + `}`)
	send("[DONE]")
}

func (f fake) deltas() []string {
	if f.Behaviour == providertest.ToolCall {
		half := len(providertest.ToolArguments) / 2
		return []string{
			fmt.Sprintf(`{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":%q,"arguments":""}}]}`, providertest.ToolName),
			fmt.Sprintf(`{"tool_calls":[{"index":0,"function":{"arguments":%q}}]}`, providertest.ToolArguments[:half]),
			fmt.Sprintf(`{"tool_calls":[{"index":0,"function":{"arguments":%q}}]}`, providertest.ToolArguments[half:]),
		}
	}
	var out []string
	if f.Behaviour == providertest.Reasoning {
		out = append(out, `{"reasoning_content":"Oslo has "}`, `{"reasoning_content":"an opera."}`)
	}
	for _, word := range strings.SplitAfter(f.content(), " ") {
		out = append(out, fmt.Sprintf(`{"content":%q}`, word))
	}
	return out
}
