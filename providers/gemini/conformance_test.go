package gemini_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/gemini"
	"github.com/llmotel/sdk/providers/providertest"
)

func TestConformance(t *testing.T) {
	services := map[string][]gemini.Option{
		gemini.Name:         nil,
		gemini.NameVertexAI: {gemini.WithVertexAI("p1", "global")},
	}
	for name, opts := range services {
		t.Run(name, func(t *testing.T) {
			providertest.Run(t, providertest.Config{
				Name: name, Model: "gemini-3-flash",
				New: func(t *testing.T, s providertest.Scenario) providertest.Setup {
					srv := providertest.NewServer(t, fake{s, name == gemini.NameVertexAI}.serve)
					p, err := gemini.New(append([]gemini.Option{
						gemini.WithAPIKey(providertest.Key), gemini.WithBaseURL(srv.URL), gemini.WithHTTPClient(srv.Client()),
					}, opts...)...)
					if err != nil {
						t.Fatal(err)
					}
					setup := providertest.Setup{Provider: p, Calls: srv.Calls, Active: srv.Active}
					if s.Behaviour == providertest.Fail && s.Kind != providers.KindNetwork && s.Kind != providers.KindMalformed {
						f := failures[s.Kind]
						setup.WantError = providers.Error{StatusCode: f.code, Code: f.name(), RequestID: "req_1"}
					}
					return setup
				},
			})
		})
	}
}

// failure is how the service shows a kind of error.
type failure struct {
	code                    int
	status, reason, message string
}

var failures = map[providers.Kind]failure{
	providers.KindRateLimited:    {429, "RESOURCE_EXHAUSTED", "", "refused"},
	providers.KindOverloaded:     {503, "UNAVAILABLE", "", "The model is overloaded. Please try again later."},
	providers.KindServerError:    {500, "INTERNAL", "", "An internal error has occurred."},
	providers.KindAuthentication: {400, "INVALID_ARGUMENT", "API_KEY_INVALID", "API key not valid. Please pass a valid API key."},
	providers.KindPermission:     {403, "PERMISSION_DENIED", "", "refused"},
	providers.KindQuotaExhausted: {403, "PERMISSION_DENIED", "BILLING_DISABLED", "refused"},
	providers.KindModelNotFound:  {404, "NOT_FOUND", "", "models/none is not found for API version v1beta"},
	providers.KindInvalidRequest: {400, "INVALID_ARGUMENT", "", "wrong"},
	providers.KindContextLength: {
		400, "INVALID_ARGUMENT", "", "The input token count (1200293) exceeds the maximum number of tokens allowed (1048576).",
	},
	providers.KindContentFiltered: {code: 200, status: "PROHIBITED_CONTENT"},
}

func (f failure) name() string {
	if f.reason != "" {
		return f.reason
	}
	return f.status
}

