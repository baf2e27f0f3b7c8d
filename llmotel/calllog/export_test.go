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
func AppendLine(b []byte, r *llmotel.Record) []byte { return AppendWeighted(b, r, 1) }

// AppendWeighted is AppendLine for a record that stands for several calls.
func AppendWeighted(b []byte, r *llmotel.Record, weight float64) []byte {
	o := object(b)
	o.line(r, weight)
	return o
}

// ParseQuickly is the way of reading that encoding/json stands behind.
func ParseQuickly(line []byte, e *Entry) bool { return new(parser).entry(line, e) }
