package calllog

import _ "embed"

//go:embed schema/v1.json
var schemaV1 string

// JSONSchema returns the JSON Schema (draft 2020-12) of a line. Within a
// version fields are added and never change their meaning, so readers should
// pass over those that they do not know.
func JSONSchema() string { return schemaV1 }
