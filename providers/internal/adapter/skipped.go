package adapter

import "github.com/llmotel/sdk/providers"

// MaxSkipped is how many events of one stream may be skipped. A stream with
// more of them is not one whose rest parses.
const MaxSkipped = 8

// Skipped counts the events of a stream that are not JSON and were left out.
// The zero value is ready to use.
type Skipped struct {
	// N is how many were left out.
	N     int
	whole bool
}

// SkippedIn returns the counter of an answer to the request. Nothing of a value
// in JSON may be missing.
func SkippedIn(req *providers.Request) Skipped {
	return Skipped{whole: req.Format != nil && req.Format.Type != providers.FormatText}
}

// Skip leaves an event out. It returns false if the stream cannot go on: there
// were too many, or nothing of the answer may be missing.
func (s *Skipped) Skip() bool {
	s.N++
	return !s.whole && s.N <= MaxSkipped
}

// Whole says that nothing of the answer may be missing, because a program will
// act on it: a tool's arguments or a value in JSON that lack a piece can still
// be valid, and wrong. It returns false if something is missing already.
func (s *Skipped) Whole() bool {
	s.whole = true
	return s.N == 0
}
