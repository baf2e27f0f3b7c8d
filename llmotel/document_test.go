package llmotel_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"

	"github.com/llmotel/sdk/llmotel/internal/genai"
	"github.com/llmotel/sdk/providers"
)

// The document of what is emitted is made from what the golden files have
// seen, so that it can promise nothing else.
const (
	document = "../docs/telemetry.md"
	readme   = "../README.md"
	begin    = "<!-- telemetry: generated from what the tests have seen, run make generate -->"
	end      = "<!-- /telemetry -->"
)

var (
	spanLine      = regexp.MustCompile(`^( *)span "([a-z_.]+)[^"]*" (\w+)`)
	attributeLine = regexp.MustCompile(`^ +([a-z][a-z0-9_.]*)=`)
	eventLine     = regexp.MustCompile(`^ +event ([a-z_.]+) \+\S+ ?(.*)$`)
	logLine       = regexp.MustCompile(`^log ([a-z_.]+) \w+`)
	metricLine    = regexp.MustCompile(`^metric (\S+) (\S+)`)
	pointKey      = regexp.MustCompile(`([a-z][a-z0-9_.]*)=`)
)

type sightings struct{ spans, events, logs, metrics map[string]map[string]bool }

func newSightings() *sightings {
	return &sightings{map[string]map[string]bool{}, map[string]map[string]bool{}, map[string]map[string]bool{}, map[string]map[string]bool{}}
}

func see(m map[string]map[string]bool, name string, keys ...string) {
	if m[name] == nil {
		m[name] = map[string]bool{}
	}
	for _, k := range keys {
		m[name][k] = true
	}
}

// read collects what one golden file has.
func (s *sightings) read(text string) {
	var span, log, metric string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "record "):
			return
		case spanLine.MatchString(line):
			m := spanLine.FindStringSubmatch(line)
			span, log, metric = m[2]+" "+m[3], "", ""
			see(s.spans, span)
		case logLine.MatchString(line):
			span, log, metric = "", logLine.FindStringSubmatch(line)[1], ""
			see(s.logs, log)
		case metricLine.MatchString(line):
			span, log, metric = "", "", metricLine.FindStringSubmatch(line)[1]
			see(s.metrics, metric)
		case eventLine.MatchString(line):
			m := eventLine.FindStringSubmatch(line)
			see(s.events, m[1])
			for _, k := range pointKey.FindAllStringSubmatch(m[2], -1) {
				see(s.events, m[1], k[1])
			}
		case span != "" && attributeLine.MatchString(line):
			see(s.spans, span, attributeOf(line))
		case log != "" && attributeLine.MatchString(line):
			see(s.logs, log, attributeOf(line))
		case metric != "":
			for _, k := range pointKey.FindAllStringSubmatch(line, -1) {
				see(s.metrics, metric, k[1])
			}
		}
	}
}

// attributeOf is the key in a line, with {name} where the program chooses it.
func attributeOf(line string) string {
	key := attributeLine.FindStringSubmatch(line)[1]
	if prefix := string(genai.PromptVariableKey("")); strings.HasPrefix(key, prefix) {
		return prefix + "{name}"
	}
	return key
}

// meanings reads the comments of the names, and of the kinds of error, from the
// source.
func meanings(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, file := range []string{"../providers/kind.go", "internal/genai/names_gen.go", "internal/genai/own.go"} {
		f, err := parser.ParseFile(token.NewFileSet(), filepath.FromSlash(file), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			v, ok := n.(*ast.ValueSpec)
			if !ok || len(v.Values) == 0 || v.Doc == nil {
				return true
			}
			literal := v.Values[0]
			if call, ok := literal.(*ast.CallExpr); ok && len(call.Args) == 1 {
				literal = call.Args[0]
			}
			if lit, ok := literal.(*ast.BasicLit); ok {
				if name, err := strconv.Unquote(lit.Value); err == nil && out[name] == "" {
					_, text, _ := strings.Cut(strings.Join(strings.Fields(v.Doc.Text()), " "), ": ")
					out[name] = text
				}
			}
			return true
		})
	}
	return out
}

func TestTelemetryDocument(t *testing.T) {
	s, other := newSightings(), newSightings() // of the newest revision, and with the older one
	for _, dir := range []string{"testdata", "otelfailover/testdata"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.golden"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no golden files in %s: %v", dir, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if name := filepath.Base(file); strings.HasPrefix(name, "older_") || strings.HasPrefix(name, "both_") {
				other.read(string(text))
				continue
			}
			s.read(string(text))
		}
	}
	compare(t, document, s.markdown(meanings(t))+s.older(other)+coverage(t))

	old, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok1 := strings.Cut(string(old), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		t.Fatalf("%s lacks the marks %q and %q", readme, begin, end)
	}
	compare(t, readme, before+begin+"\n"+s.summary()+end+after)
}

// coverageTitle begins the last section of the document, which the conformance
// test writes (internal/conformance).
const coverageTitle = "\n## Coverage of the conventions\n"

