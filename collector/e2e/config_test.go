package e2e

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestConfigurationFiles lets the programs judge their own files, in every combination that is documented, with nothing
// else running and with no variable set.
func TestConfigurationFiles(t *testing.T) {
	combinations := map[string][]string{
		"jaeger":                    {"jaeger", "jaeger.yaml"},
		"default":                   {"otelcol", "otel-config.yaml"},
		"sampling":                  {"otelcol", "otel-config.yaml", "sampling.yaml"},
		"tls":                       {"otelcol", "otel-config.yaml", "tls.yaml"},
		"sampling and tls":          {"otelcol", "otel-config.yaml", "sampling.yaml", "tls.yaml"},
		"agent":                     {"otelcol", "otel-config.yaml", "scale/agent.yaml"},
		"agent and tls":             {"otelcol", "otel-config.yaml", "scale/agent.yaml", "tls.yaml"},
		"sampler":                   {"otelcol", "scale/sampler.yaml", "sampling.yaml"},
		"sampler and tls":           {"otelcol", "scale/sampler.yaml", "sampling.yaml", "tls.yaml"},
		"sampler that keeps all":    {"otelcol", "scale/sampler.yaml"},
		"logs to Elasticsearch":     {"otelcol", "otel-config.yaml", substitute(t, "logs-elasticsearch.yaml")},
		"logs to CloudWatch":        {"otelcol", "otel-config.yaml", substitute(t, "logs-cloudwatch.yaml")},
		"sampling and CloudWatch":   {"otelcol", "otel-config.yaml", "sampling.yaml", substitute(t, "logs-cloudwatch.yaml")},
		"agent, to Elasticsearch":   {"otelcol", "otel-config.yaml", "scale/agent.yaml", substitute(t, "logs-elasticsearch.yaml")},
		"all that does not exclude": {"otelcol", "otel-config.yaml", "sampling.yaml", "tls.yaml", substitute(t, "logs-elasticsearch.yaml")},
	}
	for name, combination := range combinations {
		t.Run(name, func(t *testing.T) {
			if output, err := validate(t, combination[0], combination[1:]...); err != nil {
				t.Errorf("%v: %s", err, output)
			}
		})
	}

	// A check that accepts everything proves nothing.
	t.Run("refused", func(t *testing.T) {
		for name, overlay := range map[string]string{
			"unknown processor":   "service: {pipelines: {traces/kept: {processors: [tail_sampling]}}}",
			"unknown key":         "exporters: {otlp_http/jaeger: {sending_queue: {storrage: file_storage}}}",
			"bad statement":       "processors: {transform/hygiene: {trace_statements: [{context: span, statements: ['delete_kee(span.attributes)']}]}}",
			"bad condition":       "processors: {filter/no_own_metrics: {traces: {span: ['IsMatch(scope.nam, \"x\")']}}}",
			"bad expression":      "processors: {redaction: {blocked_values: ['(']}}",
			"resolver not in use": "exporters: {load_balancing: {resolver: {dns: {hostname: samplers}}}}\nservice: {pipelines: {traces/kept: {exporters: [load_balancing]}}}",
		} {
			t.Run(name, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "overlay.yaml")
				if err := os.WriteFile(path, []byte(overlay), 0o600); err != nil {
					t.Fatal(err)
				}
				if output, err := validate(t, "otelcol", "otel-config.yaml", path); err == nil {
					t.Errorf("accepted: %s", output)
				}
			})
		}
	})
}

func validate(t *testing.T, binary string, files ...string) (string, error) {
	t.Helper()
	args := []string{"validate"}
	for _, file := range files {
		if !filepath.IsAbs(file) {
			file = filepath.Join("..", file)
		}
		args = append(args, "--config="+file)
	}
	cmd := exec.CommandContext(t.Context(), binaryPath(t, binary), args...)
	cmd.Env = without(os.Environ(), "COLLECTOR_", "JAEGER_", "SAMPLING_", "SAMPLERS", "OTLP_BACKEND_")
	output, err := cmd.CombinedOutput()
	return string(output), err
}

// vendorKeys are the settings of exporters that this distribution cannot hold, as their documentation at the collector's
// version has them; those that the collector's own exporters share are checked by the collector itself.
var vendorKeys = map[string]map[string]string{
	"elasticsearch": {
		"endpoints": "list", "api_key": "text", "logs_index": "text", "retry": "map",
	},
	"awscloudwatchlogs": {
		"region": "text", "log_group_name": "text", "log_stream_name": "text", "log_retention": "number",
	},
}

