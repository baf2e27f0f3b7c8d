package calllog

import (
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// Schema is the value of the field "schema" in the lines of this version.
const Schema = "llmotel.calllog/1"

// maxNested bounds the visits and the skips of one line.
const maxNested = 64

// appendLine appends the record as one line. The fields and their order are
// those of Entry and of the JSON Schema.
func appendLine(b []byte, r *llmotel.Record) []byte {
	o := object(append(b, '{'))
	o.text("schema", Schema)
	o.time("timestamp", r.Start)
	o.text("call_id", r.CallID)
	if r.TraceID.IsValid() {
		o.hex("trace_id", r.TraceID[:])
	}
	if r.SpanID.IsValid() {
		o.hex("span_id", r.SpanID[:])
	}
	if r.Sampled {
		o.bool("sampled", true)
	}
	o.text("operation", r.Operation)
	o.bool("stream", r.Stream)
	o.text("provider", r.Provider)
	o.text("model", r.RequestModel)
	o.optional("response_model", r.ResponseModel)
	o.optional("target", r.Target)
	o.optional("request_id", providers.CleanID(r.RequestID))
	o.optional("response_id", providers.CleanID(r.ResponseID))
	o.optional("service_tier", r.ServiceTier)
	o.millis("latency_ms", r.Duration)
	o.optionalMillis("ttfc_ms", r.TimeToFirstChunk)
	o.optionalInt("chunks", r.Chunks)
	o.outcome(r.ErrorKind, r.ErrorMessage, r.Abandoned)
	o.optionalInt("status_code", r.StatusCode)
	o.optional("error_code", providers.CleanID(r.ErrorCode))
	o.list("finish_reasons", len(r.FinishReasons), func(i int) { o.value(string(r.FinishReasons[i])) })
	o.usage(&r.Usage)
	o.cost(&r.Cost, r.ErrorKind == "" || r.Usage.Completeness != providers.UsageMissing)
	o.int("attempts", int64(r.Attempts))
	o.optional("breaker_state", string(r.BreakerState))
	o.list("visits", len(r.Visits), func(i int) { o.visit(&r.Visits[i], r.Abandoned) })
	o.list("skips", len(r.Skips), func(i int) {
		o.open()
		o.text("target", r.Skips[i].Target)
		o.text("reason", r.Skips[i].Reason)
		o.close()
	})
	o.int("prompt_chars", int64(r.PromptChars))
	o.int("response_chars", int64(r.ResponseChars))
	if r.Attribution != (llmotel.Attribution{}) {
		o.attribution(&r.Attribution)
	}
	o.close()
	return append(o, '\n')
}

func (o *object) visit(v *llmotel.Visit, abandoned bool) {
	o.open()
	o.text("target", v.Target)
	o.text("provider", v.Provider)
	o.text("model", v.RequestModel)
	o.optional("response_model", v.ResponseModel)
	o.optional("request_id", providers.CleanID(v.RequestID))
	if v.SpanID.IsValid() {
		o.hex("span_id", v.SpanID[:])
	}
	o.time("timestamp", v.Start)
	o.millis("latency_ms", v.Duration)
	o.optionalMillis("ttfc_ms", v.TimeToFirstChunk)
	o.outcome(v.ErrorKind, v.ErrorMessage, abandoned)
	o.usage(&v.Usage)
	o.cost(&v.Cost, v.ErrorKind == "" || v.Usage.Completeness != providers.UsageMissing)
	o.int("attempts", int64(v.Attempts))
	o.close()
}

// outcome says how a call or visit ended; a visit that did not fail was left
// with its call.
func (o *object) outcome(kind providers.Kind, message string, abandoned bool) {
	o.bool("success", kind == "" && !abandoned)
	if kind == "" && abandoned {
		o.bool("abandoned", true)
	}
	o.optional("error_kind", string(kind))
	if message != "" {
		o.text("error_message", scrub(message))
	}
}

// usage writes the counts that are known; a count that is absent is unknown.
func (o *object) usage(u *providers.Usage) {
	o.text("usage", u.Completeness.String())
	if u.Completeness == providers.UsageMissing {
		return
	}
	o.count("input_tokens", u, providers.ClassInput, u.Input)
	o.count("output_tokens", u, providers.ClassOutput, u.Output)
	o.count("total_tokens", u, providers.ClassInput|providers.ClassOutput, u.Total())
	o.count("cache_read_tokens", u, providers.ClassCacheRead, u.CacheRead)
	o.count("cache_write_tokens", u, providers.ClassCacheWrite, u.CacheWrite)
	if u.CacheWrite1h != 0 {
		o.count("cache_write_1h_tokens", u, providers.ClassCacheWrite, u.CacheWrite1h)
	}
	o.count("reasoning_tokens", u, providers.ClassReasoning, u.Reasoning)
	if u.Reported&modalities != 0 {
		o.modalities(u)
	}
}

const modalities = ^(providers.ClassInput | providers.ClassOutput | providers.ClassCacheRead | providers.ClassCacheWrite | providers.ClassReasoning)

func (o *object) modalities(u *providers.Usage) {
	o.count("text_input_tokens", u, providers.ClassTextInput, u.TextInput)
	o.count("text_output_tokens", u, providers.ClassTextOutput, u.TextOutput)
	o.count("text_cache_read_tokens", u, providers.ClassTextCacheRead, u.TextCacheRead)
	o.count("audio_input_tokens", u, providers.ClassAudioInput, u.AudioInput)
	o.count("audio_output_tokens", u, providers.ClassAudioOutput, u.AudioOutput)
	o.count("audio_cache_read_tokens", u, providers.ClassAudioCacheRead, u.AudioCacheRead)
	o.count("image_input_tokens", u, providers.ClassImageInput, u.ImageInput)
	o.count("image_output_tokens", u, providers.ClassImageOutput, u.ImageOutput)
	o.count("image_cache_read_tokens", u, providers.ClassImageCacheRead, u.ImageCacheRead)
}

func (o *object) count(name string, u *providers.Usage, class providers.TokenClass, n int64) {
	if u.Has(class) {
		o.int(name, n)
	}
}

// cost writes null for what is not known, never 0. billed is false for failed
// calls without usage: nobody can tell that they cost anything, so no price is
// missed.
func (o *object) cost(c *pricing.Cost, billed bool) {
	switch {
	case !c.Priced:
		o.null("cost_usd")
		if c.PriceID == "" && billed {
			o.bool("unpriced", true)
		}
		o.optional("price_id", c.PriceID)
		return
	case c.Currency == "" || c.Currency == "USD":
		o.decimal("cost_usd", int64(c.Amount), 12)
	default:
		o.null("cost_usd")
		o.decimal("cost_amount", int64(c.Amount), 12)
		o.text("cost_currency", c.Currency)
	}
	if c.Partial {
		o.bool("cost_partial", true)
	}
	o.optional("price_id", c.PriceID)
}

func (o *object) attribution(a *llmotel.Attribution) {
	o.key("attribution")
	o.open()
	o.optional("feature", a.Feature)
	o.optional("feature_version", a.FeatureVersion)
	o.optional("prompt", a.Prompt)
	o.optional("prompt_version", a.PromptVersion)
	o.optional("experiment", a.Experiment)
	o.optional("variant", a.Variant)
	o.optional("conversation", a.Conversation)
	o.optional("user", a.User)
	o.optional("session", a.Session)
	o.optional("tenant", a.Tenant)
	o.close()
}

func (o *object) millis(name string, d time.Duration) { o.decimal(name, int64(d), 6) }

func (o *object) optionalMillis(name string, d time.Duration) {
	if d != 0 {
		o.millis(name, d)
	}
}
