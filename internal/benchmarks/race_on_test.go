//go:build race

package benchmarks_test

// race: under the race detector sync.Pool drops some of what it is given, and
// memory has shadows.
const race = true
