package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

const defaultOut = "../../llmotel/internal/genai/names_gen.go"

func main() {
	if err := run(os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "semconvgen:", err)
		os.Exit(1)
	}
}

// run generates the file that args ask for and reports to log.
func run(args []string, log io.Writer) error {
	flags := flag.NewFlagSet("semconvgen", flag.ContinueOnError)
	flags.SetOutput(log)
	data := flags.String("data", defaultData(), "directory with the registry model")
	out := flags.String("out", defaultOut, "file to write")
	optional := flags.Bool("optional", false, "succeed, writing nothing, if the data directory does not exist")
	if err := flags.Parse(args); err != nil {
		return err
	}

	if _, err := os.Stat(*data); *optional && errors.Is(err, fs.ErrNotExist) {
		_, err := fmt.Fprintln(log, "semconvgen: shared test data not found, names stay as they are")
		return err
	}
	src, err := generate(os.DirFS(*data))
	if err != nil {
		return err
	}
	return os.WriteFile(*out, src, 0o644)
}

// defaultData is the model's place in the shared data, beside the repository
// unless LLMOTEL_DATA says otherwise.
func defaultData() string {
	root := cmp.Or(os.Getenv("LLMOTEL_DATA"), filepath.Join("..", "..", "..", "shared", "data"))
	return filepath.Join(root, "semconv-genai")
}

// generate returns the source of the names of both revisions.
func generate(data fs.FS) ([]byte, error) {
	reg, err := load(data, newest)
	if err != nil {
		return nil, fmt.Errorf("newest revision: %w", err)
	}
	prev, err := load(data, older)
	if err != nil {
		return nil, fmt.Errorf("older revision: %w", err)
	}
	return render(reg, prev)
}
