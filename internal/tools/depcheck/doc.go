// Depcheck holds the architecture still: which package may import what, and
// what a user's build gets with each public package.
//
// Usage:
//
//	depcheck [-C dir] [-update] module-dir...
//
// Two checks run on every module given:
//
//   - The import rules in rules.go, which are STYLE's "Map and imports" as a
//     table. depguard states the same in .golangci.yml, where an editor shows it
//     at the offending line; here it also holds for what is reached through
//     others, and a package that no rule covers is an error.
//   - Golden files in testdata/golden: for each public package the packages of
//     this project and the modules of others that its non-test code needs, and
//     for each module the requirements in its go.mod. Versions are left out: an
//     upgrade is no news, a new dependency is. -update rewrites them.
//
// Lists are taken for linux/amd64 without cgo, so that every machine sees the
// same, and with GOWORK=off, since that is how users build.
package main
