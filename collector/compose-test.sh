#!/bin/bash
# Brings docker-compose.yml up, for real, where no image can be pulled: starts a Docker daemon of its own, builds images from
# the binaries that `make e2e` runs, tags them with the pinned names, and looks at what comes up. `make compose-test`.
#
# Not covered: the published images themselves, Grafana (left out by compose.minimal.yml), and the network between
# containers (compose.test.yml puts them on the host's network, on loopback).
#
# Needs root, Debian's docker.io, busybox-static, prometheus-alertmanager, curl and jq; installs what is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '%s %s\n' "$(date +%H:%M:%S)" "$*"; }
fail() { say "FAIL: $*"; failed=$((failed + 1)); }
ok() { say "ok: $*"; passed=$((passed + 1)); }
passed=0 failed=0

packages=()
for want in dockerd:docker.io prometheus-alertmanager:prometheus-alertmanager curl:curl jq:jq ss:iproute2; do
	command -v "${want%%:*}" >/dev/null || packages+=("${want#*:}")
done
# A busybox that needs no library.
ldd "$(command -v busybox)" 2>&1 | grep -q 'not a dynamic' || packages+=(busybox-static)
if ((${#packages[@]})); then
	say "installing ${packages[*]}"
	{ apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${packages[@]}"; } >/dev/null
fi
sh collector/build.sh otelcol jaeger prometheus docker-compose
bin=${LLMOTEL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/llmotel}/bin

work=$(mktemp -d /tmp/llmotel-compose.XXXXXX)
export DOCKER_HOST=unix://$work/docker.sock DOCKER_CONFIG=$work/config DOCKER_BUILDKIT=0 LISTEN_HOST=127.0.0.1
mkdir -p "$DOCKER_CONFIG/cli-plugins"
ln -s "$bin/docker-compose" "$DOCKER_CONFIG/cli-plugins/docker-compose"
compose=(docker compose --project-name llmotel-test --profile demo
	-f docker-compose.yml -f collector/compose.minimal.yml -f collector/compose.test.yml)

end() {
	status=$?
	if ((status || failed)); then "${compose[@]}" logs --tail 15 2>&1 | tail -120 || :; tail -5 "$work/dockerd.log" || :; fi
	"${compose[@]}" down -v --timeout 10 >/dev/null 2>&1 || :
	if [[ -f $work/pid ]]; then
		daemon=$(cat "$work/pid")
		kill "$daemon" && while kill -0 "$daemon" 2>/dev/null; do sleep 0.2; done
	fi
	for mount in $(awk -v dir="$work/" 'index($2, dir) == 1 { print $2 }' /proc/mounts | sort -r); do umount "$mount" || :; done
	rm -rf "$work"
}
trap end EXIT

say 'starting a Docker daemon'
dockerd --host "$DOCKER_HOST" --data-root "$work/data" --exec-root "$work/exec" --pidfile "$work/pid" \
	--bridge=none --iptables=false --ip6tables=false >"$work/dockerd.log" 2>&1 &
for _ in $(seq 60); do docker info >/dev/null 2>&1 && break; sleep 0.5; done
docker info --format 'Docker {{.ServerVersion}}, {{.Driver}}, cgroup v{{.CgroupVersion}}'
docker compose version

# image TAG USER: builds what lies in $work/root.
image() {
	docker build -q --network none -t "$1" "$work/root" >/dev/null 2>&1
	rm -rf "$work/root"
	say "built $1"
}
# root ENTRYPOINT USER [OWNED-DIRECTORY]: begins an image with what a scratch image lacks.
root() {
	mkdir -p "$work/root/tmp" "$work/root/data"
	{
		printf 'FROM scratch\nCOPY app /\n'
		[[ -z ${3:-} ]] || printf 'COPY --chown=%s data %s\n' "$2" "$3"
		printf 'USER %s\nENTRYPOINT ["%s"]\n' "$2" "$1"
	} >"$work/root/Dockerfile"
	mkdir -p "$work/root/app/tmp" "$work/root/app/bin"
}
# tools adds busybox, which the published images of these programs have in some form.
tools() {
	cp -L "$(command -v busybox)" "$work/root/app/bin/busybox"
	for applet in wget tail chown; do ln -s busybox "$work/root/app/bin/$applet"; done
}

pinned() { "${compose[@]}" config --format json | jq -r ".services[\"$1\"].image"; }
root /otelcol-contrib 10001:10001 && cp "$bin/otelcol" "$work/root/app/otelcol-contrib" && image "$(pinned collector)"
root /bin/jaeger 10001:10001 && tools && cp "$bin/jaeger" "$work/root/app/bin/" && image "$(pinned jaeger)"
root /bin/prometheus 65534:65534 /prometheus && tools && cp "$bin/prometheus" "$work/root/app/bin/" && image "$(pinned prometheus)"
root /bin/alertmanager 65534:65534 /alertmanager && tools
cp "$(command -v prometheus-alertmanager)" "$work/root/app/bin/alertmanager"
# Debian links it dynamically.
{ ldd "$(command -v prometheus-alertmanager)" 2>/dev/null || :; } | grep -oE '/[^ ]+' | while read -r library; do
	mkdir -p "$work/root/app/$(dirname "$library")" && cp -L "$library" "$work/root/app/$library"
done
mkdir -p "$work/root/app/usr/share/prometheus" && cp -rL /usr/share/prometheus/alertmanager "$work/root/app/usr/share/prometheus/"
image "$(pinned alertmanager)"
root /demo 65532:65532
(cd examples && CGO_ENABLED=0 GOWORK=off go build -buildvcs=false -trimpath -ldflags='-s -w' -o "$work/root/app/demo" ./demo)
image "$(pinned demo)"

say 'docker compose up -d --wait'
began=$(date +%s)
"${compose[@]}" up -d --wait --wait-timeout 120
took=$(($(date +%s) - began))
((took <= 60)) && ok "everything is healthy after $took s" || fail "healthy after $took s, more than a minute"
"${compose[@]}" ps --format 'table {{.Service}}\t{{.Image}}\t{{.Status}}'

# eventually SECONDS WHAT COMMAND...: asks until the command succeeds.
eventually() {
	local limit=$1 what=$2 start=$SECONDS
	shift 2
	until "$@" >/dev/null 2>&1; do
		if ((SECONDS - start > limit)); then fail "not within $limit s: $what"; return; fi
		sleep 1
	done
	ok "$what ($((SECONDS - start)) s)"
}
prom() { curl -fsS --data-urlencode "query=$1" http://127.0.0.1:9090/api/v1/query | jq -e '.data.result | length > 0'; }
eventually 30 'all four are scraped' prom 'count(up == 1) == 4'
eventually 30 "the demo's calls are in Prometheus" prom 'sum(llmotel:calls:rate5m{service_name="llmotel-demo"}) > 0'
traces() { curl -fsS 'http://127.0.0.1:16686/api/traces?service=llmotel-demo&operation=llm.call&limit=20' | jq -e '[.data[] | select(.spans | length > 1)] | length > 0'; }
eventually 30 "the demo's traces are in Jaeger" traces
eventually 60 'an outage shows: a fallback is counted' prom 'sum(llmotel_failover_fallbacks_total) > 0'
eventually 90 'an alert fires' prom 'ALERTS{alertname="LLMUnpricedCalls",alertstate="firing"}'
active() { curl -fsS http://127.0.0.1:9093/api/v2/alerts | jq -e 'map(.labels.alertname) | index("LLMUnpricedCalls") != null'; }
eventually 30 'Alertmanager has it' active
printed() { "${compose[@]}" logs demo | grep -q 'alert: firing LLMUnpricedCalls (ticket): llmotel-demo: '; }
eventually 60 'the demo was sent it' printed

for service in jaeger prometheus alertmanager collector collector-health demo; do
	id=$("${compose[@]}" ps -q "$service")
	pid=$(docker inspect -f '{{.State.Pid}}' "$id")
	uid=$(awk '/^Uid:/ { print $2 }' "/proc/$pid/status")
	caps=$(awk '/^CapEff:/ { print $2 }' "/proc/$pid/status")
	memory=$(docker inspect -f '{{.HostConfig.Memory}}' "$id")
	[[ $uid != 0 && $caps == 0000000000000000 && $memory != 0 ]] &&
		ok "$service: user $uid, no capabilities, at most $((memory >> 20)) MiB" || fail "$service: user $uid, capabilities $caps, memory $memory"
done
open=$(ss -ltnH | awk '{ print $4 }' | grep -E ':(4317|4318|13133|8888|16686|14317|9090|9093|8080|3000)$' | grep -vE '^(127\.0\.0\.1|\[::1\]|\[::ffff:127\.0\.0\.1\]):' || :)
[[ -z $open ]] && ok 'nothing listens beyond loopback' || fail "beyond loopback: $open"

say 'the collector is killed'
docker kill -s KILL "$("${compose[@]}" ps -q collector)" >/dev/null
before=$(curl -fsS --data-urlencode 'query=sum(gen_ai_client_inference_duration_seconds_count)' http://127.0.0.1:9090/api/v1/query | jq -r '.data.result[0].value[1]')
"${compose[@]}" up -d --wait --wait-timeout 60 >/dev/null 2>&1
eventually 30 'it is back, and metrics go on' prom "sum(gen_ai_client_inference_duration_seconds_count) > $before + 5"

say 'docker compose down -v'
"${compose[@]}" down -v --timeout 10 >/dev/null 2>&1
[[ -z $(docker ps -aq)$(docker volume ls -q) ]] && ok 'nothing is left' || fail "left: $(docker ps -a; docker volume ls)"
printf '%d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
