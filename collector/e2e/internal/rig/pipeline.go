package rig

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// Pipeline is where the programs of one run listen and write.
type Pipeline struct {
	Dir        string // all that is written
	Repository string // the root of the repository, absolute
	Base       int    // the first of some hundred ports
}

// Collector's addresses are those of the n-th collector.
func (p Pipeline) collectorPort(n, offset int) string { return strconv.Itoa(p.Base + 10*n + offset) }

// GRPC is where the n-th collector takes OTLP over gRPC.
func (p Pipeline) GRPC(n int) string { return "127.0.0.1:" + p.collectorPort(n, 0) }

// OwnMetrics is where the n-th collector shows its own metrics.
func (p Pipeline) OwnMetrics(n int) string {
	return "http://127.0.0.1:" + p.collectorPort(n, 3) + "/metrics"
}

// Health is where the n-th collector says that it is ready.
func (p Pipeline) Health(n int) string { return "http://127.0.0.1:" + p.collectorPort(n, 2) + "/" }

// JaegerURL is where Jaeger is asked.
func (p Pipeline) JaegerURL() string { return "http://127.0.0.1:" + strconv.Itoa(p.Base+100) }

// JaegerOTLP is where Jaeger takes OTLP over HTTP.
func (p Pipeline) JaegerOTLP() string { return "http://127.0.0.1:" + strconv.Itoa(p.Base+102) }

// PrometheusURL is where Prometheus is asked.
func (p Pipeline) PrometheusURL() string { return "http://127.0.0.1:" + strconv.Itoa(p.Base+110) }

// Config is the path of a file below collector/.
func (p Pipeline) Config(name string) string { return filepath.Join(p.Repository, "collector", name) }

// Collector is the n-th collector, with configuration files given by their names below collector/ or absolute.
func (p Pipeline) Collector(n int, configs []string, env ...string) (Spec, error) {
	name := fmt.Sprintf("collector-%d", n)
	state := filepath.Join(p.Dir, name)
	if err := os.MkdirAll(state, 0o750); err != nil {
		return Spec{}, err
	}
	var args []string
	for _, config := range configs {
		if !filepath.IsAbs(config) {
			config = p.Config(config)
		}
		args = append(args, "--config="+config)
	}
	return Spec{
		Name: name, Binary: "otelcol", Dir: p.Dir, Args: args,
		Health: p.Health(n),
		Env: append([]string{
			"COLLECTOR_GRPC_PORT=" + p.collectorPort(n, 0), "COLLECTOR_HTTP_PORT=" + p.collectorPort(n, 1),
			"COLLECTOR_HEALTH_PORT=" + p.collectorPort(n, 2), "COLLECTOR_METRICS_PORT=" + p.collectorPort(n, 3),
			"COLLECTOR_ZPAGES_PORT=" + p.collectorPort(n, 4), "COLLECTOR_STATE_DIR=" + state,
			"JAEGER_OTLP_ENDPOINT=" + p.JaegerOTLP(), "OTLP_BACKEND_ENDPOINT=" + p.JaegerOTLP(),
			"PROMETHEUS_OTLP_ENDPOINT=" + p.PrometheusURL() + "/api/v1/otlp",
			"GOMEMLIMIT=280MiB", "GOGC=300", // As docker-compose.yml has it.
		}, env...),
	}, nil
}

// Jaeger is the backend of traces.
func (p Pipeline) Jaeger() Spec {
	port := func(offset int) string { return strconv.Itoa(p.Base + 100 + offset) }
	return Spec{
		Name: "jaeger", Binary: "jaeger", Dir: p.Dir, Args: []string{"--config=" + p.Config("jaeger.yaml")},
		Health: "http://127.0.0.1:" + port(5) + "/status",
		Env: []string{
			"JAEGER_STATE_DIR=" + filepath.Join(p.Dir, "jaeger"), "JAEGER_QUERY_HTTP_PORT=" + port(0),
			"JAEGER_OTLP_GRPC_PORT=" + port(1), "JAEGER_OTLP_HTTP_PORT=" + port(2), "JAEGER_QUERY_GRPC_PORT=" + port(3),
			"JAEGER_METRICS_PORT=" + port(4), "JAEGER_HEALTH_PORT=" + port(5),
			"GOMEMLIMIT=1800MiB", // As docker-compose.yml has it.
		},
	}
}

// Prometheus is the backend of metrics. Its own configuration scrapes fixed names, so that of a run has the OTLP part of
// collector/prometheus.yml and nothing to scrape.
func (p Pipeline) Prometheus(flags ...string) (Spec, error) {
	content, err := os.ReadFile(p.Config("prometheus.yml"))
	if err != nil {
		return Spec{}, err
	}
	config, err := withoutScraping(content)
	if err != nil {
		return Spec{}, err
	}
	path := filepath.Join(p.Dir, "prometheus.yml")
	if err := os.WriteFile(path, config, 0o600); err != nil { //nolint:gosec // In the run's own directory.
		return Spec{}, err
	}
	address := "127.0.0.1:" + strconv.Itoa(p.Base+110)
	return Spec{
		Name: "prometheus", Binary: "prometheus", Dir: p.Dir,
		Args: append([]string{
			"--config.file=" + path, "--storage.tsdb.path=" + filepath.Join(p.Dir, "prometheus"),
			"--web.listen-address=" + address, "--web.enable-otlp-receiver", "--enable-feature=exemplar-storage",
		}, flags...),
		Health: "http://" + address + "/-/ready",
	}, nil
}
