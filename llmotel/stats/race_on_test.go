//go:build race

package stats_test

// raceDetector tells whether tests are slowed down tenfold.
const raceDetector = true
