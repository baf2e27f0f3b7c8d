package cli_test

import (
	"testing"

	"github.com/llmotel/sdk/cmd/llmotel/internal/cli"
)

func TestUnits(t *testing.T) {
	for _, c := range []struct {
		name  string
		write func(float64) string
		cases map[float64]string
	}{
		{"whole", cli.Whole, map[float64]string{0: "0", 999: "999", 1000: "1,000", 1234567.4: "1,234,567", -1500: "-1,500", -0.2: "0"}},
		{"short", cli.Short, map[float64]string{0: "0", 9999: "9,999", 12345: "12.3k", 2.5e6: "2.50M", 12e9: "12.0G"}},
		{"millis", cli.Millis, map[float64]string{0: "0 ms", 0.026: "26.0 µs", 1: "1.00 ms", 99.96: "100 ms", 812.3: "812 ms", 999.9: "1.00 s", 1500: "1.50 s", 12345: "12.3 s", -83: "-83.0 ms"}},
		{"dollars", cli.Dollars, map[float64]string{0: "$0", 0.00031: "$0.000310", 0.9: "$0.900", 1.5: "$1.50", 10346.123: "$10,346.12", -0.0000146: "-$0.0000146", 99.999: "$100.00", 999.999: "$1,000.00"}},
		{"percent", cli.Percent, map[float64]string{0: "0 %", 0.00005: "0.005 %", 0.0293: "2.93 %", 0.222: "22.2 %", 1: "100.0 %"}},
		{"points", cli.Points, map[float64]string{0.0278: "2.78 points", -0.3: "-30.0 points"}},
		{"relative", cli.Relative, map[float64]string{0: "0 %", -0.0004: "0 %", -0.0064: "-0.6 %", 0.48: "+48 %", 1.67: "+167 %"}},
		{"number", cli.Number, map[float64]string{0: "0", 100: "100", 0.1 + 0.2: "0.3", 1e-12: "0.000000000001", 12.5: "12.5"}},
	} {
		for f, want := range c.cases {
			if got := c.write(f); got != want {
				t.Errorf("%s of %v is %q, want %q", c.name, f, got, want)
			}
		}
	}
}
