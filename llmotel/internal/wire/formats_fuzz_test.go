package wire_test

import "testing"

func FuzzGemini(f *testing.F) {
	const event = `{"candidates":[{"content":{"parts":[{"text":"Hel","thought":true},{"text":"lo"},{"functionCall":{"name":"f","args":{"a":[1]}}},{"inlineData":{"data":"AA","mimeType":"image/png"}}]},"index":1,"finishReason":"STOP"}],` +
		`"usageMetadata":{"promptTokenCount":18,"cachedContentTokenCount":30,"thoughtsTokenCount":2,"promptTokensDetails":[{"modality":"TEXT","tokenCount":18}],"cacheTokensDetails":[{"tokenCount":30,"modality":"AUDIO"}]},"responseId":"r","modelVersion":"m"}`
	fuzzAnswers(f, geminiStreamURL, dataLines(event, event), "["+event+","+event+"]", event,
		dataLines(`{"candidates":[{"content":{"parts":[{"executableCode":{"code":"a"}},{"codeExecutionResult":{"output":"b"}},{"toolCall":{"toolType":"T","args":{}}},{"toolResponse":{"response":{}}},{"text":"x"},{"text":"y"}]},"finishReason":"STOP","index":2},{"index":0,"content":{"parts":[{"text":"z"}]}}]}`),
		`[{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"Your prepayment","details":[{"retryDelay":"7s","reason":"API_KEY_INVALID","violations":[{"quotaId":"PerDay"}]}]}}]`, `{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":-1}}`)
}

func FuzzGeminiEmbeddings(f *testing.F) {
	fuzzAnswers(f, "https://generativelanguage.googleapis.com/v1beta/models/m:embedContent", `{"embedding":{"values":[0.1,-2e3]},"usageMetadata":{"promptTokenCount":3}}`,
		`{"predictions":[{"embeddings":{"statistics":{"token_count":3}}},{"embeddings":{"statistics":{"token_count":4294967295}}}]}`)
}

func FuzzOllama(f *testing.F) {
	fuzzAnswers(f, "http://localhost:11434/api/chat",
		`{"model":"m","message":{"content":"a","thinking":"b","tool_calls":[{"function":{"name":"f","arguments":{}}}]},"done":false}`+"\n"+`{"model":"m","done":true,"done_reason":"length","prompt_eval_count":1,"eval_count":2}`+"\n",
		`{"error":"no"}`, `{"response":"a","done":true,"eval_count":-1}`)
}

func FuzzCohere(f *testing.F) {
	fuzzAnswers(f, cohereURL,
		dataLines(`{"type":"message-start","id":"i","delta":{}}`, `{"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"a"}}}}`,
			`{"type":"tool-call-start","index":1,"delta":{"message":{"tool_calls":{"id":"t","function":{"name":"f","arguments":""}}}}}`,
			`{"type":"message-end","delta":{"finish_reason":"COMPLETE","usage":{"billed_units":{"input_tokens":1},"tokens":{"input_tokens":9,"output_tokens":2},"cached_tokens":8}}}`),
		`{"id":"i","finish_reason":"TOOL_CALL","message":{"tool_plan":"p","content":[{"type":"text","text":"a"}],"tool_calls":[{"id":"t","function":{"name":"f","arguments":"{}"}}]},"usage":{}}`)
}
