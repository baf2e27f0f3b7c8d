package llmotel

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"

	"github.com/llmotel/sdk/llmotel/internal/cow"
	"github.com/llmotel/sdk/llmotel/internal/genai"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// instruments are the metric instruments and the attribute sets in use. Those of
// a revision that is not selected record nothing.
type instruments struct {
	// operationDuration is for all operations in the older revision, in the
	// newest for all but inference.
	operationDuration metric.Float64Histogram
	// Of the newest revision.
	duration, firstChunk, chunkTime                 metric.Float64Histogram
	inputSize, outputSize                           metric.Int64Histogram
	input, output, cacheRead, cacheWrite, reasoning metric.Int64Counter
	// Of the older revision.
	olderFirstChunk, olderChunkTime metric.Float64Histogram
	tokenUsage                      metric.Int64Histogram
	// Of operations around calls, in both revisions.
	agentDuration, toolDuration, workflowDuration metric.Float64Histogram
	agentCalls, agentTools                        metric.Int64Histogram
	// Of our own.
	cost              metric.Float64Counter
	unpriced, dropped metric.Int64Counter

	conventions Conventions
	chunkTimes  bool
	fields      []AttributionField
	limit       int
	series      cow.Map[seriesKey, *series]
	around      cow.Map[aroundKey, []metric.RecordOption]
	made        atomic.Int64 // number of series
}

func newInstruments(c config) (*instruments, error) {
	m := &maker{meter: c.meterProvider.Meter(ScopeName, metric.WithInstrumentationVersion(Version), metric.WithSchemaURL(genai.SchemaURL))}
	newest, older := c.conventions.has(ConventionsNewest), c.conventions.has(ConventionsOlder)
	in := &instruments{
		operationDuration: m.seconds(genai.MetricClientOperationDuration, true),

		duration:   m.seconds(genai.MetricClientInferenceDuration, newest),
		firstChunk: m.seconds(genai.MetricClientInferenceTimeToFirstChunk, newest),
		chunkTime:  m.seconds(genai.MetricClientInferenceTimePerOutputChunk, newest),
		inputSize:  m.counts(genai.MetricClientInferenceOperationInputTokens, newest),
		outputSize: m.counts(genai.MetricClientInferenceOperationOutputTokens, newest),
		input:      m.counter(genai.MetricClientInferenceUsageInputTokens, newest),
		output:     m.counter(genai.MetricClientInferenceUsageOutputTokens, newest),
		cacheRead:  m.counter(genai.MetricClientInferenceUsageCacheReadInputTokens, newest),
		cacheWrite: m.counter(genai.MetricClientInferenceUsageCacheWriteInputTokens, newest),
		reasoning:  m.counter(genai.MetricClientInferenceUsageReasoningOutputTokens, newest),

		olderFirstChunk: m.seconds(genai.MetricClientOperationTimeToFirstChunk, older),
		olderChunkTime:  m.seconds(genai.MetricClientOperationTimePerOutputChunk, older),
		tokenUsage:      m.counts(genai.MetricClientTokenUsage, older),

		agentDuration:    m.seconds(genai.MetricInvokeAgentDuration, true),
		toolDuration:     m.seconds(genai.MetricExecuteToolDuration, true),
		workflowDuration: m.seconds(genai.MetricInvokeWorkflowDuration, true),
		agentCalls:       m.counts(genai.MetricInvokeAgentInferenceCalls, true),
		agentTools:       m.counts(genai.MetricInvokeAgentToolCalls, true),

		cost:     m.amount(genai.MetricClientCost),
		unpriced: m.counter(genai.MetricClientUnpricedCalls, true),
		dropped:  m.counter(genai.MetricTelemetryDropped, true),

		conventions: c.conventions, chunkTimes: c.chunkTimes, fields: c.metricFields, limit: c.seriesLimit,
	}
	return in, errors.Join(m.errs...)
}

// maker makes instruments. What a meter refuses, or what is not wanted, does
// nothing.
type maker struct {
	meter metric.Meter
	errs  []error
}

func (m *maker) seconds(def genai.Metric, wanted bool) metric.Float64Histogram {
	if !wanted {
		return noop.Float64Histogram{}
	}
	h, err := m.meter.Float64Histogram(def.Name, metric.WithUnit(def.Unit), metric.WithDescription(def.Description), metric.WithExplicitBucketBoundaries(def.Buckets()...))
	m.errs = append(m.errs, err)
	if h == nil {
		return noop.Float64Histogram{}
	}
	return h
}

func (m *maker) counts(def genai.Metric, wanted bool) metric.Int64Histogram {
	if !wanted {
		return noop.Int64Histogram{}
	}
	h, err := m.meter.Int64Histogram(def.Name, metric.WithUnit(def.Unit), metric.WithDescription(def.Description), metric.WithExplicitBucketBoundaries(def.Buckets()...))
	m.errs = append(m.errs, err)
	if h == nil {
		return noop.Int64Histogram{}
	}
	return h
}

func (m *maker) counter(def genai.Metric, wanted bool) metric.Int64Counter {
	if !wanted {
		return noop.Int64Counter{}
	}
	n, err := m.meter.Int64Counter(def.Name, metric.WithUnit(def.Unit), metric.WithDescription(def.Description))
	m.errs = append(m.errs, err)
	if n == nil {
		return noop.Int64Counter{}
	}
	return n
}

func (m *maker) amount(def genai.Metric) metric.Float64Counter {
	n, err := m.meter.Float64Counter(def.Name, metric.WithUnit(def.Unit), metric.WithDescription(def.Description))
	m.errs = append(m.errs, err)
	if n == nil {
		return noop.Float64Counter{}
	}
	return n
}

// took records how long a call took.
func (in *instruments) took(ctx context.Context, s *series, d time.Duration, inference bool) {
	if inference {
		in.duration.Record(ctx, d.Seconds(), s.record...)
	}
	if !inference || in.conventions.has(ConventionsOlder) {
		in.operationDuration.Record(ctx, d.Seconds(), s.record...)
	}
}

// first records the time to the first chunk.
func (in *instruments) first(ctx context.Context, s *series, d time.Duration) {
	in.firstChunk.Record(ctx, d.Seconds(), s.record...)
	in.olderFirstChunk.Record(ctx, d.Seconds(), s.record...)
}

// next records the time from one chunk to the next.
func (in *instruments) next(ctx context.Context, s *series, d time.Duration) {
	in.chunkTime.Record(ctx, d.Seconds(), s.record...)
	in.olderChunkTime.Record(ctx, d.Seconds(), s.record...)
}

// tokens adds the counts of one call. The counters cover every call with known
// usage, failed ones included, since those are paid for as well; the
// histograms describe successful calls only. The older revision has one
// histogram for both purposes and covers all calls with it; the newest has no
// counts for embeddings.
func (in *instruments) tokens(ctx context.Context, s *series, u *providers.Usage, inference, succeeded bool) {
	if u.Completeness == providers.UsageMissing {
		return
	}
	if in.conventions.has(ConventionsOlder) {
		if u.Has(providers.ClassInput) {
			in.tokenUsage.Record(ctx, u.Input, s.byType[typeInput]...)
		}
		if u.Has(providers.ClassOutput) && inference {
			in.tokenUsage.Record(ctx, u.Output, s.byType[typeOutput]...)
		}
	}
	if !inference || !in.conventions.has(ConventionsNewest) {
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
