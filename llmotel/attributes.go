package llmotel

import (
	"cmp"
	"slices"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/llmotel/internal/cow"
	"github.com/llmotel/sdk/llmotel/internal/genai"
	"github.com/llmotel/sdk/providers"
)

// startKey is what a span is started with. Samplers see all of it but Stream, which
// the conventions do not have them see: what a span has at its start is kept as long as
// a stream is open.
type startKey struct {
	Operation, Provider, Model, ServerAddress string
	ServerPort                                int
	Target                                    string
	Stream                                    bool
}

// start is a span's name and start options, made once for each startKey.
type start struct {
	startKey
	name  string
	attrs []attribute.KeyValue
	opts  []trace.SpanStartOption
}

type startCache struct {
	first atomic.Pointer[start] // many programs ask nothing else
	m     cow.Map[startKey, *start]
}

// startLimit bounds the cache; models come from callers. Beyond it starts are
// made anew for each call.
const startLimit = 1000

func (c *startCache) of(k startKey) *start {
	if s := c.first.Load(); s != nil && s.startKey == k {
		return s
	}
	if s, ok := c.m.Get(k); ok {
		return s
	}
	s := newStart(k)
	if c.m.Len() < startLimit {
		s = c.m.Put(k, s)
	}
	c.first.CompareAndSwap(nil, s)
	return s
}

func newStart(k startKey) *start {
	s := &start{startKey: k, name: k.Operation}
	attrs := []attribute.KeyValue{genai.OperationNameKey.String(k.Operation), genai.ProviderNameKey.String(k.Provider)}
	if k.Model != "" {
		s.name += " " + k.Model
		attrs = append(attrs, genai.RequestModelKey.String(k.Model))
	}
	attrs = appendServer(attrs, k.ServerAddress, spanPort(k.Operation, k.Provider, k.ServerPort))
	if azureInference(k.Operation, k.Provider) {
		attrs = append(attrs, genai.AzureResourceProviderNamespaceKey.String(genai.AzureNamespace))
	}
	if k.Target != "" {
		attrs = append(attrs, genai.TargetKey.String(k.Target))
	}
	s.attrs = attrs
	s.opts = []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attrs...)}
	return s
}

// azureInference tells whether the refinement for Azure AI Inference applies.
func azureInference(operation, provider string) bool {
	return provider == genai.ProviderNameAzureAIInference && operation != OperationEmbeddings
}

// spanPort is the port that a span shows: Azure's refinement leaves 443 out.
func spanPort(operation, provider string, port int) int {
	if port == 443 && azureInference(operation, provider) {
		return 0
	}
	return port
}

func appendServer(kvs []attribute.KeyValue, address string, port int) []attribute.KeyValue {
	kvs = appendString(kvs, genai.ServerAddressKey, address)
	if address != "" && port > 0 {
		kvs = append(kvs, genai.ServerPortKey.Int(port))
	}
	return kvs
}

// appendSampling adds the options that agents have too.
func appendSampling(kvs []attribute.KeyValue, r *providers.Request) []attribute.KeyValue {
	if r.MaxOutputTokens > 0 {
		kvs = append(kvs, genai.RequestMaxTokensKey.Int64(r.MaxOutputTokens))
	}
	kvs = appendFloat(kvs, genai.RequestTemperatureKey, r.Temperature)
	kvs = appendFloat(kvs, genai.RequestTopPKey, r.TopP)
	kvs = appendFloat(kvs, genai.RequestFrequencyPenaltyKey, r.FrequencyPenalty)
	kvs = appendFloat(kvs, genai.RequestPresencePenaltyKey, r.PresencePenalty)
	if r.Seed != nil {
		kvs = append(kvs, genai.RequestSeedKey.Int64(*r.Seed))
	}
	if len(r.StopSequences) > 0 {
		kvs = append(kvs, genai.RequestStopSequencesKey.StringSlice(utf8Texts(r.StopSequences)))
	}
	if r.Choices > 1 {
		kvs = append(kvs, genai.RequestChoiceCountKey.Int(r.Choices))
	}
	return appendString(kvs, genai.OutputTypeKey, outputType(r))
}

func appendRequest(kvs []attribute.KeyValue, provider string, r *providers.Request) []attribute.KeyValue {
	kvs = appendSampling(kvs, r)
	if r.TopK != nil {
		kvs = append(kvs, genai.RequestTopKKey.Int64(*r.TopK))
	}
	if r.Reasoning != nil {
		kvs = appendString(kvs, genai.RequestReasoningLevelKey, r.Reasoning.Effort)
	}
	kvs = appendString(kvs, genai.RequestPreviousResponseIDKey, r.PreviousResponseID)
	if provider == genai.ProviderNameOpenAI && r.ServiceTier != genai.OpenAIRequestServiceTierAuto {
		kvs = appendString(kvs, genai.OpenAIRequestServiceTierKey, r.ServiceTier)
	}
	return kvs
}

