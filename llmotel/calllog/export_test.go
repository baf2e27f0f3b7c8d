package calllog

import "github.com/llmotel/sdk/llmotel"

var (
	Scrub        = scrub
	AppendString = appendString
)

const (
	MaxString = maxString
	MaxNested = maxNested
)

// AppendLine is the line of r, without the file.
func AppendLine(b []byte, r *llmotel.Record) []byte { return appendLine(b, r) }
