package calllog

// entryField reads the value of one of an Entry's fields. An unknown one is
// left to encoding/json.
func (p *parser) entryField(key []byte, e *Entry) bool {
	switch string(key) {
	case "schema":
		return p.text(&e.Schema)
	case "timestamp":
		return p.time(&e.Timestamp)
	case "call_id":
		return p.once(&e.CallID)
	case "weight":
		return p.float(&e.Weight)
	case "trace_id":
		return p.once(&e.TraceID)
	case "span_id":
		return p.once(&e.SpanID)
	case "sampled":
		return p.bool(&e.Sampled)
	case "operation":
		return p.text(&e.Operation)
	case "stream":
		return p.bool(&e.Stream)
	case "provider":
		return p.text(&e.Provider)
	case "model":
		return p.text(&e.Model)
	case "response_model":
		return p.text(&e.ResponseModel)
	case "target":
		return p.text(&e.Target)
	case "request_id":
		return p.once(&e.RequestID)
	case "response_id":
		return p.once(&e.ResponseID)
	case "service_tier":
		return p.text(&e.ServiceTier)
	case "latency_ms":
		return p.float(&e.LatencyMS)
	case "ttfc_ms":
		return p.float(&e.TTFCMS)
	case "chunks":
		return p.count(&e.Chunks)
	case "degraded":
		return p.bool(&e.Degraded)
	case "status_code":
		return p.count(&e.StatusCode)
	case "error_code":
		return p.text(&e.ErrorCode)
	case "attempts":
		return p.count(&e.Attempts)
	case "breaker_state":
		return p.text(&e.BreakerState)
	case "prompt_chars":
		return p.count(&e.PromptChars)
	case "response_chars":
		return p.count(&e.ResponseChars)
	}
	return p.nested(key, e) || p.outcome(key, &e.Outcome) || p.usage(key, &e.Tokens) || p.cost(key, &e.Cost)
}

// nested reads what is no single value. A second value for the same name is
// left to encoding/json, which merges some of them.
func (p *parser) nested(key []byte, e *Entry) bool {
	switch string(key) {
	case "finish_reasons":
		return e.FinishReasons == nil && p.list(func() bool {
			e.FinishReasons = append(e.FinishReasons, "")
			return p.text(&e.FinishReasons[len(e.FinishReasons)-1])
		}) && e.FinishReasons != nil
	case "visits":
		return e.Visits == nil && p.list(func() bool {
			e.Visits = append(e.Visits, Visit{})
			v := &e.Visits[len(e.Visits)-1]
			return p.object(func(key []byte) bool { return p.visit(key, v) })
		}) && e.Visits != nil
	case "breaker_changes":
		return e.BreakerChanges == nil && p.list(func() bool {
			e.BreakerChanges = append(e.BreakerChanges, BreakerChange{})
			c := &e.BreakerChanges[len(e.BreakerChanges)-1]
			return p.object(func(key []byte) bool { return p.change(key, c) })
		}) && e.BreakerChanges != nil
	case "skips":
		return e.Skips == nil && p.list(func() bool {
			e.Skips = append(e.Skips, Skip{})
			s := &e.Skips[len(e.Skips)-1]
			return p.object(func(key []byte) bool {
				switch string(key) {
				case "target":
					return p.text(&s.Target)
				case "reason":
					return p.text(&s.Reason)
				}
				return false
			})
		}) && e.Skips != nil
	case "attribution":
		if e.Attribution != nil {
			return false
		}
		e.Attribution = new(Attribution)
		return p.object(func(key []byte) bool { return p.attribution(key, e.Attribution) })
	}
	return false
}

func (p *parser) change(key []byte, c *BreakerChange) bool {
	switch string(key) {
	case "target":
		return p.text(&c.Target)
	case "model":
		return p.text(&c.Model)
	case "key":
		return p.text(&c.Key)
	case "from":
		return p.text(&c.From)
	case "to":
		return p.text(&c.To)
	case "reason":
		return p.text(&c.Reason)
	}
	return false
}

