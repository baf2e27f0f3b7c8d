package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/llmotel/sdk/llmotel/calllog"
)

// dimension is something that records are grouped by.
type dimension struct {
	name  string
	value func(e *calllog.Entry) string
}

func attributed(get func(a *calllog.Attribution) string) func(e *calllog.Entry) string {
	return func(e *calllog.Entry) string {
		if e.Attribution == nil {
			return ""
		}
		return get(e.Attribution)
	}
}

var dimensions = []dimension{
	{"feature", attributed(func(a *calllog.Attribution) string { return a.Feature })},
	{"feature_version", attributed(func(a *calllog.Attribution) string { return a.FeatureVersion })},
	{"prompt", attributed(func(a *calllog.Attribution) string { return a.Prompt })},
	{"prompt_version", attributed(func(a *calllog.Attribution) string { return a.PromptVersion })},
	{"experiment", attributed(func(a *calllog.Attribution) string { return a.Experiment })},
	{"variant", attributed(func(a *calllog.Attribution) string { return a.Variant })},
	{"conversation", attributed(func(a *calllog.Attribution) string { return a.Conversation })},
	{"user", attributed(func(a *calllog.Attribution) string { return a.User })},
	{"session", attributed(func(a *calllog.Attribution) string { return a.Session })},
	{"tenant", attributed(func(a *calllog.Attribution) string { return a.Tenant })},
	{"provider", provider},
	{"model", func(e *calllog.Entry) string { return e.Model }},
	{"response_model", func(e *calllog.Entry) string { return e.ResponseModel }},
	{"target", func(e *calllog.Entry) string { return e.Target }},
	{"service_tier", func(e *calllog.Entry) string { return e.ServiceTier }},
	{"operation", func(e *calllog.Entry) string { return e.Operation }},
	{"error_kind", func(e *calllog.Entry) string { return e.ErrorKind }},
	{"price_id", func(e *calllog.Entry) string { return e.PriceID }},
	{"hour", func(e *calllog.Entry) string { return e.Timestamp.UTC().Format("2006-01-02T15Z") }},
	{"day", func(e *calllog.Entry) string { return e.Timestamp.UTC().Format("2006-01-02") }},
}

// provider is empty for a call to a chain that no target took: its record bears
// the chain's name in place of a provider's.
func provider(e *calllog.Entry) string {
	if e.Target == "" && len(e.Visits) == 0 && len(e.Skips) > 0 {
		return ""
	}
	return e.Provider
}

// Dimensions returns the names that New takes.
func Dimensions() []string {
	names := make([]string, len(dimensions))
	for i, d := range dimensions {
		names[i] = d.name
	}
	return names
}

func findDimensions(names []string) ([]dimension, error) {
	var found []dimension
	for _, name := range names {
		i := slices.IndexFunc(dimensions, func(d dimension) bool { return d.name == name })
		if i < 0 {
			return nil, fmt.Errorf("report: no records are grouped by %q; there are %s", name, strings.Join(Dimensions(), ", "))
		}
		if slices.ContainsFunc(found, func(d dimension) bool { return d.name == name }) {
			return nil, fmt.Errorf("report: %s is named twice", name)
		}
		found = append(found, dimensions[i])
	}
	return found, nil
}

// Value returns what a record is grouped by under a name of Dimensions; "" for
// another name.
func Value(e *calllog.Entry, name string) string {
	for _, d := range dimensions {
		if d.name == name {
			return d.value(e)
		}
	}
	return ""
}
