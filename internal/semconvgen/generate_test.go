package main

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// sharedData returns the directory of the registry model.
func sharedData(t *testing.T) string {
	t.Helper()
	dir := defaultData()
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		t.Skip("shared test data not found")
	}
	return dir
}

func TestGeneratedFileIsUpToDate(t *testing.T) {
	want, err := generate(os.DirFS(sharedData(t)))
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(defaultOut)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is out of date; run: GOWORK=off go run .", defaultOut)
	}
}

func TestOlderRevisionDiffers(t *testing.T) {
	data := os.DirFS(sharedData(t))
	reg, err := load(data, newest)
	if err != nil {
		t.Fatal(err)
	}
	prev, err := load(data, older)
	if err != nil {
		t.Fatal(err)
	}
	rest := prev.without(reg)
	var got []string
	for _, a := range rest.Attributes {
		got = append(got, a.Key)
	}
	for _, s := range slices.Concat(rest.Spans, rest.Events) {
		got = append(got, s.Name)
	}
	for _, m := range rest.Metrics {
		got = append(got, m.Name)
	}
	want := []string{
		"gen_ai.usage.cache_creation.input_tokens",
		"gen_ai.token.type",
		"gen_ai.inference.client",
		"gen_ai.client.token.usage",
		"gen_ai.client.operation.time_to_first_chunk",
		"gen_ai.client.operation.time_per_output_chunk",
	}
	if !slices.Equal(got, want) {
		t.Errorf("only in the older revision:\n got %q\nwant %q", got, want)
	}
}

func TestEveryBucketSetBelongsToAMetric(t *testing.T) {
	data := os.DirFS(sharedData(t))
	unused := maps.Clone(buckets)
	for _, rev := range []revision{newest, older} {
		reg, err := load(data, rev)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range reg.Metrics {
			delete(unused, m.Name)
		}
	}
	for name := range unused {
		t.Errorf("buckets.go has %s, which no revision defines", name)
	}
}

func TestRunWritesTheFile(t *testing.T) {
	out := filepath.Join(t.TempDir(), "names_gen.go")
	if err := run([]string{"-data", sharedData(t), "-out", out}, t.Output()); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(out); err != nil || info.Size() == 0 {
		t.Errorf("file %v, error %v", info, err)
	}
}

func TestRunWithoutData(t *testing.T) {
	dir := t.TempDir()
	data, out := filepath.Join(dir, "none"), filepath.Join(dir, "names_gen.go")

	var log strings.Builder
	if err := run([]string{"-data", data, "-out", out, "-optional"}, &log); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "shared test data not found") {
		t.Errorf("log %q does not give the reason", log.String())
	}
	if err := run([]string{"-data", data, "-out", out}, &log); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v without -optional, want %v", err, fs.ErrNotExist)
	}
	if _, err := os.Stat(out); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a file was written")
	}
}

func TestLoadRejectsBrokenModels(t *testing.T) {
	tests := map[string]struct{ file, text, want string }{
		"unknown attribute": {
			"model/gen-ai/spans.yaml", "spans: [{type: s, attributes: [{ref: gen_ai.nowhere}]}]",
			"s: attribute gen_ai.nowhere is not defined",
		},
		"unknown group": {
			"model/gen-ai/events.yaml", "events: [{name: e, attributes: [{ref_group: span.nowhere}]}]",
			"e: group span.nowhere is not defined",
		},
		"refinement of nothing": {
			"model/gen-ai/spans.yaml", "span_refinements: [{id: r, ref: nowhere}]",
			"r: nowhere is not defined",
		},
		"histogram without buckets": {
			"model/gen-ai/metrics.yaml",
			"metrics: [{name: m, instrument: histogram, annotations: {code_generation: {metric_value_type: int}}}]",
			"m: no bucket boundaries",
		},
		"metric without type": {
			"model/gen-ai/metrics.yaml", "metrics: [{name: m, instrument: counter}]",
			`m: value type ""`,
		},
		"no commit": {"SOURCE.txt", "nothing", "does not state the commit of model"},
		"no schema": {"model/manifest.yaml", "name: x", "no schema URL"},
		"not YAML":  {"model/gen-ai/registry.yaml", "\t", "model/gen-ai/registry.yaml: "},
		"core attribute gone": {
			coreModel + "/error/registry.yaml", "groups: []",
			"core attribute error.type is not defined",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			data := smallModel()
			data[tt.file] = &fstest.MapFile{Data: []byte(tt.text)}
			_, err := load(data, newest)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
	if _, err := load(smallModel(), newest); err != nil {
		t.Errorf("the model that the cases start from: %v", err)
	}
}

func TestRenderRejectsAmbiguousNames(t *testing.T) {
	reg := &registry{Commit: strings.Repeat("0", 40), Attributes: []attribute{
		{Key: "gen_ai.a_b", Type: attributeType{Name: "int"}},
		{Key: "gen_ai.a.b", Type: attributeType{Name: "int"}},
	}}
	_, err := render(reg, reg)
	if err == nil || err.Error() != "gen_ai.a_b and gen_ai.a.b are both ABKey" {
		t.Errorf("error %v", err)
	}
}

// smallModel is the smallest model that loads.
func smallModel() fstest.MapFS {
	files := map[string]string{
		"SOURCE.txt":                       "model/ = upstream main at commit " + strings.Repeat("0", 40) + " (2026-10-07)",
		"model/manifest.yaml":              "{schema_url: u, dependencies: [{schema_url: v}]}",
		coreModel + "/error/registry.yaml": "groups: [{attributes: [{id: error.type, type: string}]}]",
		coreModel + "/exceptions/registry.yaml": "groups: [{attributes: [{id: exception.type, type: string}," +
			"{id: exception.message, type: string}, {id: exception.stacktrace, type: string}]}]",
		coreModel + "/server/registry.yaml":  "attributes: [{key: server.address, type: string}, {key: server.port, type: int}]",
		coreModel + "/session/registry.yaml": "groups: [{attributes: [{id: session.id, type: string}]}]",
		coreModel + "/feature-flags/registry.yaml": "groups: [{attributes: [{id: feature_flag.key, type: string}," +
			"{id: feature_flag.result.variant, type: string}]}]",
	}
	for _, file := range slices.Concat(registryFiles, signalFiles) {
		files["model/"+file] = "file_format: definition/2"
	}
	data := make(fstest.MapFS)
	for name, text := range files {
		data[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return data
}
