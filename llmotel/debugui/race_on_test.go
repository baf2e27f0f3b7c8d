//go:build race

package debugui_test

// raceDetector tells whether the race detector is on, which empties pools.
const raceDetector = true
