// Package e2e tests the pipeline on its real parts: the OpenTelemetry Collector, Jaeger and Prometheus that
// collector/build.sh builds, started natively from the files that docker-compose.yml mounts.
//
// It holds tests alone, and is a module of its own outside the workspace, so that nobody who imports the SDK gets
// Compose's loader in go.mod. `make e2e` builds what it needs and runs it; by hand:
//
//	collector/build.sh && cd collector/e2e && GOWORK=off go test -count=1 -v ./...
//
// How a service is started is read from docker-compose.yml itself (stack_test.go), with three substitutions: mounted
// files by their sources, volumes by temporary directories, and the container's 0.0.0.0 by 127.0.0.1. So the flags,
// variables and files that a test proves are those that compose uses. What this cannot prove is the network between
// containers: compose_test.go validates it, `make compose-test` runs it.
//
// Around it: internal/rig starts the same programs on ports of their own and counts a known load in the backends; chaos
// (build tag chaos, `make e2e-chaos`) kills them under it; benchpipeline (`make bench-pipeline`) measures them; manifests
// checks the Kubernetes manifests.
//
// Each wait has a deadline and asks again until then; each process is ended by its id.
package e2e
