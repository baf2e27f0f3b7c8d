package calllog

import "time"

// Entry is one line. Pointers are nil for what is unknown. The JSON Schema
// says what each field means.
type Entry struct {
	Schema    string    `json:"schema"`
	Timestamp time.Time `json:"timestamp"`
	CallID    string    `json:"call_id"`
	// Weight is how many calls the record stands for; the Reader makes it 1
	// where the line has none. Sums and rates are sums over Weight.
	Weight  float64 `json:"weight,omitempty"`
	TraceID string  `json:"trace_id,omitempty"`
	SpanID  string  `json:"span_id,omitempty"`
	Sampled bool    `json:"sampled,omitempty"`

	Operation     string `json:"operation"`
	Stream        bool   `json:"stream"`
	Provider      string `json:"provider"`
	Model         string `json:"model"`
	ResponseModel string `json:"response_model,omitempty"`
	Target        string `json:"target,omitempty"`
	RequestID     string `json:"request_id,omitempty"`
	ResponseID    string `json:"response_id,omitempty"`
	ServiceTier   string `json:"service_tier,omitempty"`

	LatencyMS float64 `json:"latency_ms"`
	TTFCMS    float64 `json:"ttfc_ms,omitempty"`
	Chunks    int     `json:"chunks,omitempty"`

	Outcome
	Degraded      bool     `json:"degraded,omitempty"`
	StatusCode    int      `json:"status_code,omitempty"`
	ErrorCode     string   `json:"error_code,omitempty"`
	FinishReasons []string `json:"finish_reasons,omitempty"`

	Tokens
	Cost

	Attempts       int             `json:"attempts"`
	BreakerState   string          `json:"breaker_state,omitempty"`
	BreakerChanges []BreakerChange `json:"breaker_changes,omitempty"`
	Visits         []Visit         `json:"visits,omitempty"`
	Skips          []Skip          `json:"skips,omitempty"`

	PromptChars   int          `json:"prompt_chars"`
	ResponseChars int          `json:"response_chars"`
	Attribution   *Attribution `json:"attribution,omitempty"`
}

// Outcome is how a call or visit ended.
type Outcome struct {
	Success      bool   `json:"success"`
	Abandoned    bool   `json:"abandoned,omitempty"`
	ErrorKind    string `json:"error_kind,omitempty"`
	ErrorMessage string `json:"error_message,omitempty"`
}

// Tokens is what a call or visit used.
type Tokens struct {
	Usage          string `json:"usage"`
	Input          *int64 `json:"input_tokens,omitempty"`
	Output         *int64 `json:"output_tokens,omitempty"`
	Total          *int64 `json:"total_tokens,omitempty"`
	CacheRead      *int64 `json:"cache_read_tokens,omitempty"`
	CacheWrite     *int64 `json:"cache_write_tokens,omitempty"`
	CacheWrite1h   *int64 `json:"cache_write_1h_tokens,omitempty"`
	Reasoning      *int64 `json:"reasoning_tokens,omitempty"`
	TextInput      *int64 `json:"text_input_tokens,omitempty"`
	TextOutput     *int64 `json:"text_output_tokens,omitempty"`
	TextCacheRead  *int64 `json:"text_cache_read_tokens,omitempty"`
	AudioInput     *int64 `json:"audio_input_tokens,omitempty"`
	AudioOutput    *int64 `json:"audio_output_tokens,omitempty"`
	AudioCacheRead *int64 `json:"audio_cache_read_tokens,omitempty"`
	ImageInput     *int64 `json:"image_input_tokens,omitempty"`
	ImageOutput    *int64 `json:"image_output_tokens,omitempty"`
	ImageCacheRead *int64 `json:"image_cache_read_tokens,omitempty"`
}

// Cost is what a call or visit cost.
type Cost struct {
	// USD is nil if the cost is not known, or known in another currency.
	USD      *float64 `json:"cost_usd"`
	Unpriced bool     `json:"unpriced,omitempty"`
	Amount   *float64 `json:"cost_amount,omitempty"`
	Currency string   `json:"cost_currency,omitempty"`
	Partial  bool     `json:"cost_partial,omitempty"`
	PriceID  string   `json:"price_id,omitempty"`
}

// Visit is one target that the call was sent to.
type Visit struct {
	Target        string    `json:"target"`
	Provider      string    `json:"provider"`
	Model         string    `json:"model"`
	ResponseModel string    `json:"response_model,omitempty"`
	RequestID     string    `json:"request_id,omitempty"`
	SpanID        string    `json:"span_id,omitempty"`
	Timestamp     time.Time `json:"timestamp"`
	LatencyMS     float64   `json:"latency_ms"`
	TTFCMS        float64   `json:"ttfc_ms,omitempty"`
	Outcome
	Tokens
	Cost
	Attempts int `json:"attempts"`
}

// BreakerChange is a change of a circuit breaker that the call caused.
type BreakerChange struct {
	Target string `json:"target"`
	Model  string `json:"model,omitempty"`
	Key    string `json:"key,omitempty"`
	From   string `json:"from"`
	To     string `json:"to"`
	Reason string `json:"reason"`
}

// Skip is a target that was passed over.
type Skip struct {
	Target string `json:"target"`
	Reason string `json:"reason"`
}

// Attribution is on whose behalf the call was made.
type Attribution struct {
	Feature        string `json:"feature,omitempty"`
	FeatureVersion string `json:"feature_version,omitempty"`
	Prompt         string `json:"prompt,omitempty"`
	PromptVersion  string `json:"prompt_version,omitempty"`
	Experiment     string `json:"experiment,omitempty"`
	Variant        string `json:"variant,omitempty"`
	Conversation   string `json:"conversation,omitempty"`
	User           string `json:"user,omitempty"`
	Session        string `json:"session,omitempty"`
	Tenant         string `json:"tenant,omitempty"`
}
