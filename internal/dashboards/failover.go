package main

func failover() board {
	const (
		state       = `llmotel_breaker_state_ratio{service_name=~"$service"}`
		transitions = `llmotel_breaker_transitions_total{service_name=~"$service"}`
		fallbacks   = `llmotel_failover_fallbacks_total{service_name=~"$service"}`
		attempts    = `llmotel_failover_attempts_total{service_name=~"$service"}`
		answered    = `llmotel_failover_attempts_total{service_name=~"$service",llmotel_outcome="answered"}`
		first       = `gen_ai_client_inference_time_to_first_chunk_seconds_bucket{service_name=~"$service"}`
		buckets     = `gen_ai_client_inference_duration_seconds_bucket{service_name=~"$service",error_type=""}`
	)
	return board{
		uid: "llmotel-failover", title: "LLM providers and failover", perService: true,
		description: "Who answers, who does not, and what the failover chains make of it.",
		rows: []row{
			{"Circuit breakers", []panel{
				{kind: states, title: "Breaker states", description: "The circuit breaker of each target. Where instances differ, the worst: open, then half open, then closed.", unit: stateUnit, queries: []query{
					{expr: `max by (service_name, llmotel_target) (` + state + `)`, legend: "{{service_name}} {{llmotel_target}}"},
				}},
				{kind: series, title: "Breaker changes", description: "Changes of state in five minutes, by target, new state and reason.", unit: count, queries: []query{
					{expr: `sum by (llmotel_target, llmotel_breaker_to, llmotel_breaker_reason) (increase(` + transitions + `[5m]))`, legend: "{{llmotel_target}} {{llmotel_breaker_to}}: {{llmotel_breaker_reason}}"},
				}},
			}},
			{"Fallbacks and retries", []panel{
				{kind: series, title: "Fallbacks for each answer", description: "0: the first target answers everything. 1: as many moves to the next target as answers. The line is where an alert begins.", unit: share, red: 0.2, queries: []query{
					{expr: `llmotel:fallbacks:ratio_rate5m{service_name=~"$service"}`, legend: "{{service_name}}"},
				}},
				{kind: series, title: "Fallbacks", description: "Moves to the next target a minute: from, to, and why. rejected: the breaker was open and the target was not asked.", unit: perMinute, stacked: true, queries: []query{
					{expr: `60 * sum by (llmotel_fallback_from, llmotel_fallback_to, error_type) (rate(` + fallbacks + `[$__rate_interval]))`, legend: "{{llmotel_fallback_from}} to {{llmotel_fallback_to}}: {{error_type}}"},
				}},
				{kind: series, title: "Requests for each answer", description: "1: no retry and no fallback was needed. What is above are retries and requests to targets that failed.", unit: count, red: 2, queries: []query{
					{expr: `sum by (service_name) (rate(` + attempts + `[$__rate_interval])) / sum by (service_name) (rate(` + answered + `[$__rate_interval]))`, legend: "{{service_name}}"},
				}},
			}},
			{"Targets", []panel{
				{kind: series, title: "Requests by target and outcome", description: "Requests a second, retries included: answered, or the kind of the error.", unit: perSecond, stacked: true, queries: []query{
					{expr: `sum by (llmotel_target, llmotel_outcome) (rate(` + attempts + `[$__rate_interval]))`, legend: "{{llmotel_target}} {{llmotel_outcome}}"},
				}},
				{kind: series, title: "Refused for the rate", description: "Share of the requests to a target that it refused with a rate limit. The line is where an alert begins.", unit: share, red: 0.1, queries: []query{
					{expr: `llmotel:rate_limited:ratio_rate5m{service_name=~"$service"}`, legend: "{{llmotel_target}}"},
				}},
				{kind: series, title: "Who answers", description: "Answers a second by target.", unit: perSecond, stacked: true, queries: []query{
					{expr: `sum by (llmotel_target) (rate(` + answered + `[$__rate_interval]))`, legend: "{{llmotel_target}}"},
				}},
			}},
			{"Latency by provider", []panel{
				{kind: series, title: "Time to first chunk", description: "Half, and 95 %, of a provider's streams took at most this long to their first chunk.", unit: seconds, exemplars: true, queries: []query{
					{expr: `histogram_quantile(0.5, sum by (le, gen_ai_provider_name) (rate(` + first + `[$__rate_interval])))`, legend: "{{gen_ai_provider_name}} p50"},
					{expr: `histogram_quantile(0.95, sum by (le, gen_ai_provider_name) (rate(` + first + `[$__rate_interval])))`, legend: "{{gen_ai_provider_name}} p95"},
				}},
				{kind: series, title: "Latency", description: "95 % of a provider's answered calls took at most this long.", unit: seconds, exemplars: true, queries: []query{
					{expr: `histogram_quantile(0.95, sum by (le, gen_ai_provider_name) (rate(` + buckets + `[$__rate_interval])))`, legend: "{{gen_ai_provider_name}}"},
				}},
			}},
		},
	}
}
