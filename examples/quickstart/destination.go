package main

import (
	"cmp"
	"net"
	"net/url"
	"os"
	"strings"
)

// destination is the host and port that a signal ("traces", "metrics") is
// exported to, as the OTEL_* variables say; empty if it is not exported.
func destination(signal string) string {
	signal = strings.ToUpper(signal)
	get := func(name string) string { return strings.TrimSpace(os.Getenv(name)) }
	if strings.EqualFold(get("OTEL_SDK_DISABLED"), "true") || strings.EqualFold(get("OTEL_"+signal+"_EXPORTER"), "none") {
		return ""
	}
	endpoint := cmp.Or(get("OTEL_EXPORTER_OTLP_"+signal+"_ENDPOINT"), get("OTEL_EXPORTER_OTLP_ENDPOINT"), "http://localhost:4317")
	if u, err := url.Parse(endpoint); err == nil && u.Host != "" {
		return u.Host
	}
	endpoint, _, _ = strings.Cut(endpoint, "?") // a socket
	return endpoint[strings.LastIndexByte(endpoint, '@')+1:]
}

// composed tells whether that is where the collector of docker-compose.yml
// listens, which hands on to Jaeger and Prometheus on this machine.
func composed(destination string) bool {
	host, port, err := net.SplitHostPort(destination)
	if err != nil || port != "4317" {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
