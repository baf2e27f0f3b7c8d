package e2e

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/log"

	"github.com/llmotel/sdk/collector/e2e/internal/rig"
	"github.com/llmotel/sdk/llmotel/otelsetup"
)

// TestTLS runs the collector with tls.yaml and programs that are set up by the standard variables alone. What the first
// sends is found in the log file; the others lack one thing each and are refused.
func TestTLS(t *testing.T) {
	const token = "first-of-two-tokens-0123456789"
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	certificates(t, dir, token+"\nthe-next-token\n")
	p := tlsPipeline(t, dir)
	startTLS(t, p, 0, []string{"otel-config.yaml", "tls.yaml"}, p.Health(0), serverFiles(dir, file("clients-ca.crt"))...)

	good := map[string]string{
		"ENDPOINT": "https://" + p.GRPC(0), "CERTIFICATE": file("ca.crt"), "CLIENT_CERTIFICATE": file("client.crt"),
		"CLIENT_KEY": file("client.key"), "HEADERS": "authorization=Bearer%20" + token,
	}
	for name, test := range map[string]struct {
		change map[string]string
		taken  bool
	}{
		"right":                      {nil, true},
		"the next token":             {map[string]string{"HEADERS": "authorization=Bearer%20the-next-token"}, true},
		"plaintext":                  {map[string]string{"ENDPOINT": "http://" + p.GRPC(0), "CERTIFICATE": "", "CLIENT_CERTIFICATE": "", "CLIENT_KEY": ""}, false},
		"wrong token":                {map[string]string{"HEADERS": "authorization=Bearer%20first-of-two-tokens"}, false},
		"no token":                   {map[string]string{"HEADERS": ""}, false},
		"no client certificate":      {map[string]string{"CLIENT_CERTIFICATE": "", "CLIENT_KEY": ""}, false},
		"a stranger's certificate":   {map[string]string{"CLIENT_CERTIFICATE": file("stranger.crt"), "CLIENT_KEY": file("stranger.key")}, false},
		"server of an unknown issue": {map[string]string{"CERTIFICATE": file("clients-ca.crt")}, false},
	} {
		t.Run(name, func(t *testing.T) {
			for key, value := range good {
				if changed, found := test.change[key]; found {
					value = changed
				}
				t.Setenv("OTEL_EXPORTER_OTLP_"+key, value)
			}
			expectLog(t, dir, name, test.taken, token)
		})
	}

	t.Run("over HTTP", func(t *testing.T) {
		for name, test := range map[string]struct {
			token   string
			cert    bool
			version uint16
			want    int // 0: no answer
		}{
			"right":       {token, true, tls.VersionTLS13, http.StatusOK},
			"wrong token": {"another", true, tls.VersionTLS13, http.StatusUnauthorized},
			"no cert":     {token, false, tls.VersionTLS13, 0},
			"old TLS":     {token, true, tls.VersionTLS12, 0},
		} {
			t.Run(name, func(t *testing.T) {
				status, err := postHTTPS(t, dir, "https://127.0.0.1:22001/v1/logs", test.token, test.cert, test.version)
				if status != test.want {
					t.Errorf("the answer is %d (%v), want %d", status, err, test.want)
				}
			})
		}
	})
}

