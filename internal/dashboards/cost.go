package main

func cost() board {
	with := []variable{service, provider, model}
	var (
		spent    = chosen("llmotel_client_cost_total", with)
		unpriced = chosen("llmotel_client_unpriced_calls_total", with)
		calls    = chosen("gen_ai_client_inference_duration_seconds_count", with)
		answered = chosen("gen_ai_client_inference_duration_seconds_count", with, `error_type=""`)
		buckets  = chosen("gen_ai_client_inference_duration_seconds_bucket", with, `error_type=""`)
		output   = chosen("gen_ai_client_inference_usage_output_tokens_total", with)
		cached   = chosen("gen_ai_client_inference_usage_cache_read_input_tokens_total", with)
		input    = chosen("gen_ai_client_inference_usage_input_tokens_total", with)
	)
	by := func(title, what, labels, legend string) panel {
		return panel{
			kind: series, title: title, unit: dollars, stacked: true,
			description: "Dollars an hour at the pace of the last five minutes, by " + what + ". Programs choose with WithMetricAttribution what is told apart here; the rest is one line without a name.",
			queries:     []query{{expr: `3600 * sum by (` + labels + `) (rate(` + spent + `[5m]))`, legend: legend}},
		}
	}
	compare := func(title, description, labels string) panel {
		sum := func(of string) string { return `sum by (` + labels + `) (increase(` + of + `[$__range]))` }
		return panel{
			kind: compared, title: title, description: description + " Over the chosen time.", unit: count,
			queries: []query{
				{sum(calls), "calls", count},
				{sum(spent) + ` / (` + sum(answered) + ` > 0)`, "$ for each answer", dollars},
				{sum(output) + ` / (` + sum(answered) + ` > 0)`, "output tokens for each answer", count},
				{quantile("0.95", labels, buckets, "$__range"), "latency p95", seconds},
				{portion(`(`+sum(calls)+` - (`+sum(answered)+` or 0 * `+sum(calls)+`))`, sum(calls)), "not answered", share},
			},
		}
	}
	return board{
		uid: "llmotel-cost", title: "LLM cost and attribution", variables: with,
		description: "What calls cost, and on whose behalf they were made.",
		rows: []row{
			{"Cost", []panel{
				{kind: series, title: "Cost an hour, and the budget", description: "Dollars spent in the last hour by service. The budget is llmotel:objective:cost_usd_per_hour in collector/rules/objectives.yml.", unit: dollars, queries: []query{
					{expr: `llmotel:cost_usd_per_hour:rate1h{service_name=~"$service"}`, legend: "{{service_name}}"},
					{expr: `llmotel:objective:cost_usd_per_hour`, legend: "budget of a service"},
				}},
				by("By model", "provider and model", "gen_ai_provider_name, gen_ai_request_model", "{{gen_ai_provider_name}} {{gen_ai_request_model}}"),
				{kind: series, title: "Not in the cost", description: "Calls a minute whose cost is not known: no_price (no price for the model), no_usage (no token counts), currency (not US dollars).", unit: perMinute, empty: "every call is in the cost", queries: []query{
					{expr: `60 * sum by (gen_ai_provider_name, gen_ai_request_model, llmotel_reason) (rate(` + unpriced + `[$__rate_interval]))`, legend: "{{gen_ai_provider_name}} {{gen_ai_request_model}}: {{llmotel_reason}}"},
				}},
			}},
			{"Attribution", []panel{
				by("By feature", "feature", "llmotel_feature_name", "{{llmotel_feature_name}}"),
				by("By tenant", "tenant", "llmotel_tenant", "{{llmotel_tenant}}"),
				by("By prompt version", "prompt and its version", "gen_ai_prompt_name, gen_ai_prompt_version", "{{gen_ai_prompt_name}} {{gen_ai_prompt_version}}"),
				by("By variant", "experiment and variant", "feature_flag_key, feature_flag_result_variant", "{{feature_flag_key}} {{feature_flag_result_variant}}"),
			}},
			{"Comparison", []panel{
				compare("Prompt versions", "One line for each version of a prompt.", "gen_ai_prompt_name, gen_ai_prompt_version"),
				compare("Variants", "One line for each arm of an experiment.", "feature_flag_key, feature_flag_result_variant"),
			}},
			{"Prompt cache", []panel{
				{kind: series, title: "Input from the prompt cache", description: "Share of the input tokens that the provider read from its prompt cache, by model: cheaper, and faster to the first chunk.", unit: share, queries: []query{
					{expr: portion(`sum by (gen_ai_request_model) (rate(`+cached+`[$__rate_interval]))`, `sum by (gen_ai_request_model) (rate(`+input+`[$__rate_interval]))`), legend: "{{gen_ai_request_model}}"},
				}},
			}},
		},
	}
}
