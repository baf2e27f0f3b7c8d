package registry_test

import (
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/internal/conformance/registry"
	"github.com/llmotel/sdk/internal/shareddata"
)

// loaded are the registries, each read once. They are not changed.
var loaded sync.Map

func load(t *testing.T, dir string) *registry.Registry {
	t.Helper()
	if r, ok := loaded.Load(dir); ok {
		return r.(*registry.Registry)
	}
	r, err := registry.Load(os.DirFS(shareddata.Path(t, "semconv-genai")), dir, "core-v1.44.0/model")
	if err != nil {
		t.Fatal(err)
	}
	loaded.Store(dir, r)
	return r
}

const (
	newest = "model"
	older  = "at-4a39b6ef/model"
)

func TestSpan(t *testing.T) {
	type span struct {
		Kind, Name string
		Operations []string
		Attributes int
	}
	cases := []struct {
		dir, name string
		want      span
	}{
		{newest, "gen_ai.client.inference", span{"client", "{gen_ai.operation.name} {gen_ai.request.model}", []string{"chat", "generate_content", "text_completion"}, 46}},
		{older, "gen_ai.inference.client", span{"client", "{gen_ai.operation.name} {gen_ai.request.model}", []string{"chat", "generate_content", "text_completion"}, 37}},
		{newest, "gen_ai.embeddings.client", span{"client", "{gen_ai.operation.name} {gen_ai.request.model}", []string{"embeddings"}, 10}},
		{newest, "gen_ai.retrieval.client", span{"client", "{gen_ai.operation.name} {gen_ai.data_source.id}", []string{"retrieval"}, 10}},
		{newest, "gen_ai.execute_tool.internal", span{"internal", "execute_tool {gen_ai.tool.name}", []string{"execute_tool"}, 10}},
		{older, "gen_ai.execute_tool.internal", span{"internal", "execute_tool {gen_ai.tool.name}", []string{"execute_tool"}, 9}},
		{newest, "gen_ai.invoke_agent.internal", span{"internal", "invoke_agent {gen_ai.agent.name}", []string{"invoke_agent"}, 23}},
		{newest, "gen_ai.invoke_agent.client", span{"client", "invoke_agent {gen_ai.agent.name}", []string{"invoke_agent"}, 40}},
		{newest, "gen_ai.invoke_workflow.internal", span{"internal", "invoke_workflow {gen_ai.workflow.name}", []string{"invoke_workflow"}, 6}},
		{newest, "gen_ai.plan.internal", span{"internal", "plan {gen_ai.agent.name}", []string{"plan"}, 3}},
		{newest, "gen_ai.fetch_response.client", span{"client", "{gen_ai.operation.name}", []string{"fetch_response"}, 13}},
		{newest, "gen_ai.create_agent.client", span{"client", "create_agent {gen_ai.agent.name}", []string{"create_agent"}, 11}},
		{newest, "gen_ai.memory.client", span{"client", "{gen_ai.operation.name}", []string{
			"create_memory_store", "search_memory", "create_memory", "update_memory", "upsert_memory", "delete_memory", "delete_memory_store",
		}, 10}},
	}
	for _, c := range cases {
		t.Run(c.dir+" "+c.name, func(t *testing.T) {
			s := load(t, c.dir).Spans[c.name]
			if s == nil {
				t.Fatal("no such span")
			}
			if diff := cmp.Diff(c.want, span{s.Kind, s.Name, s.Operations, len(s.Uses(""))}); diff != "" {
				t.Errorf("span (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUse(t *testing.T) {
	type use struct {
		Type      string
		Level     registry.Level
		Condition string
		Sampling  bool
	}
	cases := []struct {
		name, dir, span, provider, key string
		want                           use
	}{
		{
			"from a group, with sampling added by a later reference", newest, "gen_ai.client.inference", "", "gen_ai.request.model",
			use{"string", registry.ConditionallyRequired, "If available.", true},
		},
		{
			"a refinement overrides the level and keeps the rest", newest, "gen_ai.client.inference", "openai", "gen_ai.request.model",
			use{"string", registry.Required, "", true},
		},
		{
			"a refinement that only has a note keeps the level", newest, "gen_ai.client.inference", "anthropic", "gen_ai.usage.cache_read.input_tokens",
			use{"int", registry.Recommended, "When applicable.", false},
		},
		{
			"a condition is dropped with its level", newest, "gen_ai.client.inference", "anthropic", "gen_ai.request.top_k",
			use{"int", registry.Recommended, "", false},
		},
		{
			"without the refinement", newest, "gen_ai.client.inference", "openai", "gen_ai.request.top_k",
			use{"int", registry.ConditionallyRequired, "If applicable.", false},
		},
		{
			"added by a refinement", newest, "gen_ai.client.inference", "aws.bedrock", "aws.bedrock.guardrail.id",
			use{"string", registry.Required, "", false},
		},
		{
			"no level anywhere is recommended", newest, "gen_ai.client.inference", "azure.ai.inference", "azure.resource_provider.namespace",
			use{"string", registry.Recommended, "", false},
		},
		{
			"a core attribute through a group", newest, "gen_ai.client.inference", "", "error.type",
			use{"string", registry.ConditionallyRequired, "If the operation ended in an error.", false},
		},
		{
			"a template", newest, "gen_ai.client.inference", "", "gen_ai.prompt.variable.city",
			use{"template[string]", registry.OptIn, "", false},
		},
		{
			"structured content", newest, "gen_ai.client.inference", "", "gen_ai.input.messages",
			use{"any", registry.OptIn, "", false},
		},
		{
			"the older name", older, "gen_ai.inference.client", "openai", "gen_ai.usage.cache_creation.input_tokens",
			use{"int", registry.Recommended, "", false},
		},
		{
			"a group of a group", newest, "gen_ai.invoke_agent.internal", "", "gen_ai.request.model",
			use{"string", registry.Recommended, "If applicable.", true},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			u := load(t, c.dir).Spans[c.span].Uses(c.provider).Find(c.key)
			if u == nil {
				t.Fatal("not declared")
			}
			if diff := cmp.Diff(c.want, use{u.Type, u.Level, u.Condition, u.Sampling}); diff != "" {
				t.Errorf("use (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNotDeclared(t *testing.T) {
	cases := []struct{ dir, span, provider, key string }{
		{newest, "gen_ai.client.inference", "openai", "gen_ai.usage.cache_creation.input_tokens"},
		{newest, "gen_ai.client.inference", "openai", "gen_ai.prompt.variable"},
		{newest, "gen_ai.client.inference", "openai", "gen_ai.prompt.variable."},
		{newest, "gen_ai.client.inference", "anthropic", "openai.api.type"},
		{newest, "gen_ai.client.inference", "", "aws.bedrock.guardrail.id"},
		{newest, "gen_ai.embeddings.client", "openai", "gen_ai.usage.output_tokens"},
		{older, "gen_ai.inference.client", "openai", "gen_ai.usage.text.input_tokens"},
	}
	for _, c := range cases {
		if u := load(t, c.dir).Spans[c.span].Uses(c.provider).Find(c.key); u != nil {
			t.Errorf("%s %s (%s): %s is declared as %+v", c.dir, c.span, c.provider, c.key, u)
		}
	}
}

func TestMetric(t *testing.T) {
	type metric struct {
		Instrument, Unit, Value string
		Attributes              []string
	}
	common := []string{"gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model", "gen_ai.response.model"}
	with := func(more ...string) []string {
		out := slices.Concat(common, []string{"server.address", "server.port"}, more)
		slices.Sort(out)
		return out
	}
	cases := []struct {
		dir, name, provider string
		want                metric
	}{
		{newest, "gen_ai.client.inference.duration", "", metric{"histogram", "s", "double", with("error.type")}},
		{newest, "gen_ai.client.inference.duration", "openai", metric{"histogram", "s", "double", with("error.type", "openai.response.service_tier", "openai.response.system_fingerprint")}},
		{newest, "gen_ai.client.inference.usage.input_tokens", "anthropic", metric{"counter", "{token}", "int", with("gen_ai.token.modality")}},
		{newest, "gen_ai.client.inference.usage.reasoning.output_tokens", "openai", metric{"counter", "{token}", "int", with("gen_ai.token.modality", "openai.response.service_tier", "openai.response.system_fingerprint")}},
		{newest, "gen_ai.client.inference.time_per_output_chunk", "openai", metric{"histogram", "s", "double", with()}},
		{older, "gen_ai.client.token.usage", "", metric{"histogram", "{token}", "int", with("gen_ai.token.type")}},
		{older, "gen_ai.client.token.usage", "openai", metric{"histogram", "{token}", "int", with("gen_ai.token.type", "openai.response.service_tier", "openai.response.system_fingerprint")}},
		{newest, "gen_ai.invoke_agent.tool_calls", "", metric{"histogram", "{tool_call}", "int", []string{"gen_ai.agent.name"}}},
		{newest, "gen_ai.execute_tool.duration", "", metric{"histogram", "s", "double", []string{"error.type", "gen_ai.agent.name", "gen_ai.tool.name", "gen_ai.tool.type"}}},
	}
	for _, c := range cases {
		t.Run(c.dir+" "+c.name+" "+c.provider, func(t *testing.T) {
			m := load(t, c.dir).Metrics[c.name]
			if m == nil {
				t.Fatal("no such metric")
			}
			if diff := cmp.Diff(c.want, metric{m.Instrument, m.Unit, m.Value, m.Uses(c.provider).Keys()}); diff != "" {
				t.Errorf("metric (-want +got):\n%s", diff)
			}
		})
	}
	if n := len(load(t, newest).Metrics); n != 19 {
		t.Errorf("%d metrics, want 19", n)
	}
	if n := len(load(t, older).Metrics); n != 12 {
		t.Errorf("%d metrics of the older revision, want 12", n)
	}
}

func TestEvent(t *testing.T) {
	r := load(t, newest)
	details := r.Events["gen_ai.client.inference.operation.details"]
	if diff := cmp.Diff(r.Inference().Uses("openai").Keys(), details.Uses("openai").Keys()); diff != "" {
		t.Errorf("the details event differs from the inference span (-span +event):\n%s", diff)
	}
	if n := len(details.Uses("openai")); n != 50 { // 46 of all, 4 of OpenAI
		t.Errorf("%d attributes of OpenAI's details event, want 50", n)
	}
	want := []string{
		"error.type", "gen_ai.evaluation.explanation", "gen_ai.evaluation.name", "gen_ai.evaluation.score.label",
		"gen_ai.evaluation.score.value", "gen_ai.response.id",
	}
	if diff := cmp.Diff(want, r.Events["gen_ai.evaluation.result"].Uses("").Keys()); diff != "" {
		t.Errorf("evaluation event (-want +got):\n%s", diff)
	}
	if u := r.Events["gen_ai.client.operation.exception"].Uses("").Find("exception.stacktrace"); u == nil || u.Level != registry.Recommended {
		t.Errorf("exception.stacktrace: %+v", u)
	}
}

func TestMembers(t *testing.T) {
	r := load(t, newest)
	for key, want := range map[string][]string{
		"gen_ai.token.modality":       {"text", "image", "audio", "unknown"},
		"gen_ai.output.type":          {"text", "json", "image", "speech"},
		"openai.api.type":             {"chat_completions", "responses"},
		"error.type":                  {"_OTHER"},
		"gen_ai.request.temperature":  nil,
		"openai.request.service_tier": {"auto", "default"},
	} {
		if diff := cmp.Diff(want, r.Attributes[key].Members); diff != "" {
			t.Errorf("members of %s (-want +got):\n%s", key, diff)
		}
	}
	if n := len(r.Attributes["gen_ai.provider.name"].Members); n != 16 {
		t.Errorf("%d providers, want 16", n)
	}
	for _, dir := range []string{newest, older} {
		if got, want := load(t, dir).SchemaURL, "https://opentelemetry.io/schemas/gen-ai-dev/1.42.0-dev"; got != want {
			t.Errorf("%s: schema URL %q, want %q", dir, got, want)
		}
	}
}

// Every operation that the model knows has a type of span.
func TestSpanFor(t *testing.T) {
	for _, dir := range []string{newest, older} {
		r := load(t, dir)
		for _, operation := range r.Attributes["gen_ai.operation.name"].Members {
			if r.SpanFor(operation, "client") == nil {
				t.Errorf("%s: no span for operation %s", dir, operation)
			}
		}
	}
	r := load(t, newest)
	for _, c := range []struct{ operation, kind, want string }{
		{"chat", "client", "gen_ai.client.inference"},
		{"invoke_agent", "client", "gen_ai.invoke_agent.client"},
		{"invoke_agent", "internal", "gen_ai.invoke_agent.internal"},
		{"execute_tool", "client", "gen_ai.execute_tool.internal"}, // a wrong kind
	} {
		if s := r.SpanFor(c.operation, c.kind); s == nil || s.Type != c.want {
			t.Errorf("%s %s is %+v, want %s", c.operation, c.kind, s, c.want)
		}
	}
	if s := r.SpanFor("guess", "client"); s != nil {
		t.Errorf("an unknown operation is %s", s.Type)
	}
}

func TestLoadRefuses(t *testing.T) {
	const (
		manifest = "schema_url: https://example.com/1\n"
		attrs    = "attributes:\n  - key: gen_ai.a\n    type: string\n"
		span     = "spans:\n  - type: s\n    kind: client\n    name:\n      note: \"SHOULD be `{gen_ai.a}`\"\n    note: \"`gen_ai.operation.name` SHOULD be `go`.\"\n    attributes:\n"
	)
	cases := []struct{ name, text, want string }{
		{"missing attribute", attrs + span + "      - ref: gen_ai.b\n", `no attribute "gen_ai.b"`},
		{"missing group", attrs + span + "      - ref_group: g\n", "no group g"},
		{"unknown level", attrs + span + "      - ref: gen_ai.a\n        requirement_level: perhaps\n", `unknown requirement level "perhaps"`},
		{"refinement of nothing", attrs + "span_refinements:\n  - id: x\n    ref: y\n", "no span y"},
		{"defined twice", attrs + "  - key: gen_ai.a\n    type: int\n", "gen_ai.a is defined twice"},
		{"no operation", attrs + strings.Replace(span, "`go`", "anything", 1) + "      - ref: gen_ai.a\n", "names no operation"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			data := fstest.MapFS{
				"model/manifest.yaml":    {Data: []byte(manifest)},
				"model/gen-ai/all.yaml":  {Data: []byte(c.text)},
				"model/openai/x.yaml":    {Data: []byte("")},
				"model/aws-bedrock/x.md": {Data: []byte("")},
				"core/x.yaml":            {Data: []byte("")},
			}
			_, err := registry.Load(data, "model", "core")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestMerge(t *testing.T) {
	both := registry.Merge(load(t, newest), load(t, older))
	span := both.SpanFor("chat", "client")
	if span.Type != "gen_ai.client.inference" || len(both.Spans) != 11 {
		t.Errorf("%d spans, %s for chat", len(both.Spans), span.Type)
	}
	uses := span.Uses("openai")
	for _, key := range []string{"gen_ai.usage.cache_write.input_tokens", "gen_ai.usage.cache_creation.input_tokens", "openai.api.type", "gen_ai.usage.text.input_tokens"} {
		if uses.Find(key) == nil {
			t.Errorf("%s is not declared", key)
		}
	}
	if level := uses.Find("gen_ai.usage.cache_read.input_tokens").Condition; level != "When applicable." {
		t.Errorf("cache_read has the condition %q, want the newest one", level)
	}
	for _, name := range []string{"gen_ai.client.token.usage", "gen_ai.client.inference.duration", "gen_ai.client.operation.time_to_first_chunk"} {
		if both.Metrics[name] == nil {
			t.Errorf("no metric %s", name)
		}
	}
}
