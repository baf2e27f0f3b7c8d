#!/bin/sh
# Builds the pipeline's binaries (otelcol, jaeger, prometheus, promtool, alertmanager, amtool, docker-compose), static, into a cache outside the repository:
# ${LLMOTEL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/llmotel}/bin. A binary whose inputs did not change is not built again.
# Usage: collector/build.sh [name ...]     (default: otelcol jaeger prometheus alertmanager)
#
# Each is a module of its own, outside the workspace: together they would break each other's dependencies. None is ever
# tidied: `go mod tidy` asks for modules that only the tests of dependencies need, and some of those cannot be had.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
bin=${LLMOTEL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/llmotel}/bin
mkdir -p "$bin"
export GOWORK=off CGO_ENABLED=0

say() { printf '%s %-10s %s\n' "$(date +%H:%M:%S)" "$1" "$2"; }

# build NAME DIRECTORY PACKAGE [FLAG ...]
build() {
	name=$1 dir=$here/$2 package=$3
	shift 3
	inputs=$({ go version; go env GOOS GOARCH; echo "$package $*"; cat "$dir"/go.mod "$dir"/go.sum; find "$dir" -name '*.go' ! -name '*_test.go' -exec cat {} +; } | cksum)
	if [ -x "$bin/$name" ] && [ "$(cat "$bin/.$name.inputs" 2>/dev/null)" = "$inputs" ]; then
		say "$name" "unchanged"
		return
	fi
	say "$name" "building (minutes with a cold cache)"
	began=$(date +%s)
	# Built beside its place and moved there, so that an interrupted build leaves no half binary and a running one stays.
	(cd "$dir" && go build -mod=readonly -trimpath -buildvcs=false -ldflags='-s -w' "$@" -o "$bin/.$name.new" "$package")
	mv "$bin/.$name.new" "$bin/$name"
	printf '%s\n' "$inputs" >"$bin/.$name.inputs"
	say "$name" "built in $(($(date +%s) - began)) s"
}

[ $# -gt 0 ] || set -- otelcol jaeger prometheus alertmanager
for name; do
	case $name in
	otelcol) build otelcol otelcol . ;;
	jaeger) build jaeger jaeger github.com/jaegertracing/jaeger/cmd/jaeger ;;
	# Without service discovery, which here is a list of three names, Prometheus is half as large and builds twice as fast.
	prometheus) build prometheus prometheus github.com/prometheus/prometheus/cmd/prometheus -tags remove_all_sd ;;
	promtool) build promtool prometheus github.com/prometheus/prometheus/cmd/promtool -tags remove_all_sd ;;
	alertmanager) build alertmanager alerting github.com/prometheus/alertmanager/cmd/alertmanager ;;
	amtool) build amtool alerting github.com/prometheus/alertmanager/cmd/amtool ;;
	# Compose as a plugin of the docker command, for `make compose-test`: Debian has version 1 alone.
	docker-compose) build docker-compose compose github.com/docker/compose/v2/cmd ;;
	*)
		echo "build.sh: unknown binary $name" >&2
		exit 2
		;;
	esac
done
say done "$bin"
