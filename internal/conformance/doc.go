// Package conformance proves that what llmotel emits follows the GenAI semantic
// conventions. Its test runs the standard scenarios (inference, streaming,
// structured output, multimodal, embeddings, tool calling, errors, cancelled
// streams) through every way into the recorder, in every revision that llmotel
// can emit, with and without content, against servers that speak the vendors'
// protocols, and
//
//   - checks all spans, metrics and events against the registry model (packages
//     registry and check),
//   - checks that what was asked for and what came back is on the span,
//   - writes down, attribute by attribute, what the model declares and what was
//     seen, into docs/telemetry.md (package coverage). What was not seen needs a
//     reason in reasons_test.go, and a reason that is no longer needed fails.
//
// A new way in is a value of type way in ways_test.go, a new protocol a value of
// type wire, a new scenario one entry in scenarios_test.go.
//
// The module stands outside go.work: it needs every vendor's adapter.
package conformance

//go:generate go test -run TestConformance -count=1 . -update
