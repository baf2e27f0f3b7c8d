package stats

import (
	"fmt"
	"time"
)

// Window is a stretch of time that ends now.
type Window uint8

// The windows. The last slice of each is the one that has begun: a window never
// holds anything older than its name says, and lacks up to one slice of it.
const (
	// SinceStart is all the time since New.
	SinceStart Window = iota
	// LastMinute and Last5Minutes are kept in slices of 5 seconds.
	LastMinute
	Last5Minutes
	// LastHour is kept in slices of 2 minutes.
	LastHour
)

const (
	fineWidth   = 5 * time.Second
	coarseWidth = 2 * time.Minute
	fineSlices  = int(5 * time.Minute / fineWidth)
	// coarseSlices is how many make up the hour.
	coarseSlices = int(time.Hour / coarseWidth)
)

var windowNames = [...]string{"since_start", "last_1m", "last_5m", "last_1h"}

// String returns the window's name in JSON: "since_start", "last_1m", "last_5m",
// "last_1h".
func (w Window) String() string {
	if int(w) >= len(windowNames) {
		return fmt.Sprintf("window(%d)", uint8(w))
	}
	return windowNames[w]
}

// Duration is the length of the window; 0 for SinceStart.
func (w Window) Duration() time.Duration {
	switch w {
	case LastMinute:
		return time.Minute
	case Last5Minutes:
		return 5 * time.Minute
	case LastHour:
		return time.Hour
	default:
		return 0
	}
}

// MarshalText writes the name.
func (w Window) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// UnmarshalText reads a name.
func (w *Window) UnmarshalText(b []byte) error {
	for i, name := range windowNames {
		if string(b) == name {
			*w = Window(i)
			return nil
		}
	}
	return fmt.Errorf("stats: there is no window of this name; there are %q", windowNames)
}

// The rings of a Sink.
const (
	fine = iota
	coarse
	rings
)

// ring returns which ring holds the window and how many of its slices.
func (w Window) ring() (ring, slices int) {
	if w == LastHour {
		return coarse, coarseSlices
	}
	return fine, int(w.Duration() / fineWidth)
}
