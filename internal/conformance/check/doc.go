// Package check holds telemetry against a revision of the GenAI semantic
// conventions.
//
// A [Collector] gathers what a test emits: finished spans, the attributes that
// spans were started with, metric points and events. [New] makes a [Checker]
// from a resolved registry and the JSON schemas of captured content;
// [Checker.Check] returns a [Finding] for everything that breaks a rule. Rules
// that the model can express (names, types, levels, enums, units) are read from
// it; those that only the conventions' text has (status, buckets, subsets of
// token counts) are written down here, each with its source.
//
// Names are spelled out here and not taken from llmotel/internal/genai, so that
// a misspelt name cannot agree with itself.
package check
