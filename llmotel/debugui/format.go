package debugui

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/llmotel/sdk/llmotel/pricing"
)

// nbsp keeps a number and its unit on one line.
const nbsp = "\u00a0"

// none stands for a figure that there is not.
const none = "–"

// count writes a number with thousands apart, and in short from a million on.
func count[N int | int64](n N) string {
	f := float64(n)
	switch {
	case math.Abs(f) >= 1e9:
		return fmt.Sprintf("%.2f%sG", f/1e9, nbsp)
	case math.Abs(f) >= 1e6:
		return fmt.Sprintf("%.2f%sM", f/1e6, nbsp)
	}
	s := strconv.FormatInt(int64(n), 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// duration writes three digits with the unit that fits.
func duration(d time.Duration) string {
	abs := d.Abs()
	switch {
	case d == 0:
		return "0" + nbsp + "ms"
	case abs < time.Millisecond:
		return digits(float64(d)/1e3) + nbsp + "µs"
	case abs < time.Second:
		return digits(float64(d)/1e6) + nbsp + "ms"
	case abs < 2*time.Minute:
		return digits(d.Seconds()) + nbsp + "s"
	case abs < time.Hour:
		return two(int(d/time.Second), 60, "min", "s")
	default:
		return two(int(d/time.Minute), 60, "h", "min")
	}
}

// two writes a number in a large and a small unit, the small one unless it is 0.
func two(n, in int, large, small string) string {
	s := strconv.Itoa(n/in) + nbsp + large
	if n%in != 0 {
		s += nbsp + strconv.Itoa(n%in) + nbsp + small
	}
	return s
}

// digits writes three of them, or all before the point.
func digits(f float64) string {
	switch abs := math.Abs(f); {
	case abs >= 99.95:
		return strconv.FormatFloat(f, 'f', 0, 64)
	case abs >= 9.995:
		return strconv.FormatFloat(f, 'f', 1, 64)
	default:
		return strconv.FormatFloat(f, 'f', 2, 64)
	}
}

func percent(f float64) string {
	if f > 0 && f < 0.0005 {
		return "<" + nbsp + "0.1" + nbsp + "%"
	}
	return strconv.FormatFloat(100*f, 'f', 1, 64) + nbsp + "%"
}

// dollars writes cents and, of less than a dollar, three digits.
func dollars(f float64) string {
	sign := ""
	if f < 0 {
		sign, f = "−", -f
	}
	switch {
	case f == 0:
		return "$0"
	case f < 1e-7:
		return sign + "$" + strconv.FormatFloat(f, 'g', 3, 64)
	case f < 1:
		decimals := 2 - int(math.Floor(math.Log10(f)))
		return sign + "$" + strconv.FormatFloat(f, 'f', decimals, 64)
	case f < 1e6:
		whole, frac := math.Modf(math.Round(f*100) / 100)
		return sign + "$" + count(int64(whole)) + fmt.Sprintf("%.2f", frac)[1:]
	default:
		return sign + "$" + count(int64(f))
	}
}

// money writes what a call cost, in its currency; none if that is not known.
func money(c pricing.Cost) string {
	switch {
	case !c.Priced:
		return none
	case c.Currency == "USD" || c.Currency == "":
		return dollars(c.Amount.Float())
	default:
		return c.Amount.String() + nbsp + c.Currency
	}
}

// words writes a value such as "half_open" for people.
func words[S ~string](s S) string { return strings.ReplaceAll(string(s), "_", " ") }

// ago writes how long ago something was, and until how long it will take.
func ago(d time.Duration) string {
	if d < time.Second {
		return "now"
	}
	return coarse(d) + " ago"
}

func until(d time.Duration) string {
	if d <= 0 {
		return "now"
	}
	return "in " + coarse(d+time.Second-1)
}

// coarse is what the script writes as well (live.js).
func coarse(d time.Duration) string {
	s := int(d / time.Second)
	switch {
	case s < 120:
		return strconv.Itoa(s) + nbsp + "s"
	case s < 7200:
		return strconv.Itoa(s/60) + nbsp + "min"
	default:
		return strconv.Itoa(s/3600) + nbsp + "h"
	}
}
