package e2e

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

// repository is the root of the repository, seen from this package.
const repository = "../.."

// loadProject reads compose files with profiles and an environment, as the command does.
func loadProject(profiles []string, environment types.Mapping, paths ...string) (*types.Project, error) {
	dir, err := filepath.Abs(repository)
	if err != nil {
		return nil, err
	}
	details := types.ConfigDetails{WorkingDir: dir, Environment: environment}
	for _, path := range paths {
		details.ConfigFiles = append(details.ConfigFiles, types.ConfigFile{Filename: path})
	}
	return loader.LoadWithContext(context.Background(), details, func(o *loader.Options) {
		o.SetProjectName("llmotel", true)
		o.Profiles = profiles
	})
}

// loadCompose reads a compose file with Compose's own loader, which checks the schema and the references in it.
func loadCompose(path string, content []byte) (*types.Project, error) {
	dir, err := filepath.Abs(repository)
	if err != nil {
		return nil, err
	}
	return loader.LoadWithContext(context.Background(), types.ConfigDetails{
		WorkingDir:  dir,
		ConfigFiles: []types.ConfigFile{{Filename: path, Content: content}},
		Environment: types.Mapping{},
	}, func(o *loader.Options) { o.SetProjectName("llmotel", true) })
}

// compose is the repository's docker-compose.yml.
func compose(t *testing.T) *types.Project {
	t.Helper()
	project, err := loadCompose(filepath.Join(repository, "docker-compose.yml"), nil)
	if err != nil {
		t.Fatalf("docker-compose.yml is not valid: %v", err)
	}
	return project
}

func TestComposeFile(t *testing.T) {
	project := compose(t)

	t.Run("services", func(t *testing.T) {
		want := []string{"alertmanager", "collector", "collector-health", "collector-volume", "demo", "grafana", "jaeger", "prometheus"}
		if got := project.ServiceNames(); !slices.Equal(got, want) {
			t.Errorf("services are %v, want %v", got, want)
		}
	})

	t.Run("images are the versions that run here", func(t *testing.T) {
		prometheus := "prom/prometheus:v3." + strings.TrimPrefix(
			required(t, "prometheus", "github.com/prometheus/prometheus"), "v0.3")
		want := map[string]string{
			"collector": "otel/opentelemetry-collector-contrib:" + strings.TrimPrefix(
				required(t, "otelcol", "go.opentelemetry.io/collector/otelcol"), "v"),
			"jaeger":           "jaegertracing/jaeger:" + jaegerImage[required(t, "jaeger", "github.com/jaegertracing/jaeger")],
			"prometheus":       prometheus,
			"collector-volume": prometheus,
			"collector-health": prometheus,
			"alertmanager":     "prom/alertmanager:" + required(t, "alerting", "github.com/prometheus/alertmanager"),
			"grafana":          "grafana/grafana:12.1.1",
			"demo":             "llmotel/demo:local",
		}
		for name, service := range project.Services {
			if service.Image != want[name] {
				t.Errorf("%s: image is %q, want %q", name, service.Image, want[name])
			}
		}
	})

	t.Run("published ports", func(t *testing.T) {
		want := map[string][]string{
			"collector":  {"4317", "4318", "13133"},
			"jaeger":     {"16686"},
			"prometheus": {"9090"},

			"alertmanager": {"9093"},
			"grafana":      {"3000"},
			"demo":         {"8080"},
		}
		for name, service := range project.Services {
			var got []string
			for _, port := range service.Ports {
				if port.HostIP != "127.0.0.1" {
					t.Errorf("%s: port %s is published on %q, not on 127.0.0.1", name, port.Published, port.HostIP)
				}
				target, published := uint32Text(port.Target), port.Published
				if target != published {
					t.Errorf("%s: port %s is published as %s; the documentation has one number for both", name, target, published)
				}
				if !slices.Contains(stackPorts, target) {
					t.Errorf("%s: nothing listens on port %s", name, target)
				}
				got = append(got, published)
			}
			if !slices.Equal(got, want[name]) {
				t.Errorf("%s: publishes %v, want %v", name, got, want[name])
			}
		}
	})

	t.Run("mounted files", func(t *testing.T) {
		want := map[string]string{
			"collector":  "collector/otel-config.yaml",
			"jaeger":     "collector/jaeger.yaml",
			"prometheus": "collector/prometheus.yml collector/rules",

			"alertmanager": "collector/alertmanager collector/alertmanager/secrets",
			"grafana":      "collector/grafana/provisioning collector/grafana/dashboards",
		}
		for name, service := range project.Services {
			var got []string
			for _, volume := range service.Volumes {
				if volume.Type != types.VolumeTypeBind {
					continue
				}
				relative, err := filepath.Rel(project.WorkingDir, volume.Source)
				if err != nil {
					t.Fatal(err)
				}
				if !volume.ReadOnly {
					t.Errorf("%s: %s is mounted writable", name, relative)
				}
				if _, err := os.Stat(volume.Source); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				got = append(got, filepath.ToSlash(relative))
			}
			if joined := strings.Join(got, " "); joined != want[name] {
				t.Errorf("%s: mounts %q, want %q", name, joined, want[name])
			}
		}
	})

	t.Run("named volumes", func(t *testing.T) {
		want := map[string]string{
			"alertmanager": "alertmanager-data:/alertmanager", "collector": "collector-data:/var/lib/otelcol",
			"collector-volume": "collector-data:/var/lib/otelcol jaeger-data:/var/lib/jaeger",
			"grafana":          "grafana-data:/var/lib/grafana", "jaeger": "jaeger-data:/var/lib/jaeger", "prometheus": "prometheus-data:/prometheus",
		}
		for name, service := range project.Services {
			var got []string
			for _, volume := range service.Volumes {
				if volume.Type == types.VolumeTypeVolume {
					got = append(got, volume.Source+":"+volume.Target)
				}
			}
			if joined := strings.Join(got, " "); joined != want[name] {
				t.Errorf("%s keeps %q, want %q", name, joined, want[name])
			}
		}
	})

	t.Run("start order", func(t *testing.T) {
		for _, want := range []struct{ service, on, condition string }{
			{"collector", "jaeger", types.ServiceConditionHealthy},
			{"collector", "prometheus", types.ServiceConditionHealthy},
			{"collector", "collector-volume", types.ServiceConditionCompletedSuccessfully},
			{"jaeger", "collector-volume", types.ServiceConditionCompletedSuccessfully},
			{"collector-health", "collector", types.ServiceConditionStarted},
			{"demo", "collector-health", types.ServiceConditionHealthy},
			{"grafana", "prometheus", types.ServiceConditionHealthy},
			{"grafana", "jaeger", types.ServiceConditionHealthy},
		} {
			if got := project.Services[want.service].DependsOn[want.on].Condition; got != want.condition {
				t.Errorf("%s waits for %s to be %q, want %q", want.service, want.on, got, want.condition)
			}
		}
	})

	t.Run("limits and health", func(t *testing.T) {
		// The collector's health is that of collector-health; collector-volume ends.
		healthless := []string{"collector", "collector-volume"}
		for name, service := range project.Services {
			if service.MemLimit == 0 {
				t.Errorf("%s: no memory limit", name)
			}
			if service.HealthCheck == nil && !slices.Contains(healthless, name) {
				t.Errorf("%s: no health check", name)
			}
		}
	})
}

