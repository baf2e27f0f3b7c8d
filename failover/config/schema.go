package config

import _ "embed"

//go:embed failover-config.schema.json
var schema string

// Schema returns the JSON Schema of the file (draft 2020-12). It says what the
// fields are, their types and ranges; [Load] checks more: names, variables,
// providers, and what fields mean together.
func Schema() []byte { return []byte(schema) }
