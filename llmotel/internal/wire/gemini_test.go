package wire_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/wire"
	"github.com/llmotel/sdk/providers"
)

const (
	geminiURL       = "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent"
	geminiStreamURL = "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse"
)

// reported makes a ledger of what a provider reported.
func reported(counts map[providers.TokenClass]int64) providers.Usage {
	u := providers.Usage{Completeness: providers.UsageReported}
	for class, n := range counts {
		u.Set(class, n)
	}
	return u
}

// everySize runs an exchange in pieces of several sizes, and check on each.
func everySize(t *testing.T, url, request string, header http.Header, response string, check func(t *testing.T, x *wire.Exchange, documents map[string]string)) {
	t.Helper()
	for _, size := range []int{1, 2, 3, 7, 31, 127, 1 << 20} {
		b := content.Get(0)
		x := exchange(t, url, request, header, response, size, b)
		var e content.Encoder
		e.FullTools = true
		check(t, x, map[string]string{
			"system": string(e.System(nil, b)), "input": string(e.Input(nil, b)), "output": string(e.Output(nil, b)), "tools": string(e.Tools(nil, b)),
		})
		b.Free()
		without := exchange(t, url, request, header, response, size, nil)
		if diff := cmp.Diff(x.Usage(), without.Usage()); diff != "" {
			t.Errorf("pieces of %d: usage with and without content (-with +without):\n%s", size, diff)
		}
		if diff := cmp.Diff([]any{x.ID, x.Answer.Model(), x.Reasons(), x.Complete, int(x.Chunks), x.AnswerBytes()}, []any{without.ID, without.Answer.Model(), without.Reasons(), without.Complete, int(without.Chunks), without.AnswerBytes()}); diff != "" {
			t.Errorf("pieces of %d: with and without content (-with +without):\n%s", size, diff)
		}
		if t.Failed() {
			t.Fatalf("in pieces of %d", size)
		}
	}
}

