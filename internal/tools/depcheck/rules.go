package main

import (
	"fmt"
	"slices"
	"strings"
)

// home is the path that every package of this project starts with.
const home = "github.com/llmotel/sdk"

// A rule says what packages may import. Patterns are import paths, for this
// project's packages without home; "x/..." means x and everything below.
type rule struct {
	match  string
	own    []string // packages of this project that may be imported
	others []string // packages of others that may be imported; "..." means any
	except []string // taken out of others, unless a longer pattern in others says otherwise
	never  []string // must not be reached at all, through whatever imports
	spare  []string // taken out of never
}

const (
	otelAPI         = "go.opentelemetry.io/otel/..."
	otelSDK         = "go.opentelemetry.io/otel/sdk/..."
	otelExporters   = "go.opentelemetry.io/otel/exporters/..."
	instrumentation = "go.opentelemetry.io/otel/sdk/instrumentation"
	failsafe        = "github.com/failsafe-go/failsafe-go/..."
)

// vendors are the SDKs that only their own adapter may use.
var vendors = []string{
	"github.com/openai/openai-go/...",
	"github.com/anthropics/anthropic-sdk-go/...",
	"google.golang.org/genai/...",
	"github.com/aws/aws-sdk-go-v2/...",
}

// rules are read from the top; the first match decides. Packages named main are
// under none: programs may import what they like.
var rules = []rule{
	// The contract: standard library only.
	{match: "providers", own: []string{"providers/internal/..."}},
	{match: "providers/internal/...", own: []string{"providers", "providers/internal/..."}},
	{match: "providers/mock/...", own: []string{"providers", "providers/internal/...", "providers/mock/...", "llmotel/pricing"}},
	{
		match:  "providers/providertest/...",
		own:    []string{"providers", "providers/internal/...", "providers/providertest/..."},
		others: []string{"go.uber.org/goleak/..."},
	},
	// Adapters: the contract and their vendor's SDK.
	{
		match:  "providers/openai/...",
		own:    []string{"providers", "providers/internal/...", "providers/openai/..."},
		others: []string{"github.com/openai/openai-go/..."},
		never:  []string{failsafe, otelSDK, otelExporters},
	},
	{
		match: "providers/anthropic/...",
		own:   []string{"providers", "providers/internal/...", "providers/anthropic/..."},
		// The no-op tracer switches the SDK's own spans off.
		others: []string{"github.com/anthropics/anthropic-sdk-go/...", "go.opentelemetry.io/otel/trace/..."},
		never:  []string{failsafe, otelSDK, otelExporters},
		spare:  []string{instrumentation},
	},
	{
		match:  "providers/gemini/...",
		own:    []string{"providers", "providers/internal/...", "providers/gemini/..."},
		others: []string{"google.golang.org/genai/..."},
		never:  []string{failsafe, otelSDK, otelExporters},
	},
	{
		match: "providers/bedrock/...",
		own:   []string{"providers", "providers/internal/...", "providers/bedrock/..."},
		// The SDK's middleware, protocol and errors are smithy's.
		others: []string{"github.com/aws/aws-sdk-go-v2/...", "github.com/aws/smithy-go/..."},
		never:  []string{failsafe, otelSDK, otelExporters},
	},
	// Prices: the contract and the standard library.
	{match: "llmotel/pricing/...", own: []string{"providers", "llmotel/pricing/..."}},
	// The recorder: the OTel API, never its SDK.
	instrument("llmotel"),
	instrument("llmotel/internal/..."),
	// What happens on failure: no OTel.
	{
		match:  "failover/...",
		own:    []string{"providers", "llmotel/pricing", "failover/..."},
		others: []string{failsafe},
		never:  append([]string{"go.opentelemetry.io/..."}, vendors...),
	},
	// The one place where failover and llmotel meet.
	{
		match:  "llmotel/otelfailover/...",
		own:    append([]string{"failover/...", "llmotel/otelfailover/..."}, leafImports...),
		others: []string{otelAPI},
		except: []string{otelSDK, otelExporters},
		never:  vendors,
	},
	// The front door may use all rooms.
	{match: "llmotel/monitor/...", own: []string{"..."}, others: []string{"..."}, never: vendors},
	// Every other package under llmotel is a leaf.
	{
		match:  "llmotel/...",
		own:    append([]string{"self/..."}, leafImports...),
		others: []string{"..."},
		never:  append([]string{failsafe}, vendors...),
	},
	// Helpers of tests: free, since no other rule lets anything import them.
	{match: "internal/...", own: []string{"..."}, others: []string{"..."}, never: vendors},
}

// leafImports are the packages of this project that any leaf may use.
var leafImports = []string{
	"providers", "llmotel", "llmotel/pricing", "llmotel/internal/...", "llmotel/stats", "llmotel/calllog", "llmotel/calllog/report",
}

func instrument(match string) rule {
	return rule{
		match:  match,
		own:    []string{"providers", "providers/internal/...", "llmotel", "llmotel/pricing", "llmotel/internal/..."},
		others: []string{otelAPI, instrumentation},
		except: []string{otelSDK, otelExporters},
		never:  append([]string{otelSDK, otelExporters, failsafe}, vendors...),
		spare:  []string{instrumentation},
	}
}

// violations checks one package against the rules and names each breach.
func violations(p pkg) []string {
	if p.Name == "main" {
		return nil
	}
	path := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, home), "/")
	i := slices.IndexFunc(rules, func(r rule) bool { return matches(r.match, path) })
	if i < 0 {
		return []string{p.ImportPath + ": no rule covers this package; give it one in rules.go"}
	}
	r := rules[i]
	var found []string
	for _, imp := range p.Imports {
		if !r.allows(path, imp) {
			found = append(found, fmt.Sprintf("%s must not import %s (rule %q)", p.ImportPath, imp, r.match))
		}
	}
	for _, dep := range p.Deps {
		if longest(r.never, dep) > longest(r.spare, dep) && !slices.Contains(p.Imports, dep) {
			found = append(found, fmt.Sprintf("%s must not reach %s (rule %q)", p.ImportPath, dep, r.match))
		}
	}
	return found
}

// allows reports whether the package at path may import imp directly.
func (r rule) allows(path, imp string) bool {
	if rest, ours := strings.CutPrefix(imp, home+"/"); ours {
		if slices.Contains(r.own, "self/...") && matches(leafOf(path)+"/...", rest) {
			return true
		}
		return longest(r.own, rest) > 0
	}
	return longest(r.others, imp) > longest(r.except, imp) && longest(r.never, imp) <= longest(r.spare, imp)
}

// leafOf is the leaf that a package belongs to: its first two path elements.
func leafOf(path string) string {
	parts := strings.SplitN(path, "/", 3)
	return strings.Join(parts[:min(2, len(parts))], "/")
}

// matches reports whether path fits pattern.
func matches(pattern, path string) bool { return longest([]string{pattern}, path) > 0 }

// longest returns the length of the longest pattern that path fits, an exact
// one counting more than "x/..."; 0 if it fits none.
func longest(patterns []string, path string) int {
	best := 0
	for _, p := range patterns {
		prefix, tree := strings.CutSuffix(p, "...")
		prefix = strings.TrimSuffix(prefix, "/")
		switch {
		case tree && (prefix == "" || path == prefix || strings.HasPrefix(path, prefix+"/")):
			best = max(best, 2*len(prefix)+1)
		case !tree && path == prefix:
			best = max(best, 2*len(prefix)+2)
		}
	}
	return best
}