// TestComposeFileIsHardened: what runs has no rights that it does not need, and nothing has a password that others know. The
// fleet's override is held to the same.
func TestComposeFileIsHardened(t *testing.T) {
	fleet, err := loadProject(nil, nil, filepath.Join(repository, "docker-compose.yml"), filepath.Join(repository, "collector", "scale", "compose.yml"))
	if err != nil {
		t.Fatal(err)
	}
	if len(fleet.Services) != len(compose(t).Services)+3 {
		t.Errorf("the fleet's services are %v", fleet.ServiceNames())
	}
	for name, service := range fleet.Services {
		// A name would have to be in the image's passwd file.
		if !regexp.MustCompile(`^\d+:\d+$`).MatchString(service.User) {
			t.Errorf("%s: its user is %q, not two numbers", name, service.User)
		}
		// These run chown, for a moment, without a network.
		if root := strings.HasPrefix(service.User, "0:"); root != (name == "collector-volume" || name == "sampler-volume") {
			t.Errorf("%s runs as %q", name, service.User)
		} else if root && (service.NetworkMode != "none" || service.Restart != "no") {
			t.Errorf("%s is root, on network %q, restarted %q", name, service.NetworkMode, service.Restart)
		}
		if !service.ReadOnly || service.Privileged || service.NetworkMode == "host" {
			t.Errorf("%s: its root is writable, or it is privileged, or on the host's network", name)
		}
		if service.MemLimit == 0 {
			t.Errorf("%s: no memory limit", name)
		}
		if !slices.Equal(service.CapDrop, []string{"ALL"}) || !slices.Equal(service.SecurityOpt, []string{"no-new-privileges:true"}) {
			t.Errorf("%s keeps capabilities %v, %v", name, service.CapDrop, service.SecurityOpt)
		}
		for key := range service.Environment {
			if strings.Contains(key, "PASSWORD") {
				t.Errorf("%s: %s is a password in a file that everybody has", name, key)
			}
		}
	}
	grafana := compose(t).Services["grafana"].Environment
	for key, want := range map[string]string{
		"GF_AUTH_ANONYMOUS_ENABLED": "true", "GF_AUTH_ANONYMOUS_ORG_ROLE": "Viewer", "GF_AUTH_DISABLE_LOGIN_FORM": "true",
		"GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION": "true", // admin/admin, otherwise
	} {
		if got := grafana[key]; got == nil || *got != want {
			t.Errorf("grafana: %s is not %q", key, want)
		}
	}
}

