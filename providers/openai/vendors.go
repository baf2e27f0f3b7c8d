package openai

import (
	"cmp"
	"strings"
)

// NameAzure is Azure OpenAI's name in the GenAI semantic conventions.
const NameAzure = "azure.ai.openai"

// vendor is a service that speaks OpenAI's protocol.
type vendor struct {
	host string // a host, or the end of one if it begins with a dot
	name string
	// legacyMaxTokens: its documentation has no max_completion_tokens.
	legacyMaxTokens bool
}

// vendors names services by their host. Names are those of the GenAI semantic
// conventions where they have one.
var vendors = []vendor{
	{host: ".openai.com", name: Name}, // regional hosts too
	{host: ".openai.azure.com", name: NameAzure},
	{host: ".openai.azure.us", name: NameAzure},
	{host: ".openai.azure.cn", name: NameAzure},
	{host: ".cognitiveservices.azure.com", name: NameAzure},
	{host: ".services.ai.azure.com", name: NameAzure},
	{host: "api.groq.com", name: "groq"},
	{host: "api.deepseek.com", name: "deepseek", legacyMaxTokens: true},
	{host: ".mistral.ai", name: "mistral_ai", legacyMaxTokens: true},
	{host: ".x.ai", name: "x_ai"},
	{host: "openrouter.ai", name: "openrouter"},
	{host: "api.perplexity.ai", name: "perplexity"},
	{host: ".moonshot.ai", name: "moonshot_ai"},
	{host: ".moonshot.cn", name: "moonshot_ai"},
	{host: "api.cerebras.ai", name: "cerebras"},
	{host: ".together.xyz", name: "together_ai"},
	{host: ".together.ai", name: "together_ai"},
	{host: ".cohere.com", name: "cohere"},
	{host: ".cohere.ai", name: "cohere"},
	{host: "api.anthropic.com", name: "anthropic"},
	{host: "generativelanguage.googleapis.com", name: "gcp.gemini"},
	{host: "aiplatform.googleapis.com", name: "gcp.vertex_ai"},
	{host: "-aiplatform.googleapis.com", name: "gcp.vertex_ai"},
	{host: ".amazonaws.com", name: "aws.bedrock"},
}

// at returns the dialect for the service at a host, where it is known. What
// the caller has set stays.
func (d dialect) at(host string) dialect {
	host = strings.ToLower(host)
	for i := range vendors {
		v := &vendors[i]
		if host != v.host && (v.host[0] != '.' && v.host[0] != '-' || !strings.HasSuffix(host, v.host)) {
			continue
		}
		d.name = cmp.Or(d.name, v.name)
		d.legacyMaxTokens = d.legacyMaxTokens || v.legacyMaxTokens
		return d
	}
	d.name = cmp.Or(d.name, Name)
	return d
}
