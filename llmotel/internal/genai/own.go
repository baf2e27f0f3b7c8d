package genai

import "go.opentelemetry.io/otel/attribute"

// SpanNameCall is the name of the INTERNAL span that is the parent of all
// targets visited by one failover call. It has no gen_ai attributes, so that
// calls and tokens are counted once, on the inference spans below it.
const SpanNameCall = "llm.call"

// What a call did cost and how much is known about it; on inference spans.
const (
	// CostAmountKey: double. The cost of the call in USD, or in llmotel.cost.currency.
	CostAmountKey = attribute.Key("llmotel.cost.amount")

	// CostCurrencyKey: string. The ISO 4217 currency; absent means USD.
	CostCurrencyKey = attribute.Key("llmotel.cost.currency")

	// CostPriceIDKey: string. The catalogue entry that the cost was computed with.
	CostPriceIDKey = attribute.Key("llmotel.cost.price_id")

	// CostUnpricedKey: boolean. Set to true when no price is known, never to false.
	CostUnpricedKey = attribute.Key("llmotel.cost.unpriced")

	// UsageCompletenessKey: string. How complete the token counts of the call are.
	UsageCompletenessKey = attribute.Key("llmotel.usage.completeness")

	// StreamMalformedChunksKey: int. How many events of a streamed answer were
	// left out because they could not be read; absent if none were.
	StreamMalformedChunksKey = attribute.Key("llmotel.stream.malformed_chunks")
)

// Values of UsageCompletenessKey.
const (
	// UsageCompletenessReported: all counts come from the provider.
	UsageCompletenessReported = "reported"
	// UsageCompletenessPartial: the provider reported some counts before the call ended.
	UsageCompletenessPartial = "partial"
	// UsageCompletenessEstimated: the counts were computed here, not by the provider.
	UsageCompletenessEstimated = "estimated"
	// UsageCompletenessMissing: there are no counts.
	UsageCompletenessMissing = "missing"
)

// Where a call went. TargetsVisitedKey and AttemptsKey are on the parent only,
// OutcomeKey on a metric only.
const (
	// TargetKey: string. The name of the target; on the parent, of the one that answered.
	TargetKey = attribute.Key("llmotel.target")

	// TargetsVisitedKey: int. How many targets were asked at least once.
	TargetsVisitedKey = attribute.Key("llmotel.targets.visited")

	// AttemptsKey: int. How many requests were sent: over all targets on the
	// parent, to this target on an inference span, if more than one.
	AttemptsKey = attribute.Key("llmotel.attempts")

	// BreakerStateKey: string. The state of a target's circuit breaker.
	BreakerStateKey = attribute.Key("llmotel.breaker.state")

	// OutcomeKey: string. OutcomeAnswered or the kind of the error.
	OutcomeKey = attribute.Key("llmotel.outcome")
)

// OutcomeAnswered is the value of OutcomeKey for an attempt that succeeded.
const OutcomeAnswered = "answered"

// Values of BreakerStateKey, BreakerFromKey and BreakerToKey.
const (
	// BreakerStateClosed: calls pass.
	BreakerStateClosed = "closed"
	// BreakerStateHalfOpen: trial calls pass.
	BreakerStateHalfOpen = "half_open"
	// BreakerStateOpen: calls are rejected.
	BreakerStateOpen = "open"
)

// Values of BreakerResultKey. Slow calls are successes or failures too.
const (
	// BreakerResultSuccess: the call succeeded.
	BreakerResultSuccess = "success"
	// BreakerResultFailure: it counted against the target.
	BreakerResultFailure = "failure"
	// BreakerResultSlow: its first chunk came late.
	BreakerResultSlow = "slow"
)

// Values of MetricBreakerState.
const (
	BreakerGaugeClosed   = 0
	BreakerGaugeHalfOpen = 1
	BreakerGaugeOpen     = 2
)

// On whose behalf a call was made. Prompt, conversation, experiment, user and
// session have names in the conventions.
const (
	// FeatureNameKey: string. The feature of the product that makes the call.
	FeatureNameKey = attribute.Key("llmotel.feature.name")

	// FeatureVersionKey: string. The version of that feature.
	FeatureVersionKey = attribute.Key("llmotel.feature.version")

	// TenantKey: string. The customer or organisation that the call is made for.
	TenantKey = attribute.Key("llmotel.tenant")
)

