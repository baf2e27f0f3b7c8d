package llmotel

import (
	"slices"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/llmotel/sdk/llmotel/internal/cow"
	"github.com/llmotel/sdk/llmotel/internal/genai"
)

// seriesKey is what tells the attribute sets of metrics apart.
type seriesKey struct {
	operation, provider, model, responseModel, address string
	port                                               int
	errorType                                          string
	openAITier                                         string
}

// series is one attribute set, in the forms that the instruments take without
// allocating.
type series struct {
	record []metric.RecordOption
	add    []metric.AddOption
	// byModality has the set with gen_ai.token.modality added.
	byModality [modalities][]metric.AddOption
	// byType has the set with gen_ai.token.type added, for the older revision.
	byType [tokenTypes][]metric.RecordOption
	// byReason has the set with llmotel.reason added, for unpriced calls.
	byReason [reasons][]metric.AddOption
	// byAttribution has the sets with attribution added.
	byAttribution cow.Map[Attribution, *series]
}

const (
	modalityUnknown = iota
	modalityText
	modalityAudio
	modalityImage
	modalities
)

const (
	typeInput = iota
	typeOutput
	tokenTypes
)

// The reasons why a call is not priced in US dollars.
const (
	reasonNoPrice = iota
	reasonNoUsage
	reasonCurrency
	reasons
)

// other stands for all values beyond the limit of series.
const other = "_OTHER"

// of returns the series of a key and, where the options allow some of it, of
// an attribution, making it on first use.
func (in *instruments) of(k seriesKey, a *Attribution) *series {
	s, ok := in.series.Get(k)
	if !ok {
		if in.made.Load() >= int64(in.limit) {
			k = k.bounded()
		}
		s = put(in, &in.series, k, k, nil)
	}
	if a == nil || len(in.fields) == 0 {
		return s
	}
	allowed := in.metricAttribution(a)
	if allowed == (Attribution{}) {
		return s
	}
	with, ok := s.byAttribution.Get(allowed)
	if !ok {
		if in.made.Load() >= int64(in.limit) {
			allowed = otherAttribution(in.fields)
		}
		with = put(in, &s.byAttribution, allowed, k, &allowed)
	}
	return with
}

// bounded is the key under which calls beyond the limit are counted. What is
// left has few values: error types are a closed set.
func (k seriesKey) bounded() seriesKey {
	operation := other
	switch k.operation {
	case OperationChat, OperationGenerateContent, OperationTextCompletion, OperationEmbeddings,
		genai.OperationNameInvokeAgent, genai.OperationNameRetrieval:
		operation = k.operation
	}
	return seriesKey{operation: operation, provider: other, model: other, responseModel: other, errorType: k.errorType}
}

// put makes and stores a series unless there is one.
func put[K comparable](in *instruments, m *cow.Map[K, *series], at K, k seriesKey, a *Attribution) *series {
	if s, ok := m.Get(at); ok {
		return s
	}
	in.made.Add(1)
	return m.Put(at, newSeries(k, a))
}

func newSeries(k seriesKey, a *Attribution) *series {
	kvs := []attribute.KeyValue{genai.OperationNameKey.String(utf8Text(k.operation))}
	if k.provider != "" || k.operation != genai.OperationNameRetrieval { // a retrieval may have none
		kvs = append(kvs, genai.ProviderNameKey.String(utf8Text(k.provider)))
	}
	kvs = appendString(kvs, genai.RequestModelKey, k.model)
	kvs = appendString(kvs, genai.ResponseModelKey, k.responseModel)
	kvs = appendServer(kvs, k.address, k.port)
	kvs = appendString(kvs, genai.ErrorTypeKey, k.errorType)
	kvs = appendString(kvs, genai.OpenAIResponseServiceTierKey, k.openAITier)
	kvs = appendAttribution(kvs, a)

	set := attribute.NewSet(kvs...)
	s := &series{
		record: []metric.RecordOption{metric.WithAttributeSet(set)},
		add:    []metric.AddOption{metric.WithAttributeSet(set)},
	}
	for i, tokens := range []string{genai.TokenTypeInput, genai.TokenTypeOutput} {
		with := attribute.NewSet(append(slices.Clip(kvs), genai.TokenTypeKey.String(tokens))...)
		s.byType[i] = []metric.RecordOption{metric.WithAttributeSet(with)}
	}
	for i, modality := range []string{genai.TokenModalityUnknown, genai.TokenModalityText, genai.TokenModalityAudio, genai.TokenModalityImage} {
		with := attribute.NewSet(append(slices.Clip(kvs), genai.TokenModalityKey.String(modality))...)
		s.byModality[i] = []metric.AddOption{metric.WithAttributeSet(with)}
	}
	for i, reason := range []string{genai.ReasonNoPrice, genai.ReasonNoUsage, genai.ReasonCurrency} {
		with := attribute.NewSet(append(slices.Clip(kvs), genai.ReasonKey.String(reason))...)
		s.byReason[i] = []metric.AddOption{metric.WithAttributeSet(with)}
	}
	return s
}

// metricAttribution keeps the fields that the options allow.
func (in *instruments) metricAttribution(a *Attribution) Attribution {
	var out Attribution
	for _, f := range in.fields {
		if p, q := f.of(&out), f.of(a); p != nil {
			*p = *q
		}
	}
	return out
}

func otherAttribution(fields []AttributionField) Attribution {
	var out Attribution
	for _, f := range fields {
		if p := f.of(&out); p != nil {
			*p = other
		}
	}
	return out
}

func (f AttributionField) of(a *Attribution) *string {
	switch f {
	case FieldFeature:
		return &a.Feature
	case FieldFeatureVersion:
		return &a.FeatureVersion
	case FieldPrompt:
		return &a.Prompt
	case FieldPromptVersion:
		return &a.PromptVersion
	case FieldExperiment:
		return &a.Experiment
	case FieldVariant:
		return &a.Variant
	case FieldTenant:
		return &a.Tenant
	}
	return nil
}
