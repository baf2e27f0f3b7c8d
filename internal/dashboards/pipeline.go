package main

import "strings"

func pipeline() board {
	// sum of the rates of a counter that exists for each signal; a counter
	// that never counted is 0.
	signals := func(prefix, by, what string) []query {
		var all []query
		for _, signal := range []string{"spans", "metric_points", "log_records"} {
			all = append(all, query{
				expr:   `sum by (` + by + `) (rate(` + prefix + signal + `[$__rate_interval])) or 0 * max(up{job="collector"})`,
				legend: strings.ReplaceAll(signal, "_", " ") + what + " {{" + by + "}}",
			})
		}
		return all
	}
	return board{
		uid: "llmotel-pipeline", title: "LLM pipeline health",
		description: "The collector, its queues, and the backends behind it.",
		rows: []row{
			{"Alive", []panel{
				{kind: up, title: "Up", description: "Whether Prometheus reaches the collector, Jaeger, Alertmanager and itself.", unit: stateUnit, queries: []query{
					{expr: `min by (job) (up)`, legend: "{{job}}"},
				}},
				{kind: series, title: "Delivered", description: "Items a second that exporters handed to their backends.", unit: itemRate, queries: signals("otelcol_exporter_sent_", "exporter", "")},
			}},
			{"Queues and losses", []panel{
				{kind: series, title: "Queues", description: "How full the collector's queues on disk are. They fill while a backend is away; a full queue loses telemetry. The line is where an alert begins.", unit: share, red: 0.5, queries: []query{
					{expr: `max by (exporter, data_type) (otelcol_exporter_queue_size / otelcol_exporter_queue_capacity)`, legend: "{{exporter}} {{data_type}}"},
				}},
				{kind: series, title: "Refused", description: "Items a second that the collector did not take, because its memory limit was reached. Programs send them again.", unit: itemRate, queries: signals("otelcol_receiver_refused_", "receiver", "")},
				{kind: series, title: "Lost", description: "Items a second that found a queue full (enqueue failed), and that a backend refused for good (send failed).", unit: itemRate, queries: append(signals("otelcol_exporter_enqueue_failed_", "exporter", ", no room"), signals("otelcol_exporter_send_failed_", "exporter", ", refused")...)},
				{kind: series, title: "Lost in programs", description: "Call records that a sink did not take, and content that a redactor or hook lost, in five minutes.", unit: count, empty: "nothing lost", queries: []query{
					{expr: `sum by (service_name, llmotel_sink, llmotel_reason) (increase(llmotel_telemetry_dropped_total[5m]))`, legend: "{{service_name}} {{llmotel_sink}} {{llmotel_reason}}"},
				}},
			}},
			{"Load", []panel{
				{kind: series, title: "Received", description: "Items a second that programs sent and the collector took.", unit: itemRate, queries: signals("otelcol_receiver_accepted_", "receiver", "")},
				{kind: series, title: "Memory", description: "Resident memory of the collector, Jaeger, Prometheus and Alertmanager.", unit: bytesUnit, queries: []query{
					{expr: `otelcol_process_memory_rss or otelcol_process_memory_rss_bytes`, legend: "{{instance}}"},
					{expr: `process_resident_memory_bytes{job=~"jaeger|prometheus|alertmanager"}`, legend: "{{instance}}"},
				}},
				{kind: series, title: "Processor time", description: "Cores in use by the collector and Prometheus.", unit: coresInUse, queries: []query{
					{expr: `rate(otelcol_process_cpu_seconds[$__rate_interval]) or rate(otelcol_process_cpu_seconds_total[$__rate_interval])`, legend: "{{instance}}"},
					{expr: `rate(process_cpu_seconds_total{job="prometheus"}[$__rate_interval])`, legend: "{{instance}}"},
				}},
				{kind: series, title: "Series in Prometheus", description: "Time series in memory. A jump is a new label with many values.", unit: count, queries: []query{
					{expr: `prometheus_tsdb_head_series`, legend: "series"},
				}},
			}},
		},
	}
}
