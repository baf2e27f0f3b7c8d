package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"time"
)

// event is one line of `go test -json`; see `go doc test2json` and `go help buildjson`.
type event struct {
	Action      string
	Package     string
	ImportPath  string // build-output and build-fail
	Test        string
	Output      string
	Elapsed     float64
	FailedBuild string // on a package's fail: the ImportPath whose build failed
}

// runModule runs go test in dir and adds what it says to total.
func runModule(ctx context.Context, dir string, goArgs []string, total *tally, report *reporter, stderr io.Writer) {
	cmd := exec.CommandContext(ctx, "go", append([]string{"test", "-json"}, goArgs...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off")
	cmd.Stderr = stderr
	cmd.Cancel = func() error {
		if err := cmd.Process.Signal(os.Interrupt); err == nil {
			return nil
		}
		return cmd.Process.Kill() // Windows has no interrupt to send
	}
	cmd.WaitDelay = 10 * time.Second

	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		total.failModule(dir, err.Error())
		report.moduleFailed(dir, err)
		return
	}
	failedBefore := total.failed()
	readErr := readEvents(out, total, report)
	for _, pkg := range total.abandon() {
		report.pkg(pkg)
	}
	if err := errors.Join(readErr, cmd.Wait()); err != nil && total.failed() == failedBefore {
		total.failModule(dir, err.Error())
		report.moduleFailed(dir, err)
	}
}

// readEvents feeds a test2json stream to total and reports each package as it
// ends. A line that is not an event is printed as it is: the go command writes a
// few of those itself.
func readEvents(r io.Reader, total *tally, report *reporter) error {
	in := bufio.NewReader(r)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 0 {
			var ev event
			if json.Unmarshal(line, &ev) != nil || ev.Action == "" {
				report.raw(string(line))
			} else if pkg := total.add(ev); pkg != nil {
				report.pkg(pkg)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
