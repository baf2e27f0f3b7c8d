package llmotel_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/llmotel/sdk/internal/oteltest"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/providers"
)

// everyClass is a ledger with a count in every class.
func everyClass() providers.Usage {
	u := usage(1000, 300, 400)
	u.Set(providers.ClassCacheWrite, 300)
	u.Set(providers.ClassReasoning, 120)
	u.Set(providers.ClassTextInput, 600)
	u.Set(providers.ClassTextOutput, 200)
	u.Set(providers.ClassTextCacheRead, 250)
	u.Set(providers.ClassAudioInput, 100)
	u.Set(providers.ClassAudioOutput, 60)
	u.Set(providers.ClassAudioCacheRead, 50)
	u.Set(providers.ClassImageInput, 300)
	u.Set(providers.ClassImageOutput, 40)
	u.Set(providers.ClassImageCacheRead, 100)
	return u
}

// threeCalls are a unary call, a stream, and embeddings.
func threeCalls(ctx context.Context, inst *llmotel.Instrumentation) {
	resp := answer()
	resp.Usage = everyClass()
	_, _ = inst.Wrap(&scripted{name: "openai", generate: answers(resp, nil)}).Generate(ctx, fullRequest())
	for range inst.Wrap(&scripted{name: "openai", stream: streams(chunks(), nil)}).Stream(ctx, &providers.Request{Model: "gpt-5.2"}) {
	}
	_, _ = inst.WrapEmbedder(embedder{}).Embed(ctx, &providers.EmbedRequest{Model: "text-embedding-3-small", Input: []string{"How are you?"}, Dimensions: 256})
}

func TestRevisions(t *testing.T) {
	golden(t, "newest_three_calls", nil, threeCalls)
	golden(t, "older_three_calls", []llmotel.Option{llmotel.WithConventions(llmotel.ConventionsOlder)}, threeCalls)
	golden(t, "both_three_calls", []llmotel.Option{llmotel.WithConventions(llmotel.ConventionsBoth)}, threeCalls)
}

func TestConventionsFromEnvironment(t *testing.T) {
	cases := []struct {
		name, value  string
		opts         []llmotel.Option
		newer, older bool // metrics of which revision there are
	}{
		{"nothing", "", nil, true, false},
		{"values for others", "http/dup,database", nil, true, false},
		{"newest", "gen_ai_latest_experimental", nil, true, false},
		{"older among others", "http, gen_ai/4a39b6ef", nil, false, true},
		{"dup", "gen_ai/dup", nil, true, true},
		{"two values", "gen_ai_latest_experimental,gen_ai/4a39b6ef", nil, true, true},
		{"the option wins", "gen_ai/dup", []llmotel.Option{llmotel.WithConventions(llmotel.ConventionsOlder)}, false, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("OTEL_SEMCONV_STABILITY_OPT_IN", c.value)
			rec := oteltest.New()
			if _, err := instrument(t, rec, c.opts...).Wrap(newCanned()).Generate(t.Context(), request()); err != nil {
				t.Fatal(err)
			}
			_, newer := rec.Metrics(t)["gen_ai.client.inference.duration"]
			_, older := rec.Metrics(t)["gen_ai.client.token.usage"]
			if newer != c.newer || older != c.older {
				t.Errorf("newest %t, older %t; want %t, %t", newer, older, c.newer, c.older)
			}
		})
	}
}

func TestOptionsAreValidated(t *testing.T) {
	t.Setenv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "everything")
	cases := map[string][]llmotel.Option{
		"conventions":         {llmotel.WithContentCapture(llmotel.ContentNone), llmotel.WithConventions(9)},
		"content mode":        {llmotel.WithContentCapture(9)},
		"content limit":       {llmotel.WithContentCapture(llmotel.ContentNone), llmotel.WithContentLimit(10)},
		"content environment": nil,
	}
	for name, opts := range cases {
		t.Run(name, func(t *testing.T) {
			inst, err := llmotel.New(opts...)
			if err == nil || inst == nil {
				t.Fatalf("got %v and %v, want an error and a working instrumentation", inst, err)
			}
		})
	}
}

