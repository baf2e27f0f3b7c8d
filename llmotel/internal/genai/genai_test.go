package genai_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/llmotel/sdk/llmotel/internal/genai"
)

func TestStandardNames(t *testing.T) {
	tests := []struct{ got, want string }{
		{string(genai.RequestModelKey), "gen_ai.request.model"},
		{string(genai.UsageCacheWriteInputTokensKey), "gen_ai.usage.cache_write.input_tokens"},
		{string(genai.PromptVariableKey("user_name")), "gen_ai.prompt.variable.user_name"},
		{string(genai.OpenAIAPITypeKey), "openai.api.type"},
		{string(genai.AWSBedrockGuardrailIDKey), "aws.bedrock.guardrail.id"},
		{string(genai.ErrorTypeKey), "error.type"},
		{string(genai.HTTPRequestResendCountKey), "http.request.resend_count"},
		{string(genai.FeatureFlagResultVariantKey), "feature_flag.result.variant"},
		{genai.OperationNameChat, "chat"},
		{genai.ProviderNameOpenAI, "openai"},
		{genai.ProviderNameAWSBedrock, "aws.bedrock"},
		{genai.ProviderNameGCPVertexAI, "gcp.vertex_ai"},
		{genai.ErrorTypeOther, "_OTHER"},
		{genai.SpanTypeClientInference, "gen_ai.client.inference"},
		{genai.EventClientOperationException, "gen_ai.client.operation.exception"},
		{genai.MetricClientInferenceDuration.Name, "gen_ai.client.inference.duration"},
		{genai.SchemaURL, "https://opentelemetry.io/schemas/gen-ai-dev/1.42.0-dev"},
		{string(genai.UsageCacheCreationInputTokensKey), "gen_ai.usage.cache_creation.input_tokens"},
		{genai.TokenTypeInput, "input"},
		{genai.MetricClientTokenUsage.Name, "gen_ai.client.token.usage"},
		{genai.MetricClientOperationTimeToFirstChunk.Name, "gen_ai.client.operation.time_to_first_chunk"},
		{genai.OlderRevision, "4a39b6ef"},
		{genai.SourceCommit, "06ec68e722c45a7218e23ea1bc1339fe4e21ecae"},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestMetricDefinitions(t *testing.T) {
	if n := len(genai.Metrics()); n != 19 {
		t.Errorf("the conventions define 19 metrics, got %d", n)
	}
	seen := make(map[string]bool)
	for _, m := range slices.Concat(genai.Metrics(), genai.OlderMetrics(), genai.OwnMetrics()) {
		t.Run(m.Name, func(t *testing.T) {
			if seen[m.Name] {
				t.Error("defined twice")
			}
			seen[m.Name] = true
			if m.Unit == "" || m.Description == "" {
				t.Error("unit or description missing")
			}
			if !slices.Contains([]genai.Instrument{genai.Counter, genai.Gauge, genai.Histogram}, m.Instrument) {
				t.Errorf("instrument %q", m.Instrument)
			}
			if m.Number != genai.Int && m.Number != genai.Double {
				t.Errorf("number %q", m.Number)
			}
			if histogram := m.Instrument == genai.Histogram; histogram != (len(m.Buckets()) > 0) {
				t.Errorf("%s with %d bucket boundaries", m.Instrument, len(m.Buckets()))
			}
		})
	}
}

func TestBucketsIncrease(t *testing.T) {
	for _, m := range slices.Concat(genai.Metrics(), genai.OlderMetrics()) {
		b := m.Buckets()
		for i := 1; i < len(b); i++ {
			if b[i] <= b[i-1] {
				t.Errorf("%s: boundary %v after %v", m.Name, b[i], b[i-1])
			}
		}
	}
	want := []float64{0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92}
	if got := genai.MetricClientInferenceDuration.Buckets(); !slices.Equal(got, want) {
		t.Errorf("duration buckets %v, want %v", got, want)
	}
}

func TestBucketsAreCopies(t *testing.T) {
	genai.MetricClientInferenceDuration.Buckets()[0] = 42
	if got := genai.MetricClientOperationDuration.Buckets()[0]; got != 0.01 {
		t.Errorf("first boundary is %v after a caller wrote to its copy", got)
	}
}

func TestNoNameTwice(t *testing.T) {
	keys := make(map[string]string)
	other := make(map[string]string)
	for _, file := range []string{"names_gen.go", "own.go"} {
		for _, c := range constants(t, file) {
			// Two enums may share a value ("text"), and an attribute may have the
			// name of a metric; two keys, or two names of spans or events, never.
			seen := keys
			switch {
			case c.key:
			case strings.HasPrefix(c.ident, "Event"), strings.HasPrefix(c.ident, "Span"):
				seen = other
			default:
				continue
			}
			if first, ok := seen[c.value]; ok {
				t.Errorf("%q is both %s and %s", c.value, first, c.ident)
			}
			seen[c.value] = c.ident
		}
	}
	if len(keys) < 100 {
		t.Errorf("found %d keys only", len(keys))
	}
}

func TestOwnNamesHaveOurPrefix(t *testing.T) {
	var names []string
	for _, c := range constants(t, "own.go") {
		if c.key || strings.HasPrefix(c.ident, "Event") || strings.HasPrefix(c.ident, "Span") {
			names = append(names, c.value)
		}
	}
	for _, m := range genai.OwnMetrics() {
		names = append(names, m.Name)
	}
	if len(names) < 30 {
		t.Errorf("found %d names only", len(names))
	}
	for _, name := range names {
		if !strings.HasPrefix(name, "llmotel.") && name != "llm.call" {
			t.Errorf("%q has not the prefix llmotel.", name)
		}
	}
	for _, c := range constants(t, "names_gen.go") {
		if strings.HasPrefix(c.value, "llmotel.") {
			t.Errorf("%s = %q belongs into own.go", c.ident, c.value)
		}
	}
}

func TestMetricListsAreComplete(t *testing.T) {
	// A metric that the list forgets would escape every test above.
	for file, want := range map[string]int{
		"names_gen.go": len(genai.Metrics()) + len(genai.OlderMetrics()),
		"own.go":       len(genai.OwnMetrics()),
	} {
		n := 0
		ast.Inspect(parse(t, file), func(node ast.Node) bool {
			if spec, ok := node.(*ast.ValueSpec); ok && strings.HasPrefix(spec.Names[0].Name, "Metric") {
				n++
			}
			return true
		})
		if n != want {
			t.Errorf("%s defines %d metrics and lists %d", file, n, want)
		}
	}
}

// constant is one exported string constant of the package.
type constant struct {
	ident string
	value string
	key   bool // an attribute.Key
}

// constants reads the string constants of a file; reflection cannot see them.
func constants(t *testing.T, file string) []constant {
	t.Helper()
	var found []constant
	ast.Inspect(parse(t, file), func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		value, key := spec.Values[0], false
		if call, ok := value.(*ast.CallExpr); ok && len(call.Args) == 1 {
			value, key = call.Args[0], true
		}
		lit, ok := value.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		s, err := strconv.Unquote(lit.Value)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, constant{ident: spec.Names[0].Name, value: s, key: key})
		return true
	})
	return found
}

func parse(t *testing.T, file string) *ast.File {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
