package wire

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/llmotel/sdk/llmotel/internal/genai"
)

// API is a wire format of LLM calls.
type API uint8

// The formats.
const (
	None API = iota
	OpenAIChat
	OpenAIResponses
	OpenAICompletions
	OpenAIEmbeddings
	AnthropicMessages
	GeminiGenerate
	GeminiEmbed
	BedrockConverse
	BedrockInvoke
	BedrockEmbed // InvokeModel of an embedding model
	OllamaChat
	OllamaGenerate
	OllamaEmbed
	CohereChat
	CohereEmbed
	apis
)

// Route is what the address of a request says.
type Route struct {
	// Provider is the provider's name in the semantic conventions, told from
	// the host; for hosts that nobody knows it is that of the format's
	// inventor.
	Provider string
	// Model is the model, where the path names it. Deployment is Azure's name of
	// one, which stands for it where the body names none.
	Model, Deployment string
	API               API
	// Guessed says that the host is unknown, and the path one that others may
	// use for something else: only a model in the body makes it an LLM call.
	Guessed bool
	// Stream says that the path asks for a stream; some formats ask in the
	// body.
	Stream bool
}

// Operation is the GenAI operation of the API.
func (a API) Operation() string {
	switch a {
	case OpenAICompletions:
		return genai.OperationNameTextCompletion
	case OpenAIEmbeddings, GeminiEmbed, OllamaEmbed, CohereEmbed, BedrockEmbed:
		return genai.OperationNameEmbeddings
	case GeminiGenerate:
		return genai.OperationNameGenerateContent
	case OllamaGenerate:
		return genai.OperationNameTextCompletion
	default:
		return genai.OperationNameChat
	}
}

// Match tells whether a request is an LLM call. For others it costs next to
// nothing.
func Match(r *http.Request) (Route, bool) {
	if r.Method != http.MethodPost || r.URL == nil {
		return Route{}, false
	}
	path := r.URL.Path
	slash := strings.LastIndexByte(path, '/')
	if slash < 0 {
		return Route{}, false
	}
	dir, last := path[:slash], path[slash+1:]
	var to Route
	switch last {
	case "completions":
		to.API = OpenAICompletions
		if strings.HasSuffix(dir, "/chat") || strings.HasSuffix(dir, "/agents") { // Mistral's
			to.API = OpenAIChat
		}
	case "responses":
		to.API = OpenAIResponses
	case "messages":
		// Not the messages of a thread or a batch, which have ids before them.
		if !strings.HasSuffix(dir, "/v1") {
			return Route{}, false
		}
		to.API = AnthropicMessages
	case "embeddings":
		to.API = OpenAIEmbeddings
		if strings.HasSuffix(dir, "/api") {
			to.API = OllamaEmbed
		}
	case "chat":
		switch {
		case strings.HasSuffix(dir, "/api"):
			to.API = OllamaChat
		case strings.HasSuffix(dir, "/v2"):
			to.API = CohereChat
		}
	case "generate":
		if strings.HasSuffix(dir, "/api") {
			to.API = OllamaGenerate
		}
	case "embed":
		switch {
		case strings.HasSuffix(dir, "/api"):
			to.API = OllamaEmbed
		case strings.HasSuffix(dir, "/v2"), strings.HasSuffix(dir, "/v1"):
			to.API = CohereEmbed
		}
	case "converse", "converse-stream", "invoke", "invoke-with-response-stream":
		to.bedrock(r.URL, last)
	default:
		to.google(dir, last)
	}
	if to.API == None {
		return Route{}, false
	}
	to.Provider, to.Guessed = provider(r.URL.Hostname(), path, to.API)
	if _, after, ok := strings.Cut(path, deployments); ok {
		to.Deployment, _, _ = strings.Cut(after, "/")
	}
	return to, true
}

// deployments is what stands before Azure's name of a model.
const deployments = "/openai/deployments/"

// bedrock reads /model/{id}/{action}. The id may be an escaped ARN, which has
// slashes of its own.
func (to *Route) bedrock(u *url.URL, action string) {
	path := u.EscapedPath()
	start := strings.LastIndex(path, "/model/")
	end := len(path) - len(action) - 1
	if start < 0 || start+len("/model/") >= end {
		return
	}
	model, err := url.PathUnescape(path[start+len("/model/") : end])
	if err != nil {
		return
	}
	to.Model = model
	switch {
	case strings.HasPrefix(action, "converse"):
		to.API = BedrockConverse
	case strings.Contains(model, "embed"):
		to.API = BedrockEmbed
	default:
		to.API = BedrockInvoke
	}
	to.Stream = strings.HasSuffix(action, "-stream")
}

