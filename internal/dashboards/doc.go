// Command dashboards writes the Grafana dashboards of the pipeline, as JSON
// that Grafana provisions and any Grafana imports.
//
//	go run . -out ../../collector/grafana/dashboards
//
// overview.go, failover.go, cost.go and pipeline.go each hold one dashboard as
// a list of panels: title, description, unit, queries. grafana.go knows how
// Grafana spells that, panel.go what a panel is here. The queries use the
// names that docs/pipeline.md lists and the recording rules of
// collector/rules; collector/e2e runs each of them against a live Prometheus
// and holds the JSON against Grafana's schema.
package main