func (p *parser) visit(key []byte, v *Visit) bool {
	switch string(key) {
	case "target":
		return p.text(&v.Target)
	case "provider":
		return p.text(&v.Provider)
	case "model":
		return p.text(&v.Model)
	case "response_model":
		return p.text(&v.ResponseModel)
	case "request_id":
		return p.once(&v.RequestID)
	case "span_id":
		return p.once(&v.SpanID)
	case "timestamp":
		return p.time(&v.Timestamp)
	case "latency_ms":
		return p.float(&v.LatencyMS)
	case "ttfc_ms":
		return p.float(&v.TTFCMS)
	case "attempts":
		return p.count(&v.Attempts)
	}
	return p.outcome(key, &v.Outcome) || p.usage(key, &v.Tokens) || p.cost(key, &v.Cost)
}

func (p *parser) outcome(key []byte, o *Outcome) bool {
	switch string(key) {
	case "success":
		return p.bool(&o.Success)
	case "abandoned":
		return p.bool(&o.Abandoned)
	case "error_kind":
		return p.text(&o.ErrorKind)
	case "error_message":
		return p.text(&o.ErrorMessage)
	}
	return false
}

func (p *parser) usage(key []byte, t *Tokens) bool {
	switch string(key) {
	case "usage":
		return p.text(&t.Usage)
	case "input_tokens":
		return p.tokens(&t.Input)
	case "output_tokens":
		return p.tokens(&t.Output)
	case "total_tokens":
		return p.tokens(&t.Total)
	case "cache_read_tokens":
		return p.tokens(&t.CacheRead)
	case "cache_write_tokens":
		return p.tokens(&t.CacheWrite)
	case "cache_write_1h_tokens":
		return p.tokens(&t.CacheWrite1h)
	case "reasoning_tokens":
		return p.tokens(&t.Reasoning)
	case "text_input_tokens":
		return p.tokens(&t.TextInput)
	case "text_output_tokens":
		return p.tokens(&t.TextOutput)
	case "text_cache_read_tokens":
		return p.tokens(&t.TextCacheRead)
	case "audio_input_tokens":
		return p.tokens(&t.AudioInput)
	case "audio_output_tokens":
		return p.tokens(&t.AudioOutput)
	case "audio_cache_read_tokens":
		return p.tokens(&t.AudioCacheRead)
	case "image_input_tokens":
		return p.tokens(&t.ImageInput)
	case "image_output_tokens":
		return p.tokens(&t.ImageOutput)
	case "image_cache_read_tokens":
		return p.tokens(&t.ImageCacheRead)
	}
	return false
}

func (p *parser) cost(key []byte, c *Cost) bool {
	switch string(key) {
	case "cost_usd":
		return p.money(&c.USD)
	case "unpriced":
		return p.bool(&c.Unpriced)
	case "cost_amount":
		return p.money(&c.Amount)
	case "cost_currency":
		return p.text(&c.Currency)
	case "cost_partial":
		return p.bool(&c.Partial)
	case "price_id":
		return p.text(&c.PriceID)
	}
	return false
}

func (p *parser) attribution(key []byte, a *Attribution) bool {
	switch string(key) {
	case "feature":
		return p.text(&a.Feature)
	case "feature_version":
		return p.text(&a.FeatureVersion)
	case "prompt":
		return p.text(&a.Prompt)
	case "prompt_version":
		return p.text(&a.PromptVersion)
	case "experiment":
		return p.text(&a.Experiment)
	case "variant":
		return p.text(&a.Variant)
	case "conversation":
		return p.text(&a.Conversation)
	case "user":
		return p.text(&a.User)
	case "session":
		return p.text(&a.Session)
	case "tenant":
		return p.text(&a.Tenant)
	}
	return false
}
