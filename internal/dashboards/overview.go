package main

func overview() board {
	by := []variable{service, provider, model}
	var (
		calls    = chosen("gen_ai_client_inference_duration_seconds_count", by)
		failed   = chosen("llmotel:call_errors:rate5m", by)
		buckets  = chosen("gen_ai_client_inference_duration_seconds_bucket", by, `error_type=""`)
		first    = chosen("gen_ai_client_inference_time_to_first_chunk_seconds_bucket", by)
		perChunk = chosen("gen_ai_client_inference_time_per_output_chunk_seconds_bucket", by)
		input    = chosen("gen_ai_client_inference_usage_input_tokens_total", by)
		output   = chosen("gen_ai_client_inference_usage_output_tokens_total", by)
		spent    = chosen("llmotel:cost_usd_per_hour:rate5m", by)
		recorded = chosen("llmotel:calls:rate5m", by)
	)
	// The share of slow ones as a multiple of the share that may be.
	burn := func(title, what, kind string) panel {
		one := func(window string) query {
			return query{
				expr:   `llmotel:slow_` + kind + `:ratio_rate` + window + `{service_name=~"$service"} / scalar(llmotel:objective:slow_` + kind + `_ratio) >= 0`,
				legend: "{{service_name}} " + window,
			}
		}
		return panel{
			kind: series, title: title, unit: times, orange: 6, red: 14.4,
			description: what + " At 1 the error budget of 30 days lasts 30 days, at 6 five (a ticket), at 14.4 two (a page). Objectives are in collector/rules/objectives.yml.",
			queries:     []query{one("1h"), one("6h")},
		}
	}
	return board{
		uid: "llmotel-overview", title: "LLM overview", variables: by,
		description: "Calls, errors, latency, tokens and cost. A call is an inference call: one for each target that a failover chain visits.",
		rows: []row{
			{"Now", []panel{
				{kind: stat, title: "Calls", description: "Inference calls a second, failed ones included, over five minutes.", unit: perSecond, queries: []query{
					{expr: `sum(` + recorded + `)`},
				}},
				{kind: stat, title: "Failed", description: "Share of inference calls that failed, over five minutes. A call that another target answered counts as one failed and one answered.", unit: share, orange: 0.02, red: 0.05, queries: []query{
					{expr: portion(`sum(`+failed+`)`, `sum(`+recorded+`)`)},
				}},
				{kind: stat, title: "Latency, p95", description: "95 % of the answered calls took at most this long, over five minutes.", unit: seconds, orange: 10, red: 20.48, queries: []query{
					{expr: quantile("0.95", "", buckets, "5m")},
				}},
				{kind: stat, title: "Output tokens a second", description: "Output tokens a second, reasoning included, over five minutes.", unit: tokenRate, queries: []query{
					{expr: `sum(rate(` + output + `[5m]))`},
				}},
				{kind: stat, title: "Cost an hour", description: "Dollars an hour at the pace of the last five minutes. Calls without a known price are not in it.", unit: dollars, queries: []query{
					{expr: `sum(` + spent + `)`},
				}},
				{kind: stat, title: "Alerts firing", description: "Alerts of the bundled rules that fire now, of all services and of the pipeline.", unit: count, orange: 1, red: 3, queries: []query{
					{expr: `count(ALERTS{alertstate="firing"}) or vector(0)`},
				}},
			}},
			{"Objectives", []panel{
				{kind: series, title: "Sent without an answer", description: "Share of the calls that were sent and that nobody answered, over five minutes; what another target answered and cancelled calls are not in it. Calls that open circuit breakers reject are not sent, and not in it either: see Breaker states. The line is where a page begins (LLMCallsFailing).", unit: share, red: 0.5, queries: []query{
					{expr: `llmotel:calls_unanswered:ratio_rate5m{service_name=~"$service"} or 0 * (sum by (service_name) (llmotel:calls:rate5m{service_name=~"$service"}) > 0)`, legend: "{{service_name}}"},
				}},
				burn("Slow calls, of the budget", "How fast answered calls that take longer than their objective use up the error budget.", "calls"),
				burn("Slow first chunks, of the budget", "How fast streams whose first chunk takes longer than its objective use up the error budget.", "first_chunks"),
			}},
			{"Calls and errors", []panel{
				{kind: series, title: "Calls by model", description: "Inference calls a second by provider and requested model.", unit: perSecond, stacked: true, queries: []query{
					{expr: `sum by (gen_ai_provider_name, gen_ai_request_model) (rate(` + calls + `[$__rate_interval]))`, legend: "{{gen_ai_provider_name}} {{gen_ai_request_model}}"},
				}},
				{kind: series, title: "Failed, by provider", description: "Share of each provider's inference calls that failed, over five minutes. Cancelled calls are no failures. The line is where an alert begins.", unit: share, red: 0.05, queries: []query{
					{expr: portion(`sum by (gen_ai_provider_name) (`+failed+`)`, `sum by (gen_ai_provider_name) (`+recorded+`)`), legend: "{{gen_ai_provider_name}}"},
				}},
				{kind: series, title: "Errors by kind", description: "Failed inference calls a second by provider and error.type, over five minutes.", unit: perSecond, stacked: true, empty: "no errors", queries: []query{
					{expr: `sum by (gen_ai_provider_name, error_type) (` + failed + ` > 0)`, legend: "{{gen_ai_provider_name}} {{error_type}}"},
				}},
			}},
			{"How long calls take", []panel{
				{kind: series, title: "Latency", description: "How long answered calls took, streams to their end. The dots are single calls: a click opens the trace.", unit: seconds, exemplars: true, queries: []query{
					{expr: quantile("0.5", "", buckets, "$__rate_interval"), legend: "p50"},
					{expr: quantile("0.95", "", buckets, "$__rate_interval"), legend: "p95"},
					{expr: quantile("0.99", "", buckets, "$__rate_interval"), legend: "p99"},
				}},
				{kind: heatmap, title: "Latency, all calls", description: "How many answered calls took how long. Two bands are two kinds of call, or two providers.", unit: seconds, queries: []query{
					{expr: `sum by (le) (increase(` + buckets + `[$__rate_interval]))`, legend: "{{le}}"},
				}},
				{kind: series, title: "Streams", description: "95 % of the streams took at most this long to their first chunk, and between chunks.", unit: seconds, exemplars: true, queries: []query{
					{expr: quantile("0.95", "gen_ai_provider_name", first, "$__rate_interval"), legend: "{{gen_ai_provider_name}} first chunk"},
					{expr: quantile("0.95", "gen_ai_provider_name", perChunk, "$__rate_interval"), legend: "{{gen_ai_provider_name}} between chunks"},
				}},
			}},
			{"Tokens and cost", []panel{
				{kind: series, title: "Input tokens", description: "Input tokens a second by model, cached ones included.", unit: tokenRate, stacked: true, queries: []query{
					{expr: `sum by (gen_ai_request_model) (rate(` + input + `[$__rate_interval]))`, legend: "{{gen_ai_request_model}}"},
				}},
				{kind: series, title: "Output tokens", description: "Output tokens a second by model, reasoning included.", unit: tokenRate, stacked: true, queries: []query{
					{expr: `sum by (gen_ai_request_model) (rate(` + output + `[$__rate_interval]))`, legend: "{{gen_ai_request_model}}"},
				}},
				{kind: series, title: "Cost an hour, by model", description: "Dollars an hour at the pace of the last five minutes.", unit: dollars, stacked: true, queries: []query{
					{expr: `sum by (gen_ai_provider_name, gen_ai_request_model) (` + spent + `)`, legend: "{{gen_ai_provider_name}} {{gen_ai_request_model}}"},
				}},
			}},
		},
	}
}
