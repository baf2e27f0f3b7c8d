package debugui

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/stats"
	"github.com/llmotel/sdk/providers"
)

// The looks of series: colours of their own and stripes of their own, so that
// they are told apart without colour. A stripe and the gap after it are so many
// pixels high; without gap the look is solid.
var (
	inks    = [...]int{8, 4, 2, 6, 1, 3}
	stripes = [...]int{8, 6, 6, 8, 3, 4}
)

// signs stand beside colours.
var signs = map[string]string{
	succeeded: "✓", failed: "✗", cancelled: "⊘", abandoned: "⤶",
	string(providers.BreakerClosed): "●", string(providers.BreakerHalfOpen): "◐", string(providers.BreakerOpen): "○",
}

// choice is a list to choose from.
type choice struct {
	Label, Name, Value string
	All                []string
}

func text(v any) string {
	if s := reflect.ValueOf(v); s.Kind() == reflect.String {
		return s.String()
	}
	return fmt.Sprint(v)
}

func chosen(label, name, value string, all []string) choice { return choice{label, name, value, all} }

func total(t stats.Tokens) int64 { return t.Input + t.Output }

// costText is a sum, with what it leaves out.
func costText(c stats.Cost) string {
	var parts []string
	if c.Priced > 0 && (c.USD != 0 || len(c.Other) == 0) {
		parts = append(parts, dollars(c.USD))
	}
	for _, currency := range slices.Sorted(maps.Keys(c.Other)) {
		parts = append(parts, strconv.FormatFloat(c.Other[currency], 'f', 4, 64)+nbsp+currency)
	}
	if len(parts) == 0 {
		return none
	}
	return strings.Join(parts, " + ")
}

// laneTop and laneHeight make the height of a state its second sign.
func laneTop(s providers.BreakerState) int { return 30 - laneHeight(s) }

func laneHeight(s providers.BreakerState) int {
	switch s {
	case providers.BreakerOpen:
		return 30
	case providers.BreakerHalfOpen:
		return 18
	default:
		return 6
	}
}

func attributionOf(a llmotel.Attribution) []field {
	return filled([]field{
		{"feature", a.Feature},
		{"feature version", a.FeatureVersion},
		{"prompt", a.Prompt},
		{"prompt version", a.PromptVersion},
		{"experiment", a.Experiment},
		{"variant", a.Variant},
		{"conversation", a.Conversation},
		{"user", a.User},
		{"session", a.Session},
		{"tenant", a.Tenant},
	})
}

func attributesOf(r *llmotel.Record) []field {
	yes := func(b bool, s string) string {
		if b {
			return s
		}
		return ""
	}
	number := func(n int) string { return yes(n != 0, count(n)) }
	var reasons []string
	for _, f := range r.FinishReasons {
		reasons = append(reasons, words(string(f)))
	}
	trace, span := "", ""
	if r.TraceID.IsValid() {
		trace, span = r.TraceID.String(), r.SpanID.String()
	}
	return filled([]field{
		{"call id", r.CallID},
		{"trace id", trace},
		{"span id", span},
		{"sampled", yes(trace != "", strconv.FormatBool(r.Sampled))},
		{"provider", r.Provider},
		{"target", r.Target},
		{"model asked for", r.RequestModel},
		{"model that answered", r.ResponseModel},
		{"response id", r.ResponseID},
		{"request id", r.RequestID},
		{"service tier", r.ServiceTier},
		{"stream", strconv.FormatBool(r.Stream)},
		{"chunks", number(r.Chunks)},
		{"finish reasons", strings.Join(reasons, ", ")},
		{"degraded", yes(r.Degraded, "the last resort answered")},
		{"breaker at the end", words(string(r.BreakerState))},
		{"text sent", yes(r.PromptChars > 0, count(r.PromptChars)+nbsp+"bytes")},
		{"text received", yes(r.ResponseChars > 0, count(r.ResponseChars)+nbsp+"bytes")},
	})
}

// filled leaves out what is empty.
func filled(all []field) []field {
	return slices.DeleteFunc(all, func(f field) bool { return f.Value == "" })
}
