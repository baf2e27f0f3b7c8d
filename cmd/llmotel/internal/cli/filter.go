package cli

import (
	"slices"
	"strings"

	"github.com/llmotel/sdk/llmotel/calllog"
	"github.com/llmotel/sdk/llmotel/calllog/report"
)

// filter is what --where asks for: all names must have one of their values.
type filter map[string][]string

func parseFilter(wheres []string) (filter, error) {
	f := filter{}
	for _, where := range wheres {
		name, value, ok := strings.Cut(where, "=")
		if !ok || !slices.Contains(report.Dimensions(), name) {
			return nil, usagef("--where is %q, not NAME=VALUE with a NAME of %s", where, strings.Join(report.Dimensions(), ", "))
		}
		f[name] = append(f[name], value)
	}
	return f, nil
}

func (f filter) keeps(e *calllog.Entry) bool {
	for name, values := range f {
		if !slices.Contains(values, report.Value(e, name)) {
			return false
		}
	}
	return true
}
