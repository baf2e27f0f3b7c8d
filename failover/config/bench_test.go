package config_test

import (
	"os"
	"testing"

	"github.com/llmotel/sdk/failover/config"
)

// Reading a file happens once, when a program starts.
func BenchmarkParse(b *testing.B) {
	data, err := os.ReadFile("testdata/everything.json")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := config.Parse("f", data, factories, environment); err != nil {
			b.Fatal(err)
		}
	}
}
