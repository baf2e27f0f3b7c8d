package mock

import (
	"fmt"
	"math"
	"strings"
)

// number draws a number within the schema's bounds, of a size that fits the
// property's name. With step 1 it is whole.
func (g *generator) number(s map[string]any, name string, step float64) float64 {
	low, high := 1.0, 100.0
	for _, r := range ranges {
		if strings.Contains(strings.ToLower(name), r.word) {
			low, high = r.low, r.high
			break
		}
	}
	_, hasMin := s["minimum"]
	_, hasMax := s["maximum"]
	low, high = number(s, "minimum", low), number(s, "maximum", high)
	gap := max(step, 0.01)
	if f, ok := s["exclusiveMinimum"].(float64); ok {
		low, hasMin = f+gap, true
	}
	if f, ok := s["exclusiveMaximum"].(float64); ok {
		high, hasMax = f-gap, true
	}
	if low > high { // one bound is the schema's, the other our guess
		switch {
		case hasMin && !hasMax:
			high = low + 100
		case hasMax && !hasMin:
			low = high - 100
		default:
			high = low
		}
	}
	f := low + g.rng.Float64()*(high-low)
	if m := number(s, "multipleOf", step); m > 0 {
		f = math.Round(f/m) * m
		if f < low {
			f = math.Ceil(low/m) * m
		}
		if f > high {
			f = math.Floor(high/m) * m
		}
	}
	return f
}

// ranges are plausible sizes by words in a property's name; the first that fits.
var ranges = []struct {
	word      string
	low, high float64
}{
	{"population", 50_000, 4_000_000},
	{"year", 1950, 2025},
	{"percent", 0, 100},
	{"confidence", 0.5, 1},
	{"probability", 0, 1},
	{"rating", 1, 5},
	{"price", 5, 500},
	{"celsius", -10, 35},
	{"latitude", -90, 90},
	{"longitude", -180, 180},
}

// text draws a string that fits the schema's format and length and the
// property's name.
func (g *generator) text(s map[string]any, name string) string {
	out := ""
	if format, ok := s["format"].(string); ok {
		out = g.formatted(format)
	}
	if out == "" {
		out = g.named(strings.ToLower(name))
	}
	if least := int(number(s, "minLength", 0)); len([]rune(out)) < least {
		out += strings.Repeat(" and more", (least-len([]rune(out)))/9+1)
	}
	if most := int(number(s, "maxLength", math.MaxInt32)); len([]rune(out)) > most {
		out = string([]rune(out)[:max(most, 0)])
	}
	return out
}

func (g *generator) formatted(format string) string {
	n := g.rng.IntN
	switch format {
	case "date":
		return fmt.Sprintf("2026-%02d-%02d", 1+n(12), 1+n(28))
	case "time":
		return fmt.Sprintf("%02d:%02d:00Z", n(24), n(60))
	case "date-time":
		return fmt.Sprintf("2026-%02d-%02dT%02d:%02d:00Z", 1+n(12), 1+n(28), n(24), n(60))
	case "duration":
		return fmt.Sprintf("PT%dM", 1+n(90))
	case "email":
		return fmt.Sprintf("user%d@example.com", n(100))
	case "uri", "url":
		return fmt.Sprintf("https://example.com/%d", n(1000))
	case "hostname":
		return "host.example.com"
	case "ipv4":
		return fmt.Sprintf("192.0.2.%d", n(255))
	case "ipv6":
		return fmt.Sprintf("2001:db8::%x", n(65536))
	case "uuid":
		return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", g.rng.Uint32(), n(1<<16), n(1<<12), n(1<<12), g.rng.Uint64()&(1<<48-1))
	}
	return ""
}

// samples are values by words in a property's name; the first that fits.
var samples = []struct {
	word   string
	values []string
}{
	{"city", []string{"Oslo", "Lisbon", "Kyoto", "Nairobi", "Montreal"}},
	{"country", []string{"Norway", "Portugal", "Japan", "Kenya", "Canada"}},
	{"location", []string{"Oslo, Norway", "Lisbon, Portugal", "Kyoto, Japan"}},
	{"language", []string{"English", "French", "Japanese"}},
	{"currency", []string{"EUR", "USD", "NOK"}},
	{"sentiment", []string{"positive", "neutral", "negative"}},
	{"email", []string{"ada@example.com", "grace@example.com"}},
	{"unit", []string{"celsius", "metre", "piece"}},
	{"colo", []string{"blue", "green", "amber"}},
	{"tag", []string{"travel", "culture", "food", "nature", "history", "music"}},
	{"id", []string{"A-1042", "B-7731", "C-2208"}},
	{"title", []string{"A week by the water", "What the numbers say", "Notes from the field"}},
	{"name", []string{"Ada", "Grace", "Linus", "Barbara"}},
}

func (g *generator) named(name string) string {
	for _, s := range samples {
		if strings.Contains(name, s.word) {
			for _, v := range s.values {
				if strings.Contains(g.question, strings.ToLower(v)) {
					return v
				}
			}
			return pick(g.rng, s.values)
		}
	}
	return strings.ReplaceAll(pick(g.rng, remarks), "%", "it")
}

func singular(name string) string { return strings.TrimSuffix(name, "s") }
