// Package failoverconfig holds the published JSON Schema of failover's
// configuration against the package that reads it: what the schema refuses is
// refused, and what it accepts is accepted, but for what a schema cannot say.
// It stands here for the validator, which no user of the library needs.
package failoverconfig
