// Command semconvgen writes the GenAI names of llmotel/internal/genai from the
// registry model of the OpenTelemetry semantic conventions.
//
//	GOWORK=off go run . -data ../../../shared/data/semconv-genai -out ../../llmotel/internal/genai/names_gen.go
//
// Run it in its own directory; both values are the defaults. The directory
// that holds semconv-genai is taken from LLMOTEL_DATA if that is set. With
// -optional, missing data is reported and the file left as it is.
//
// The work has four steps, one file each: model.go reads the YAML files of a
// revision into a registry; check.go makes sure that every reference in it
// resolves; names.go turns a dotted name into a Go identifier; render.go writes
// the source. What
// the model does not say is held in tables with their source: core.go names
// the attributes taken from the core conventions, buckets.go the histogram
// boundaries, which upstream has in its documents only.
//
// The conventions rename things, so two revisions are read (revision.go): all
// of the newest, and of the older one that backends and other instrumentations
// still use the names that the newest has not.
package main
