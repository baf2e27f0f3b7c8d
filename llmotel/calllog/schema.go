package calllog

import _ "embed"

var (
	//go:embed schema/v1.json
	schemaV1 string
	//go:embed schema/v2.json
	schemaV2 string
)

// JSONSchema returns the JSON Schema (draft 2020-12) of the lines that are
// written. Within a version fields are added and never change their meaning, so
// readers should pass over those that they do not know.
func JSONSchema() string { return schemaV2 }

// JSONSchemas returns the JSON Schemas of all versions that a Reader reads, by
// the value of the field "schema".
//
// Version 2 has weight: records may be sampled, and who sums them up must know.
func JSONSchemas() map[string]string {
	return map[string]string{schema1: schemaV1, Schema: schemaV2}
}

// schema1 is the first version.
const schema1 = "llmotel.calllog/1"
