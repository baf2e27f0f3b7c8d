package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

// dashboard is what the tests read of a Grafana dashboard.
type dashboard struct {
	UID    string
	Title  string
	Panels []struct {
		Type, Title, Description string
		Targets                  []struct{ Expr, RefID string }
		FieldConfig              struct{ Defaults struct{ Unit string } }
	}
	Templating struct {
		List []struct{ Name, Definition string }
	}
}

const grafanaDir = "../grafana"

// dashboards reads what Grafana is given.
func dashboards(t *testing.T) []dashboard {
	t.Helper()
	files, err := filepath.Glob(grafanaDir + "/dashboards/*.json")
	if err != nil || len(files) != 4 {
		t.Fatalf("dashboards are %v (%v), want four", files, err)
	}
	var all []dashboard
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var d dashboard
		if err := json.Unmarshal(content, &d); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if d.UID+".json" != filepath.Base(file) {
			t.Errorf("%s has the uid %q", file, d.UID)
		}
		all = append(all, d)
	}
	return all
}

// TestDashboards validates the dashboards against the schema that grafana-schema.sh derived from Grafana's types.
func TestDashboards(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("testdata/grafana-dashboard.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(grafanaDir + "/dashboards/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := validateJSON(schema, content); err != nil {
				t.Errorf("not a dashboard: %v", err)
			}
			// A schema that accepts everything proves nothing.
			for name, change := range map[string][2]string{
				"width in words":  {`"w": `, `"w": "wide", "was": `},
				"title in digits": {`"title": "`, `"title": 7, "was": "`},
				"no number":       {`"schemaVersion": `, `"schemaVersion": "new", "was": `},
			} {
				changed := strings.Replace(string(content), change[0], change[1], 1)
				if changed == string(content) {
					t.Fatalf("there is no %q to spoil", change[0])
				}
				if err := validateJSON(schema, []byte(changed)); err == nil {
					t.Errorf("%s: the spoiled dashboard was accepted", name)
				}
			}
		})
	}
	for _, d := range dashboards(t) {
		for _, p := range d.Panels {
			if p.Type == "row" {
				continue
			}
			if p.Title == "" || p.Description == "" || p.FieldConfig.Defaults.Unit == "" || len(p.Targets) == 0 {
				t.Errorf("%s: panel %q lacks a title, description, unit or query", d.UID, p.Title)
			}
		}
	}
}

func validateJSON(schema *jsonschema.Schema, document []byte) error {
	instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		return err
	}
	return schema.Validate(instance)
}

// TestGrafanaProvisioning holds what Grafana is provisioned with together: no Grafana runs here.
func TestGrafanaProvisioning(t *testing.T) {
	var sources struct {
		Datasources []struct {
			Name, UID, Type, URL string
			JSONData             struct {
				Exemplars []struct {
					Name          string
					DatasourceUID string `yaml:"datasourceUid"`
				} `yaml:"exemplarTraceIdDestinations"`
				TracesToMetrics struct {
					DatasourceUID string `yaml:"datasourceUid"`
				} `yaml:"tracesToMetrics"`
			} `yaml:"jsonData"`
		}
	}
	readYAML(t, grafanaDir+"/provisioning/datasources/datasources.yaml", &sources)
	uids := map[string]string{}
	for _, s := range sources.Datasources {
		uids[s.UID] = s.Type
	}
	project := compose(t)
	for _, s := range sources.Datasources {
		host, port, _ := strings.Cut(strings.TrimPrefix(s.URL, "http://"), ":")
		if _, ok := project.Services[host]; !ok || !slices.Contains(stackPorts, port) {
			t.Errorf("%s is at %s, where no service listens", s.Name, s.URL)
		}
		for _, e := range s.JSONData.Exemplars {
			if uids[e.DatasourceUID] != "jaeger" || e.Name != "trace_id" {
				t.Errorf("exemplars of %s lead by %q to %q", s.Name, e.Name, e.DatasourceUID)
			}
		}
		if back := s.JSONData.TracesToMetrics.DatasourceUID; s.Type == "jaeger" && uids[back] != "prometheus" {
			t.Errorf("spans lead back to %q", back)
		}
		if s.Type == "prometheus" && len(s.JSONData.Exemplars) == 0 {
			t.Error("exemplars lead nowhere")
		}
	}

	used := regexp.MustCompile(`"datasource": \{\s*"type": "([a-z]+)",\s*"uid": "([^"]+)"`)
	for _, d := range dashboards(t) {
		content, err := os.ReadFile(filepath.Join(grafanaDir, "dashboards", d.UID+".json"))
		if err != nil {
			t.Fatal(err)
		}
		matches := used.FindAllStringSubmatch(string(content), -1)
		if len(matches) == 0 {
			t.Errorf("%s names no data source", d.UID)
		}
		for _, m := range matches {
			if uids[m[2]] != m[1] {
				t.Errorf("%s uses the data source %s of type %s, which is not provisioned", d.UID, m[2], m[1])
			}
		}
	}

	var providers struct {
		Providers []struct{ Options struct{ Path string } }
	}
	readYAML(t, grafanaDir+"/provisioning/dashboards/dashboards.yaml", &providers)
	targets := map[string]bool{}
	for _, v := range project.Services["grafana"].Volumes {
		targets[v.Target] = true
	}
	if len(providers.Providers) != 1 || !targets[providers.Providers[0].Options.Path] {
		t.Errorf("dashboards are looked for in %v, which compose does not mount", providers.Providers)
	}
}

func readYAML(t *testing.T, path string, into any) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(content, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}
