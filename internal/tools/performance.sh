#!/usr/bin/env bash
# Measures and prints docs/performance.md; `make performance` calls it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export GOWORK=off
tool=$(mktemp -d)
trap 'rm -rf "$tool"' EXIT
go build -C internal/tools -o "$tool/benchreport" ./benchreport

# table PACKAGE PATTERN FLAGS... benchmarks a package and prints its table.
table() {
	local package=$1 pattern=$2
	shift 2
	echo "== $package $pattern" >&2
	go -C "$package" test -c -o "$tool/bench.test" .
	# Whole rounds, so that rows which are compared run within seconds of each other.
	for _ in $(seq "${ROUNDS:-8}"); do
		(cd "$package" && "$tool/bench.test" -test.run='^$' -test.bench="$pattern" -test.benchmem -test.benchtime="${ROUNDTIME:-0.1s}")
	done | "$tool/benchreport" "$@"
}

cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1)
cat <<EOF
# Performance

<!-- Written by make performance; do not edit. -->

Measured on $(getconf _NPROCESSORS_ONLN) x ${cpu:-unknown CPU}, $(go env GOOS)/$(go env GOARCH), $(go env GOVERSION); the best of ${ROUNDS:-8}
rounds. The machine was shared: times are rough, ratios compare rows of the same rounds, bytes and allocations are exact.

## Beside others

One call of OpenAI's Go SDK on a transport in memory, observed in different ways. Every figure but those in brackets is what is
added to the same call bare. Request and reply have about 1 KB; a stream has 200 chunks. *Alone* is the observing without the
client around it, and ratios are to \`floor\`: the least that one would write by hand around this very call, with one span of 12
attributes, three histogram records with attribute sets made before, and a search for usage in the bytes that pass. llmotel records
22 attributes and six metrics of the call, its cost among them, 24 and eight of the stream. otelhttp knows nothing of models and
tokens. Datadog's spans are started by hand, with the content and without metrics, and its exporter works beside the measurement.
LangWatch, Braintrust, OpenLIT and Traceloop are not among them: the Go module proxy does not serve their SDKs.

$(go -C internal/benchmarks run ./table)

The limits, held by tests (\`make gates\`): a call through the middleware adds at most 18 allocations and 5 KB, at most 6 allocations
more with content; a chunk adds none; an open stream keeps at most 2 KB, however long it is: in every format, with all
the options that programs use, under a context that ends, between its events and half way through one (decision 0107 says what is beyond); content beyond
the limit is cut in pooled memory and costs no allocation more than content within it; what a call allocates for content is at most 1.3 times the content, written once
from where it was collected, in pooled memory, into what the span keeps; a call that is not sampled has at most
3 allocations more than the SDK's own start and end with the same attributes.

## What recording adds to a call

\`floor\` is the least that a hand-written instrumentation does: one span with 12 attributes and three histogram records with
precomputed attribute sets. \`wrap\` is \`llmotel.Wrap\` with span, all metrics and cost, content off. The span processor keeps nothing
(\`-batched\`: the SDK's batch processor with an exporter that discards). Ratios are to \`floor\` with one goroutine.

$(table ./llmotel '^BenchmarkGenerate$' -base floor/goroutines=1)

The limits, held by tests (\`make gates\`): at most 12 allocations and 5 KB a call, at most 3 allocations more than the SDK's own
start and end when a call is not sampled, none for a chunk.

## A stream of 200 chunks

Ratios are to the bare stream. \`wrap\` records the time of each chunk, \`wrap-no-chunk-times\` does not.

$(table ./llmotel '^BenchmarkStream$' -base bare)

## Failover around a call

Ratios are to failsafe-go's own fallback(retry(circuit breaker)) in the same run. gobreaker is its circuit breaker alone, with both
thresholds. *Guard only* is a chain of one target without retries or limits; what *skip an open target* adds to *two targets, no
deadline* is the skip.

$(table ./internal/benchmarks/failover '^BenchmarkGenerate$' -base 'fallback(retry(breaker))')

Streams of 100 chunks; ratios are to the bare stream.

$(table ./internal/benchmarks/failover '^BenchmarkStream$' -base bare,_100_chunks)

## Sinks

$(table ./llmotel/stats '^BenchmarkRecord$')

Of the call log, ratios are to \`write\`, one write(2) of the line, which no log that writes before the call returns can do without. \`queue\` hands
the record to a goroutine; the benchmark gives it records as fast as it can, so calls wait for it, which writes many lines at
once. \`handed\` is what a call pays while the goroutine keeps up.

$(table ./llmotel/calllog '^Benchmark(Record|Floor)$' -base Floor/write)

$(table ./llmotel/pricing '^BenchmarkCost$')
EOF
