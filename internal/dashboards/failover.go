package main

func failover() board {
	by := []variable{service, target}
	var (
		state       = chosen("llmotel_breaker_state_ratio", by)
		transitions = chosen("llmotel_breaker_transitions_total", by)
		fallbacks   = `llmotel_failover_fallbacks_total{service_name=~"$service",llmotel_fallback_from=~"$target"}`
		attempts    = chosen("llmotel_failover_attempts_total", by)
		answered    = chosen("llmotel_failover_attempts_total", by, `llmotel_outcome="answered"`)
		limited     = chosen("llmotel:rate_limited:ratio_rate5m", by)
		window      = chosen("llmotel_breaker_window_calls", by, `llmotel_breaker_result=~"success|failure"`) // slow ones are either
		failures    = chosen("llmotel_breaker_window_calls", by, `llmotel_breaker_result="failure"`)
		inFlight    = chosen("llmotel_failover_in_flight", by)
		hedges      = chosen("llmotel_failover_hedges_total", by)
		first       = `gen_ai_client_inference_time_to_first_chunk_seconds_bucket{service_name=~"$service"}`
		buckets     = `gen_ai_client_inference_duration_seconds_bucket{service_name=~"$service",error_type=""}`
	)
	return board{
		uid: "llmotel-failover", title: "LLM providers and failover", variables: by,
		description: "Who answers, who does not, and what the failover chains make of it.",
		rows: []row{
			{"Circuit breakers", []panel{
				{kind: states, title: "Breaker states", description: "The circuit breaker of each target. Where instances differ, the worst: open, then half open, then closed.", unit: stateUnit, queries: []query{
					{expr: `max by (service_name, llmotel_target, llmotel_breaker_model, llmotel_breaker_key) (` + state + `)`, legend: "{{service_name}} {{llmotel_target}} {{llmotel_breaker_model}} {{llmotel_breaker_key}}"},
				}},
				{kind: series, title: "Breaker changes", description: "Changes of state in five minutes, by target, new state and reason.", unit: count, empty: "no changes", queries: []query{
					{expr: `sum by (llmotel_target, llmotel_breaker_to, llmotel_breaker_reason) (increase(` + transitions + `[5m]))`, legend: "{{llmotel_target}} {{llmotel_breaker_to}}: {{llmotel_breaker_reason}}"},
				}},
			}},
			{"Fallbacks and retries", []panel{
				{kind: series, title: "Fallbacks for each answer", description: "0: the first target answers everything. 1: as many moves to the next target as answers. The line is where an alert begins.", unit: share, red: 0.2, queries: []query{
					{expr: `llmotel:fallbacks:ratio_rate5m{service_name=~"$service"}`, legend: "{{service_name}}"},
				}},
				{kind: series, title: "Fallbacks", description: "Moves to the next target a minute: from, to, and why. rejected: the breaker was open and the target was not asked.", unit: perMinute, stacked: true, empty: "no fallbacks", queries: []query{
					{expr: `60 * sum by (llmotel_fallback_from, llmotel_fallback_to, error_type) (rate(` + fallbacks + `[$__rate_interval]))`, legend: "{{llmotel_fallback_from}} to {{llmotel_fallback_to}}: {{error_type}}"},
				}},
				{kind: series, title: "Requests for each answer", description: "1: no retry and no fallback was needed. What is above are retries and requests to targets that failed.", unit: count, red: 2, queries: []query{
					{expr: `sum by (service_name) (rate(` + attempts + `[$__rate_interval])) / (sum by (service_name) (rate(` + answered + `[$__rate_interval])) > 0)`, legend: "{{service_name}}"},
				}},
			}},
			{"Targets", []panel{
				{kind: series, title: "Requests by target and outcome", description: "Requests a second, retries included: answered, or the kind of the error.", unit: perSecond, stacked: true, queries: []query{
					{expr: `sum by (llmotel_target, llmotel_outcome) (rate(` + attempts + `[$__rate_interval]))`, legend: "{{llmotel_target}} {{llmotel_outcome}}"},
				}},
				{kind: series, title: "Refused for the rate", description: "Share of the requests to a target that it refused with a rate limit. The line is where an alert begins.", unit: share, red: 0.1, queries: []query{
					{expr: limited + ` or 0 * (sum by (service_name, llmotel_target) (rate(` + attempts + `[5m])) > 0)`, legend: "{{service_name}} {{llmotel_target}}"},
				}},
				{kind: series, title: "Who answers", description: "Answers a second by target.", unit: perSecond, stacked: true, queries: []query{
					{expr: `sum by (llmotel_target) (rate(` + answered + `[$__rate_interval]))`, legend: "{{llmotel_target}}"},
				}},
			}},
			{"Under way", []panel{
				{kind: series, title: "Failures in the window", description: "Share of the calls in each circuit breaker's window that failed: at 50 %, by default, it opens. An empty window has no line.", unit: share, red: 0.5, queries: []query{
					{expr: portion(`sum by (service_name, llmotel_target) (`+failures+`)`, `sum by (service_name, llmotel_target) (`+window+`)`), legend: "{{service_name}} {{llmotel_target}}"},
				}},
				{kind: series, title: "Requests under way", description: "Requests that a target has not answered yet. A target that grows slow shows here before its latency is known.", unit: count, stacked: true, queries: []query{
					{expr: `sum by (llmotel_target) (` + inFlight + `)`, legend: "{{llmotel_target}}"},
				}},
				{kind: series, title: "Hedges", description: "Further targets asked a minute because an answer was slow. 0 unless the chain hedges.", unit: perMinute, stacked: true, queries: []query{
					{expr: `60 * sum by (llmotel_target) (rate(` + hedges + `[$__rate_interval])) or 0 * sum by (llmotel_target) (rate(` + attempts + `[$__rate_interval]))`, legend: "{{llmotel_target}}"},
				}},
			}},
			{"Latency by provider", []panel{
				{kind: series, title: "Time to first chunk", description: "Half, and 95 %, of a provider's streams took at most this long to their first chunk. By provider, whichever target is chosen above.", unit: seconds, exemplars: true, queries: []query{
					{expr: quantile("0.5", "gen_ai_provider_name", first, "$__rate_interval"), legend: "{{gen_ai_provider_name}} p50"},
					{expr: quantile("0.95", "gen_ai_provider_name", first, "$__rate_interval"), legend: "{{gen_ai_provider_name}} p95"},
				}},
				{kind: series, title: "Latency", description: "95 % of a provider's answered calls took at most this long. By provider, whichever target is chosen above.", unit: seconds, exemplars: true, queries: []query{
					{expr: quantile("0.95", "gen_ai_provider_name", buckets, "$__rate_interval"), legend: "{{gen_ai_provider_name}}"},
				}},
			}},
		},
	}
}