// outputType is the requested type, set only if the request asks for one.
func outputType(r *providers.Request) string {
	for _, m := range r.OutputModalities {
		switch m {
		case providers.ModalityAudio:
			return genai.OutputTypeSpeech
		case providers.ModalityImage:
			return genai.OutputTypeImage
		}
	}
	if r.Format == nil {
		return ""
	}
	if r.Format.Type == providers.FormatText {
		return genai.OutputTypeText
	}
	return genai.OutputTypeJSON
}

// guardrailOf asks a request's extensions, whose types are not known here, for the
// guardrail that they ask for.
func guardrailOf(r *providers.Request) string {
	if r == nil {
		return ""
	}
	for _, e := range r.Extensions {
		if g, ok := e.(interface{ GuardrailID() string }); ok {
			return g.GuardrailID()
		}
	}
	return ""
}

// appendCall adds what a Call says beside its request.
func appendCall(kvs []attribute.KeyValue, c *calling) []attribute.KeyValue {
	if c.Embed != nil && c.Embed.Dimensions > 0 {
		kvs = append(kvs, genai.EmbeddingsDimensionCountKey.Int(c.Embed.Dimensions))
	}
	if len(c.EncodingFormats) > 0 && c.Operation == OperationEmbeddings {
		kvs = append(kvs, genai.RequestEncodingFormatsKey.StringSlice(utf8Texts(c.EncodingFormats)))
	}
	if c.Provider == genai.ProviderNameAWSBedrock && c.Operation != OperationEmbeddings {
		kvs = appendString(kvs, genai.AWSBedrockGuardrailIDKey, c.guardrail())
		kvs = appendString(kvs, genai.AWSBedrockKnowledgeBaseIDKey, c.KnowledgeBaseID)
	}
	return kvs
}

func appendFloat(kvs []attribute.KeyValue, key attribute.Key, v *float64) []attribute.KeyValue {
	if v != nil {
		kvs = append(kvs, key.Float64(*v))
	}
	return kvs
}

func appendString(kvs []attribute.KeyValue, key attribute.Key, v string) []attribute.KeyValue {
	if v != "" {
		kvs = append(kvs, key.String(utf8Text(v)))
	}
	return kvs
}

// utf8Text is v with U+FFFD for what is no UTF-8. Exporters refuse a whole batch of
// spans for one string that is none, and names and ids come from anywhere.
func utf8Text(v string) string {
	if utf8.ValidString(v) {
		return v
	}
	return strings.ToValidUTF8(v, "\ufffd")
}

// utf8Texts is utf8Text for each of v, which stays as it is.
func utf8Texts(v []string) []string {
	for i, s := range v {
		if utf8.ValidString(s) {
			continue
		}
		v = slices.Clone(v)
		for ; i < len(v); i++ {
			v[i] = utf8Text(v[i])
		}
		return v
	}
	return v
}

func appendResult(kvs []attribute.KeyValue, call *calling, r *Result) []attribute.KeyValue {
	if r.Provider != "" && r.Provider != call.Provider { // known better than at the start
		kvs = append(kvs, genai.ProviderNameKey.String(r.Provider))
	}
	if call.Operation != OperationEmbeddings { // which have no id in the conventions
		kvs = appendString(kvs, genai.ResponseIDKey, r.ResponseID)
	}
	kvs = appendString(kvs, genai.ResponseModelKey, r.Model)
	if len(r.FinishReasons) > 0 {
		kvs = append(kvs, finishReasons(r))
	}
	if r.Compacted || slices.Contains(r.FinishReasons, providers.FinishCompaction) {
		kvs = append(kvs, genai.ConversationCompactedKey.Bool(true))
	}
	if cmp.Or(r.Provider, call.Provider) == genai.ProviderNameOpenAI && call.Operation != OperationEmbeddings {
		kvs = appendString(kvs, genai.OpenAIAPITypeKey, r.API)
		kvs = appendString(kvs, genai.OpenAIResponseServiceTierKey, r.ServiceTier)
		kvs = appendString(kvs, genai.OpenAIResponseSystemFingerprintKey, r.SystemFingerprint)
	}
	return kvs
}

func appendAttribution(kvs []attribute.KeyValue, a *Attribution) []attribute.KeyValue {
	if a == nil {
		return kvs
	}
	kvs = appendString(kvs, genai.FeatureNameKey, a.Feature)
	kvs = appendString(kvs, genai.FeatureVersionKey, a.FeatureVersion)
	if a.Prompt != "" {
		kvs = append(kvs, genai.PromptNameKey.String(a.Prompt))
		kvs = appendString(kvs, genai.PromptVersionKey, a.PromptVersion)
	}
	kvs = appendString(kvs, genai.FeatureFlagKeyKey, a.Experiment)
	kvs = appendString(kvs, genai.FeatureFlagResultVariantKey, a.Variant)
	kvs = appendString(kvs, genai.ConversationIDKey, a.Conversation)
	kvs = appendString(kvs, genai.UserIDKey, a.User)
	kvs = appendString(kvs, genai.SessionIDKey, a.Session)
	return appendString(kvs, genai.TenantKey, a.Tenant)
}
