package cli

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// whole writes a count, with a comma every three digits.
func whole(f float64) string {
	s := strconv.FormatFloat(math.Round(math.Abs(f)), 'f', 0, 64)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	if f < 0 && s != "0" {
		s = "-" + s
	}
	return s
}

func plural(n float64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return whole(n) + " " + noun + "s"
}

// short writes large counts in three digits: 12.3k, 4.56M.
func short(f float64) string {
	for _, unit := range []struct {
		size float64
		name string
	}{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if f >= 10*unit.size || f >= unit.size && unit.size > 1e3 {
			return digits(f/unit.size, 3) + unit.name
		}
	}
	return whole(f)
}

// digits writes f with about n significant digits, and no exponent.
func digits(f float64, n int) string {
	if f == 0 || math.IsInf(f, 0) || math.IsNaN(f) {
		return "0"
	}
	// The exponent after rounding: 99.96 has three digits as 100.
	s := strconv.FormatFloat(f, 'e', n-1, 64)
	exponent, _ := strconv.Atoi(s[strings.IndexByte(s, 'e')+1:])
	return strconv.FormatFloat(f, 'f', max(0, n-1-exponent), 64)
}

// millis writes a time given in milliseconds.
func millis(ms float64) string {
	switch a := math.Abs(ms); {
	case a == 0:
		return "0 ms"
	case a < 0.9995:
		return digits(1000*ms, 3) + " µs"
	case a >= 9_999.5:
		return digits(ms/1000, 3) + " s"
	case a >= 999.5:
		return strconv.FormatFloat(ms/1000, 'f', 2, 64) + " s"
	}
	return digits(ms, 3) + " ms"
}

// dollars writes cents for large amounts and more digits for small ones.
func dollars(usd float64) string {
	sign := ""
	if usd < 0 {
		sign, usd = "-", -usd
	}
	switch {
	case usd == 0:
		return "$0"
	case usd >= 100:
		full, cents, _ := strings.Cut(strconv.FormatFloat(usd, 'f', 2, 64), ".")
		n, _ := strconv.ParseFloat(full, 64)
		return sign + "$" + whole(n) + "." + cents
	case usd >= 1:
		return sign + "$" + strconv.FormatFloat(usd, 'f', 2, 64)
	}
	return sign + "$" + digits(usd, 3)
}

func percent(share float64) string {
	p := 100 * share
	switch a := math.Abs(p); {
	case a == 0:
		return "0 %"
	case a < 0.01:
		return digits(p, 1) + " %"
	case a < 10:
		return strconv.FormatFloat(p, 'f', 2, 64) + " %"
	}
	return strconv.FormatFloat(p, 'f', 1, 64) + " %"
}

// points writes the difference of two percentages.
func points(share float64) string { return strings.TrimSuffix(percent(share), " %") + " points" }

func signed(s string) string {
	if strings.HasPrefix(s, "-") {
		return s
	}
	return "+" + s
}

func size(bytes int64) string {
	switch {
	case bytes >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(bytes)/1e9)
	case bytes >= 1e6:
		return fmt.Sprintf("%.0f MB", float64(bytes)/1e6)
	}
	return fmt.Sprintf("%.0f kB", float64(bytes)/1e3)
}
