#!/bin/bash
# Brings docker-compose.yml up, for real, where no image can be pulled: builds images from the binaries that `make e2e` runs,
# tags them with the pinned names, starts a Docker daemon of its own, and looks at what comes up. `make compose-test`.
#
# Daemon and containers are in a network namespace of their own, with nothing else in it: the files run as they are, with the
# network between containers and the published ports; no port of this machine is taken, and nothing beyond is reached.
#
# Not covered: the published images themselves, and Grafana (left out by compose.minimal.yml).
#
# Needs root, Debian's docker.io, busybox-static, iproute2, curl and jq; installs what is missing.
set -euo pipefail
script=$(realpath "${BASH_SOURCE[0]}")
cd "$(dirname "$script")/.."

say() { printf '%s %s\n' "$(date +%H:%M:%S)" "$*"; }
fail() { say "FAIL: $*"; failed=$((failed + 1)); }
ok() { say "ok: $*"; passed=$((passed + 1)); }
passed=0 failed=0
bin=${LLMOTEL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/llmotel}/bin

# What needs this machine's network comes first; then the script starts again inside.
if [[ -z ${LLMOTEL_COMPOSE_WORK:-} ]]; then
	packages=()
	for want in dockerd:docker.io curl:curl jq:jq ip:iproute2; do
		command -v "${want%%:*}" >/dev/null || packages+=("${want#*:}")
	done
	# A busybox that needs no library.
	ldd "$(command -v busybox)" 2>&1 | grep -q 'not a dynamic' || packages+=(busybox-static)
	if ((${#packages[@]})); then
		say "installing ${packages[*]}"
		{ apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${packages[@]}"; } >/dev/null
	fi
	sh collector/build.sh otelcol jaeger prometheus alertmanager docker-compose
	work=$(mktemp -d /tmp/llmotel-compose.XXXXXX)
	trap 'rm -rf "$work"' EXIT
	# The modules that the demo's Dockerfile needs, from this machine's cache where it has them.
	(cd examples && GOPROXY="file://$(go env GOMODCACHE)/cache/download,$(go env GOPROXY)" GOMODCACHE=$work/modules \
		GOFLAGS=-modcacherw GOWORK=off CGO_ENABLED=0 go list -deps ./demo >/dev/null)
	LLMOTEL_COMPOSE_WORK=$work exec unshare --net --mount --propagation private bash "$script"
fi
work=$LLMOTEL_COMPOSE_WORK
ip link set lo up
export DOCKER_HOST=unix://$work/docker.sock DOCKER_CONFIG=$work/config DOCKER_BUILDKIT=0
mkdir -p "$DOCKER_CONFIG/cli-plugins"
ln -s "$bin/docker-compose" "$DOCKER_CONFIG/cli-plugins/docker-compose"
project=(docker compose --project-name llmotel-test --profile demo)
compose=("${project[@]}" -f docker-compose.yml -f collector/compose.minimal.yml)
fleet=("${compose[@]}" -f collector/scale/compose.yml)

end() {
	status=$?
	if ((status || failed)); then "${compose[@]}" logs --tail 15 2>&1 | tail -120 || :; tail -5 "$work/dockerd.log" || :; fi
	"${fleet[@]}" down -v --timeout 10 >/dev/null 2>&1 || :
	if [[ -f $work/pid ]]; then
		daemon=$(cat "$work/pid")
		kill "$daemon" && while kill -0 "$daemon" 2>/dev/null; do sleep 0.2; done
	fi
	for mount in $(awk -v dir="$work/" 'index($2, dir) == 1 { print $2 }' /proc/mounts | sort -r); do umount "$mount" || :; done
	rm -rf "$work"
}
trap end EXIT

say 'starting a Docker daemon'
# Published ports are passed on by its proxy.
dockerd --host "$DOCKER_HOST" --data-root "$work/data" --exec-root "$work/exec" --pidfile "$work/pid" \
	--bridge=none --iptables=false --ip6tables=false >"$work/dockerd.log" 2>&1 &
for _ in $(seq 60); do docker info >/dev/null 2>&1 && break; sleep 0.5; done
docker info --format 'Docker {{.ServerVersion}}, {{.Driver}}, cgroup v{{.CgroupVersion}}'
docker compose version

# image TAG: builds what lies in $work/root.
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
	for applet in wget tail chown sh; do ln -s busybox "$work/root/app/bin/$applet"; done
}

configuration=$("${compose[@]}" config --format json)
pinned() { jq -r ".services[\"$1\"].image" <<<"$configuration"; }
root /otelcol-contrib 10001:10001 && cp "$bin/otelcol" "$work/root/app/otelcol-contrib" && image "$(pinned collector)"
root /bin/jaeger 10001:10001 && tools && cp "$bin/jaeger" "$work/root/app/bin/" && image "$(pinned jaeger)"
root /bin/prometheus 65534:65534 /prometheus && tools && cp "$bin/prometheus" "$work/root/app/bin/" && image "$(pinned prometheus)"
root /bin/alertmanager 65534:65534 /alertmanager && tools && cp "$bin/alertmanager" "$work/root/app/bin/" && image "$(pinned alertmanager)"

# The demo's own Dockerfile and context, in an image of this machine's Go under the name of the one that it begins with.
dockerfile=$(jq -r '.services.demo.build | .context + "/" + .dockerfile' <<<"$configuration")
mkdir -p "$work/root/app/bin" "$work/root/app/tmp" "$work/root/app/usr/local" "$work/root/app/go/pkg"
cp -L "$(command -v busybox)" "$work/root/app/bin/busybox" && ln -s busybox "$work/root/app/bin/sh"
cp -r "$(go env GOROOT)" "$work/root/app/usr/local/go" && rm -rf "$work/root/app/usr/local/go/test"
mv "$work/modules" "$work/root/app/go/pkg/mod"
printf 'FROM scratch\nCOPY app /\nENV PATH=/usr/local/go/bin:/bin GOPATH=/go GOPROXY=off GOTOOLCHAIN=local\n' >"$work/root/Dockerfile"
image "$(awk '$1 == "FROM" { print $2; exit }' "$dockerfile")"
began=$(date +%s)
if docker build --network none -f "$dockerfile" -t "$(pinned demo)" "$(jq -r .services.demo.build.context <<<"$configuration")" >"$work/demo.log" 2>&1; then
	ok "the demo builds by its Dockerfile, in $(($(date +%s) - began)) s"
else
	tail -20 "$work/demo.log"
	fail 'the demo does not build by its Dockerfile'
	exit
fi

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
query() { curl -fsS --data-urlencode "query=$1" http://127.0.0.1:9090/api/v1/query; }
prom() { query "$1" | jq -e '.data.result | length > 0'; }
traces() { curl -fsS 'http://127.0.0.1:16686/api/traces?service=llmotel-demo&operation=llm.call&limit=20' | jq -e '[.data[] | select(.spans | length > 1)] | length > 0'; }

say 'docker compose up -d --wait'
began=$(date +%s)
"${compose[@]}" up -d --wait --wait-timeout 120
took=$(($(date +%s) - began))
((took <= 60)) && ok "everything is healthy after $took s" || fail "healthy after $took s, more than a minute"
"${compose[@]}" ps --format 'table {{.Service}}\t{{.Image}}\t{{.Status}}'

# What the first dashboard asks, as Grafana fills its variables. Panels that are empty when all is well say so.
empty() {
	jq -r '.panels[] | select(.targets and (.fieldConfig.defaults.noValue | not)) | .title as $panel | .targets[] | [$panel, .expr] | @tsv' collector/grafana/dashboards/llmotel-overview.json |
		sed -E 's/\$__rate_interval/1m/g; s/\$(service|provider|model)/.*/g' | while IFS=$'\t' read -r panel expression; do
		prom "$(printf %b "$expression")" >/dev/null || printf '%s; ' "$panel"
	done
}
dashboard() { [[ -z $(empty) ]]; }
until prom 'sum(llmotel:calls:rate5m) > 0' >/dev/null || (($(date +%s) - began > 60)); do sleep 0.5; done
say "first calls on the dashboard $(($(date +%s) - began)) s after the command"
while ! dashboard && (($(date +%s) - began <= 60)); do sleep 1; done
took=$(($(date +%s) - began)) missing=$(empty)
[[ -z $missing ]] && ok "each panel of the first dashboard has data $took s after the command" || fail "a minute after the command, no data: $missing"

eventually 30 'all four are scraped' prom 'count(up == 1) == 4'
eventually 30 "the demo's traces are in Jaeger" traces
eventually 60 'an outage shows: a fallback is counted' prom 'sum(llmotel_failover_fallbacks_total) > 0'
eventually 90 'an alert fires' prom 'ALERTS{alertname="LLMUnpricedCalls",alertstate="firing"}'
active() { curl -fsS http://127.0.0.1:9093/api/v2/alerts | jq -e 'map(.labels.alertname) | index("LLMUnpricedCalls") != null'; }
eventually 30 'Alertmanager has it' active
printed() { "${compose[@]}" logs demo | grep -q 'alert: firing LLMUnpricedCalls (ticket): llmotel-demo: '; }
eventually 60 'the demo was sent it' printed
eventually 5 "the demo's page answers" curl -fsS http://127.0.0.1:8080/debug/llm/
eventually 5 "the collector's health answers" curl -fsS http://127.0.0.1:13133/

for service in jaeger prometheus alertmanager collector collector-health demo; do
	id=$("${compose[@]}" ps -q "$service")
	pid=$(docker inspect -f '{{.State.Pid}}' "$id")
	uid=$(awk '/^Uid:/ { print $2 }' "/proc/$pid/status")
	caps=$(awk '/^CapEff:/ { print $2 }' "/proc/$pid/status")
	memory=$(docker inspect -f '{{.HostConfig.Memory}}' "$id")
	[[ $uid != 0 && $caps == 0000000000000000 && $memory != 0 ]] &&
		ok "$service: user $uid, no capabilities, at most $((memory >> 20)) MiB" || fail "$service: user $uid, capabilities $caps, memory $memory"
done
docker stats --no-stream --format 'table {{.Name}}\t{{.MemUsage}}\t{{.CPUPerc}}'
open=$(ss -ltnH | awk '{ print $4 }' | sort | tr '\n' ' ')
want='127.0.0.1:13133 127.0.0.1:16686 127.0.0.1:4317 127.0.0.1:4318 127.0.0.1:8080 127.0.0.1:9090 127.0.0.1:9093 '
[[ $open == "$want" ]] && ok 'published, on loopback alone, is what docs/pipeline.md says' || fail "it listens on $open"

say 'what pages and runbooks say to type'
"${compose[@]}" run --rm --no-deps collector validate --config=/etc/otelcol/config.yaml >"$work/out" 2>&1 &&
	ok 'the collector judges its configuration' || fail "validate: $(cat "$work/out")"
# A configuration that it refuses, by an override as a person would write one.
printf 'receivers: {otlp: {protocols: {grcp: {}}}}\n' >"$work/broken.yaml" && chmod 0644 "$work/broken.yaml"
if "${compose[@]}" run --rm --no-deps -v "$work/broken.yaml:/broken.yaml:ro" collector validate --config=/etc/otelcol/config.yaml --config=/broken.yaml >"$work/out" 2>&1; then
	fail 'the collector takes a broken configuration'
else
	grep -q grcp "$work/out" && ok 'and says what is wrong with a broken one' || fail "validate says $(cat "$work/out")"
fi
"${compose[@]}" cp collector:/var/lib/otelcol/logs/llmotel.jsonl "$work/llmotel.jsonl" >/dev/null 2>&1 &&
	jq -e .resourceLogs "$work/llmotel.jsonl" >/dev/null && ok 'the logs can be copied' || fail 'no logs'

say 'the collector is killed'
before=$(query 'sum(gen_ai_client_inference_duration_seconds_count)' | jq -r '.data.result[0].value[1]')
docker kill -s KILL "$("${compose[@]}" ps -q collector)" >/dev/null
"${compose[@]}" up -d --wait --wait-timeout 60 >/dev/null 2>&1
eventually 30 'it is back, and metrics go on' prom "sum(gen_ai_client_inference_duration_seconds_count) > $before + 5"

say 'collector/scale/compose.yml: an agent and two samplers'
began=$(date +%s)
"${fleet[@]}" up -d --wait --wait-timeout 120 >/dev/null 2>&1 && ok "healthy after $(($(date +%s) - began)) s" || fail "not healthy: $("${fleet[@]}" ps -a)"
"${fleet[@]}" ps --format 'table {{.Service}}\t{{.Image}}\t{{.Status}}'
began=$(date +%s)
eventually 30 'Prometheus scrapes the samplers' prom 'count(up{job="sampler"} == 1) == 2'
eventually 120 'both samplers hand traces on' prom 'count(otelcol_exporter_sent_spans{job="sampler"} > 0) == 2'
sampled() { curl -fsS "http://127.0.0.1:16686/api/traces?service=llmotel-demo&start=${began}000000&limit=20" | jq -e '.data | length > 0'; }
eventually 60 'and Jaeger has them' sampled
# Whatever came by OTLP is older than this by now.
eventually 30 'metrics go on, by remote write' prom 'sum(increase(gen_ai_client_inference_duration_seconds_count[20s])) > 0'

say 'docker compose down -v'
"${fleet[@]}" down -v --timeout 10 >/dev/null 2>&1
[[ -z $(docker ps -aq)$(docker volume ls -q) ]] && ok 'nothing is left' || fail "left: $(docker ps -a; docker volume ls)"
printf '%d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
