//go:build !race

package debugui_test

const raceDetector = false