func (f failure) body(retry float64) string {
	details := []any{}
	if f.reason != "" {
		details = append(details, map[string]any{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": f.reason})
	}
	if retry > 0 {
		details = append(details, map[string]any{
			"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": fmt.Sprintf("%gs", retry),
		})
	}
	b, err := json.Marshal(map[string]any{"error": map[string]any{
		"code": f.code, "status": f.status, "message": f.message + " " + providertest.Prompt, "details": details,
	}})
	if err != nil {
		panic(err)
	}
	return string(b)
}

// fake is a service that speaks generateContent.
type fake struct {
	providertest.Scenario
	vertex bool
}

func (f fake) serve(w http.ResponseWriter, r *http.Request) {
	model := "/v1beta/models/gemini-3-flash"
	if f.vertex {
		model = "/v1beta1/projects/p1/locations/global/publishers/google/models/gemini-3-flash"
	}
	var req struct {
		Contents []any `json:"contents"`
	}
	method, ok := strings.CutPrefix(r.URL.String(), model)
	if err := json.NewDecoder(r.Body).Decode(&req); err != nil || !ok || len(req.Contents) == 0 ||
		r.Header.Get("X-Goog-Api-Key") != providertest.Key {
		http.Error(w, "the adapter's request is wrong", http.StatusTeapot)
		return
	}
	w.Header().Set("X-Request-Id", "req_1")
	switch f.Behaviour {
	case providertest.Fail:
		f.fail(w, method)
		return
	case providertest.Stall:
		providertest.Wait(r)
		return
	}
	switch method {
	case ":generateContent":
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
		fmt.Fprint(w, answer(strings.Join(f.parts(), ","), f.finish(), 12))
	case ":streamGenerateContent?alt=sse":
		f.stream(w, r)
	default:
		http.Error(w, "no such method", http.StatusNotFound)
	}
}

// answer is a whole answer, or an event of a stream.
func answer(parts, finish string, output int) string {
	reason := ""
	if finish != "" {
		reason = fmt.Sprintf(`,"finishReason":%q`, finish)
	}
	return fmt.Sprintf(`{"candidates":[{"content":{"role":"model","parts":[%s]},"index":0%s}],`+
		`"usageMetadata":{"promptTokenCount":31,"candidatesTokenCount":%d,"thoughtsTokenCount":5,"totalTokenCount":%d,`+
		`"promptTokensDetails":[{"modality":"TEXT","tokenCount":31}],"serviceTier":"standard"},`+
		`"modelVersion":"gemini-3-flash-001","responseId":"r-1"}`, parts, reason, output, 36+output)
}

func (f fake) fail(w http.ResponseWriter, method string) {
	switch f.Kind {
	case providers.KindNetwork:
		providertest.Cut(w)
	case providers.KindMalformed:
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<html>", providertest.Prompt)
	case providers.KindContentFiltered:
		body := `{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":31,"totalTokenCount":31},"responseId":"r-1"}`
		if strings.HasPrefix(method, ":stream") {
			w.Header().Set("Content-Type", "text/event-stream")
			body = "data: " + body + "\r\n\r\n"
		}
		fmt.Fprint(w, body)
	default:
		how := failures[f.Kind]
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(how.code)
		fmt.Fprint(w, how.body(f.RetryAfter.Seconds()))
	}
}

func (f fake) content() string {
	if f.Behaviour == providertest.Structured {
		return `{"city":"Oslo","population":717710,"tags":["fjord","museums"]}`
	}
	return "The opera house, the fjord and Vigeland park."
}

func (f fake) finish() string {
	if f.Behaviour == providertest.Length {
		return "MAX_TOKENS"
	}
	return "STOP"
}

func (f fake) parts() []string {
	text := fmt.Sprintf(`{"text":%q}`, f.content())
	switch f.Behaviour {
	case providertest.ToolCall:
		return []string{f.call()}
	case providertest.Reasoning:
		return []string{`{"text":"Oslo has an opera.","thought":true}`, text}
	}
	return []string{text}
}

func (f fake) call() string {
	return fmt.Sprintf(`{"functionCall":{"name":%q,"args":%s},"thoughtSignature":"c2ln"}`,
		providertest.ToolName, providertest.ToolArguments)
}

func (f fake) stream(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	send := func(data string) {
		fmt.Fprintf(w, "data: %s\r\n\r\n", data)
		providertest.Flush(w)
	}
	pieces := f.pieces()
	for n, piece := range pieces[:len(pieces)-1] {
		send(answer(piece, "", n+1))
	}
	switch f.Behaviour {
	case providertest.FailMidStream:
		send(failures[f.Kind].body(0))
		return
	case providertest.CutStream:
		providertest.Cut(w)
	case providertest.TruncatedStream:
		return
	case providertest.StallMidStream:
		providertest.Wait(r)
		return
	}
	send(answer(pieces[len(pieces)-1], f.finish(), 12))
}

func (f fake) pieces() []string {
	if f.Behaviour == providertest.ToolCall {
		return []string{f.call(), ""}
	}
	var out []string
	if f.Behaviour == providertest.Reasoning {
		out = append(out, `{"text":"Oslo has ","thought":true}`, `{"text":"an opera.","thought":true}`)
	}
	for _, word := range strings.SplitAfter(f.content(), " ") {
		out = append(out, fmt.Sprintf(`{"text":%q}`, word))
	}
	return append(out, `{"text":""}`)
}
