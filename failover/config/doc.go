// Package config reads a failover chain from a JSON file.
//
// [Load] checks the whole file and reports everything that is wrong with it at
// once, each with file, line, path and reason; what it accepts is exactly what
// the options of package failover say, and nothing is guessed: unknown fields,
// fields given twice, null, durations without a unit, and thresholds that
// cannot be are refused. [Schema] is the JSON Schema of the file, for editors
// and for checks before a deployment.
//
// The file names providers by type. What makes them is the program's: [Load]
// takes a [Factory] for each type, so that this package needs no vendor's SDK.
//
// No secret stands in the file. It names the environment variables that hold
// the keys; the values are never printed.
//
// [Config.Chain] makes the chain. [Config.Targets] and [Config.Options] are what
// it is made of, for llmotel/monitor and for whoever adds to them.
package config

//go:generate go test -run Document -update .
