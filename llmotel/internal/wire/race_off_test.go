//go:build !race

package wire_test

const (
	allocSlack = 0
	raced      = false
)
