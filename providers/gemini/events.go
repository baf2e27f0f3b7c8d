package gemini

import (
	"bufio"
	"bytes"
	"io"

	"github.com/llmotel/sdk/providers/internal/adapter"
)

// events reads the data of an event stream. What stands in the stream without
// being an event, such as an error that a proxy writes at its end, comes as it
// is.
type events struct {
	lines *bufio.Scanner
	data  []byte
}

func newEvents(body io.Reader) *events {
	s := &events{lines: bufio.NewScanner(body)}
	s.lines.Buffer(make([]byte, 0, 4<<10), adapter.MaxBody)
	return s
}

// next reports whether there is another event, whose data then is in s.data
// until the next call.
func (s *events) next() bool {
	s.data = s.data[:0]
	for s.lines.Scan() {
		line := s.lines.Bytes()
		if len(line) == 0 {
			if len(s.data) > 0 {
				return true
			}
			continue
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		switch string(name) {
		case "data":
			line = bytes.TrimPrefix(value, []byte(" "))
		case "", "event", "id", "retry": // comments, and what this API does not use
			continue
		}
		if len(s.data)+len(line) > adapter.MaxBody {
			return false
		}
		if len(s.data) > 0 {
			s.data = append(s.data, '\n')
		}
		s.data = append(s.data, line...)
	}
	return len(s.data) > 0 && s.lines.Err() == nil
}

// err returns why the stream ended, nil for its end.
func (s *events) err() error {
	if len(s.data) > 0 && s.lines.Err() == nil {
		return adapter.ErrTooLarge
	}
	return s.lines.Err()
}
