// Package chaos ends the pipeline's programs in the middle of a load and counts in the backends what is left. It takes
// twenty minutes, so it has the build tag chaos and a target of its own:
//
//	make e2e-chaos
//	cd collector/e2e && GOWORK=off go test -tags=chaos -count=1 -v -timeout=40m ./chaos -run=TestJaegerKilled
//
// Everything listens on ports of its own (internal/rig), so a running pipeline is not disturbed. Each test says in its log
// what was lost; docs/pipeline.md shows these figures.
package chaos