// TestTLSWithoutClientCA is tls.yaml with a token alone: any client that has it, until it is taken out of the file.
func TestTLSWithoutClientCA(t *testing.T) {
	const token, next = "the-only-token-0123456789", "the-token-that-comes-after-it"
	dir := t.TempDir()
	certificates(t, dir, token+"\n")
	p := tlsPipeline(t, dir)
	// Another address than its own metrics': these are plain, and kept where COLLECTOR_METRICS_HOST says.
	health := strings.Replace(p.Health(0), "127.0.0.1", "127.0.0.2", 1)
	startTLS(t, p, 0, []string{"otel-config.yaml", "tls.yaml"}, health,
		append(serverFiles(dir, ""), "COLLECTOR_LISTEN_HOST=127.0.0.2", "COLLECTOR_METRICS_HOST=127.0.0.1")...)
	endpoint := strings.Replace(p.GRPC(0), "127.0.0.1", "127.0.0.2", 1)
	for name, test := range map[string]struct {
		scheme, token string
		taken         bool
	}{
		"no client certificate": {"https", token, true}, "wrong token": {"https", "another-token", false},
		"no token": {"https", "", false}, "plaintext": {"http", token, false}, "a token that is not there yet": {"https", next, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", test.scheme+"://"+endpoint)
			if test.scheme == "https" {
				t.Setenv("OTEL_EXPORTER_OTLP_CERTIFICATE", filepath.Join(dir, "ca.crt"))
			}
			if test.token != "" {
				t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20"+test.token)
			}
			expectLog(t, dir, name, test.taken, token)
		})
	}
	const url = "https://127.0.0.2:22001/v1/logs"
	if status, _ := postHTTPS(t, dir, url, token, false, tls.VersionTLS12); status != 0 {
		t.Errorf("an older TLS is answered with %d", status)
	}

	t.Run("tokens change", func(t *testing.T) {
		for _, step := range []struct {
			name, file string
			old, new   int
		}{
			{"both", token + "\n" + next + "\n", http.StatusOK, http.StatusOK}, {"the next alone", next + "\n", http.StatusUnauthorized, http.StatusOK},
		} {
			if err := os.WriteFile(filepath.Join(dir, "token"), []byte(step.file), 0o600); err != nil {
				t.Fatal(err)
			}
			eventually(t, 15*time.Second, step.name, func() error {
				a, errA := postHTTPS(t, dir, url, token, false, tls.VersionTLS13)
				b, errB := postHTTPS(t, dir, url, next, false, tls.VersionTLS13)
				if a != step.old || b != step.new {
					return fmt.Errorf("the answers are %d and %d (%w)", a, b, errors.Join(errA, errB))
				}
				return nil
			})
		}
	})

	t.Run("own metrics", func(t *testing.T) {
		if _, err := get(t.Context(), p.OwnMetrics(0)); err != nil {
			t.Error(err)
		}
		if _, err := get(t.Context(), strings.Replace(p.OwnMetrics(0), "127.0.0.1", "127.0.0.2", 1)); err == nil {
			t.Error("they are where OTLP is, without a token")
		}
	})
}

// TestTLSFleet is an agent of the fleet and a sampler that asks for a certificate and a token. What the agent has no connection
// for waits, and goes on once it has one; what is refused for its token does not, as OTLP has it.
func TestTLSFleet(t *testing.T) {
	const token = "the-token-of-the-fleet-0123456789"
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	certificates(t, dir, token+"\n")
	p := tlsPipeline(t, dir)
	startTLS(t, p, 0, []string{"scale/sampler.yaml", "sampling.yaml", "tls.yaml"}, p.Health(0), serverFiles(dir, file("clients-ca.crt"))...)
	agent := func(env ...string) *rig.Process {
		spec, err := p.Collector(1, []string{"otel-config.yaml", "scale/agent.yaml"}, append(env, "SAMPLERS=["+p.GRPC(0)+"]")...)
		if err != nil {
			t.Fatal(err)
		}
		process, err := rig.Start(t.Context(), spec)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = process.Stop() })
		return process
	}
	accepted := regexp.MustCompile(`(?m)^otelcol_receiver_accepted_spans(?:_total)?\{.*\} ([1-9][0-9]*)$`)
	secure := []string{"SAMPLER_INSECURE=false", "SAMPLER_CA_FILE=" + file("ca.crt")}
	certificate := []string{"SAMPLER_CERT_FILE=" + file("client.crt"), "SAMPLER_KEY_FILE=" + file("client.key")}
	header := "SAMPLER_HEADERS=[{name: authorization, value: Bearer %s}]"

	tried := 0
	try := func(name, says string, env ...string) {
		tried++
		process := agent(env...)
		load := &rig.Load{Service: "llmotel-e2e-tls", Seed: uint64(tried), Traces: 10, Spans: 21, To: []string{p.GRPC(1)}}
		if _, err := load.Send(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		eventually(t, 20*time.Second, name+" is refused", func() error {
			output, err := os.ReadFile(file("collector-1.out"))
			if err == nil && !strings.Contains(string(output), says) {
				err = fmt.Errorf("the agent does not say %q", says)
			}
			return err
		})
		if err := process.Stop(); err != nil {
			t.Error(err)
		}
	}
	took := func() string {
		body, err := get(t.Context(), p.OwnMetrics(0))
		if err != nil {
			t.Fatal(err)
		}
		if found := accepted.FindSubmatch(body); found != nil {
			return string(found[1])
		}
		return "none"
	}

	try("plaintext", "connection error", fmt.Sprintf(header, token))
	try("no certificate", "certificate required", append(secure, fmt.Sprintf(header, token))...)
	if n := took(); n != "none" {
		t.Errorf("the sampler took %s spans", n)
	}
	secure = append(secure, certificate...)
	right := agent(append(secure, fmt.Sprintf(header, token))...)
	eventually(t, 30*time.Second, "the sampler takes the 420 spans that waited", func() error {
		if n := took(); n != "420" {
			return errors.New("it took " + n)
		}
		return nil
	})
	if err := right.Stop(); err != nil {
		t.Error(err)
	}
	try("wrong token", "Unauthenticated", append(secure, fmt.Sprintf(header, "another"))...)
	if n := took(); n != "420" {
		t.Errorf("with a wrong token the sampler took %s spans", n)
	}
	if output, err := os.ReadFile(file("collector-1.out")); err != nil || strings.Contains(string(output), token) {
		t.Errorf("the agent's output tells the token (%v)", err)
	}
}

