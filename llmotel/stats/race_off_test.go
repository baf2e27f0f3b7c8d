//go:build !race

package stats_test

const raceDetector = false
