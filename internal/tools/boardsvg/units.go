package main

import (
	"math"
	"strconv"
	"strings"
)

// format writes a value in Grafana's unit, with three digits.
func format(v float64, unit string) string {
	switch unit {
	case "percentunit":
		return number(v*100) + " %"
	case "currencyUSD":
		return "$" + number(v)
	case "s":
		if v != 0 && math.Abs(v) < 1 {
			return number(v*1000) + " ms"
		}
		return number(v) + " s"
	case "reqps":
		return number(v) + " req/s"
	case "opm":
		return number(v) + " ops/min"
	case "cps":
		return number(v) + " c/s"
	case "bytes":
		for _, prefix := range []string{"B", "KiB", "MiB"} {
			if math.Abs(v) < 1024 {
				return number(v) + " " + prefix
			}
			v /= 1024
		}
		return number(v) + " GiB"
	case "short", "none", "":
		return number(v)
	}
	return number(v) + " " + strings.TrimPrefix(unit, "suffix:")
}

func number(v float64) string {
	suffix := ""
	for _, s := range []string{"K", "M", "G"} {
		if math.Abs(v) < 1000 {
			break
		}
		v, suffix = v/1000, s
	}
	digits := 3
	switch abs := math.Abs(v); {
	case abs == 0 || abs >= 100:
		digits = 0
	case abs >= 10:
		digits = 1
	case abs >= 1:
		digits = 2
	}
	text := strconv.FormatFloat(v, 'f', digits, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text + suffix
}

// nice is the least of 1, 2, 2.5, 5 times a power of ten that is not below v.
func nice(v float64) float64 {
	if v <= 0 || math.IsNaN(v) {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, f := range []float64{1, 1.5, 2, 2.5, 3, 4, 5, 8, 10} {
		if f*power >= v*(1-1e-9) {
			return f * power
		}
	}
	return v
}
