package calllog

import (
	"io"
	"os"
)

// tail is the end of a file that lines are appended to. It places each line
// within one page of memory: the kernel copies a write page by page, and
// SIGKILL can end it between two of them. What would cross a page gets spaces
// before it, and the line before that gets spaces at its end if the next one is
// not likely to fit, since people do not see those.
type tail struct {
	f       *os.File
	page    int
	end     int64 // after our last line
	known   bool  // end is right
	aligned bool  // the place of what is in frame is known
	typical int   // the length of a line, a moving average
	frame   []byte
}

// begin empties the frame. torn tells whether our own last write was cut.
func (t *tail) begin(torn bool) {
	t.frame = t.frame[:0]
	end, err := t.f.Seek(0, io.SeekEnd) // the place of appending is not changed by it
	if t.aligned = err == nil; !t.aligned {
		return
	}
	if end != t.end || !t.known {
		// Somebody else wrote, and may have been killed at it.
		torn = end > 0 && !endsLine(t.f, end)
	}
	t.end, t.known = end, false
	if torn {
		t.frame = append(t.frame, '\n')
	}
}

// add puts a line, which ends in a newline, into the frame.
func (t *tail) add(line []byte) {
	room := t.page - int((t.end+int64(len(t.frame)))%int64(t.page))
	if !t.aligned || len(line) > t.page {
		t.frame = append(t.frame, line...)
		return
	}
	if len(line) > room {
		t.frame = appendSpaces(t.frame, room)
		room = t.page
	}
	t.typical += (len(line) - t.typical) / 4
	t.frame = append(t.frame, line[:len(line)-1]...)
	if rest := room - len(line); rest < t.typical {
		t.frame = appendSpaces(t.frame, rest)
	}
	t.frame = append(t.frame, '\n')
}

// wrote notes that n bytes were written.
func (t *tail) wrote(n int) {
	t.end += int64(n)
	t.known = t.aligned
}

// endsLine tells whether the file ends with a newline. If it cannot be told,
// or another process is just writing, the worst is an empty line.
func endsLine(f *os.File, size int64) bool {
	var last [1]byte
	_, err := f.ReadAt(last[:], size-1)
	return err == nil && last[0] == '\n'
}

func appendSpaces(b []byte, n int) []byte {
	const spaces = "                                                                "
	for n > len(spaces) {
		b = append(b, spaces...)
		n -= len(spaces)
	}
	return append(b, spaces[:n]...)
}
