#!/usr/bin/env bash
# The whole pipeline without Docker, on the files that docker-compose.yml mounts: `make stack` and `make stack-down`.
#
#     collector/stack.sh up [overlay.yaml ...]   start, wait until healthy, print addresses; overlays as in sampling.yaml
#     collector/stack.sh status                  what runs
#     collector/stack.sh down                    end it; what was collected stays
#     collector/stack.sh clean                   delete what was collected
#
# Data, logs and process ids are in ${LLMOTEL_STATE:-${XDG_STATE_HOME:-$HOME/.local/state}/llmotel/stack}, outside the
# repository. Variables of the configuration files may be set as for compose.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bin=${LLMOTEL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/llmotel}/bin
state=${LLMOTEL_STATE:-${XDG_STATE_HOME:-$HOME/.local/state}/llmotel/stack}
names=(jaeger prometheus alertmanager collector)

health() {
	case $1 in
	jaeger) echo "http://127.0.0.1:${JAEGER_HEALTH_PORT:-13134}/status" ;;
	prometheus) echo 'http://127.0.0.1:9090/-/ready' ;;
	alertmanager) echo 'http://127.0.0.1:9093/-/ready' ;;
	collector) echo "http://127.0.0.1:${COLLECTOR_HEALTH_PORT:-13133}/" ;;
	esac
}

