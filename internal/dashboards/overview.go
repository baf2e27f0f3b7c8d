package main

func overview() board {
	const (
		calls    = `gen_ai_client_inference_duration_seconds_count{service_name=~"$service"}`
		failed   = `gen_ai_client_inference_duration_seconds_count{service_name=~"$service",error_type!="",error_type!="cancelled"}`
		buckets  = `gen_ai_client_inference_duration_seconds_bucket{service_name=~"$service",error_type=""}`
		first    = `gen_ai_client_inference_time_to_first_chunk_seconds_bucket{service_name=~"$service"}`
		perChunk = `gen_ai_client_inference_time_per_output_chunk_seconds_bucket{service_name=~"$service"}`
		input    = `gen_ai_client_inference_usage_input_tokens_total{service_name=~"$service"}`
		output   = `gen_ai_client_inference_usage_output_tokens_total{service_name=~"$service"}`
	)
	return board{
		uid: "llmotel-overview", title: "LLM overview", perService: true,
		description: "Calls, errors, latency, tokens and cost. A call is an inference call: one for each target that a failover chain visits.",
		rows: []row{
			{"Now", []panel{
				{kind: stat, title: "Calls", description: "Inference calls a second, failed ones included, over five minutes.", unit: perSecond, queries: []query{
					{expr: `sum(llmotel:calls:rate5m{service_name=~"$service"})`},
				}},
				{kind: stat, title: "Failed", description: "Share of inference calls that failed, over five minutes. A call that another target answered counts as one failed and one answered.", unit: share, orange: 0.02, red: 0.05, queries: []query{
					{expr: `(sum(llmotel:call_errors:rate5m{service_name=~"$service"}) or vector(0)) / sum(llmotel:calls:rate5m{service_name=~"$service"})`},
				}},
				{kind: stat, title: "Latency, p95", description: "95 % of the answered calls took at most this long, over five minutes.", unit: seconds, orange: 10, red: 20.48, queries: []query{
					{expr: `histogram_quantile(0.95, sum by (le) (rate(` + buckets + `[5m])))`},
				}},
				{kind: stat, title: "Output tokens a second", description: "Output tokens a second, reasoning included, over five minutes.", unit: tokenRate, queries: []query{
					{expr: `sum(rate(` + output + `[5m]))`},
				}},
				{kind: stat, title: "Cost an hour", description: "Dollars an hour at the pace of the last five minutes. Calls without a known price are not in it.", unit: dollars, queries: []query{
					{expr: `sum(llmotel:cost_usd_per_hour:rate5m{service_name=~"$service"})`},
				}},
				{kind: stat, title: "Alerts firing", description: "Alerts of the bundled rules that fire now, of all services and of the pipeline.", unit: count, orange: 1, red: 3, queries: []query{
					{expr: `count(ALERTS{alertstate="firing"}) or vector(0)`},
				}},
			}},
			{"Calls and errors", []panel{
				{kind: series, title: "Calls by model", description: "Inference calls a second by provider and requested model.", unit: perSecond, stacked: true, queries: []query{
					{expr: `sum by (gen_ai_provider_name, gen_ai_request_model) (rate(` + calls + `[$__rate_interval]))`, legend: "{{gen_ai_provider_name}} {{gen_ai_request_model}}"},
				}},
				{kind: series, title: "Failed, by provider", description: "Share of each provider's inference calls that failed. Cancelled calls are no failures. The line is where an alert begins.", unit: share, red: 0.05, queries: []query{
					{expr: `sum by (gen_ai_provider_name) (rate(` + failed + `[$__rate_interval])) / sum by (gen_ai_provider_name) (rate(` + calls + `[$__rate_interval]))`, legend: "{{gen_ai_provider_name}}"},
				}},
				{kind: series, title: "Errors by kind", description: "Failed inference calls a second by provider and error.type.", unit: perSecond, stacked: true, queries: []query{
					{expr: `sum by (gen_ai_provider_name, error_type) (rate(` + failed + `[$__rate_interval]))`, legend: "{{gen_ai_provider_name}} {{error_type}}"},
				}},
			}},
			{"How long calls take", []panel{
				{kind: series, title: "Latency", description: "How long answered calls took, streams to their end. The dots are single calls: a click opens the trace.", unit: seconds, exemplars: true, queries: []query{
					{expr: `histogram_quantile(0.5, sum by (le) (rate(` + buckets + `[$__rate_interval])))`, legend: "p50"},
					{expr: `histogram_quantile(0.95, sum by (le) (rate(` + buckets + `[$__rate_interval])))`, legend: "p95"},
					{expr: `histogram_quantile(0.99, sum by (le) (rate(` + buckets + `[$__rate_interval])))`, legend: "p99"},
				}},
				{kind: heatmap, title: "Latency, all calls", description: "How many answered calls took how long. Two bands are two kinds of call, or two providers.", unit: seconds, queries: []query{
					{expr: `sum by (le) (increase(` + buckets + `[$__rate_interval]))`, legend: "{{le}}"},
				}},
				{kind: series, title: "Streams", description: "95 % of the streams took at most this long to their first chunk, and between chunks.", unit: seconds, exemplars: true, queries: []query{
					{expr: `histogram_quantile(0.95, sum by (le, gen_ai_provider_name) (rate(` + first + `[$__rate_interval])))`, legend: "{{gen_ai_provider_name}} first chunk"},
					{expr: `histogram_quantile(0.95, sum by (le, gen_ai_provider_name) (rate(` + perChunk + `[$__rate_interval])))`, legend: "{{gen_ai_provider_name}} between chunks"},
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
					{expr: `sum by (gen_ai_provider_name, gen_ai_request_model) (llmotel:cost_usd_per_hour:rate5m{service_name=~"$service"})`, legend: "{{gen_ai_provider_name}} {{gen_ai_request_model}}"},
				}},
			}},
		},
	}
}
