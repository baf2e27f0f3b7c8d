//go:build race

package pricing_test

// raceDetector tells whether tests are slowed down tenfold.
const raceDetector = true
