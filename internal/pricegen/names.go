package main

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// notByToken are names with zeros for prices that are not public, or not by the token.
var notByToken = []string{"anthropic.claude-mythos-preview", "gemini/lyria-3-pro-preview", "gemini/lyria-3-clip-preview", "azure/container", "openai/container"}

// whose returns the provider, region and model behind a name of the wide list;
// false for what is not bought by the token.
func whose(name string, m *wideModel) (provider, region, model string, ok bool) {
	if strings.Contains(name, "-commitment/") || slices.Contains(notByToken, name) {
		return "", "", "", false
	}
	switch m.Provider {
	case "openai", "anthropic", "cohere", "groq", "deepseek":
		return m.Provider, "", strings.TrimPrefix(name, m.Provider+"/"), true
	case "gemini":
		return "gcp.gemini", "", strings.TrimPrefix(name, "gemini/"), true
	case "vertex":
		return "gcp.vertex_ai", "", strings.TrimPrefix(name, "vertex_ai/"), true
	case "mistral":
		return "mistral_ai", "", strings.TrimPrefix(name, "mistral/"), true
	case "xai":
		return "x_ai", "", strings.TrimPrefix(name, "xai/"), true
	case "azure":
		provider = "azure.ai.openai"
		if m.API == "azure_ai" {
			provider = "azure.ai.inference"
		}
		name = strings.TrimPrefix(strings.TrimPrefix(name, "azure_ai/"), "azure/")
		if where, rest, ok := strings.Cut(name, "/"); ok && slices.Contains([]string{"eu", "us", "global", "global-standard"}, where) {
			return provider, strings.TrimSuffix(where, "-standard"), rest, true
		}
		return provider, "", name, true
	case "bedrock":
		name = strings.TrimPrefix(strings.TrimPrefix(name, "bedrock_mantle/"), "bedrock/")
		name = strings.TrimPrefix(name, "invoke/")
		if where, rest, ok := strings.Cut(name, "/"); ok {
			return "aws.bedrock", where, rest, true
		}
		return "aws.bedrock", "", name, true
	}
	return "", "", "", false
}

var (
	date    = regexp.MustCompile(`[-@](\d{4}-\d\d-\d\d|\d{8})$`)
	version = regexp.MustCompile(`(-v\d+)?(:\d+)?$`)
)

// stem is the name without what llmotel/pricing knows to leave out.
func stem(provider, name string) string {
	if provider == "aws.bedrock" {
		name = version.ReplaceAllString(name, "")
	}
	return date.ReplaceAllString(name, "")
}

type name struct{ provider, region, model string }

// tidy drops dated names that cost what the undated one costs, gives models that
// are listed only under longer names the short one as an alias, and sorts.
func tidy(entries []*entry) []*entry {
	byName := map[name][]*entry{}
	for _, e := range entries {
		n := name{e.Provider, e.Region, e.Model}
		byName[n] = append(byName[n], e)
	}
	compare := func(a, b *entry) int {
		return cmp.Or(cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Model, b.Model), cmp.Compare(a.Region, b.Region), cmp.Compare(a.From, b.From))
	}
	for _, list := range byName {
		slices.SortFunc(list, compare)
	}
	aliases := map[name]string{}
	for n := range byName {
		s := stem(n.provider, n.model)
		if s == n.model {
			continue
		}
		short := name{n.provider, n.region, s}
		if same(byName[n], byName[short]) {
			delete(byName, n)
		} else if byName[short] == nil {
			aliases[short] = max(aliases[short], n.model) // the newest
		}
	}
	names := slices.SortedFunc(maps.Keys(byName), func(a, b name) int {
		return cmp.Or(cmp.Compare(a.provider, b.provider), cmp.Compare(a.model, b.model), cmp.Compare(a.region, b.region))
	})
	for _, n := range names {
		// Claude's own name in the body of an answer by Bedrock.
		if bare, ok := strings.CutPrefix(n.model, "anthropic."); ok && n.provider == "aws.bedrock" {
			for _, s := range []string{bare, version.ReplaceAllString(bare, ""), stem(n.provider, bare)} {
				if short := (name{n.provider, n.region, s}); byName[short] == nil {
					aliases[short] = max(aliases[short], n.model)
				}
			}
		}
		for _, e := range byName[n] {
			for _, a := range e.Aliases {
				if short := (name{n.provider, n.region, a}); aliases[short] == "" && byName[short] == nil && stem(n.provider, a) == a {
					aliases[short] = n.model
				}
			}
			e.Aliases = nil
		}
	}
	for short, full := range aliases {
		if list := byName[name{short.provider, short.region, full}]; len(list) > 0 && byName[short] == nil {
			list[0].Aliases = append(list[0].Aliases, short.model)
		}
	}
	var out []*entry
	for _, list := range byName {
		slices.Sort(list[0].Aliases)
		out = append(out, list...)
	}
	slices.SortFunc(out, compare)
	return out
}

// same reports whether the dated model costs what the undated one does, as far as
// the list says: it often has tiers under the undated name only.
func same(dated, undated []*entry) bool {
	if len(dated) != len(undated) {
		return false
	}
	for i, a := range dated {
		b := undated[i]
		if a.From != b.From || !within(a.card, b.card) || len(a.Rates) != len(b.Rates) || len(a.Above) != len(b.Above) {
			return false
		}
		for name, t := range a.Tiers {
			if u := b.Tiers[name]; u == nil || t.Multiplier != u.Multiplier || !within(t.card, u.card) {
				return false
			}
		}
		for name, factor := range a.Regions {
			if b.Regions[name] != factor {
				return false
			}
		}
	}
	return true
}

// within reports whether b has all rates of a.
func within(a, b card) bool {
	in := func(a, b rates) bool {
		for class, v := range a {
			if b[class] != v {
				return false
			}
		}
		return true
	}
	return in(a.Rates, b.Rates) && len(a.Above) <= len(b.Above) && !slices.ContainsFunc(a.Above, func(s step) bool {
		return !slices.ContainsFunc(b.Above, func(u step) bool {
			return s.Tokens == u.Tokens && s.Inclusive == u.Inclusive && in(s.Rates, u.Rates)
		})
	})
}
