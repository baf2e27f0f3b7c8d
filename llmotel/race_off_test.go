//go:build !race

package llmotel_test

const allocSlack = 0