// coverage returns that section as it is.
func coverage(t *testing.T) string {
	t.Helper()
	old, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(old), coverageTitle)
	if !ok {
		t.Fatalf("%s lacks the section %q", document, coverageTitle)
	}
	return coverageTitle + section
}

// compare compares a generated document with the file, or writes it.
func compare(t *testing.T, path, got string) {
	t.Helper()
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != got {
		t.Errorf("%s is not up to date (%v); run: make generate", path, err)
	}
}

// summary is the part of it that the README shows.
func (s *sightings) summary() string {
	var b strings.Builder
	b.WriteString("| span | attributes |\n| --- | --- |\n")
	for _, span := range []string{
		"llm.call internal", "chat client", "embeddings client", "invoke_agent internal", "invoke_agent client",
		"execute_tool internal", "invoke_workflow internal", "retrieval client",
	} {
		name, _, _ := strings.Cut(spanTitles[span], ", ")
		keys := map[string]bool{}
		for k := range s.spans[span] {
			if !strings.HasPrefix(k, string(genai.BreakerStateKey)+".") {
				keys[k] = true
			}
		}
		fmt.Fprintf(&b, "| %s | %s |\n", name, keyList(families(keys)))
	}
	b.WriteString("\n| metric | unit | meaning |\n| --- | --- | --- |\n")
	for _, def := range append(genai.Metrics(), genai.OwnMetrics()...) {
		if _, ok := s.metrics[def.Name]; ok {
			fmt.Fprintf(&b, "| `%s` (%s) | `%s` | %s |\n", def.Name, def.Instrument, def.Unit, def.Description)
		}
	}
	b.WriteString("\nEvents on spans: " + keyList(s.events) + ". Events as log records: " + keyList(s.logs) + ". All of it with types and meanings: [docs/telemetry.md](docs/telemetry.md).\n")
	return b.String()
}

// families puts more than two attributes of one family under the family's name:
// a table is for the eye, and the document has them all.
func families(keys map[string]bool) map[string]bool {
	family := func(key string) string {
		parts := strings.SplitN(key, ".", 3)
		if len(parts) < 3 {
			return key
		}
		return parts[0] + "." + parts[1] + ".*"
	}
	members := map[string]int{}
	for k := range keys {
		members[family(k)]++
	}
	out := map[string]bool{}
	for k := range keys {
		if members[family(k)] > 2 {
			k = family(k)
		}
		out[k] = true
	}
	return out
}

var spanTitles = map[string]string{
	"chat client":              "Inference span: `{operation} {model}` (`chat gpt-5.2`), CLIENT, one for each call, or for each target that a chain visits",
	"embeddings client":        "Embeddings span: `embeddings {model}`, CLIENT",
	"invoke_agent internal":    "Agent in this process: `invoke_agent {agent}`, INTERNAL",
	"invoke_agent client":      "Agent elsewhere: `invoke_agent {agent}`, CLIENT",
	"execute_tool internal":    "Tool run: `execute_tool {tool}`, INTERNAL",
	"invoke_workflow internal": "Workflow run: `invoke_workflow {workflow}`, INTERNAL",
	"retrieval client":         "Retrieval: `retrieval {data source}`, CLIENT",
	"llm.call internal":        "Parent span: `llm.call`, INTERNAL, one for each call of a failover chain",
}

// contentKeys are the attributes that hold content.
var contentKeys = func() []string {
	var out []string
	for _, key := range []attribute.Key{
		genai.SystemInstructionsKey, genai.InputMessagesKey, genai.OutputMessagesKey, genai.ToolDefinitionsKey,
		genai.ToolCallArgumentsKey, genai.ToolCallResultKey, genai.RetrievalQueryTextKey, genai.RetrievalDocumentsKey,
		genai.PromptVariableKey("{name}"),
	} {
		out = append(out, "`"+string(key)+"`")
	}
	return out
}()

// older tells what is different with the older revision.
func (s *sightings) older(o *sightings) string {
	var b strings.Builder
	fmt.Fprintf(&b, `
## The older revision

%s selects commit %s, %s both, as does the environment variable %s with %s and %s. The older revision has these
attributes and metrics beside or instead of those above; with it %s is recorded for all operations.

| attribute | on spans |
| --- | --- |
`, "`WithConventions(ConventionsOlder)`", genai.OlderRevision, "`ConventionsBoth`", "`OTEL_SEMCONV_STABILITY_OPT_IN`", "`gen_ai/4a39b6ef`", "`gen_ai/dup`",
		"`"+genai.MetricClientOperationDuration.Name+"`")
	only := map[string]map[string]bool{}
	for span, keys := range o.spans {
		for k := range keys {
			if !s.spans[span][k] {
				see(only, k, span)
			}
		}
	}
	for _, k := range slices.Sorted(maps.Keys(only)) {
		fmt.Fprintf(&b, "| `%s` | %s |\n", k, keyList(only[k]))
	}
	b.WriteString("\n| metric | instrument | unit | attributes | meaning |\n| --- | --- | --- | --- | --- |\n")
	for _, def := range genai.OlderMetrics() {
		if keys, ok := o.metrics[def.Name]; ok {
			fmt.Fprintf(&b, "| `%s` | %s | `%s` | %s | %s |\n", def.Name, def.Instrument, def.Unit, keyList(keys), def.Description)
		}
	}
	return b.String()
}