// Span events.
const (
	// EventRetry: a request is sent again to the same target. On the inference
	// span, with RetryAttemptKey, RetryDelayKey and ErrorTypeKey.
	EventRetry = "llmotel.retry"

	// EventFallback: a call moves on to the next target. On the parent, with
	// FallbackFromKey, FallbackToKey and ErrorTypeKey.
	EventFallback = "llmotel.fallback"

	// EventHedge: the answer is slow and a further target is asked. On the
	// parent, with TargetKey and HedgeAfterKey.
	EventHedge = "llmotel.hedge"

	// EventBreakerChange: a circuit breaker changed its state. With TargetKey,
	// BreakerFromKey, BreakerToKey and BreakerReasonKey.
	EventBreakerChange = "llmotel.breaker.change"

	// EventStreamInterrupted: a stream broke off after its first chunk. On the
	// inference span, with ErrorTypeKey.
	EventStreamInterrupted = "llmotel.stream.interrupted"
)

// Attributes of the span events and of the metrics below.
const (
	// RetryAttemptKey: int. The ordinal of the request about to be sent; the first retry is 2.
	RetryAttemptKey = attribute.Key("llmotel.retry.attempt")

	// RetryDelayKey: double. The wait before that request, in seconds.
	RetryDelayKey = attribute.Key("llmotel.retry.delay")

	// FallbackFromKey: string. The target that failed.
	FallbackFromKey = attribute.Key("llmotel.fallback.from")

	// FallbackToKey: string. The target asked next, or FallbackToLastResort.
	FallbackToKey = attribute.Key("llmotel.fallback.to")

	// HedgeAfterKey: double. How long the call had waited by then, in seconds.
	HedgeAfterKey = attribute.Key("llmotel.hedge.after")

	// DegradedKey: boolean. No target answered, the chain's last resort did.
	DegradedKey = attribute.Key("llmotel.degraded")

	// BreakerFromKey: string. The state that a circuit breaker left.
	BreakerFromKey = attribute.Key("llmotel.breaker.from")

	// BreakerToKey: string. The state that a circuit breaker entered.
	BreakerToKey = attribute.Key("llmotel.breaker.to")

	// BreakerReasonKey: string. Why it did, from a small closed set.
	BreakerReasonKey = attribute.Key("llmotel.breaker.reason")

	// BreakerModelKey: string. The model that a circuit breaker stands for, where
	// a target has one for each.
	BreakerModelKey = attribute.Key("llmotel.breaker.model")

	// BreakerKeyKey: string. The name of the credential that a circuit breaker
	// stands for, where a target has several; never the secret.
	BreakerKeyKey = attribute.Key("llmotel.breaker.key")

	// BreakerResultKey: string. What came of the calls in a breaker's window.
	BreakerResultKey = attribute.Key("llmotel.breaker.result")

	// SinkKey: string. The sink that lost a record.
	SinkKey = attribute.Key("llmotel.sink")

	// ReasonKey: string. Why it was lost, from a small closed set.
	ReasonKey = attribute.Key("llmotel.reason")
)

// FallbackToLastResort is the value of FallbackToKey where no target but the
// chain's last resort answered.
const FallbackToLastResort = "last_resort"

// Values of ReasonKey on MetricTelemetryDropped.
const (
	// ReasonPanic: a sink, redactor or hook panicked.
	ReasonPanic = "panic"
	// ReasonInvalid: a hook left what is not JSON.
	ReasonInvalid = "invalid"
	// ReasonFull: a queue had no place for a record.
	ReasonFull = "full"
	// ReasonClosed: it came after Close, or Close ran out of time.
	ReasonClosed = "closed"
	// ReasonRefused: a store will never take it.
	ReasonRefused = "refused"
	// ReasonFailed: a write failed that is not tried again.
	ReasonFailed = "failed"
)

// AzureNamespace is the only value of AzureResourceProviderNamespaceKey that
// the conventions have for calls to Azure AI.
const AzureNamespace = "Microsoft.CognitiveServices"

