// Table prints what observing a call costs, as tables in Markdown:
//
//	go run ./table
//
// With -write it puts them between the markers of a document as well.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/llmotel/sdk/internal/benchmarks"
)

const (
	begin = "<!-- Begin of what make bench prints. -->"
	end   = "<!-- End of what make bench prints. -->"
)

func main() {
	rounds := flag.Int("rounds", 100, "rounds of each measurement of time, of which the best counts")
	runs := flag.Int("runs", 50, "runs of which the allocations are averaged")
	write := flag.String("write", "", "a document to put the tables in")
	flag.Parse()
	if err := run(benchmarks.Effort{Rounds: *rounds, Runs: *runs}, *write); err != nil {
		fmt.Fprintln(os.Stderr, "table:", err)
		os.Exit(1)
	}
}

func run(e benchmarks.Effort, document string) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n\nMeasured on %s, the best of %d rounds.\n\n", begin, machine(), 2*e.Rounds)
	if err := benchmarks.Report(&b, e); err != nil {
		return err
	}
	b.WriteString(end + "\n")
	if _, err := os.Stdout.Write(b.Bytes()); err != nil {
		return err
	}
	if document == "" {
		return nil
	}
	return insert(document, b.String())
}

// insert puts text in place of the markers of a document and what is between.
func insert(document, text string) error {
	old, err := os.ReadFile(document)
	if err != nil {
		return err
	}
	head, rest, ok := strings.Cut(string(old), begin)
	_, tail, closed := strings.Cut(rest, end+"\n")
	if !ok || !closed {
		return errors.New("no markers in " + document)
	}
	return os.WriteFile(document, []byte(head+text+tail), 0o600)
}

// machine names the machine, Go and the libraries that matter.
func machine() string {
	cpu := "unknown CPU"
	info, _ := os.ReadFile("/proc/cpuinfo") // elsewhere there is none
	for line := range strings.Lines(string(info)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			cpu = strings.TrimSpace(value)
			break
		}
	}
	s := fmt.Sprintf("%d x %s, %s/%s, %s", runtime.NumCPU(), cpu, runtime.GOOS, runtime.GOARCH, runtime.Version())
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return s
	}
	for _, m := range build.Deps {
		switch m.Path {
		case "github.com/openai/openai-go/v3", "go.opentelemetry.io/otel/sdk", "go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp":
			s += ", " + strings.TrimPrefix(m.Path, "go.opentelemetry.io/") + " " + m.Version
		}
	}
	return s
}
