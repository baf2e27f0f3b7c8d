package bedrock_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/bedrock"
	"github.com/llmotel/sdk/providers/providertest"
)

func TestConformance(t *testing.T) {
	providertest.Run(t, providertest.Config{
		Name: bedrock.Name, Model: claude,
		New: func(t *testing.T, s providertest.Scenario) providertest.Setup {
			srv := providertest.NewServer(t, fake{s}.serve)
			p, err := bedrock.New(account(), bedrock.WithBaseEndpoint(srv.URL), bedrock.WithHTTPClient(srv.Client()))
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
		Skip: map[string]string{"reasoning": "Converse does not tell reasoning tokens apart"},
	})
}

// failure is how the service shows a kind of error.
type failure struct {
	status       int
	typ, message string
}

var failures = map[providers.Kind]failure{
	providers.KindRateLimited:     {429, "ThrottlingException", "Too many requests"},
	providers.KindOverloaded:      {503, "ServiceUnavailableException", "Bedrock is unable to process your request."},
	providers.KindServerError:     {500, "InternalServerException", "The system encountered an unexpected error"},
	providers.KindAuthentication:  {403, "UnrecognizedClientException", "The security token included in the request is invalid."},
	providers.KindPermission:      {403, "AccessDeniedException", "You don't have access to the model"},
	providers.KindQuotaExhausted:  {400, "ServiceQuotaExceededException", "refused"},
	providers.KindModelNotFound:   {404, "ResourceNotFoundException", "Could not resolve the foundation model"},
	providers.KindInvalidRequest:  {400, "ValidationException", "messages: wrong"},
	providers.KindContextLength:   {400, "ValidationException", "The model returned the following errors: Input is too long for requested model."},
	providers.KindContentFiltered: {400, "ValidationException", "The model returned the following errors: Output blocked by content filtering policy"},
}

func (f failure) body() string {
	b, err := json.Marshal(map[string]string{"message": f.message + " " + providertest.Prompt})
	if err != nil {
		panic(err)
	}
	return string(b)
}

// fake is a service that speaks Converse.
type fake struct{ providertest.Scenario }

func (f fake) serve(w http.ResponseWriter, r *http.Request) {
	var req struct {
		Messages []any `json:"messages"`
	}
	model, action, _ := strings.Cut(strings.TrimPrefix(r.URL.EscapedPath(), "/model/"), "/")
	if model, err := url.PathUnescape(model); err != nil || model != claude || f.check(r) != "" ||
		json.NewDecoder(r.Body).Decode(&req) != nil || len(req.Messages) == 0 {
		http.Error(w, "the adapter's request is wrong", http.StatusTeapot)
		return
	}
	w.Header().Set("X-Amzn-Requestid", "req_1")
	switch f.Behaviour {
	case providertest.Fail:
		f.fail(w)
	case providertest.Stall:
		providertest.Wait(r)
	default:
		if action == "converse-stream" {
			f.stream(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"metrics":{"latencyMs":9},"output":{"message":{"role":"assistant","content":[%s]}},"stopReason":%q,"usage":%s}`,
			strings.Join(f.blocks(), ","), f.finish(), usage)
	}
}

// check returns what is wrong with the signature.
func (fake) check(r *http.Request) string {
	auth := r.Header.Get("Authorization")
	if !strings.HasPrefix(auth, "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/") || !strings.Contains(auth, "/eu-central-1/bedrock/aws4_request") {
		return auth + " is no signature"
	}
	return ""
}

const usage = `{"inputTokens":11,"outputTokens":17,"totalTokens":48,"cacheReadInputTokens":20,"cacheWriteInputTokens":0}`

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
		w.Header().Set("X-Amzn-Errortype", how.typ+":http://internal.amazon.com/coral/com.amazon.bedrock/")
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
	if f.Behaviour == providertest.ToolCall {
		return []string{fmt.Sprintf(`{"toolUse":{"toolUseId":"tooluse_1","name":%q,"input":%s}}`, providertest.ToolName, providertest.ToolArguments)}
	}
	return []string{fmt.Sprintf(`{"text":%q}`, f.content())}
}

func (f fake) stream(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/vnd.amazon.eventstream")
	event("messageStart", `{"role":"assistant"}`).write(w)
	f.deltas(w)
	switch f.Behaviour {
	case providertest.FailMidStream:
		frame{"exception", "internalServerException", failures[f.Kind].body()}.write(w)
		return
	case providertest.CutStream:
		providertest.Cut(w)
	case providertest.TruncatedStream:
		return
	case providertest.StallMidStream:
		providertest.Wait(r)
		return
	}
	event("messageStop", fmt.Sprintf(`{"stopReason":%q}`, f.finish())).write(w)
	event("metadata", `{"metrics":{"latencyMs":9},"usage":`+usage+`}`).write(w)
}

func (f fake) deltas(w http.ResponseWriter) {
	delta := func(body string) { event("contentBlockDelta", `{"contentBlockIndex":0,"delta":`+body+`}`).write(w) }
	if f.Behaviour == providertest.ToolCall {
		event("contentBlockStart", fmt.Sprintf(`{"contentBlockIndex":0,"start":{"toolUse":{"toolUseId":"tooluse_1","name":%q}}}`, providertest.ToolName)).write(w)
		half := len(providertest.ToolArguments) / 2
		delta(fmt.Sprintf(`{"toolUse":{"input":%q}}`, providertest.ToolArguments[:half]))
		delta(fmt.Sprintf(`{"toolUse":{"input":%q}}`, providertest.ToolArguments[half:]))
	} else {
		for _, word := range strings.SplitAfter(f.content(), " ") {
			delta(fmt.Sprintf(`{"text":%q}`, word))
		}
	}
	event("contentBlockStop", `{"contentBlockIndex":0}`).write(w)
}