// What the conventions refine for providers.
func TestProviderRefinements(t *testing.T) {
	golden(t, "providers", nil, func(ctx context.Context, inst *llmotel.Instrumentation) {
		for _, call := range []llmotel.Call{
			{Provider: "azure.ai.inference", Model: "phi-4", ServerAddress: "eastus.models.ai.azure.com"},
			{Provider: "azure.ai.inference", Model: "phi-4", ServerAddress: "localhost", ServerPort: 8443},
			{Provider: "azure.ai.openai", Model: "gpt-5.2", ServerAddress: "example.openai.azure.com"},
			{
				Provider: "aws.bedrock", Model: "anthropic.claude-sonnet-5", ServerAddress: "bedrock-runtime.eu-west-1.amazonaws.com",
				GuardrailID: "gr-1", KnowledgeBaseID: "kb-1", Request: &providers.Request{TopK: new(int64(20))},
			},
			{Provider: "anthropic", Model: "claude-sonnet-5", GuardrailID: "not one of Bedrock's", Request: &providers.Request{TopK: new(int64(40))}},
			{Provider: "openai", Model: "gpt-5.2", ConversationID: "conv-of-the-request", ResendCount: 2},
		} {
			_, span := inst.Start(ctx, call)
			span.End(llmotel.Result{Compacted: call.Provider == "anthropic", FinishReasons: []providers.FinishReason{providers.FinishStop}}, nil)
		}
		_, span := inst.Start(ctx, llmotel.Call{Operation: llmotel.OperationEmbeddings, Provider: "azure.ai.inference", Model: "embed-3", ServerAddress: "a.example.com", EncodingFormats: []string{"base64"}})
		span.End(llmotel.Result{}, nil)
	})
}

// What the conventions want left out where it says nothing: one choice, the tier
// "auto".
func TestDefaultsAskedForAreLeftOut(t *testing.T) {
	for _, c := range []struct {
		choices       int
		tier          string
		count, served any
	}{{1, "auto", nil, nil}, {2, "flex", int64(2), "flex"}} {
		rec := oteltest.New()
		inst := instrument(t, rec)
		_, span := inst.Start(t.Context(), llmotel.Call{Provider: "openai", Request: &providers.Request{Model: "m", Choices: c.choices, ServiceTier: c.tier}})
		span.End(llmotel.Result{}, nil)
		resp, err := inst.Transport(&replies{list: []reply{{body: strings.NewReader(chatReply)}}}).RoundTrip(
			post(t.Context(), t, chatURL, fmt.Sprintf(`{"model":"m","n":%d,"service_tier":%q,"messages":[]}`, c.choices, c.tier)))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body) // what it says is not the matter
		_ = resp.Body.Close()
		for n, s := range rec.Spans() {
			a := attributesOf(&s)
			if a["gen_ai.request.choice.count"] != c.count || a["openai.request.service_tier"] != c.served {
				t.Errorf("way %d: choices %v, tier %v, want %v, %v", n, a["gen_ai.request.choice.count"], a["openai.request.service_tier"], c.count, c.served)
			}
		}
	}
}

// The server is that of the URL, whatever proxy or socket leads to it.
func TestServerOfTheURL(t *testing.T) {
	for url, want := range map[string]struct {
		address string
		port    int64
	}{
		"https://api.openai.com/v1/chat/completions":                {"api.openai.com", 443},
		"https://user:pass@api.openai.com:8443/v1/chat/completions": {"api.openai.com", 8443},
		"http://unix/v1/chat/completions":                           {"unix", 80},
		"http://localhost:11434/v1/chat/completions":                {"localhost", 11434},
		"http://[::1]/v1/chat/completions":                          {"::1", 80},
		"https://[2001:db8::1]:8443/v1/chat/completions":            {"2001:db8::1", 8443},
	} {
		rec := oteltest.New()
		resp, err := instrument(t, rec).Transport(&replies{list: []reply{{body: strings.NewReader(chatReply)}}}).RoundTrip(post(t.Context(), t, url, chatRequest))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body) // what it says is not the matter
		_ = resp.Body.Close()
		a := attributesOf(onlySpan(t, rec))
		if a["server.address"] != want.address || a["server.port"] != want.port {
			t.Errorf("%s: %v, %v, want %v", url, a["server.address"], a["server.port"], want)
		}
	}
}

// An id that the program gives comes before that of the answer and that of the
// request.
func TestConversationID(t *testing.T) {
	cases := []struct{ name, attribution, request, response, want string }{
		{"of the program", "a", "b", "c", "a"},
		{"of the answer", "", "b", "c", "c"},
		{"of the request", "", "b", "", "b"},
		{"none", "", "", "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			rec := oteltest.New()
			ctx := llmotel.WithAttribution(t.Context(), llmotel.Attribution{Conversation: c.attribution})
			_, span := instrument(t, rec).Start(ctx, llmotel.Call{Provider: "openai", Model: "m", ConversationID: c.request})
			span.End(llmotel.Result{ConversationID: c.response}, nil)
			got := ""
			for _, kv := range rec.Spans()[0].Attributes {
				if kv.Key == "gen_ai.conversation.id" {
					got = kv.Value.AsString()
				}
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