func TestGeminiUnary(t *testing.T) {
	const request = `{"systemInstruction":{"parts":[{"text":"Be brief."}]},"contents":[{"role":"user","parts":[{"text":"Look: "},{"inlineData":{"data":"AAAA","mimeType":"image/png"}},{"fileData":{"fileUri":"gs://b/o","mimeType":"audio/mp3"}}]},
{"role":"model","parts":[{"text":"thinking","thought":true},{"functionCall":{"name":"weather","args":{"city":"Bern"}}}]},{"role":"user","parts":[{"functionResponse":{"name":"weather","response":{"sky":"blue"}}}]}],
"tools":[{"functionDeclarations":[{"name":"weather","description":"Tells the weather","parameters":{"type":"OBJECT"}}]}],
"generationConfig":{"temperature":0.5,"topP":0.9,"topK":40.0,"maxOutputTokens":100,"stopSequences":["x"],"seed":7,"candidateCount":2,"responseMimeType":"application/json","thinkingConfig":{"thinkingLevel":"low"}},"serviceTier":"flex"}`
	const response = `{"candidates":[{"content":{"role":"model","parts":[{"text":"hm","thought":true},{"text":"Blue"},{"functionCall":{"id":"c1","name":"weather","args":{"city":"Bern"}}}]},"finishReason":"STOP"},{"index":1,"finishReason":"MAX_TOKENS"}],
"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":4,"thoughtsTokenCount":3,"toolUsePromptTokenCount":2,"cachedContentTokenCount":5,"totalTokenCount":19,"trafficType":"ON_DEMAND_FLEX",
"promptTokensDetails":[{"modality":"TEXT","tokenCount":6},{"tokenCount":4,"modality":"IMAGE"}],"candidatesTokensDetails":[{"modality":"TEXT","tokenCount":4}],"cacheTokensDetails":[{"modality":"TEXT","tokenCount":5}]},"modelVersion":"gemini-2.5-flash-001","responseId":"r1"}`
	everySize(t, geminiURL, request, http.Header{}, response, func(t *testing.T, x *wire.Exchange, docs map[string]string) {
		want := reported(map[providers.TokenClass]int64{
			providers.ClassInput: 12, providers.ClassOutput: 7, providers.ClassReasoning: 3, providers.ClassCacheRead: 5,
			providers.ClassTextInput: 6, providers.ClassImageInput: 4, providers.ClassTextOutput: 7, providers.ClassTextCacheRead: 5,
		})
		if diff := cmp.Diff(want, x.Usage()); diff != "" {
			t.Errorf("usage (-want +got):\n%s", diff)
		}
		got := []any{x.Asked.Model(), x.Stream, x.Temperature(), x.TopP(), x.TopK(), x.MaxTokens(), x.Stop(), x.Seed(), x.Choices(), x.OutputType(), x.ReasoningLevel(), x.ServiceTier(), x.ID, x.Answer.Model(), x.Tier(), x.Reasons(), x.Complete}
		if diff := cmp.Diff([]any{"gemini-2.5-flash", false, 0.5, 0.9, int64(40), int64(100), []string{"x"}, int64(7), int64(2), "json", "low", "flex", "r1", "gemini-2.5-flash-001", "flex", []string{"STOP", "MAX_TOKENS"}, true}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(map[string]string{
			"system": `[{"type":"text","content":"Be brief."}]`,
			"input": `[{"role":"user","parts":[{"type":"text","content":"Look: "},{"type":"blob","mime_type":"image/png","modality":"image","content":"AAAA"},{"type":"uri","mime_type":"audio/mp3","modality":"audio","uri":"gs://b/o"}]},` +
				`{"role":"assistant","parts":[{"type":"reasoning","content":"thinking"},{"type":"tool_call","name":"weather","arguments":{"city":"Bern"}}]},` +
				`{"role":"user","parts":[{"type":"tool_call_response","response":{"sky":"blue"}}]}]`,
			"output": `[{"role":"assistant","parts":[{"type":"reasoning","content":"hm"},{"type":"text","content":"Blue"},{"type":"tool_call","id":"c1","name":"weather","arguments":{"city":"Bern"}}],"finish_reason":"tool_call"},` +
				`{"role":"assistant","parts":[],"finish_reason":"length"}]`,
			"tools": `[{"type":"function","name":"weather","description":"Tells the weather","parameters":{"type":"OBJECT"}}]`,
		}, docs); diff != "" {
			t.Errorf("content (-want +got):\n%s", diff)
		}
	})
}

func TestGeminiStream(t *testing.T) {
	events := []string{
		`{"candidates":[{"content":{"parts":[{"text":"Hel"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":18,"candidatesTokenCount":3,"totalTokenCount":21},"modelVersion":"m","responseId":"r"}`,
		`{"candidates":[{"content":{"parts":[{"text":"lo"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":18,"candidatesTokenCount":7,"totalTokenCount":25}}`,
		`{"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":18,"candidatesTokenCount":9,"totalTokenCount":27}}`,
	}
	for name, response := range map[string]string{
		"server-sent events": "data: " + strings.Join(events, "\r\n\r\ndata: ") + "\r\n\r\n",
		"array":              "[" + strings.Join(events, ",\r\n") + "]",
	} {
		t.Run(name, func(t *testing.T) {
			everySize(t, geminiStreamURL, `{"contents":[]}`, http.Header{}, response, func(t *testing.T, x *wire.Exchange, docs map[string]string) {
				want := reported(map[providers.TokenClass]int64{providers.ClassInput: 18, providers.ClassOutput: 9})
				if diff := cmp.Diff(want, x.Usage()); diff != "" {
					t.Errorf("usage (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff([]any{true, "r", "m", []string{"STOP"}, 5, 2}, []any{x.Stream, x.ID, x.Answer.Model(), x.Reasons(), x.AnswerBytes(), int(x.Chunks)}); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if got := docs["output"]; got != `[{"role":"assistant","parts":[{"type":"text","content":"Hello"}],"finish_reason":"stop"}]` {
					t.Errorf("output %s", got)
				}
			})
		})
	}
}

func TestGeminiRules(t *testing.T) {
	for _, c := range []struct {
		name, response string
		usage          providers.Usage
		kind           providers.Kind
		reasons        []string
	}{
		{
			name: "the cache left out of the prompt", response: `{"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3,"cachedContentTokenCount":100,"candidatesTokenCount":1,"promptTokensDetails":[{"modality":"TEXT","tokenCount":3}],"cacheTokensDetails":[{"modality":"TEXT","tokenCount":100}]}}`,
			usage: reported(map[providers.TokenClass]int64{
				providers.ClassInput: 103, providers.ClassCacheRead: 100, providers.ClassOutput: 1, providers.ClassTextInput: 103, providers.ClassTextCacheRead: 100,
			}),
			reasons: []string{"STOP"},
		},
		{
			name: "thinking only", response: `{"candidates":[{"finishReason":"MAX_TOKENS"}],"usageMetadata":{"promptTokenCount":3,"thoughtsTokenCount":9}}`,
			usage:   reported(map[providers.TokenClass]int64{providers.ClassInput: 3, providers.ClassOutput: 9, providers.ClassReasoning: 9}),
			reasons: []string{"MAX_TOKENS"},
		},
		{
			name: "blocked prompt", response: `{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":3,"totalTokenCount":3}}`,
			usage: reported(map[providers.TokenClass]int64{providers.ClassInput: 3}), kind: providers.KindContentFiltered,
		},
		{name: "error within", response: `{"error":{"code":429,"message":"secret","status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"7s"}]}}`, kind: providers.KindRateLimited},
		{name: "error in an array", response: `[{"error":{"code":503,"status":"UNAVAILABLE"}}]`, kind: providers.KindOverloaded},
		{name: "impossible counts", response: `{"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":-3,"candidatesTokenCount":1e30,"thoughtsTokenCount":"7","totalTokenCount":1.5}}`, reasons: []string{"STOP"}},
		{
			name: "the last counts hold, each on its own", response: `[{"usageMetadata":{"promptTokenCount":3,"thoughtsTokenCount":9,"candidatesTokensDetails":[{"modality":"TEXT","tokenCount":2}]}},` +
				`{"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"candidatesTokenCount":4,"candidatesTokensDetails":[{"modality":"TEXT","tokenCount":4}]}}]`,
			usage: reported(map[providers.TokenClass]int64{
				providers.ClassInput: 3, providers.ClassOutput: 13, providers.ClassReasoning: 9, providers.ClassTextOutput: 13,
			}),
			reasons: []string{"STOP"},
		},
		{name: "no usage", response: `{"candidates":[{"finishReason":"STOP"}]}`, reasons: []string{"STOP"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			everySize(t, geminiURL, `{}`, http.Header{}, c.response, func(t *testing.T, x *wire.Exchange, _ map[string]string) {
				if diff := cmp.Diff(c.usage, x.Usage()); diff != "" {
					t.Errorf("usage (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(c.reasons, x.Reasons()); diff != "" {
					t.Errorf("reasons (-want +got):\n%s", diff)
				}
				if x.Failed != (c.kind != "") || x.Failed && x.Kind(0) != c.kind {
					t.Errorf("failed %v, kind %s, want %s", x.Failed, x.Kind(0), c.kind)
				}
			})
		})
	}
}

func TestGeminiEmbeddings(t *testing.T) {
	const url = "https://generativelanguage.googleapis.com/v1beta/models/gemini-embedding-001:"
	everySize(t, url+"batchEmbedContents", `{"requests":[{"model":"models/gemini-embedding-001","content":{"parts":[{"text":"abc"}]},"outputDimensionality":768}]}`, http.Header{}, `{"embeddings":[{"values":[0.1,0.2]}]}`,
		func(t *testing.T, x *wire.Exchange, _ map[string]string) {
			if diff := cmp.Diff([]any{"gemini-embedding-001", int64(768), 3, true, providers.Usage{}}, []any{x.Asked.Model(), x.Dimensions(), x.PromptBytes(), x.Complete, x.Usage()}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
}

// Google writes a candidate's index after all else, others may not.
func TestGeminiCandidatesTellTheirIndexLast(t *testing.T) {
	event := func(candidates ...string) string {
		return `data: {"candidates":[` + strings.Join(candidates, ",") + `],"responseId":"r"}` + "\r\n\r\n"
	}
	candidate := func(index, text, reason string) string {
		return `{"content":{"parts":[` + text + `],"role":"model"}` + reason + `,"index":` + index + `}`
	}
	early := strings.Replace(strings.Replace(candidate("1", `{"text":"!"}`, ""), `,"index":1`, "", 1), "{", `{"index":1,`, 1)
	response := event(candidate("0", `{"text":"hm","thought":true},{"text":"A"}`, ""), candidate("1", `{"text":"X"}`, "")) +
		event(candidate("1", `{"text":"Y"},{"functionCall":{"name":"f","args":{"a":1}}},{"text":"Z"}`, `,"finishReason":"MAX_TOKENS"`)) +
		event(early) +
		event(candidate("0", `{"text":"B"}`, `,"finishReason":"STOP"`))
	everySize(t, geminiStreamURL, `{"generationConfig":{"candidateCount":2}}`, eventStream, response, func(t *testing.T, x *wire.Exchange, docs map[string]string) {
		if diff := cmp.Diff([]string{"STOP", "MAX_TOKENS"}, x.Reasons()); diff != "" {
			t.Errorf("reasons (-want +got):\n%s", diff)
		}
		const want = `[{"role":"assistant","parts":[{"type":"reasoning","content":"hm"},{"type":"text","content":"AB"}],"finish_reason":"stop"},` +
			`{"role":"assistant","parts":[{"type":"text","content":"XY"},{"type":"tool_call","name":"f","arguments":{"a":1}},{"type":"text","content":"Z!"}],"finish_reason":"length"}]`
		if diff := cmp.Diff(want, docs["output"]); diff != "" {
			t.Errorf("output (-want +got):\n%s", diff)
		}
	})
}

// On Vertex AI, Google's SDK embeds by predict or embedContent.
func TestVertexEmbeddings(t *testing.T) {
	const url = "https://europe-west1-aiplatform.googleapis.com/v1beta1/projects/p/locations/europe-west1/publishers/google/models/"
	for name, c := range map[string]struct {
		url, request, response string
		usage                  providers.Usage
		refused                int
	}{
		"predict": {
			url + "text-embedding-005:predict", `{"instances":[{"content":"abc","task_type":"RETRIEVAL_QUERY"},{"content":"de"}],"parameters":{"outputDimensionality":256}}`,
			`{"predictions":[{"embeddings":{"values":[0.1],"statistics":{"token_count":3,"truncated":false}}},{"embeddings":{"statistics":{"truncated":false,"token_count":2}}}],"metadata":{"billableCharacterCount":5}}`,
			reported(map[providers.TokenClass]int64{providers.ClassInput: 5}), 0,
		},
		"embedContent": {
			url + "gemini-embedding-2:embedContent", `{"content":{"parts":[{"text":"abcde"}]},"embedContentConfig":{"outputDimensionality":256}}`,
			`{"embedding":{"values":[0.1]},"usageMetadata":{"promptTokenCount":4}}`,
			reported(map[providers.TokenClass]int64{providers.ClassInput: 4}), 0,
		},
		"impossible": {
			url + "text-embedding-005:predict", `{"instances":[{"content":"abcde"}],"parameters":{"outputDimensionality":256}}`,
			`{"predictions":[{"embeddings":{"statistics":{"token_count":-3}}},{"embeddings":{"statistics":{"token_count":9e9}}}]}`,
			providers.Usage{},
			2,
		},
	} {
		t.Run(name, func(t *testing.T) {
			everySize(t, c.url, c.request, http.Header{}, c.response, func(t *testing.T, x *wire.Exchange, _ map[string]string) {
				if diff := cmp.Diff(c.usage, x.Usage()); diff != "" {
					t.Errorf("usage (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff([]any{"embeddings", int64(256), 5, true, c.refused}, []any{x.API.Operation(), x.Dimensions(), x.PromptBytes(), x.Complete, x.Refused()}); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
	x := reply(t, url+"text-embedding-005:predict", `{}`, http.StatusForbidden, http.Header{}, `{"error":{"code":403,"status":"PERMISSION_DENIED","details":[{"reason":"BILLING_DISABLED"}]}}`)
	if got := x.Kind(http.StatusForbidden); got != providers.KindQuotaExhausted {
		t.Errorf("kind %s", got)
	}
}

// What Google runs itself is no call to the caller.
func TestGeminiServerTools(t *testing.T) {
	const (
		parts = `{"executableCode":{"language":"PYTHON","code":"print(1)"}},{"codeExecutionResult":{"outcome":"OUTCOME_OK","output":"1\n"}},` +
			`{"toolCall":{"toolType":"GOOGLE_SEARCH_WEB","args":{"queries":["q"]},"id":"s1"}},{"toolResponse":{"id":"s1","toolType":"GOOGLE_SEARCH_WEB","response":{"found":2}}},{"text":"Two"}`
		request = `{"contents":[{"role":"model","parts":[` + parts + `]}],"tools":[{"codeExecution":{}},{"google_search":{"timeRangeFilter":{}}},{"functionDeclarations":[{"name":"f"}],"urlContext":{}}]}`
		answer  = `{"candidates":[{"content":{"parts":[` + parts + `]},"finishReason":"STOP"}]}`
		want    = `[{"role":"assistant","parts":[{"type":"server_tool_call","name":"code_execution","server_tool_call":{"type":"code_execution","arguments":{"language":"PYTHON","code":"print(1)"}}},` +
			`{"type":"server_tool_call_response","server_tool_call_response":{"type":"code_execution","response":{"outcome":"OUTCOME_OK","output":"1\n"}}},` +
			`{"type":"server_tool_call","id":"s1","name":"GOOGLE_SEARCH_WEB","server_tool_call":{"type":"GOOGLE_SEARCH_WEB","arguments":{"queries":["q"]}}},` +
			`{"type":"server_tool_call_response","id":"s1","server_tool_call_response":{"type":"GOOGLE_SEARCH_WEB","response":{"found":2}}},{"type":"text","content":"Two"}]`
	)
	everySize(t, geminiURL, request, http.Header{}, answer, func(t *testing.T, x *wire.Exchange, docs map[string]string) {
		if diff := cmp.Diff(map[string]string{
			"system": "", "input": want + "}]", "output": want + `,"finish_reason":"stop"}]`,
			"tools": `[{"type":"codeExecution","name":"codeExecution","codeExecution":{}},{"type":"google_search","name":"google_search","google_search":{"timeRangeFilter":{}}},{"type":"function","name":"f"},{"type":"urlContext","name":"urlContext","urlContext":{}}]`,
		}, docs); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if x.Chunks != 1 {
			t.Errorf("%d chunks", x.Chunks)
		}
	})
}
