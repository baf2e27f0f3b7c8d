package calllog

import (
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// Schema is the value of the field "schema" in the lines of this version.
const Schema = "llmotel.calllog/2"

// maxNested bounds the visits and the skips of one line.
const maxNested = 64

// record writes the fields of a record, in the order of Entry and of the JSON
// Schema. weight is how many calls it stands for.
func (w writer) record(r *llmotel.Record, weight float64) {
	w.text("schema", Schema)
	w.time("timestamp", r.Start)
	w.text("call_id", r.CallID)
	if weight > 1 {
		w.float("weight", weight)
	}
	if r.TraceID.IsValid() {
		w.hex("trace_id", r.TraceID[:])
	}
	if r.SpanID.IsValid() {
		w.hex("span_id", r.SpanID[:])
	}
	if r.Sampled {
		w.bool("sampled", true)
	}
	w.text("operation", r.Operation)
	w.bool("stream", r.Stream)
	w.text("provider", r.Provider)
	w.text("model", r.RequestModel)
	w.optional("response_model", r.ResponseModel)
	w.optional("target", r.Target)
	w.optional("request_id", providers.CleanID(r.RequestID))
	w.optional("response_id", providers.CleanID(r.ResponseID))
	w.optional("service_tier", r.ServiceTier)
	w.millis("latency_ms", r.Duration)
	w.optionalMillis("ttfc_ms", r.TimeToFirstChunk)
	w.optionalInt("chunks", r.Chunks)
	w.outcome(r.ErrorKind, r.ErrorMessage, r.Abandoned)
	if r.Degraded {
		w.bool("degraded", true)
	}
	w.optionalInt("status_code", r.StatusCode)
	w.optional("error_code", providers.CleanID(r.ErrorCode))
	if n := min(len(r.FinishReasons), maxNested); n > 0 {
		w.beginList("finish_reasons")
		for _, reason := range r.FinishReasons[:n] {
			w.item(string(reason))
		}
		w.endList()
	}
	w.usage(&r.Usage)
	w.cost(&r.Cost, r.ErrorKind == "" || r.Usage.Completeness != providers.UsageMissing)
	w.int("attempts", int64(r.Attempts))
	w.optional("breaker_state", string(r.BreakerState))
	w.changes(r.BreakerChanges)
	w.ways(r)
	w.int("prompt_chars", int64(r.PromptChars))
	w.int("response_chars", int64(r.ResponseChars))
	if r.Attribution != (llmotel.Attribution{}) {
		w.attribution(&r.Attribution)
	}
}

// ways writes the targets that the call took and those that it did not.
func (w writer) ways(r *llmotel.Record) {
	if n := min(len(r.Visits), maxNested); n > 0 {
		w.beginList("visits")
		for i := range r.Visits[:n] {
			w.visit(&r.Visits[i], r.Abandoned)
		}
		w.endList()
	}
	if n := min(len(r.Skips), maxNested); n > 0 {
		w.beginList("skips")
		for _, skip := range r.Skips[:n] {
			w.begin("")
			w.text("target", skip.Target)
			w.text("reason", skip.Reason)
			w.end()
		}
		w.endList()
	}
}

// changes writes the changes of circuit breakers that the call caused.
func (w writer) changes(changes []llmotel.BreakerChange) {
	n := min(len(changes), maxNested)
	if n == 0 {
		return
	}
	w.beginList("breaker_changes")
	for i := range changes[:n] {
		c := &changes[i]
		w.begin("")
		w.text("target", c.Target)
		w.optional("model", c.Model)
		w.optional("key", c.Key)
		w.text("from", string(c.From))
		w.text("to", string(c.To))
		w.text("reason", c.Reason)
		w.end()
	}
	w.endList()
}

func (w writer) visit(v *llmotel.Visit, abandoned bool) {
	w.begin("")
	w.text("target", v.Target)
	w.text("provider", v.Provider)
	w.text("model", v.RequestModel)
	w.optional("response_model", v.ResponseModel)
	w.optional("request_id", providers.CleanID(v.RequestID))
	if v.SpanID.IsValid() {
		w.hex("span_id", v.SpanID[:])
	}
	w.time("timestamp", v.Start)
	w.millis("latency_ms", v.Duration)
	w.optionalMillis("ttfc_ms", v.TimeToFirstChunk)
	w.outcome(v.ErrorKind, v.ErrorMessage, abandoned)
	w.usage(&v.Usage)
	w.cost(&v.Cost, v.ErrorKind == "" || v.Usage.Completeness != providers.UsageMissing)
	w.int("attempts", int64(v.Attempts))
	w.end()
}

// outcome says how a call or visit ended; a visit that did not fail was left
// with its call.
func (w writer) outcome(kind providers.Kind, message string, abandoned bool) {
	w.bool("success", kind == "" && !abandoned)
	if kind == "" && abandoned {
		w.bool("abandoned", true)
	}
	w.optional("error_kind", string(kind))
	if message != "" {
		w.text("error_message", scrub(message))
	}
}

// usage writes the counts that are known; a count that is absent is unknown.
func (w writer) usage(u *providers.Usage) {
	w.text("usage", u.Completeness.String())
	if u.Completeness == providers.UsageMissing {
		return
	}
	w.count("input_tokens", u, providers.ClassInput, u.Input)
	w.count("output_tokens", u, providers.ClassOutput, u.Output)
	w.count("total_tokens", u, providers.ClassInput|providers.ClassOutput, u.Total())
	w.count("cache_read_tokens", u, providers.ClassCacheRead, u.CacheRead)
	w.count("cache_write_tokens", u, providers.ClassCacheWrite, u.CacheWrite)
	if u.CacheWrite1h != 0 {
		w.count("cache_write_1h_tokens", u, providers.ClassCacheWrite, u.CacheWrite1h)
	}
	w.count("reasoning_tokens", u, providers.ClassReasoning, u.Reasoning)
	if u.Reported&modalities != 0 {
		w.modalities(u)
	}
}

const modalities = ^(providers.ClassInput | providers.ClassOutput | providers.ClassCacheRead | providers.ClassCacheWrite | providers.ClassReasoning)

func (w writer) modalities(u *providers.Usage) {
	w.count("text_input_tokens", u, providers.ClassTextInput, u.TextInput)
	w.count("text_output_tokens", u, providers.ClassTextOutput, u.TextOutput)
	w.count("text_cache_read_tokens", u, providers.ClassTextCacheRead, u.TextCacheRead)
	w.count("audio_input_tokens", u, providers.ClassAudioInput, u.AudioInput)
	w.count("audio_output_tokens", u, providers.ClassAudioOutput, u.AudioOutput)
	w.count("audio_cache_read_tokens", u, providers.ClassAudioCacheRead, u.AudioCacheRead)
	w.count("image_input_tokens", u, providers.ClassImageInput, u.ImageInput)
	w.count("image_output_tokens", u, providers.ClassImageOutput, u.ImageOutput)
	w.count("image_cache_read_tokens", u, providers.ClassImageCacheRead, u.ImageCacheRead)
}

// cost writes null for what is not known, never 0. billed is false for failed
// calls without usage: nobody can tell that they cost anything, so no price is
// missed.
func (w writer) cost(c *pricing.Cost, billed bool) {
	switch {
	case !c.Priced:
		w.null("cost_usd")
		if c.PriceID == "" && billed {
			w.bool("unpriced", true)
		}
		w.optional("price_id", c.PriceID)
		return
	case c.Currency == "" || c.Currency == "USD":
		w.decimal("cost_usd", int64(c.Amount), 12)
	default:
		w.null("cost_usd")
		w.decimal("cost_amount", int64(c.Amount), 12)
		w.text("cost_currency", c.Currency)
	}
	if c.Partial {
		w.bool("cost_partial", true)
	}
	w.optional("price_id", c.PriceID)
}

func (w writer) attribution(a *llmotel.Attribution) {
	w.begin("attribution")
	w.optional("feature", a.Feature)
	w.optional("feature_version", a.FeatureVersion)
	w.optional("prompt", a.Prompt)
	w.optional("prompt_version", a.PromptVersion)
	w.optional("experiment", a.Experiment)
	w.optional("variant", a.Variant)
	w.optional("conversation", a.Conversation)
	w.optional("user", a.User)
	w.optional("session", a.Session)
	w.optional("tenant", a.Tenant)
	w.end()
}
