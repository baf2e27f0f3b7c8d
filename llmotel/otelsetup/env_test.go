package otelsetup_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/llmotel/sdk/llmotel/otelsetup"
)

func TestUnsupportedValuesAreErrors(t *testing.T) {
	cases := []struct{ name, value, want string }{
		{"OTEL_TRACES_EXPORTER", "console", `"none"`},
		{"OTEL_METRICS_EXPORTER", "prometheus", `"otlp"`},
		{"OTEL_LOGS_EXPORTER", "otlp,console", `"otlp"`},
		{"OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", `"grpc"`},
		{"OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", "http/json", `"grpc"`},
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://user:secret@local host:1", "http://localhost:4317"},
		{"OTEL_EXPORTER_OTLP_COMPRESSION", "zstd", "gzip"},
		{"OTEL_EXPORTER_OTLP_TIMEOUT", "10s", "whole number"},
		{"OTEL_METRIC_EXPORT_INTERVAL", "1m", "whole number"},
		{"OTEL_BSP_MAX_QUEUE_SIZE", "-1", "whole number"},
		{"OTEL_TRACES_SAMPLER", "sometimes", "parentbased_traceidratio"},
		{"OTEL_SDK_DISABLED", "yes", "true, false"},
		{"OTEL_PROPAGATORS", "b3", "tracecontext"},
		{"OTEL_RESOURCE_ATTRIBUTES", "secret-without-a-key", "key=value"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			cleanEnv(t)
			t.Setenv(c.name, c.value)
			s, err := otelsetup.Start(t.Context(), otelsetup.WithoutGlobals())
			if err == nil {
				_ = s.Shutdown(t.Context())
				t.Fatal("no error")
			}
			if !strings.Contains(err.Error(), c.name) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%v: want %s and %s in it", err, c.name, c.want)
			}
		})
	}
}

// An endpoint that the exporters would take, and then send to nowhere or over
// TLS that nobody asked for, is an error that names its variable.
func TestEndpointsAreChecked(t *testing.T) {
	cases := []struct {
		value string
		ok    bool
	}{
		{"http://localhost:4317", true},
		{"HTTP://localhost:4317", true},
		{"https://localhost:4317", true},
		{"http://127.0.0.1:4317/", true},
		{"http://[::1]:4317", true},
		{"http://user:secret@localhost:4317", true},
		{"unix:///tmp/secret.sock", true},
		{"unix:/tmp/secret.sock", true},
		{"unix:secret.sock", true},

		{"/tmp/secret", false},
		{"collector_secret/:1", false},
		{"localhost:4317", false},
		{"127.0.0.1:4317", false},
		{"//secret:4317", false},
		{"secret", false},
		{"http:", false},
		{"http://", false},
		{"http://:4317", false},
		{"http:localhost:4317", false},
		{"http:///secret", false},
		{"https://", false},
		{"unix:", false},
		{"unix://", false},
		{"unix://secret/socket", false},
		{"grpc://secret:4317", false},
		{"file:///tmp/secret", false},
	}
	for _, c := range cases {
		for _, name := range []string{"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT"} {
			t.Run(name+"="+c.value, func(t *testing.T) {
				cleanEnv(t)
				t.Setenv(name, c.value)
				s, err := otelsetup.Start(t.Context(), otelsetup.WithoutGlobals(), otelsetup.WithErrorHandler(func(error) {}))
				if err == nil {
					_ = s.Shutdown(t.Context())
				}
				switch {
				case c.ok && err != nil:
					t.Errorf("refused: %v", err)
				case !c.ok && err == nil:
					t.Error("accepted")
				case !c.ok && (!strings.Contains(err.Error(), name+" is not") || !strings.Contains(err.Error(), "should look like http://localhost:4317") ||
					strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "\n")):
					t.Errorf("%v: want one line with %s and what it should look like", err, name)
				}
			})
		}
	}
}

func TestSamplerRatioIsChecked(t *testing.T) {
	cleanEnv(t)
	t.Setenv("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
	t.Setenv("OTEL_TRACES_SAMPLER_ARG", "10%")
	if _, err := otelsetup.Start(t.Context(), otelsetup.WithoutGlobals()); err == nil || !strings.Contains(err.Error(), "OTEL_TRACES_SAMPLER_ARG") {
		t.Errorf("%v", err)
	}
}

// Of two protocol variables the one of the signal wins.
func TestProtocolOfTheSignalWins(t *testing.T) {
	cleanEnv(t)
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
	for _, name := range []string{"TRACES", "METRICS", "LOGS"} {
		t.Setenv("OTEL_EXPORTER_OTLP_"+name+"_PROTOCOL", "grpc")
	}
	s, err := otelsetup.Start(t.Context(), otelsetup.WithoutGlobals(), otelsetup.WithErrorHandler(func(error) {}))
	if err != nil {
		t.Fatal(err)
	}
	_ = s.Shutdown(t.Context())
}

func TestUnreadableTLSFilesAreErrors(t *testing.T) {
	text := filepath.Join(t.TempDir(), "text.pem")
	if err := os.WriteFile(text, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	cases := map[string]map[string]string{
		"missing":         {"OTEL_EXPORTER_OTLP_CERTIFICATE": "/does/not/exist.pem"},
		"not PEM":         {"OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE": text},
		"half a pair":     {"OTEL_EXPORTER_OTLP_CLIENT_KEY": text},
		"pair is not PEM": {"OTEL_EXPORTER_OTLP_LOGS_CLIENT_CERTIFICATE": text, "OTEL_EXPORTER_OTLP_LOGS_CLIENT_KEY": text},
	}
	for name, variables := range cases {
		t.Run(name, func(t *testing.T) {
			cleanEnv(t)
			for k, v := range variables {
				t.Setenv(k, v)
			}
			s, err := otelsetup.Start(t.Context(), otelsetup.WithoutGlobals())
			if err == nil {
				_ = s.Shutdown(t.Context())
				t.Fatal("no error")
			}
			if strings.Count(err.Error(), "\n") != 0 {
				t.Errorf("the same thing is said more than once: %v", err)
			}
		})
	}
}

func TestDefaultEndpointIsLocalAndUnencrypted(t *testing.T) {
	cleanEnv(t)
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:4317")
	if err != nil {
		t.Skip("something listens on the default port: ", err)
	}
	_ = l.Close()
	var c collector
	c.listen(t, "127.0.0.1:4317")
	s, err := otelsetup.Start(t.Context(), otelsetup.WithoutGlobals())
	if err != nil {
		t.Fatal(err)
	}
	emit(t.Context(), s)
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if len(c.spans) != 1 || len(c.metrics) != 1 || len(c.logs) != 1 {
		t.Errorf("%d spans, %d metrics, %d logs; want one each", len(c.spans), len(c.metrics), len(c.logs))
	}
}
