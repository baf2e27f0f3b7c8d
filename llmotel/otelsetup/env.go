package otelsetup

import (
	"cmp"
	"errors"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
)

// signal is one of the three kinds of telemetry.
type signal string

const (
	traces  signal = "traces"
	metrics signal = "metrics"
	logs    signal = "logs"
)

// prefix is how the exporter's variables of a signal begin.
func (s signal) prefix() string { return "OTEL_EXPORTER_OTLP_" + strings.ToUpper(string(s)) + "_" }

const (
	common          = "OTEL_EXPORTER_OTLP_"
	defaultEndpoint = "http://localhost:4317"
)

// environment is what Start itself takes from OTEL_*; the SDK and its
// exporters read the rest.
type environment struct {
	disabled    bool
	export      map[signal]bool
	propagators []string
}

// choices are the variables with a fixed set of values. The SDK ignores a
// value that it does not know; here it is an error.
var choices = map[string][]string{
	"OTEL_SDK_DISABLED":                                 {"true", "false"},
	"OTEL_TRACES_SAMPLER":                               {"always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio"},
	"OTEL_METRICS_EXEMPLAR_FILTER":                      {"always_on", "always_off", "trace_based"},
	"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": {"cumulative", "delta", "lowmemory"},
	"OTEL_EXPORTER_OTLP_COMPRESSION":                    {"gzip", "none"},
	"OTEL_EXPORTER_OTLP_TRACES_COMPRESSION":             {"gzip", "none"},
	"OTEL_EXPORTER_OTLP_METRICS_COMPRESSION":            {"gzip", "none"},
	"OTEL_EXPORTER_OTLP_LOGS_COMPRESSION":               {"gzip", "none"},
}

// numbers are the variables that hold a positive integer, most of them
// milliseconds.
var numbers = []string{
	"OTEL_METRIC_EXPORT_INTERVAL", "OTEL_METRIC_EXPORT_TIMEOUT",
	"OTEL_BSP_SCHEDULE_DELAY", "OTEL_BSP_EXPORT_TIMEOUT", "OTEL_BSP_MAX_QUEUE_SIZE", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
	"OTEL_BLRP_SCHEDULE_DELAY", "OTEL_BLRP_EXPORT_TIMEOUT", "OTEL_BLRP_MAX_QUEUE_SIZE", "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE",
	"OTEL_EXPORTER_OTLP_TIMEOUT", "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "OTEL_EXPORTER_OTLP_LOGS_TIMEOUT",
}

func readEnvironment() (environment, error) {
	env := environment{export: make(map[signal]bool)}
	var errs []error
	for name, allowed := range choices {
		if v := get(name); v != "" && !slices.Contains(allowed, strings.ToLower(v)) {
			errs = append(errs, &valueError{name, v, "use " + strings.Join(allowed, ", ")})
		}
	}
	for _, name := range numbers {
		if v := get(name); v != "" {
			if n, err := strconv.Atoi(v); err != nil || n <= 0 {
				errs = append(errs, &valueError{name, v, "use a whole number above 0"})
			}
		}
	}
	if v := get("OTEL_TRACES_SAMPLER_ARG"); v != "" && strings.HasSuffix(strings.ToLower(get("OTEL_TRACES_SAMPLER")), "ratio") {
		if f, err := strconv.ParseFloat(v, 64); err != nil || !(f >= 0 && f <= 1) {
			errs = append(errs, &valueError{"OTEL_TRACES_SAMPLER_ARG", v, "use a ratio from 0 to 1"})
		}
	}
	env.disabled = strings.EqualFold(get("OTEL_SDK_DISABLED"), "true")
	for _, s := range []signal{traces, metrics, logs} {
		on, err := exporting(s)
		env.export[s] = on
		errs = append(errs, err)
		if on {
			errs = append(errs, checkProtocol(s), checkEndpoint(s), checkTLS(s))
		}
	}
	var err error
	env.propagators, err = propagatorNames()
	return env, distinct(append(errs, err))
}

