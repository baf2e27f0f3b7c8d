package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

const defaultOut = "../../llmotel/pricing/catalogue.json.gz"

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "pricegen:", err)
		os.Exit(1)
	}
}

// run generates the file that args ask for and reports to log.
func run(args []string, stdout, log io.Writer) error {
	flags := flag.NewFlagSet("pricegen", flag.ContinueOnError)
	flags.SetOutput(log)
	data := flags.String("data", defaultData(), "directory with the price lists")
	out := flags.String("out", defaultOut, "file to write")
	optional := flags.Bool("optional", false, "succeed, writing nothing, if the data directory does not exist")
	show := flags.Bool("print", false, "write the prices to standard output instead")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if _, err := os.Stat(*data); *optional && errors.Is(err, fs.ErrNotExist) {
		_, err := fmt.Fprintln(log, "pricegen: shared test data not found, prices stay as they are")
		return err
	}
	text, err := generate(os.DirFS(*data))
	if err != nil {
		return err
	}
	if *show {
		_, err := stdout.Write(text)
		return err
	}
	// Compressors differ between versions of Go; what counts is the text.
	if old, err := unpack(*out); err == nil && bytes.Equal(old, text) {
		return nil
	}
	packed, err := pack(text)
	if err != nil {
		return err
	}
	return os.WriteFile(*out, packed, 0o644)
}

// defaultData is the lists' place in the shared data, beside the repository
// unless LLMOTEL_DATA says otherwise.
func defaultData() string {
	root := cmp.Or(os.Getenv("LLMOTEL_DATA"), filepath.Join("..", "..", "..", "shared", "data"))
	return filepath.Join(root, "prices")
}

func pack(text []byte) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(text); err != nil {
		return nil, err
	}
	err = z.Close()
	return b.Bytes(), err
}

func unpack(name string) ([]byte, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// generate returns the price file.
func generate(data fs.FS) ([]byte, error) {
	wide, err := readWide(data)
	if err != nil {
		return nil, err
	}
	dated, err := readDated(data)
	if err != nil {
		return nil, err
	}
	return render(tidy(merge(wide, dated)))
}