# answers URL: does it answer 200? Without curl or wget, which not every machine has.
answers() {
	local address=${1#http://} path status=
	path=/${address#*/} address=${address%%/*}
	{
		exec 3<>"/dev/tcp/${address%:*}/${address#*:}" &&
			printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$path" >&3 &&
			read -r -t 3 status <&3
	} 2>/dev/null || status=
	exec 3>&-
	[[ $status == *' 200 '* ]]
}

# process NAME: the id of the running process of that name, if there is one. The id may be another program's by now.
process() {
	local id
	id=$(cat "$state/$1.pid" 2>/dev/null) || return 1
	[[ -r /proc/$id/cmdline ]] && tr '\0' ' ' <"/proc/$id/cmdline" | grep -q -- "$(cat "$state/$1.binary")" || return 1
	echo "$id"
}

# run NAME BINARY ARGUMENT ... starts a program in the state directory, in a session of its own.
run() {
	local name=$1 binary=$2
	shift 2
	if process "$name" >/dev/null; then
		echo "$name runs already"
		return
	fi
	if answers "$(health "$name")"; then
		echo "something else answers at $(health "$name"): is a pipeline of containers running?" >&2
		return 1
	fi
	printf '%s\n' "$binary" >"$state/$name.binary"
	(cd "$state" && exec setsid "$binary" "$@" </dev/null >>"$state/$name.out" 2>&1) &
	echo $! >"$state/$name.pid"
}

await() {
	local name=$1 i
	for ((i = 0; i < 600; i++)); do
		answers "$(health "$name")" && return
		# Not `process`: for a moment it is not yet the binary that it will be.
		[[ -d /proc/$(cat "$state/$name.pid") ]] || break
		sleep 0.1
	done
	echo "$name did not become healthy; the end of $state/$name.out:" >&2
	tail -n 15 "$state/$name.out" >&2
	return 1
}

# prometheus_config prints the path of Prometheus's configuration: the repository's own where its names lead to this
# machine, as docs/pipeline.md says, and otherwise a copy with 127.0.0.1 in their place.
prometheus_config() {
	local name copy=$state/prometheus.yml
	for name in collector jaeger prometheus alertmanager; do
		if ! getent hosts "$name" 2>/dev/null | grep -qE '^(127\.|::1)'; then
			# Files that it names are beside it.
			sed -E -e "s#\\b(collector|jaeger|prometheus|alertmanager):([0-9]+)#127.0.0.1:\\2#g" \
				-e "s#^( *- +)([A-Za-z0-9_./*-]+\\.ya?ml)\$#\\1$here/\\2#" "$here/prometheus.yml" >"$copy"
			echo "$copy"
			return
		fi
	done
	echo "$here/prometheus.yml"
}

up() {
	sh "$here/build.sh"
	mkdir -p "$state"
	export JAEGER_STATE_DIR=${JAEGER_STATE_DIR:-$state/jaeger} COLLECTOR_STATE_DIR=${COLLECTOR_STATE_DIR:-$state/collector}
	export JAEGER_OTLP_ENDPOINT=${JAEGER_OTLP_ENDPOINT:-http://127.0.0.1:${JAEGER_OTLP_HTTP_PORT:-14318}}
	export PROMETHEUS_OTLP_ENDPOINT=${PROMETHEUS_OTLP_ENDPOINT:-http://127.0.0.1:9090/api/v1/otlp}
	local overlay overlays=() config
	for overlay; do overlays+=("--config=$(realpath "$overlay")"); done

	GOMEMLIMIT=1800MiB run jaeger "$bin/jaeger" --config="$here/jaeger.yaml"
	config=$(prometheus_config)
	run prometheus "$bin/prometheus" --config.file="$config" --storage.tsdb.path="$state/prometheus-data" \
		--storage.tsdb.retention.time=15d --storage.tsdb.retention.size=5GB --web.listen-address=127.0.0.1:9090 \
		--web.external-url=http://localhost:9090 --web.enable-otlp-receiver --enable-feature=exemplar-storage
	run alertmanager "$bin/alertmanager" --config.file="$here/alertmanager/${ALERTMANAGER_CONFIG:-none}.yml" --storage.path="$state/alertmanager-data" \
		--web.listen-address=127.0.0.1:9093 --web.external-url=http://localhost:9093 --cluster.listen-address=
	await alertmanager
	await jaeger
	await prometheus
	GOMEMLIMIT=280MiB GOGC=300 run collector "$bin/otelcol" --config="$here/otel-config.yaml" "${overlays[@]}"
	await collector
	cat <<-END

		OTLP          http://localhost:${COLLECTOR_GRPC_PORT:-4317} (gRPC), http://localhost:${COLLECTOR_HTTP_PORT:-4318} (HTTP)
		Jaeger        http://localhost:${JAEGER_QUERY_HTTP_PORT:-16686}
		Prometheus    http://localhost:9090$([[ $config == "$here"/* ]] || printf ' (configuration: %s)' "$config")
		Alertmanager  http://localhost:9093
		collector     http://localhost:${COLLECTOR_HEALTH_PORT:-13133} (health), :${COLLECTOR_METRICS_PORT:-8888}/metrics, :${COLLECTOR_ZPAGES_PORT:-55679}/debug/pipelinez
		data, output  $state
	END
}

down() {
	local name id i
	# The collector first, so that it hands on what it holds.
	for name in collector alertmanager prometheus jaeger; do
		id=$(process "$name") || continue
		kill -TERM "$id"
		for ((i = 0; i < 300; i++)); do
			process "$name" >/dev/null || break
			sleep 0.1
		done
		if process "$name" >/dev/null; then
			echo "$name (process $id) did not end within 30 s and is killed" >&2
			kill -KILL "$id"
		fi
		rm -f "$state/$name.pid" "$state/$name.binary"
		echo "$name ended"
	done
}

status() {
	local name id
	for name in "${names[@]}"; do
		if id=$(process "$name"); then
			if answers "$(health "$name")"; then echo "$name: process $id, healthy"; else echo "$name: process $id, not healthy"; fi
		else
			echo "$name: not running"
		fi
	done
}

case ${1:-} in
up)
	shift
	up "$@"
	;;
down) down ;;
status) status ;;
clean)
	for name in "${names[@]}"; do
		! process "$name" >/dev/null || { echo "$name runs: down first" >&2; exit 1; }
	done
	rm -rf "${state:?}/jaeger" "$state/collector" "$state/prometheus-data" "$state/alertmanager-data" "$state"/*.out "$state/prometheus.yml"
	;;
*)
	echo 'usage: collector/stack.sh up [overlay.yaml ...] | status | down | clean' >&2
	exit 2
	;;
esac
