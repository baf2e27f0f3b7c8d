// Package genai holds every name that llmotel puts on the wire: attribute
// keys and their well-known values, span types, event names and metrics.
// Nothing else in this module spells a "gen_ai." or "llmotel." name.
//
// There are two kinds of names, in two files.
//
//   - names_gen.go is generated from the registry model of the OpenTelemetry
//     GenAI conventions; [SourceCommit] and [SchemaURL] say which. Names lose
//     the "gen_ai." prefix: "gen_ai.request.model" is [RequestModelKey], its
//     enum values are [OperationNameChat], [ProviderNameOpenAI] and so on. The
//     attributes borrowed from the core conventions keep their namespace:
//     "error.type" is [ErrorTypeKey].
//   - own.go holds what the conventions lack, under "llmotel.": cost, circuit
//     breaker, fallback, attribution. A name leaves it the day the conventions
//     gain one.
//
// Keys end in Key, metrics start with Metric, events with Event, span types
// with SpanType, span names with SpanName; every other constant is a value of
// the key that it starts with.
//
// The conventions are in development and do rename things. Names that only the
// older revision has are generated too, in blocks that say so, for the switch
// that emits them. To move to another revision, exchange the model and run the
// generator; the compiler then lists what has to change.
package genai

//go:generate env GOWORK=off go run -C ../../../internal/semconvgen . -optional
