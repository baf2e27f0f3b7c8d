//go:build race

package wire_test

// raced: under the race detector sync.Pool drops some of what it is given, so that
// allocations are counted without it: make gates.
const raced = true