// distinct joins errors without those that three signals have in common, in an
// order that does not change.
func distinct(errs []error) error {
	errs = slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	slices.SortStableFunc(errs, func(a, b error) int { return cmp.Compare(a.Error(), b.Error()) })
	return errors.Join(slices.CompactFunc(errs, func(a, b error) bool { return a.Error() == b.Error() })...)
}

func get(name string) string { return strings.TrimSpace(os.Getenv(name)) }

func exporting(s signal) (bool, error) {
	name := "OTEL_" + strings.ToUpper(string(s)) + "_EXPORTER"
	switch v := get(name); strings.ToLower(v) {
	case "", "otlp":
		return true, nil
	case "none":
		return false, nil
	default:
		return false, &valueError{name, v, `use "otlp" or "none"`}
	}
}

func checkProtocol(s signal) error {
	for _, name := range []string{s.prefix() + "PROTOCOL", common + "PROTOCOL"} {
		v := get(name)
		switch v {
		case "":
			continue
		case "grpc":
			return nil
		}
		return &valueError{name, v, `this package exports over OTLP/gRPC; use "grpc" and the collector's gRPC port, usually 4317`}
	}
	return nil
}

// endpointOf returns the variable that holds the signal's endpoint and its
// value; empty if there is none.
func endpointOf(s signal) (name, value string) {
	for _, name := range []string{s.prefix() + "ENDPOINT", common + "ENDPOINT"} {
		if v := get(name); v != "" {
			return name, v
		}
	}
	return "", ""
}

func checkEndpoint(s signal) error {
	name, v := endpointOf(s)
	if v == "" {
		return nil
	}
	if u, err := url.Parse(v); err == nil && reachable(u) {
		return nil
	}
	// The value is not shown: a URL can hold a password.
	return errors.New("otelsetup: " + name + " is not an http, https or unix URL; it should look like " + defaultEndpoint)
}

// reachable tells whether the exporters can make a destination of the URL. What
// has no scheme they take for a name to look up and to speak TLS to, and of
// localhost:4317 they take localhost for the scheme.
func reachable(u *url.URL) bool {
	switch u.Scheme {
	case "http", "https":
		return u.Hostname() != ""
	case "unix": // gRPC knows unix:path and unix:///path, and no host.
		return u.Host == "" && u.Path+u.Opaque != ""
	}
	return false
}

// insecureDefault tells whether the signal goes to the default endpoint, for
// which nobody asked for encryption.
func insecureDefault(s signal) bool {
	if _, v := endpointOf(s); v != "" {
		return false
	}
	for _, prefix := range []string{s.prefix(), common} {
		if get(prefix+"CERTIFICATE") != "" || get(prefix+"CLIENT_CERTIFICATE") != "" || get(prefix+"INSECURE") != "" {
			return false
		}
	}
	return true
}

// displayEndpoint is the host and port of the signal's endpoint, without
// anything that could be secret.
func displayEndpoint(s signal) string {
	_, v := endpointOf(s)
	u, err := url.Parse(cmp.Or(v, defaultEndpoint))
	switch {
	case err != nil:
		return "the endpoint"
	case u.Host != "":
		return u.Host
	}
	v, _, _ = strings.Cut(v, "?")
	return v[strings.LastIndexByte(v, '@')+1:]
}

func propagatorNames() ([]string, error) {
	const name = "OTEL_PROPAGATORS"
	v := get(name)
	if v == "" {
		return []string{"tracecontext", "baggage"}, nil
	}
	var out []string
	for p := range strings.SplitSeq(v, ",") {
		switch p = strings.ToLower(strings.TrimSpace(p)); p {
		case "tracecontext", "baggage":
			out = append(out, p)
		case "none", "":
		default:
			return nil, &valueError{name, v, "use tracecontext, baggage or none"}
		}
	}
	return out, nil
}
