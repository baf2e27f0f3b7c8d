package main

import (
	"os"
	"strings"
)

// lastLine is the last line of a file. It reads only the end of it, and nothing
// of what is no regular file, such as a pipe.
func lastLine(path string) (string, error) {
	const longest = 64 << 10
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return "", err
	}
	f, err := os.Open(path) //nolint:gosec // the path is the one that the user gave
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }() // it was only read
	start := max(0, info.Size()-longest)
	end := make([]byte, info.Size()-start)
	n, err := f.ReadAt(end, start)
	if n < len(end) {
		return "", err
	}
	text := strings.TrimRight(string(end), "\n")
	return text[strings.LastIndexByte(text, '\n')+1:], nil
}
