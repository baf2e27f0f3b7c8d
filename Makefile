# `make` is what to run before a commit, `make help` lists the rest.
# `make test` needs Go, make and a C compiler; nothing else, and no shell of a
# particular kind, so that it runs on Windows as well.

# Every module that has tests of its own. `make lint` fails if a go.mod is in
# neither list.
MODULES := . providers/openai providers/anthropic providers/gemini providers/bedrock llmotel/calllog/sqlite llmotel/calllog/postgres llmotel/tokenest cmd/llmotel examples internal/benchmarks internal/browsertest internal/conformance internal/dashboards internal/faults internal/langchaingo internal/pricegen internal/semconvgen internal/tools
# Modules whose packages users import: dependency golden files, cross builds.
LIBRARIES := . providers/openai providers/anthropic providers/gemini providers/bedrock llmotel/calllog/sqlite llmotel/calllog/postgres llmotel/tokenest
# The real pipeline: built and tested by `make e2e` alone, never tidied (their
# dependencies' test-only modules cannot all be fetched).
PIPELINE := collector/alerting collector/compose collector/e2e collector/jaeger collector/otelcol collector/prometheus

# Each module is built as its users get it; testsum's package comment has the
# argument.
export GOWORK := off

GOLANGCI_VERSION := v2.15.0
PLATFORMS := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
# The race detector does not exist everywhere: `make test RACE=` does without.
RACE := -race
TESTFLAGS :=
E2EFLAGS := -count=1 -timeout=20m
COUNT := 100
BENCH :=
BENCHCOUNT := 1
TABLEFLAGS :=
BENCHFLAGS :=
OVERLAYS :=
FUZZTIME := 10s

# In CI, tests that lack the shared data are failures, not skips.
ifeq ($(LLMOTEL_CI_FAIL_SKIPS),1)
FAIL_SKIPS := -fail-on-skip-matching=shared.test.data.not.found
endif
TESTSUM := go -C internal/tools run ./testsum -C ../.. $(FAIL_SKIPS)
DEPCHECK := go -C internal/tools run ./depcheck -C ../..

# Tools are built once and kept by version, outside the repository. The
# variables below are computed only by the targets that use them.
CACHE = $(or $(LLMOTEL_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/llmotel)
GOLANGCI = $(CACHE)/bin/golangci-lint-$(GOLANGCI_VERSION)-$(shell go env GOVERSION)/golangci-lint

# each runs a command in every listed module, in all of them even if one fails.
each = @status=0; for m in $(1); do echo "== $(2): $$m"; (cd $$m && $(2)) || status=1; done; exit $$status

# The steps share one tree and one build cache.
.NOTPARALLEL:

.PHONY: all
all: generate format lint tidy test ## generate, format, lint, tidy, race tests: before a commit

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "%-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

## Tests

.PHONY: test
test: ## tests of every module, with the race detector
	@$(TESTSUM) $(MODULES) -- $(RACE) $(TESTFLAGS)

.PHONY: test-concurrent
test-concurrent: ## tests named ...ConcurrentSafe, COUNT times
	@$(TESTSUM) -named=ConcurrentSafe $(MODULES) -- $(RACE) -count=$(COUNT)

.PHONY: e2e
e2e: ## the real collector, Jaeger and Prometheus, with the quickstart in front
	@bash collector/build.sh otelcol jaeger prometheus promtool alertmanager amtool
	@$(TESTSUM) collector/e2e -- $(E2EFLAGS)
	@$(TESTSUM) collector/otelcol -- $(E2EFLAGS) ./loadbalancing

# Its programs are killed and its disks are full, so it is not part of CI.
.PHONY: e2e-chaos
e2e-chaos: ## the pipeline's programs killed under load, and what is lost counted: twenty minutes
	@bash collector/build.sh
	@go -C collector/e2e test -tags=chaos -count=1 -v -timeout=40m ./chaos

.PHONY: bench-pipeline
bench-pipeline: ## spans a second through the collector, memory of the sampling tier, time until a call is seen
	@bash collector/build.sh
	@go -C collector/e2e run ./benchpipeline $(BENCHFLAGS)

.PHONY: stack
stack: ## the whole pipeline without Docker; with OVERLAYS=collector/sampling.yaml also others
	@bash collector/stack.sh up $(OVERLAYS)

.PHONY: stack-down
stack-down: ## end it
	@bash collector/stack.sh down

.PHONY: compose-test
compose-test: ## docker-compose.yml on a Docker daemon of its own, with images built here: root, Debian, some minutes
	@bash collector/compose-test.sh

.PHONY: grafana-schema
grafana-schema: ## derive the schema of dashboards from @grafana/schema again: needs npm
	@sh collector/e2e/grafana-schema.sh

.PHONY: gates
gates: ## what a call may allocate, measured without the race detector
	@$(TESTSUM) -named=Allocat $(MODULES) -- -count=1

.PHONY: picture
picture: ## draw docs/trace.svg from the failover trace in a running Jaeger
	go -C internal/tools run ./tracesvg > docs/trace.svg

.PHONY: picture-dashboards
picture-dashboards: ## draw docs/dashboard-*.svg from what the demo sends to a running Prometheus
	go -C internal/tools run ./boardsvg -board ../../collector/grafana/dashboards/llmotel-overview.json -service llmotel-demo -range 13m \
		-rows 'Now,Calls and errors,Tokens and cost' > docs/dashboard-overview.svg
	go -C internal/tools run ./boardsvg -board ../../collector/grafana/dashboards/llmotel-failover.json -service llmotel-demo -range 13m > docs/dashboard-failover.svg

.PHONY: bench
bench: ## what observing a call costs, beside others; with BENCH=regexp BENCHCOUNT=n the benchmarks of every module
ifeq ($(BENCH),)
	@go -C internal/benchmarks run ./table $(TABLEFLAGS)
else
	$(call each,$(MODULES),go test -run='^$$' -bench='$(BENCH)' -benchmem -count=$(BENCHCOUNT) ./...)
endif

.PHONY: performance
performance: ## measure, and write docs/performance.md: some minutes
	@bash internal/tools/performance.sh > docs/performance.part && mv docs/performance.part docs/performance.md

.PHONY: performance-table
performance-table: ## of it only what make bench prints
	@$(MAKE) --no-print-directory bench TABLEFLAGS='-write ../../docs/performance.md'

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME
	@set -e; \
	git ls-files --cached --others --exclude-standard '*_test.go' | xargs grep -HoE '^func Fuzz[A-Za-z0-9_]*' | while IFS=: read -r file func; do \
		name=$${func#func }; dir=$$(dirname "$$file"); \
		echo "== fuzz $$name in $$dir"; \
		(cd "$$dir" && go test -run='^$$' -fuzz="^$$name\$$" -fuzztime=$(FUZZTIME) -fuzzminimizetime=10x . < /dev/null); \
	done

## Sources

.PHONY: generate
generate: ## generated code and documents
	$(call each,$(MODULES),go generate ./...)

.PHONY: format
format: golangci-build ## gofumpt and goimports
	"$(GOLANGCI)" fmt

.PHONY: tidy
tidy: ## go mod tidy in every module
	$(call each,$(MODULES),go mod tidy)

.PHONY: deps-update
deps-update: ## accept changed dependencies: rewrite the golden files
	@$(DEPCHECK) -update $(LIBRARIES)

## Checks

.PHONY: lint
lint: modules-check deps-check names-check tidy-check generate-check golangci vet-32 cross ## linters, formatting, import rules, generated files, cross builds

.PHONY: golangci
golangci: golangci-build ## golangci-lint in every module, formatting included
	$(call each,$(MODULES),"$(GOLANGCI)" run ./...)

.PHONY: deps-check
deps-check: ## import rules and dependency golden files
	@$(DEPCHECK) $(LIBRARIES)

# Examples read telemetry as users do, and the pipeline's load is written as any instrumentation would: neither has other
# names for it.
.PHONY: names-check
names-check: ## gen_ai names are spelled in one package only
	@git grep --untracked -nE '["`]gen_ai\.' -- '*.go' ':!llmotel/internal/genai/' ':!internal/semconvgen/' ':!internal/conformance/' ':!examples/' ':!collector/e2e/' ':!*_test.go'; \
	case $$? in 1) ;; 0) echo 'use the names of llmotel/internal/genai'; exit 1;; *) exit 1;; esac