// Metrics of our own.
var (
	// MetricClientCost has the attributes of the token counters.
	MetricClientCost = Metric{
		Name: "llmotel.client.cost", Unit: "{USD}", Instrument: Counter, Number: Double,
		Description: "The cost of inference calls whose price is known.",
	}

	// MetricClientUnpricedCalls has the attributes of the token counters, and
	// ReasonKey.
	MetricClientUnpricedCalls = Metric{
		Name: "llmotel.client.unpriced_calls", Unit: "{call}", Instrument: Counter, Number: Int,
		Description: "The number of calls that are not in the cost: without a price, without usage, or in another currency.",
	}

	// MetricFailoverAttempts has TargetKey and OutcomeKey.
	MetricFailoverAttempts = Metric{
		Name: "llmotel.failover.attempts", Unit: "{attempt}", Instrument: Counter, Number: Int,
		Description: "The number of requests sent to targets, retries included.",
	}

	// MetricFailoverFallbacks has FallbackFromKey, FallbackToKey and ErrorTypeKey.
	MetricFailoverFallbacks = Metric{
		Name: "llmotel.failover.fallbacks", Unit: "{fallback}", Instrument: Counter, Number: Int,
		Description: "The number of times that a call moved on to the next target.",
	}

	// MetricFailoverHedges has TargetKey.
	MetricFailoverHedges = Metric{
		Name: "llmotel.failover.hedges", Unit: "{hedge}", Instrument: Counter, Number: Int,
		Description: "The number of times that a further target was asked because an answer was slow.",
	}

	// MetricBreakerState has TargetKey, and BreakerModelKey or BreakerKeyKey for
	// a target's parts; its values are BreakerGaugeClosed and so on.
	MetricBreakerState = Metric{
		Name: "llmotel.breaker.state", Unit: "1", Instrument: Gauge, Number: Int,
		Description: "The state of the circuit breaker: 0 closed, 1 half open, 2 open.",
	}

	// MetricBreakerWindowCalls has TargetKey and BreakerResultKey.
	MetricBreakerWindowCalls = Metric{
		Name: "llmotel.breaker.window_calls", Unit: "{call}", Instrument: Gauge, Number: Int,
		Description: "The number of calls in the circuit breaker's window.",
	}

	// MetricBreakerRetryIn has the attributes of MetricBreakerState. It is absent
	// for a breaker that was opened by hand.
	MetricBreakerRetryIn = Metric{
		Name: "llmotel.breaker.retry_in", Unit: "s", Instrument: Gauge, Number: Double,
		Description: "The time until the target is called again: the next trial of an open circuit breaker, or the end of a cooldown; 0 if it is called.",
	}

	// MetricFailoverInFlight has TargetKey.
	MetricFailoverInFlight = Metric{
		Name: "llmotel.failover.in_flight", Unit: "{attempt}", Instrument: Gauge, Number: Int,
		Description: "The number of requests to the target that are under way.",
	}

	// MetricBreakerTransitions has TargetKey, BreakerToKey and BreakerReasonKey,
	// and BreakerModelKey or BreakerKeyKey for a target's parts.
	MetricBreakerTransitions = Metric{
		Name: "llmotel.breaker.transitions", Unit: "{transition}", Instrument: Counter, Number: Int,
		Description: "The number of times that the circuit breaker changed its state.",
	}

	// MetricTelemetryDropped has SinkKey and ReasonKey.
	MetricTelemetryDropped = Metric{
		Name: "llmotel.telemetry.dropped", Unit: "{record}", Instrument: Counter, Number: Int,
		Description: "The number of call records that a sink did not take, and of calls whose content a redactor or a hook lost.",
	}
)

// OwnMetrics returns the metrics of our own, in the order of their definition.
func OwnMetrics() []Metric {
	return []Metric{
		MetricClientCost,
		MetricClientUnpricedCalls,
		MetricFailoverAttempts,
		MetricFailoverFallbacks,
		MetricFailoverHedges,
		MetricFailoverInFlight,
		MetricBreakerState,
		MetricBreakerWindowCalls,
		MetricBreakerRetryIn,
		MetricBreakerTransitions,
		MetricTelemetryDropped,
	}
}

// BreakerStateOf returns the key llmotel.breaker.state.{target}, with which the
// parent span tells the breaker state of each target at the end of the call.
func BreakerStateOf(target string) attribute.Key {
	return BreakerStateKey + "." + attribute.Key(target)
}

// Values of ReasonKey on MetricClientUnpricedCalls.
const (
	// ReasonNoPrice: no price is known for the model.
	ReasonNoPrice = "no_price"
	// ReasonNoUsage: the provider did not report usage.
	ReasonNoUsage = "no_usage"
	// ReasonCurrency: priced in another currency than US dollars.
	ReasonCurrency = "currency"
)
