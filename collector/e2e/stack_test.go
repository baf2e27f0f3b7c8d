package e2e

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
)

// stackPorts is every port that the pipeline listens on, native or not.
var stackPorts = []string{
	"4317", "4318", "13133", "8888", "55679", // collector: OTLP gRPC and HTTP, health, own metrics, debug pages
	"14317", "14318", "16685", "16686", "13134", "18888", // Jaeger: OTLP, query gRPC and HTTP, health, own metrics
	"9090", // Prometheus
	"9093", // Alertmanager
	"3000", // Grafana, never native
	"8080", // demo
}

// The pipeline's addresses as a native run has them.
const (
	collectorGRPC   = "127.0.0.1:4317"
	collectorHealth = "http://127.0.0.1:13133/"
	jaegerURL       = "http://127.0.0.1:16686"
	jaegerHealth    = "http://127.0.0.1:13134/status"
	prometheusURL   = "http://127.0.0.1:9090"
	alertmanagerURL = "http://127.0.0.1:9093"
	demoURL         = "http://127.0.0.1:8080"
)

// stack is a running pipeline.
type stack struct {
	// dir holds all that the pipeline writes: the collector's queue and logs, Prometheus's database, the output of each.
	dir string
	// staged holds what replaces files that compose mounts, under their paths in the container: for tests that cannot wait
	// an hour.
	staged string
	// end ends a service as `docker stop` does, once, and waits for it.
	end map[string]func()
	// process is that of a service that runs.
	process map[string]*os.Process
}

// logFile is what the collector writes logs to.
func (s *stack) logFile() string {
	return filepath.Join(s.dir, "collector-data", "logs", "llmotel.jsonl")
}

// startStack starts the pipeline in compose's order and ends it with the test. With a directory, what is staged there replaces
// mounted files.
func startStack(t *testing.T, staged ...string) *stack {
	t.Helper()
	resolveNames(t)
	for _, port := range stackPorts {
		listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:"+port)
		if err != nil {
			t.Fatalf("port %s, which the pipeline needs, is taken (%v): is another pipeline running? "+
				"`docker compose down` ends one of containers", port, err)
		}
		listener.Close()
	}

	s := &stack{dir: t.TempDir(), end: map[string]func(){}, process: map[string]*os.Process{}}
	if len(staged) > 0 {
		s.staged = staged[0]
	}
	project := compose(t)
	s.start(t, project, "jaeger", "jaeger", jaegerHealth)
	s.start(t, project, "prometheus", "prometheus", prometheusURL+"/-/ready")
	s.start(t, project, "collector", "otelcol", collectorHealth)
	return s
}

// start runs the binary of a compose service as compose would run its image, and waits until it is healthy.
func (s *stack) start(t *testing.T, project *types.Project, name, binary, health string) {
	t.Helper()
	args, env := s.native(t, project.Services[name])
	s.startProcess(t, name, binaryPath(t, binary), health, args, env)
}

// startProcess runs a program and waits until it is healthy.
func (s *stack) startProcess(t *testing.T, name, path, health string, args, env []string) {
	t.Helper()
	output, err := os.Create(filepath.Join(s.dir, name+".out"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, args...) //nolint:noctx // Ended by SIGTERM below, not by a context's SIGKILL.
	cmd.Dir, cmd.Env = s.dir, append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = output, output
	began := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", name, err)
	}
	exited := make(chan struct{})
	var exit error // Readable once exited is closed.
	go func() {
		defer close(exited)
		exit = cmd.Wait()
	}()

	s.process[name] = cmd.Process
	s.end[name] = sync.OnceFunc(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-exited:
		case <-time.After(15 * time.Second):
			t.Errorf("%s (process %d) did not end within 15 s of SIGTERM and is killed", name, cmd.Process.Pid)
			_ = cmd.Process.Kill()
			<-exited
		}
	})
	t.Cleanup(func() {
		s.end[name]()
		output.Close()
		if t.Failed() {
			t.Logf("last lines of %s:\n%s", name, tail(output.Name(), 15))
		}
	})

	eventually(t, 60*time.Second, name+" is healthy", func() error {
		select {
		case <-exited:
			t.Fatalf("%s ended by itself: %v\n%s", name, exit, tail(output.Name(), 15))
		default:
		}
		_, err := get(t.Context(), health)
		return err
	})
	t.Logf("%s: process %d, healthy after %s", name, cmd.Process.Pid, time.Since(began).Round(time.Millisecond))
}