// google reads .../models/{model}:{method}. Vertex AI serves Anthropic's and
// others' models under the same scheme.
func (to *Route) google(dir, last string) {
	colon := strings.LastIndexByte(last, ':')
	if colon <= 0 || !strings.HasSuffix(dir, "/models") && !strings.HasSuffix(dir, "/tunedModels") && !strings.HasSuffix(dir, "/endpoints") {
		return
	}
	model, method := last[:colon], last[colon+1:]
	switch method {
	case "generateContent":
		to.API = GeminiGenerate
	case "streamGenerateContent":
		to.API, to.Stream = GeminiGenerate, true
	case "embedContent", "batchEmbedContents":
		to.API = GeminiEmbed
	case "predict": // what Google's SDK calls on Vertex AI for most embeddings
		if !strings.Contains(dir, "/publishers/") || !strings.Contains(model, "embed") {
			return
		}
		to.API = GeminiEmbed
	case "rawPredict", "streamRawPredict":
		switch {
		case strings.HasSuffix(dir, "/publishers/anthropic/models"):
			to.API = AnthropicMessages
		case strings.HasSuffix(dir, "/publishers/mistralai/models"), strings.HasSuffix(dir, "/publishers/ai21/models"):
			to.API = OpenAIChat
		default:
			return
		}
		to.Stream = method == "streamRawPredict"
	default:
		return
	}
	to.Model = model
}

// hosts maps the ends of host names to providers. Names that the conventions
// do not have are the vendors' own.
var hosts = []struct{ suffix, provider string }{
	{"api.openai.com", genai.ProviderNameOpenAI},
	{".openai.com", genai.ProviderNameOpenAI},
	{".openai.azure.com", genai.ProviderNameAzureAIOpenAI},
	{".cognitiveservices.azure.com", genai.ProviderNameAzureAIOpenAI},
	{".services.ai.azure.com", genai.ProviderNameAzureAIInference},
	{".inference.ai.azure.com", genai.ProviderNameAzureAIInference},
	{".models.ai.azure.com", genai.ProviderNameAzureAIInference},
	{"api.anthropic.com", genai.ProviderNameAnthropic},
	{".anthropic.com", genai.ProviderNameAnthropic},
	{"generativelanguage.googleapis.com", genai.ProviderNameGCPGemini},
	{"aiplatform.googleapis.com", genai.ProviderNameGCPVertexAI},
	{".rep.googleapis.com", genai.ProviderNameGCPVertexAI}, // of several regions
	{".amazonaws.com", genai.ProviderNameAWSBedrock},
	{".amazonaws.com.cn", genai.ProviderNameAWSBedrock},
	{".api.aws", genai.ProviderNameAWSBedrock},
	{"api.groq.com", genai.ProviderNameGroq},
	{"api.mistral.ai", genai.ProviderNameMistralAI},
	{"codestral.mistral.ai", genai.ProviderNameMistralAI},
	{"api.deepseek.com", genai.ProviderNameDeepSeek},
	{"api.x.ai", genai.ProviderNameXAI},
	{".api.x.ai", genai.ProviderNameXAI},
	{"api.cohere.com", genai.ProviderNameCohere},
	{"api.cohere.ai", genai.ProviderNameCohere},
	{"api.perplexity.ai", genai.ProviderNamePerplexity},
	{"api.moonshot.ai", genai.ProviderNameMoonshotAI},
	{"api.moonshot.cn", genai.ProviderNameMoonshotAI},
	{".ml.cloud.ibm.com", genai.ProviderNameIBMWatsonxAI},
	{"openrouter.ai", "openrouter"},
	{"api.together.xyz", "together"},
	{"api.together.ai", "together"},
	{"api.cerebras.ai", "cerebras"},
	{"api.fireworks.ai", "fireworks"},
	{"router.huggingface.co", "huggingface"},
	{"ai-gateway.vercel.sh", "vercel"},
	{"integrate.api.nvidia.com", "nvidia"},
	{"api.sambanova.ai", "sambanova"},
	{"api.deepinfra.com", "deepinfra"},
}

// provider names the provider that a host belongs to, or else, as a guess where
// the path is not telling, the format's inventor.
func provider(host, path string, api API) (name string, guessed bool) {
	host = strings.ToLower(host) // as it is, nearly always
	for i := range hosts {
		if h := &hosts[i]; strings.HasSuffix(host, h.suffix) {
			if h.provider == genai.ProviderNameGCPVertexAI || h.suffix[0] == '.' || len(host) == len(h.suffix) || host[len(host)-len(h.suffix)-1] == '.' {
				return h.provider, false
			}
		}
	}
	if strings.HasSuffix(path, "RawPredict") || strings.HasSuffix(path, "rawPredict") {
		return genai.ProviderNameGCPVertexAI, false
	}
	switch api {
	case AnthropicMessages:
		return genai.ProviderNameAnthropic, true
	case GeminiGenerate, GeminiEmbed:
		if strings.Contains(path, "/publishers/") {
			return genai.ProviderNameGCPVertexAI, false
		}
		return genai.ProviderNameGCPGemini, false
	case BedrockConverse, BedrockInvoke, BedrockEmbed:
		return genai.ProviderNameAWSBedrock, false
	case OllamaChat, OllamaGenerate, OllamaEmbed:
		return "ollama", true
	case CohereChat, CohereEmbed:
		return genai.ProviderNameCohere, true
	default:
		if strings.Contains(path, deployments) {
			return genai.ProviderNameAzureAIOpenAI, false
		}
		return genai.ProviderNameOpenAI, true
	}
}