// TestMinimalCompose: the pipeline without Grafana and demo, which come back with their profiles.
func TestMinimalCompose(t *testing.T) {
	minimal := filepath.Join(repository, "collector", "compose.minimal.yml")
	for _, c := range []struct{ profiles, want []string }{
		{nil, []string{"alertmanager", "collector", "collector-health", "collector-volume", "jaeger", "prometheus"}},
		{[]string{"demo"}, []string{"alertmanager", "collector", "collector-health", "collector-volume", "demo", "jaeger", "prometheus"}},
	} {
		project, err := loadProject(c.profiles, nil, filepath.Join(repository, "docker-compose.yml"), minimal)
		if err != nil {
			t.Fatal(err)
		}
		if got := project.ServiceNames(); !slices.Equal(got, c.want) {
			t.Errorf("with profiles %v the services are %v, want %v", c.profiles, got, c.want)
		}
	}
}

// TestAlertmanagerIsChosen: ALERTMANAGER_CONFIG and ALERTMANAGER_SECRETS reach the service.
func TestAlertmanagerIsChosen(t *testing.T) {
	project, err := loadProject(nil, types.Mapping{"ALERTMANAGER_CONFIG": "slack", "ALERTMANAGER_SECRETS": "/etc/llmotel-secrets"},
		filepath.Join(repository, "docker-compose.yml"))
	if err != nil {
		t.Fatal(err)
	}
	service := project.Services["alertmanager"]
	if !slices.Contains(service.Command, "--config.file=/etc/alertmanager/slack.yml") {
		t.Errorf("its command is %v", service.Command)
	}
	if !slices.ContainsFunc(service.Volumes, func(v types.ServiceVolumeConfig) bool {
		return v.Source == "/etc/llmotel-secrets" && v.Target == "/run/secrets" && v.ReadOnly
	}) {
		t.Errorf("its volumes are %v", service.Volumes)
	}
}

// TestComposeFileRefused shows that the loader refuses what Docker would: a test that accepts everything proves nothing.
func TestComposeFileRefused(t *testing.T) {
	valid, err := os.ReadFile(filepath.Join(repository, "docker-compose.yml"))
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"unknown key":          {"    mem_limit: 512m", "    memory_limit: 512m"},
		"unknown service":      {"      prometheus: {condition: service_healthy}", "      prometheuz: {condition: service_healthy}"},
		"undeclared volume":    {"- collector-data:/var/lib/otelcol", "- colector-data:/var/lib/otelcol"},
		"not a port":           {`"127.0.0.1:9090:9090"`, `"127.0.0.1:9090:x"`},
		"impossible condition": {"condition: service_started", "condition: service_sated"},
	} {
		t.Run(name, func(t *testing.T) {
			changed := strings.Replace(string(valid), change[0], change[1], 1)
			if changed == string(valid) {
				t.Fatalf("docker-compose.yml has no %q to spoil", change[0])
			}
			if _, err := loadCompose("docker-compose.yml", []byte(changed)); err == nil {
				t.Error("the spoiled file was accepted")
			}
		})
	}
}

// jaegerImage maps the version of Jaeger's module to that of the image: they are released together under two numbers,
// and the module's CHANGELOG.md heads the release with both ("v1.76.0 / v2.13.0").
var jaegerImage = map[string]string{"v1.76.0": "2.13.0"}

// required is the version of a module in the go.mod of one of the pipeline's binaries.
func required(t *testing.T, binary, module string) string {
	t.Helper()
	mod, err := os.ReadFile(filepath.Join("..", binary, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	match := regexp.MustCompile(`(?m)^\s*(?:require )?` + regexp.QuoteMeta(module) + ` (\S+)`).FindSubmatch(mod)
	if match == nil {
		t.Fatalf("%s/go.mod does not require %s", binary, module)
	}
	return string(match[1])
}
