//go:build !race

package content_test

const allocSlack = 0