func (s *sightings) markdown(meaning map[string]string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `# Telemetry

<!-- Generated by the test TestTelemetryDocument from the golden files of llmotel and otelfailover; run: make generate -->

Everything that the recorder emits, as its tests have seen it. Names under %s are those of the OpenTelemetry GenAI semantic
conventions at commit %s (schema %s); names under %s are this library's own until the conventions have them.
An attribute appears where it applies. Content is recorded, redacted, only after %s or its environment variable asks for it: %s and %s.

## Spans
`, "`gen_ai.`", genai.Revision, genai.SchemaURL, "`llmotel.`", "`WithContentCapture`", strings.Join(contentKeys[:len(contentKeys)-1], ", "), contentKeys[len(contentKeys)-1])
	for _, span := range slices.Sorted(maps.Keys(s.spans)) {
		title := spanTitles[span]
		if title == "" {
			title = "`" + span + "`"
		}
		fmt.Fprintf(&b, "\n### %s\n\n| attribute | type and meaning |\n| --- | --- |\n", title)
		for _, key := range slices.Sorted(maps.Keys(s.spans[span])) {
			text := meaning[key]
			if strings.HasSuffix(key, ".{name}") {
				text = "string. The value of a variable that was put into the prompt template. May contain sensitive information."
			}
			if target, ok := strings.CutPrefix(key, string(genai.BreakerStateKey)+"."); ok {
				if target != "primary" {
					continue
				}
				key, text = string(genai.BreakerStateKey)+".{target}", "string. The state of that target's circuit breaker at the end of the call."
			}
			fmt.Fprintf(&b, "| `%s` | %s |\n", key, text)
		}
	}
	b.WriteString("\n## Events on these spans\n\n| event | attributes |\n| --- | --- |\n")
	for _, event := range slices.Sorted(maps.Keys(s.events)) {
		fmt.Fprintf(&b, "| `%s` | %s |\n", event, keyList(s.events[event]))
	}
	b.WriteString("\n## Events as log records\n\n| event | attributes |\n| --- | --- |\n")
	for _, event := range slices.Sorted(maps.Keys(s.logs)) {
		fmt.Fprintf(&b, "| `%s` | %s |\n", event, keyList(s.logs[event]))
	}
	b.WriteString("\n## Metrics\n\n| metric | instrument | unit | attributes | meaning |\n| --- | --- | --- | --- | --- |\n")
	for _, def := range append(genai.Metrics(), genai.OwnMetrics()...) {
		if keys, ok := s.metrics[def.Name]; ok {
			fmt.Fprintf(&b, "| `%s` | %s | `%s` | %s | %s |\n", def.Name, def.Instrument, def.Unit, keyList(keys), def.Description)
		}
	}
	b.WriteString(`
Attribution (` + "`llmotel.feature.*`, `gen_ai.prompt.*`, `feature_flag.*`, `llmotel.tenant`" + `) is on metrics only where ` + "`WithMetricAttribution`" + ` allows it.
` + "`llmotel.telemetry.dropped`" + ` counts records that a sink failed to take, and content that a redactor or hook lost. Its ` + "`llmotel.reason`" + `:

| value | meaning, and what to do |
| --- | --- |
`)
	for _, r := range dropReasons {
		fmt.Fprintf(&b, "| `%s` | %s |\n", r.value, r.text)
	}
	b.WriteString(`
How Prometheus spells the names: [pipeline.md](pipeline.md).
`)
	b.WriteString("\n## Values of `error.type`\n\nOn calls, with the same value on span, metric, event and record. Spans around calls (agents, tools, workflows,\nretrievals) have the Go type of other errors.\n\n| value | meaning |\n| --- | --- |\n")
	for _, kind := range providers.Kinds() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", kind, meaning[string(kind)])
	}
	return b.String()
}

// dropReasons are the values of llmotel.reason on llmotel.telemetry.dropped.
var dropReasons = []struct{ value, text string }{
	{genai.ReasonFull, "a queue of the call log had no room. Most often its database is away: bring it back; `WithCapacity` bridges longer, `WithBlock` makes calls wait instead."},
	{genai.ReasonFailed, "a write failed that is not tried again: the disk or the rights of a file; a `calllog.Queue` tries again."},
	{genai.ReasonRefused, "a store will never take the record: its schema, its rights."},
	{genai.ReasonClosed, "it came after Close, or Close ran out of time: close the log last, `WithCloseTimeout`."},
	{genai.ReasonPanic, "a sink, redactor, estimator or hook panicked: code of the program."},
	{genai.ReasonInvalid, "a hook left what is not JSON, or the counts of a call were impossible: that hook, or who reports the counts."},
}

func keyList[V any](keys map[string]V) string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		out = append(out, "`"+k+"`")
	}
	return strings.Join(out, " ")
}
