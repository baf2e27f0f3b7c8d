package e2e

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v3"
)

// TestScaleComposeFile merges the fleet's override over docker-compose.yml, as Compose does, and looks at what would run.
func TestScaleComposeFile(t *testing.T) {
	root, err := filepath.Abs(repository)
	if err != nil {
		t.Fatal(err)
	}
	project, err := loader.LoadWithContext(t.Context(), types.ConfigDetails{
		WorkingDir: root,
		ConfigFiles: []types.ConfigFile{
			{Filename: filepath.Join(root, "docker-compose.yml")}, {Filename: filepath.Join(root, "collector", "scale", "compose.yml")},
		},
		Environment: types.Mapping{},
	}, func(o *loader.Options) { o.SetProjectName("llmotel", true) })
	if err != nil {
		t.Fatal(err)
	}
	base := compose(t)

	agent := project.Services["collector"]
	if got, want := strings.Join(agent.Command, " "), strings.Join(base.Services["collector"].Command, " ")+" --config=/etc/otelcol/agent.yaml"; got != want {
		t.Errorf("the agent's command is %q, want %q", got, want)
	}
	var samplers []string
	if value := agent.Environment["SAMPLERS"]; value == nil {
		t.Error("the agent does not know its samplers")
	} else if err := yaml.Unmarshal([]byte(*value), &samplers); err != nil {
		t.Error(err)
	}
	if want := []string{"sampler-0:4317", "sampler-1:4317"}; !slices.Equal(samplers, want) {
		t.Errorf("samplers are %v, want %v", samplers, want)
	}
	health := project.Services["collector-health"]
	var scrape struct {
		ScrapeConfigs []struct {
			JobName       string                       `yaml:"job_name"`
			StaticConfigs []struct{ Targets []string } `yaml:"static_configs"`
		} `yaml:"scrape_configs"`
	}
	readYAML(t, "../scale/prometheus.yml", &scrape)
	if len(scrape.ScrapeConfigs) != 1 || scrape.ScrapeConfigs[0].JobName != "sampler" {
		t.Fatalf("Prometheus would scrape %+v", scrape)
	}
	for _, sampler := range samplers {
		name, _, _ := strings.Cut(sampler, ":")
		if !slices.Contains(scrape.ScrapeConfigs[0].StaticConfigs[0].Targets, name+":8888") {
			t.Errorf("Prometheus does not scrape %s", name)
		}
		if health.DependsOn[name].Condition != types.ServiceConditionStarted || !strings.Contains(strings.Join(health.HealthCheck.Test, " "), " "+name) {
			t.Errorf("`up --wait` does not wait for %s: %v, %v", name, health.DependsOn, health.HealthCheck.Test)
		}
		service, found := project.Services[name]
		switch {
		case !found:
			t.Errorf("no service %s", name)
		case len(service.Ports) > 0 || service.MemLimit == 0 || !service.ReadOnly || service.Image != agent.Image:
			t.Errorf("%s: ports %v, limit %d, read-only %t, image %s", name, service.Ports, service.MemLimit, service.ReadOnly, service.Image)
		}
	}
	// Garbage alone must never make one refuse.
	for _, name := range []string{"collector", "sampler-0", "sampler-1"} {
		limits := make(map[string]int64)
		for _, key := range []string{"COLLECTOR_MEMORY_MIB", "COLLECTOR_MEMORY_SPIKE_MIB", "GOMEMLIMIT"} {
			value := project.Services[name].Environment[key]
			if value == nil {
				t.Fatalf("%s has no %s", name, key)
			}
			if limits[key], err = strconv.ParseInt(strings.TrimSuffix(*value, "MiB"), 10, 64); err != nil {
				t.Errorf("%s: %s: %v", name, key, err)
			}
		}
		refuses := limits["COLLECTOR_MEMORY_MIB"] - limits["COLLECTOR_MEMORY_SPIKE_MIB"]
		if kept, whole := limits["GOMEMLIMIT"], int64(project.Services[name].MemLimit)>>20; kept >= refuses || limits["COLLECTOR_MEMORY_MIB"] >= whole {
			t.Errorf("%s: garbage is kept up to %d MiB, above %d MiB it refuses, the container has %d MiB", name, kept, refuses, whole)
		}
	}
	prometheus := project.Services["prometheus"]
	if !slices.ContainsFunc(prometheus.Volumes, func(v types.ServiceVolumeConfig) bool {
		return v.Target == "/etc/prometheus/scrape/scale.yml" && strings.HasSuffix(v.Source, "/collector/scale/prometheus.yml")
	}) {
		t.Errorf("Prometheus does not get the samplers' scrape configuration: %v", prometheus.Volumes)
	}
	if !slices.Equal(prometheus.Command, base.Services["prometheus"].Command) || !slices.Contains(prometheus.Entrypoint, "--web.enable-remote-write-receiver") {
		t.Errorf("prometheus runs %v %v", prometheus.Entrypoint, prometheus.Command)
	}
	for name, service := range project.Services {
		for _, volume := range service.Volumes {
			if volume.Type != types.VolumeTypeBind {
				continue
			}
			if _, err := os.Stat(volume.Source); err != nil || !volume.ReadOnly {
				t.Errorf("%s: %s (%v), mounted read-only: %t", name, volume.Source, err, volume.ReadOnly)
			}
		}
	}
}
