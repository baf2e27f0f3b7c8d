package llmotel

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"

	"github.com/llmotel/sdk/llmotel/internal/cow"
	"github.com/llmotel/sdk/llmotel/internal/genai"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// instruments are the metric instruments and the attribute sets in use.
type instruments struct {
	duration, firstChunk, chunkTime, operationDuration metric.Float64Histogram
	inputSize, outputSize                              metric.Int64Histogram
	input, output, cacheRead, cacheWrite, reasoning    metric.Int64Counter
	cost                                               metric.Float64Counter
	unpriced, dropped                                  metric.Int64Counter

	chunkTimes bool
	fields     []AttributionField
	limit      int
	series     cow.Map[seriesKey, *series]
	made       atomic.Int64 // number of series
}

func newInstruments(c config) (*instruments, error) {
	m := c.meterProvider.Meter(ScopeName, metric.WithInstrumentationVersion(Version), metric.WithSchemaURL(genai.SchemaURL))
	in := &instruments{chunkTimes: c.chunkTimes, fields: c.metricFields, limit: c.seriesLimit}
	var errs []error
	seconds := func(def genai.Metric) metric.Float64Histogram {
		h, err := m.Float64Histogram(def.Name, metric.WithUnit(def.Unit), metric.WithDescription(def.Description), metric.WithExplicitBucketBoundaries(def.Buckets()...))
		errs = append(errs, err)
		if h == nil {
			h = noop.Float64Histogram{}
		}
		return h
	}
	tokens := func(def genai.Metric) metric.Int64Histogram {
		h, err := m.Int64Histogram(def.Name, metric.WithUnit(def.Unit), metric.WithDescription(def.Description), metric.WithExplicitBucketBoundaries(def.Buckets()...))
		errs = append(errs, err)
		if h == nil {
			h = noop.Int64Histogram{}
		}
		return h
	}
	counter := func(def genai.Metric) metric.Int64Counter {
		n, err := m.Int64Counter(def.Name, metric.WithUnit(def.Unit), metric.WithDescription(def.Description))
		errs = append(errs, err)
		if n == nil {
			n = noop.Int64Counter{}
		}
		return n
	}
	in.duration = seconds(genai.MetricClientInferenceDuration)
	in.firstChunk = seconds(genai.MetricClientInferenceTimeToFirstChunk)
	in.chunkTime = seconds(genai.MetricClientInferenceTimePerOutputChunk)
	in.operationDuration = seconds(genai.MetricClientOperationDuration)
	in.inputSize = tokens(genai.MetricClientInferenceOperationInputTokens)
	in.outputSize = tokens(genai.MetricClientInferenceOperationOutputTokens)
	in.input = counter(genai.MetricClientInferenceUsageInputTokens)
	in.output = counter(genai.MetricClientInferenceUsageOutputTokens)
	in.cacheRead = counter(genai.MetricClientInferenceUsageCacheReadInputTokens)
	in.cacheWrite = counter(genai.MetricClientInferenceUsageCacheWriteInputTokens)
	in.reasoning = counter(genai.MetricClientInferenceUsageReasoningOutputTokens)
	in.unpriced = counter(genai.MetricClientUnpricedCalls)
	in.dropped = counter(genai.MetricTelemetryDropped)
	def := genai.MetricClientCost
	var err error
	in.cost, err = m.Float64Counter(def.Name, metric.WithUnit(def.Unit), metric.WithDescription(def.Description))
	errs = append(errs, err)
	if in.cost == nil {
		in.cost = noop.Float64Counter{}
	}
	return in, errors.Join(errs...)
}

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
	case OperationChat, OperationGenerateContent, OperationTextCompletion, OperationEmbeddings:
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
	kvs := []attribute.KeyValue{
		genai.OperationNameKey.String(k.operation),
		genai.ProviderNameKey.String(k.provider),
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

// tokens adds the counts of one call. The counters cover every call with known
// usage, failed ones included, since those are paid for as well; the
// histograms describe successful calls only.
func (in *instruments) tokens(ctx context.Context, s *series, u *providers.Usage, succeeded bool) {
	if u.Completeness == providers.UsageMissing {
		return
	}
	split(ctx, in.input, s, u.Input, u.TextInput, u.AudioInput, u.ImageInput)
	split(ctx, in.output, s, u.Output, u.TextOutput, u.AudioOutput, u.ImageOutput)
	split(ctx, in.cacheRead, s, u.CacheRead, u.TextCacheRead, u.AudioCacheRead, u.ImageCacheRead)
	split(ctx, in.cacheWrite, s, u.CacheWrite, 0, 0, 0)
	split(ctx, in.reasoning, s, u.Reasoning, 0, 0, 0)
	if succeeded && u.Completeness == providers.UsageReported {
		if u.Has(providers.ClassInput) {
			in.inputSize.Record(ctx, u.Input, s.record...)
		}
		if u.Has(providers.ClassOutput) {
			in.outputSize.Record(ctx, u.Output, s.record...)
		}
	}
}

// split adds a total by modality; what the provider did not split is unknown.
func split(ctx context.Context, c metric.Int64Counter, s *series, total, text, audio, image int64) {
	parts := [modalities]int64{modalityText: text, modalityAudio: audio, modalityImage: image}
	parts[modalityUnknown] = total - text - audio - image
	if parts[modalityUnknown] < 0 { // a split that contradicts its total
		parts = [modalities]int64{modalityUnknown: total}
	}
	for i, n := range parts {
		if n > 0 {
			c.Add(ctx, n, s.byModality[i]...)
		}
	}
}

func (in *instruments) price(ctx context.Context, s *series, c *pricing.Cost) {
	switch {
	case c.Priced && c.Currency == "USD":
		in.cost.Add(ctx, c.Amount.Float(), s.add...)
	case c.Priced:
		in.unpriced.Add(ctx, 1, s.byReason[reasonCurrency]...)
	case c.PriceID == "":
		in.unpriced.Add(ctx, 1, s.byReason[reasonNoPrice]...)
	default:
		in.unpriced.Add(ctx, 1, s.byReason[reasonNoUsage]...)
	}
}
