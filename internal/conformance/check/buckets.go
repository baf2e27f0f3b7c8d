package check

// The explicit bucket boundaries, which the registry model has no field for.
// Source: "This metric SHOULD be specified with ExplicitBucketBoundaries of" in
// docs/gen-ai of open-telemetry/semantic-conventions-genai: gen-ai-metrics.md,
// client-inference.md and gen-ai-token-metrics.md.
var (
	seconds  = []float64{0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92}
	tokens   = []float64{1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864}
	calls    = []float64{1, 2, 4, 8, 16, 32, 64, 128}
	agent    = []float64{0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 204.8, 409.6}
	workflow = []float64{1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200}
)

var buckets = map[string][]float64{
	"gen_ai.client.operation.duration":                seconds,
	"gen_ai.client.inference.duration":                seconds,
	"gen_ai.client.inference.time_to_first_chunk":     seconds,
	"gen_ai.client.inference.time_per_output_chunk":   seconds,
	"gen_ai.client.operation.time_to_first_chunk":     seconds,
	"gen_ai.client.operation.time_per_output_chunk":   seconds,
	"gen_ai.client.inference.operation.input_tokens":  tokens,
	"gen_ai.client.inference.operation.output_tokens": tokens,
	"gen_ai.client.token.usage":                       tokens,
	"gen_ai.execute_tool.duration":                    seconds,
	"gen_ai.invoke_agent.duration":                    agent,
	"gen_ai.invoke_agent.inference_calls":             calls,
	"gen_ai.invoke_agent.tool_calls":                  calls,
	"gen_ai.invoke_workflow.duration":                 workflow,
}