.PHONY: modules-check
modules-check: ## every go.mod is in a list above
	@modules=$$(git ls-files '*go.mod' | grep -v /testdata/ | xargs -n1 dirname); \
	[ -n "$$modules" ] || { echo 'git names no module here'; exit 1; }; \
	for m in $$modules; do \
		case " $(MODULES) $(PIPELINE) " in *" $$m "*) ;; \
		*) echo "module $$m is in no list of the Makefile"; exit 1;; esac; \
	done

.PHONY: tidy-check
tidy-check: ## go.mod and go.sum are tidy and the module cache is whole
	$(call each,$(MODULES),go mod tidy -diff)
	$(call each,$(LIBRARIES),go mod verify)

.PHONY: generate-check
generate-check: ## generated files are up to date
	@git rev-parse --is-inside-work-tree > /dev/null || exit 1; \
	before=$$(git diff | git hash-object --stdin); \
	$(MAKE) --no-print-directory generate; \
	after=$$(git diff | git hash-object --stdin); \
	if [ "$$before" != "$$after" ]; then \
		git --no-pager diff --stat; echo 'generated files were out of date: commit what make generate wrote'; exit 1; fi

.PHONY: vet-32
vet-32: ## go vet for a 32-bit target
	$(call each,$(LIBRARIES),env GOOS=linux GOARCH=386 CGO_ENABLED=0 go vet ./...)

.PHONY: cross
cross: ## build every module here, and the libraries for every platform
	$(call each,$(MODULES),go build -o /dev/null ./...)
	@status=0; for p in $(PLATFORMS); do for m in $(LIBRARIES); do \
		echo "== go build for $$p: $$m"; \
		(cd $$m && GOOS=$${p%/*} GOARCH=$${p#*/} CGO_ENABLED=0 go build ./...) || status=1; \
	done; done; exit $$status

# `go install` checks the module and all it needs against the checksum database.
# The name holds the Go version since a linter built with an older Go refuses
# newer code. The move makes a half-built binary impossible. It is no file target
# because make cannot have a path with blanks or a drive letter there.
.PHONY: golangci-build
golangci-build: # golangci-lint, if this version is not there yet
	@if ! [ -x "$(GOLANGCI)" ]; then \
		echo "== building golangci-lint $(GOLANGCI_VERSION), once"; \
		part="$(GOLANGCI).part"; mkdir -p "$$part" && cd / && \
		CGO_ENABLED=0 GOFLAGS= GOBIN="$$part" go install -trimpath -ldflags='-s -w' \
			github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION) && \
		mv "$$part/golangci-lint" "$(GOLANGCI)" && rmdir "$$part"; \
	fi
