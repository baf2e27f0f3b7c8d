package main

// boundaries is a named set of explicit bucket boundaries.
type boundaries struct {
	name   string // of the Go variable
	values []float64
}

// The sets of boundaries, with the unit of the metric in the name. Source: the
// sentences "This metric SHOULD be specified with ExplicitBucketBoundaries of"
// in docs/gen-ai of open-telemetry/semantic-conventions-genai: gen-ai-metrics.md
// at a685613a207a580163353b8e48a7ad88967e7b42; for the inference and the token
// metrics client-inference.md and gen-ai-token-metrics.md, later than that.
// The registry model has no field for them.
var (
	operationSeconds = boundaries{
		"operationSeconds",
		[]float64{0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92},
	}
	timePerTokenSeconds = boundaries{
		"timePerTokenSeconds",
		[]float64{0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5},
	}
	firstTokenSeconds = boundaries{
		"firstTokenSeconds",
		[]float64{0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10},
	}
	workflowSeconds = boundaries{
		"workflowSeconds",
		[]float64{1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200},
	}
	agentSeconds = boundaries{
		"agentSeconds",
		[]float64{0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 204.8, 409.6},
	}
	tokenCounts = boundaries{
		"tokenCounts",
		[]float64{1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864},
	}
	callCounts = boundaries{
		"callCounts",
		[]float64{1, 2, 4, 8, 16, 32, 64, 128},
	}
)

// buckets are the boundaries of every histogram of every revision.
var buckets = map[string]boundaries{
	"gen_ai.client.operation.duration":                operationSeconds,
	"gen_ai.client.inference.duration":                operationSeconds,
	"gen_ai.client.inference.time_to_first_chunk":     operationSeconds,
	"gen_ai.client.inference.time_per_output_chunk":   operationSeconds,
	"gen_ai.client.inference.operation.input_tokens":  tokenCounts,
	"gen_ai.client.inference.operation.output_tokens": tokenCounts,
	"gen_ai.server.request.duration":                  operationSeconds,
	"gen_ai.server.time_per_output_token":             timePerTokenSeconds,
	"gen_ai.server.time_to_first_token":               firstTokenSeconds,
	"gen_ai.invoke_workflow.duration":                 workflowSeconds,
	"gen_ai.invoke_agent.duration":                    agentSeconds,
	"gen_ai.invoke_agent.inference_calls":             callCounts,
	"gen_ai.invoke_agent.tool_calls":                  callCounts,
	"gen_ai.execute_tool.duration":                    operationSeconds,

	// In the older revision only.
	"gen_ai.client.token.usage":                     tokenCounts,
	"gen_ai.client.operation.time_to_first_chunk":   operationSeconds,
	"gen_ai.client.operation.time_per_output_chunk": operationSeconds,
}