// substitute writes a copy of an overlay in which an exporter that this distribution lacks is an OTLP exporter under
// another name with all settings that the two share: queue, batches, retries. What is the vendor's own is checked here.
func substitute(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", file))
	if err != nil {
		t.Fatal(err)
	}
	changed, complaints := substituted(t, content)
	for _, complaint := range complaints {
		t.Errorf("%s: %s", file, complaint)
	}
	path := filepath.Join(t.TempDir(), file)
	if err := os.WriteFile(path, changed, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func substituted(t *testing.T, content []byte) (changed []byte, complaints []string) {
	t.Helper()
	var overlay map[string]map[string]map[string]any
	if err := yaml.Unmarshal(content, &overlay); err != nil {
		t.Fatal(err)
	}
	text := string(content)
	for name, settings := range overlay["exporters"] {
		keys, known := vendorKeys[name]
		if !known {
			complaints = append(complaints, "no documentation of the exporter "+name+" here")
			continue
		}
		shared := map[string]any{"endpoint": "http://localhost:1"}
		for _, key := range slices.Sorted(maps.Keys(settings)) {
			kind, vendors := keys[key]
			if !vendors {
				shared[key] = settings[key]
				continue
			}
			if !is(kind, settings[key]) {
				complaints = append(complaints, name+"::"+key+" is no "+kind)
			}
		}
		overlay["exporters"] = map[string]map[string]any{"otlp_http/" + name: shared}
		pipelines, err := yaml.Marshal(map[string]any{"exporters": overlay["exporters"], "service": overlay["service"]})
		if err != nil {
			t.Fatal(err)
		}
		text = strings.ReplaceAll(string(pipelines), "- "+name+"\n", "- otlp_http/"+name+"\n")
	}
	return []byte(text), complaints
}

// is says whether a setting has the kind; a variable stands for any number and any text.
func is(kind string, value any) bool {
	text, isText := value.(string)
	switch kind {
	case "text":
		return isText && text != ""
	case "number":
		_, isNumber := value.(int)
		return isNumber || isText && strings.HasPrefix(text, "${env:")
	case "list":
		list, isList := value.([]any)
		return isList && len(list) > 0
	default:
		_, isMap := value.(map[string]any)
		return isMap
	}
}

func TestLogOverlaysRefused(t *testing.T) {
	for name, spoil := range map[string][3]string{
		"wrong kind":   {"logs-cloudwatch.yaml", "${env:AWS_REGION}", "[eu-central-1]"},
		"unknown key":  {"logs-cloudwatch.yaml", "log_group_name:", "log_group:"},
		"unknown name": {"logs-elasticsearch.yaml", "  elasticsearch:\n", "  elastic:\n"},
		"queue":        {"logs-elasticsearch.yaml", "sizer: items", "sizer: things"},
	} {
		t.Run(name, func(t *testing.T) {
			content, err := os.ReadFile(filepath.Join("..", spoil[0]))
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(content), spoil[1]) {
				t.Fatalf("%s has no %q to spoil", spoil[0], spoil[1])
			}
			changed, complaints := substituted(t, []byte(strings.Replace(string(content), spoil[1], spoil[2], 1)))
			path := filepath.Join(t.TempDir(), "overlay.yaml")
			if err := os.WriteFile(path, changed, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := validate(t, "otelcol", "otel-config.yaml", path); err == nil && len(complaints) == 0 {
				t.Error("the spoiled overlay was accepted")
			}
		})
	}
}

// TestNothingBeforeTheQueue keeps the promise that a killed collector loses nothing that it acknowledged: no processor of the
// default pipelines holds data, and every exporter over the network has a queue on disk, bounded by what it may have of the
// disk, that is retried without end.
func TestNothingBeforeTheQueue(t *testing.T) {
	content, err := os.ReadFile(filepath.Join("..", "otel-config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Exporters map[string]struct {
			Queue struct {
				Storage string `yaml:"storage"`
				Sizer   string `yaml:"sizer"`
			} `yaml:"sending_queue"`
			Retry struct {
				Limit string `yaml:"max_elapsed_time"`
			} `yaml:"retry_on_failure"`
		} `yaml:"exporters"`
		Service struct {
			Pipelines map[string]struct {
				Receivers  []string `yaml:"receivers"`
				Processors []string `yaml:"processors"`
			} `yaml:"pipelines"`
		} `yaml:"service"`
	}
	if err := yaml.Unmarshal(content, &config); err != nil {
		t.Fatal(err)
	}
	for name, exporter := range config.Exporters {
		if strings.HasPrefix(name, "otlp") && (exporter.Queue.Storage != "file_storage" || exporter.Queue.Sizer != "bytes" || exporter.Retry.Limit != "0s") {
			t.Errorf("%s: its queue is in %q, bounded by %q, and it gives up after %q", name, exporter.Queue.Storage, exporter.Queue.Sizer, exporter.Retry.Limit)
		}
	}
	passing := []string{"memory_limiter", "transform", "redaction", "filter"}
	for name, pipeline := range config.Service.Pipelines {
		for i, processor := range pipeline.Processors {
			kind, _, _ := strings.Cut(processor, "/")
			if !slices.Contains(passing, kind) {
				t.Errorf("%s: %s may hold what the queue does not know", name, processor)
			}
			if (kind == "memory_limiter") != (i == 0 && slices.Contains(pipeline.Receivers, "otlp")) {
				t.Errorf("%s: %s is at place %d; memory_limiter comes first where data comes in", name, processor, i)
			}
		}
	}
	if len(config.Exporters) == 0 || len(config.Service.Pipelines) != 6 {
		t.Errorf("%d exporters, %d pipelines", len(config.Exporters), len(config.Service.Pipelines))
	}
}