// certificates writes a server's and a client's, each by an authority of its own, a stranger's, and the file of tokens.
func certificates(t *testing.T, dir, tokens string) {
	t.Helper()
	ca, clients := newAuthority(t, dir, "ca"), newAuthority(t, dir, "clients-ca")
	ca.issue(t, "server", x509.ExtKeyUsageServerAuth)
	clients.issue(t, "client", x509.ExtKeyUsageClientAuth)
	ca.issue(t, "stranger", x509.ExtKeyUsageClientAuth) // Signed, but not by the clients' authority.
	if err := os.WriteFile(filepath.Join(dir, "token"), []byte(tokens), 0o600); err != nil {
		t.Fatal(err)
	}
}

func serverFiles(dir, clientCA string) []string {
	return []string{
		"COLLECTOR_TLS_CERT_FILE=" + filepath.Join(dir, "server.crt"), "COLLECTOR_TLS_KEY_FILE=" + filepath.Join(dir, "server.key"),
		"COLLECTOR_TLS_CLIENT_CA_FILE=" + clientCA, "COLLECTOR_TOKEN_FILE=" + filepath.Join(dir, "token"),
	}
}

func tlsPipeline(t *testing.T, dir string) rig.Pipeline {
	t.Helper()
	root, err := filepath.Abs(repository)
	if err != nil {
		t.Fatal(err)
	}
	return rig.Pipeline{Dir: dir, Repository: root, Base: 22000}
}

func startTLS(t *testing.T, p rig.Pipeline, n int, configs []string, health string, env ...string) {
	t.Helper()
	spec, err := p.Collector(n, configs, env...)
	if err != nil {
		t.Fatal(err)
	}
	spec.Health = health
	collector, err := rig.Start(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := collector.Stop(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Log(collector.Tail(10))
		}
	})
}

// expectLog sends a record as the environment says, and looks whether it is in the collector's file.
func expectLog(t *testing.T, dir, name string, taken bool, token string) {
	t.Helper()
	body := "record of " + strings.ReplaceAll(name, " ", "-")
	err := emitLog(t, body)
	if (err == nil) != taken {
		t.Errorf("export: %v", err)
	}
	if err != nil && (strings.Contains(err.Error(), token) || strings.Contains(err.Error(), "Bearer")) {
		t.Errorf("the error tells the token: %v", err)
	}
	content, err := os.ReadFile(filepath.Join(dir, "collector-0", "logs", "llmotel.jsonl"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	if strings.Contains(string(content), body) != taken {
		t.Errorf("the record is in the file: %t, want %t", !taken, taken)
	}
}

// emitLog starts OpenTelemetry as a program does, sends one record and says whether it was taken.
func emitLog(t *testing.T, body string) error {
	t.Helper()
	t.Setenv("OTEL_TRACES_EXPORTER", "none")
	t.Setenv("OTEL_METRICS_EXPORTER", "none")
	t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "3000")
	sdk, err := otelsetup.Start(t.Context(), otelsetup.WithServiceName("llmotel-e2e-tls"), otelsetup.WithoutGlobals(),
		otelsetup.WithShutdownTimeout(3*time.Second), otelsetup.WithErrorHandler(func(error) {}))
	if err != nil {
		return err
	}
	var record log.Record
	record.SetBody(attribute.StringValue(body))
	sdk.LoggerProvider().Logger("llmotel-e2e").Emit(t.Context(), record)
	return sdk.Shutdown(context.WithoutCancel(t.Context()))
}
