// Testsum runs `go test -json` in several modules and ends with one line that a
// person and a CI system read alike:
//
//	412 passed, 0 failed, 3 skipped
//
// Usage:
//
//	testsum [flags] module-dir... [-- go test flags and packages]
//
// While it runs it prints one line a package with its time, the output of every
// failed test, and the reason of every skip. It exits with status 1 if anything
// failed, or if no test ran at all.
//
// # What is counted
//
// The unit is the leaf: a test, example or fuzz seed that has no subtests. A
// parent is counted only when it failed while every one of its subtests passed,
// since its own failure would otherwise be lost. Tests run several times
// (`-count`) are counted once, with their worst result. A package that does not
// build, whose TestMain fails, or that dies without naming a test counts as one
// failure, and so does a module in which the go command itself fails.
//
// # Why GOWORK=off
//
// Every module is tested with GOWORK=off, whatever the caller's environment
// says. That is how users get the modules: each with its own go.mod, where a
// requirement that only the workspace supplies is a broken release. Nested
// modules carry a `replace` to the root, so they are still tested against this
// tree's root and not against a published one. Workspace mode is exercised by
// the README's commands, which run from the root.
package main
