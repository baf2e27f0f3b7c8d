package main

import "testing"

func TestIdentifier(t *testing.T) {
	tests := map[string]string{
		"gen_ai.request.model":                 "RequestModel",
		"gen_ai.request.top_p":                 "RequestTopP",
		"gen_ai.response.id":                   "ResponseID",
		"gen_ai.skill.source.uri":              "SkillSourceURI",
		"openai.api.type":                      "OpenAIAPIType",
		"aws.bedrock.knowledge_base.id":        "AWSBedrockKnowledgeBaseID",
		"http.request.resend_count":            "HTTPRequestResendCount",
		"feature_flag.key":                     "FeatureFlagKey",
		"gen_ai.usage.cache_read.input_tokens": "UsageCacheReadInputTokens",
	}
	for name, want := range tests {
		if got := identifier(name); got != want {
			t.Errorf("identifier(%q) = %s, want %s", name, got, want)
		}
	}
}

func TestMemberIdentifier(t *testing.T) {
	tests := map[string]string{
		"openai":         "OpenAI",
		"gcp.gen_ai":     "GCPGenAI",
		"ibm.watsonx.ai": "IBMWatsonxAI",
		"x_ai":           "XAI",
		"in_progress":    "InProgress",
	}
	for id, want := range tests {
		if got := memberIdentifier(id); got != want {
			t.Errorf("memberIdentifier(%q) = %s, want %s", id, got, want)
		}
	}
}

func TestSentence(t *testing.T) {
	tests := map[string]string{
		"":                              "",
		"Plain text":                    "Plain text.",
		"Two\n  lines.\n":               "Two lines.",
		"[OpenAI](https://openai.com/)": "OpenAI.",
		"See [a](b) and [c](d), `gen_ai.x` [kept]": "See a and c, `gen_ai.x` [kept].",
	}
	for text, want := range tests {
		if got := sentence(text); got != want {
			t.Errorf("sentence(%q) = %q, want %q", text, got, want)
		}
	}
}
