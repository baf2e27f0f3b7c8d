//go:build !race

package benchmarks_test

const race = false
