package e2e

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
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
	ca, clients := newAuthority(t, dir, "ca"), newAuthority(t, dir, "clients-ca")
	ca.issue(t, "server", x509.ExtKeyUsageServerAuth)
	clients.issue(t, "client", x509.ExtKeyUsageClientAuth)
	ca.issue(t, "stranger", x509.ExtKeyUsageClientAuth) // Signed, but not by the clients' authority.
	file := func(name string) string { return filepath.Join(dir, name) }
	if err := os.WriteFile(file("token"), []byte(token+"\nthe-next-token\n"), 0o600); err != nil {
		t.Fatal(err)
	}

	root, err := filepath.Abs(repository)
	if err != nil {
		t.Fatal(err)
	}
	p := rig.Pipeline{Dir: dir, Repository: root, Base: 22000}
	spec, err := p.Collector(0, []string{"otel-config.yaml", "tls.yaml"},
		"COLLECTOR_TLS_CERT_FILE="+file("server.crt"), "COLLECTOR_TLS_KEY_FILE="+file("server.key"),
		"COLLECTOR_TLS_CLIENT_CA_FILE="+file("clients-ca.crt"), "COLLECTOR_TOKEN_FILE="+file("token"))
	if err != nil {
		t.Fatal(err)
	}
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
			body := "record of " + strings.ReplaceAll(name, " ", "-")
			err := emitLog(t, body)
			if (err == nil) != test.taken {
				t.Errorf("export: %v", err)
			}
			if err != nil && (strings.Contains(err.Error(), token) || strings.Contains(err.Error(), "Bearer")) {
				t.Errorf("the error tells the token: %v", err)
			}
			content, err := os.ReadFile(filepath.Join(dir, "collector-0", "logs", "llmotel.jsonl"))
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			if strings.Contains(string(content), body) != test.taken {
				t.Errorf("the record is in the file: %t, want %t", !test.taken, test.taken)
			}
		})
	}

	t.Run("from an agent", func(t *testing.T) {
		agent, err := p.Collector(1, []string{"otel-config.yaml", "scale/agent.yaml"}, "SAMPLERS=["+p.GRPC(0)+"]", "SAMPLER_INSECURE=false",
			"SAMPLER_CA_FILE="+file("ca.crt"), "SAMPLER_CERT_FILE="+file("client.crt"), "SAMPLER_KEY_FILE="+file("client.key"),
			"SAMPLER_HEADERS=[{name: authorization, value: Bearer "+token+"}]")
		if err != nil {
			t.Fatal(err)
		}
		process, err := rig.Start(t.Context(), agent)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = process.Stop() })
		load := &rig.Load{Service: "llmotel-e2e-tls", Seed: 1, Traces: 10, Spans: 21, To: []string{p.GRPC(1)}}
		if _, err := load.Send(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		eventually(t, 20*time.Second, "the collector takes the agent's 210 spans", func() error {
			body, err := get(t.Context(), p.OwnMetrics(0))
			if err == nil && !regexp.MustCompile(`(?m)^otelcol_receiver_accepted_spans(?:_total)?\{.*\} 210$`).Match(body) {
				err = errors.New("not counted")
			}
			return err
		})
	})

	t.Run("over HTTP", func(t *testing.T) {
		for name, test := range map[string]struct {
			token string
			cert  bool
			want  int // 0: no answer
		}{
			"right":       {token, true, http.StatusOK},
			"wrong token": {"another", true, http.StatusUnauthorized},
			"no cert":     {token, false, 0},
		} {
			t.Run(name, func(t *testing.T) {
				status, err := postHTTPS(t, dir, "https://127.0.0.1:22001/v1/logs", test.token, test.cert)
				if status != test.want {
					t.Errorf("the answer is %d (%v), want %d", status, err, test.want)
				}
			})
		}
	})
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

func postHTTPS(t *testing.T, dir, url, token string, withCertificate bool) (int, error) {
	t.Helper()
	pemBytes, err := os.ReadFile(filepath.Join(dir, "ca.crt"))
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS13}
	config.RootCAs.AppendCertsFromPEM(pemBytes)
	if withCertificate {
		certificate, err := tls.LoadX509KeyPair(filepath.Join(dir, "client.crt"), filepath.Join(dir, "client.key"))
		if err != nil {
			t.Fatal(err)
		}
		config.Certificates = []tls.Certificate{certificate}
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: config}, Timeout: 5 * time.Second}
	defer client.CloseIdleConnections()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(`{"resourceLogs":[]}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return response.StatusCode, err
}

// authority signs certificates and writes them beside itself.
type authority struct {
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T, dir, name string) *authority {
	t.Helper()
	a := &authority{dir: dir}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	a.cert, a.key = a.write(t, name, template)
	return a
}

func (a *authority) issue(t *testing.T, name string, usage x509.ExtKeyUsage) {
	t.Helper()
	a.write(t, name, &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{usage}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	})
}

// write makes the key and the certificate, signed by the authority or, before it has one, by itself.
func (a *authority) write(t *testing.T, name string, template *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{
		name + ".crt": {Type: "CERTIFICATE", Bytes: der}, name + ".key": {Type: "PRIVATE KEY", Bytes: private},
	} {
		if err := os.WriteFile(filepath.Join(a.dir, file), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certificate, key
}
