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

	"github.com/llmotel/sdk/llmotel/internal/genai"
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
	metricLine    = regexp.MustCompile(`^metric (\S+) (\S+)`)
	pointKey      = regexp.MustCompile(`([a-z][a-z0-9_.]*)=`)
)

type sightings struct{ spans, events, metrics map[string]map[string]bool }

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
	var span, metric string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "record "):
			return
		case spanLine.MatchString(line):
			m := spanLine.FindStringSubmatch(line)
			span, metric = m[2]+" "+m[3], ""
			see(s.spans, span)
		case metricLine.MatchString(line):
			span, metric = "", metricLine.FindStringSubmatch(line)[1]
			see(s.metrics, metric)
		case eventLine.MatchString(line):
			m := eventLine.FindStringSubmatch(line)
			see(s.events, m[1])
			for _, k := range pointKey.FindAllStringSubmatch(m[2], -1) {
				see(s.events, m[1], k[1])
			}
		case span != "" && attributeLine.MatchString(line):
			see(s.spans, span, attributeLine.FindStringSubmatch(line)[1])
		case metric != "":
			for _, k := range pointKey.FindAllStringSubmatch(line, -1) {
				see(s.metrics, metric, k[1])
			}
		}
	}
}

// meanings reads the comments of the names from the source of package genai.
func meanings(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, file := range []string{"names_gen.go", "own.go"} {
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join("internal", "genai", file), nil, parser.ParseComments)
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
	s := &sightings{map[string]map[string]bool{}, map[string]map[string]bool{}, map[string]map[string]bool{}}
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
			s.read(string(text))
		}
	}
	compare(t, document, s.markdown(meanings(t)))

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
	for _, span := range []string{"llm.call internal", "chat client", "embeddings client"} {
		name, _, _ := strings.Cut(spanTitles[span], ", ")
		keys := map[string]bool{}
		for k := range s.spans[span] {
			if !strings.HasPrefix(k, string(genai.BreakerStateKey)+".") {
				keys[k] = true
			}
		}
		fmt.Fprintf(&b, "| %s | %s |\n", name, keyList(keys))
	}
	b.WriteString("\n| metric | unit | meaning |\n| --- | --- | --- |\n")
	for _, def := range append(genai.Metrics(), genai.OwnMetrics()...) {
		if _, ok := s.metrics[def.Name]; ok {
			fmt.Fprintf(&b, "| `%s` (%s) | `%s` | %s |\n", def.Name, def.Instrument, def.Unit, def.Description)
		}
	}
	b.WriteString("\nEvents on spans: " + keyList(s.events) + ". All of it with types and meanings: [docs/telemetry.md](docs/telemetry.md).\n")
	return b.String()
}

var spanTitles = map[string]string{
	"chat client":       "Inference span: `chat {model}`, CLIENT, one for each call, or for each target that a chain visits",
	"embeddings client": "Embeddings span: `embeddings {model}`, CLIENT",
	"llm.call internal": "Parent span: `llm.call`, INTERNAL, one for each call of a failover chain",
}

func (s *sightings) markdown(meaning map[string]string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `# Telemetry

<!-- Generated by the test TestTelemetryDocument from the golden files of llmotel and otelfailover; run: make generate -->

Everything that the recorder emits, as its tests have seen it. Names under %s are those of the OpenTelemetry GenAI semantic
conventions at commit %s (schema %s); names under %s are this library's own until the conventions have them.
No content of prompts or answers is among it. An attribute appears where it applies.

## Spans
`, "`gen_ai.`", genai.Revision, genai.SchemaURL, "`llmotel.`")
	for _, span := range slices.Sorted(maps.Keys(s.spans)) {
		title := spanTitles[span]
		if title == "" {
			title = "`" + span + "`"
		}
		fmt.Fprintf(&b, "\n### %s\n\n| attribute | type and meaning |\n| --- | --- |\n", title)
		for _, key := range slices.Sorted(maps.Keys(s.spans[span])) {
			text := meaning[key]
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
	b.WriteString("\n## Metrics\n\n| metric | instrument | unit | attributes | meaning |\n| --- | --- | --- | --- | --- |\n")
	for _, def := range append(genai.Metrics(), genai.OwnMetrics()...) {
		if keys, ok := s.metrics[def.Name]; ok {
			fmt.Fprintf(&b, "| `%s` | %s | `%s` | %s | %s |\n", def.Name, def.Instrument, def.Unit, keyList(keys), def.Description)
		}
	}
	b.WriteString(`
Attribution (` + "`llmotel.feature.*`, `gen_ai.prompt.*`, `feature_flag.*`, `llmotel.tenant`" + `) is on metrics only where ` + "`WithMetricAttribution`" + ` allows it.
` + "`llmotel.telemetry.dropped`" + ` counts records that a sink failed to take.
How Prometheus spells the names: [pipeline.md](pipeline.md).
`)
	return b.String()
}

func keyList[V any](keys map[string]V) string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		out = append(out, "`"+k+"`")
	}
	return strings.Join(out, " ")
}