// native translates the command and the environment of a compose service for a run without a container.
func (s *stack) native(t *testing.T, service types.ServiceConfig) (args, env []string) {
	t.Helper()
	var substitutions []string
	for _, volume := range service.Volumes {
		source := volume.Source
		switch {
		case volume.Type == types.VolumeTypeVolume:
			source = filepath.Join(s.dir, source)
			if err := os.MkdirAll(source, 0o755); err != nil {
				t.Fatal(err)
			}
		case s.staged != "":
			if staged := filepath.Join(s.staged, volume.Target); exists(staged) {
				source = staged
			}
		}
		// Targets stand whole, or at the start of a longer path, behind a flag's equals sign or alone.
		substitutions = append(substitutions, volume.Target, source)
	}
	substitutions = append(substitutions, "0.0.0.0", "127.0.0.1")
	translate := strings.NewReplacer(substitutions...)

	for _, arg := range service.Command {
		flag, value, found := strings.Cut(arg, "=")
		if found {
			arg = flag + "=" + translate.Replace(value)
		}
		args = append(args, arg)
	}
	for key, value := range service.Environment {
		if value != nil {
			env = append(env, key+"="+translate.Replace(*value))
		}
	}
	// The least there is, so that a test need not write 50 MB to see a rotation.
	env = append(env, "COLLECTOR_LOG_MAX_MEGABYTES=1")
	slices.Sort(env)
	return args, env
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// hostsLine gives the services' names to loopback, as compose gives them to containers.
const hostsLine = "127.0.0.1 collector jaeger prometheus alertmanager grafana demo # llmotel: the pipeline's names, for native runs"

// resolveNames makes sure that the names that the configuration files use lead to this machine.
func resolveNames(t *testing.T) {
	t.Helper()
	const hosts = "/etc/hosts"
	names := []string{"collector", "jaeger", "prometheus", "alertmanager", "grafana", "demo"}
	content, err := os.ReadFile(hosts)
	if err != nil {
		t.Fatal(err)
	}
	var missing []string
	for _, name := range names {
		if !slices.Contains(strings.Fields(withoutComments(content)), name) {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		if err := appendLine(hosts, content, hostsLine); err != nil {
			t.Fatalf("%s does not know %v, and this process may not write it (%v). Add this line to it:\n%s",
				hosts, missing, err, hostsLine)
		}
	}
	for _, name := range names {
		// Go reads the file again some seconds after it changed.
		eventually(t, 15*time.Second, name+" is on loopback", func() error {
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			addresses, err := net.DefaultResolver.LookupIPAddr(ctx, name)
			if err != nil {
				return err
			}
			for _, address := range addresses {
				if !address.IP.IsLoopback() {
					return fmt.Errorf("%s leads to %s; %s needs the line\n%s", name, address, hosts, hostsLine)
				}
			}
			return nil
		})
	}
}

func withoutComments(hosts []byte) string {
	var b strings.Builder
	for line := range strings.Lines(string(hosts)) {
		line, _, _ = strings.Cut(line, "#")
		b.WriteString(line + "\n")
	}
	return b.String()
}

func appendLine(path string, content []byte, line string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if len(content) > 0 && !bytes.HasSuffix(content, []byte("\n")) {
		line = "\n" + line
	}
	_, err = f.WriteString(line + "\n")
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return err
}

// binaryPath is where collector/build.sh puts a binary.
func binaryPath(t *testing.T, name string) string {
	t.Helper()
	cache := os.Getenv("LLMOTEL_CACHE")
	if cache == "" {
		base := os.Getenv("XDG_CACHE_HOME")
		if base == "" {
			home, err := os.UserHomeDir()
			if err != nil {
				t.Fatal(err)
			}
			base = filepath.Join(home, ".cache")
		}
		cache = filepath.Join(base, "llmotel")
	}
	path := filepath.Join(cache, "bin", name)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%v: run collector/build.sh first", err)
	}
	return path
}

// eventually asks until check has no complaint, and fails the test with the last one at the deadline.
func eventually(t *testing.T, limit time.Duration, what string, check func() error) {
	t.Helper()
	deadline := time.Now().Add(limit)
	for {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not within %s: %s: %v", limit, what, err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// get fetches a URL; a status that is not 200 is an error.
func get(ctx context.Context, url string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(response.Body); err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s: %.300s", url, response.Status, body.String())
	}
	return body.Bytes(), nil
}

// tail is the last lines of a file, for the report of a failure.
func tail(path string, lines int) string {
	content, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	all := strings.Split(strings.TrimRight(string(content), "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

func uint32Text(n uint32) string { return strconv.FormatUint(uint64(n), 10) }
