package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

//go:generate go run . -out ../../collector/grafana/dashboards

func main() {
	out := flag.String("out", "", "directory to write to")
	flag.Parse()
	if err := write(*out); err != nil {
		fmt.Fprintln(os.Stderr, "dashboards:", err)
		os.Exit(1)
	}
}

func all() []board { return []board{overview(), failover(), cost(), pipeline()} }

func write(dir string) error {
	for _, b := range all() {
		d, err := b.grafana()
		if err != nil {
			return err
		}
		var text bytes.Buffer
		encoder := json.NewEncoder(&text)
		encoder.SetEscapeHTML(false) // queries stay readable
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(d); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, b.uid+".json"), text.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return nil
}
