//go:build race

package wire_test

// allocSlack: under the race detector sync.Pool drops some of what it is given.
const (
	allocSlack = 2
	raced      = true
)
