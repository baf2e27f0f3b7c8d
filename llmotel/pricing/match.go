package pricing

import "strings"

// Match is how a price was found for a model.
type Match uint8

// The ways, best first.
const (
	// MatchNone: no price is known.
	MatchNone Match = iota
	// MatchExact: the price is listed under the model's name.
	MatchExact
	// MatchAlias: it is listed as another name of the model.
	MatchAlias
	// MatchSnapshot: the name without its date is listed.
	MatchSnapshot
	// MatchFamily: a vendor's rule of naming leads to a listed name: a path, a
	// region in front, a version behind, a fine-tuned model's base.
	MatchFamily
	// MatchOverride: the price is one of the user's own, under any name.
	MatchOverride
)

// String returns the word for people and records.
func (m Match) String() string {
	switch m {
	case MatchExact:
		return "exact"
	case MatchAlias:
		return "alias"
	case MatchSnapshot:
		return "dated snapshot"
	case MatchFamily:
		return "family rule"
	case MatchOverride:
		return "override"
	default:
		return "unpriced"
	}
}

// Providers whose names have rules of their own.
const (
	openai         = "openai"
	azureOpenAI    = "azure.ai.openai"
	azureInference = "azure.ai.inference"
	bedrock        = "aws.bedrock"
	gemini         = "gcp.gemini"
	vertex         = "gcp.vertex_ai"
)

// providerOf returns the catalogue's name of a provider, and the provider whose
// list holds where its own has nothing: Azure has two APIs for one list.
// Older conventions had other names.
func providerOf(name string) (provider, second string) {
	switch name {
	case azureOpenAI, "az.ai.openai", "azure":
		return azureOpenAI, azureInference
	case azureInference, "az.ai.inference":
		return azureInference, azureOpenAI
	case "gcp.gen_ai":
		return gemini, vertex
	case "gemini":
		return gemini, ""
	case "vertex_ai":
		return vertex, ""
	case "bedrock", "aws_bedrock":
		return bedrock, ""
	case "xai":
		return "x_ai", ""
	case "mistral":
		return "mistral_ai", ""
	}
	return name, ""
}

// search finds the prices of a model under the name given and those that the
// rules make of it.
func (t *table) search(provider, region, model string) (*series, Match) {
	if s, m := t.searchOne(provider, region, model); s != nil {
		return s, m
	}
	canonical, second := providerOf(provider)
	if canonical != provider {
		if s, m := t.searchOne(canonical, region, model); s != nil {
			return s, m
		}
	}
	if second != "" {
		if s, _ := t.searchOne(second, region, model); s != nil {
			return s, MatchFamily
		}
	}
	return nil, MatchNone
}

func (t *table) searchOne(provider, region, model string) (*series, Match) {
	if s, m := t.lookup(provider, region, model); s != nil {
		return s, m
	}
	if s, m := t.trimmed(provider, region, model, MatchSnapshot); s != nil {
		return s, m
	}
	name := model
	if i := strings.LastIndexByte(model, '/'); i >= 0 { // a path or an ARN
		if name = model[i+1:]; region == "" {
			region = regionOfARN(model)
		}
		if s, _ := t.lookup(provider, region, name); s != nil {
			return s, MatchFamily
		}
		if s, _ := t.trimmed(provider, region, name, MatchFamily); s != nil {
			return s, MatchFamily
		}
	}
	if base := withoutRegion(provider, name); base != name {
		if s, _ := t.lookup(provider, region, base); s != nil {
			return s, MatchFamily
		}
		s, _ := t.trimmed(provider, region, base, MatchFamily)
		return s, MatchFamily
	}
	return nil, MatchNone
}

// trimmed looks for ever shorter names. best is the match if only a date goes.
func (t *table) trimmed(provider, region, name string, best Match) (*series, Match) {
	for {
		shorter, dated := trimDate(name)
		if !dated {
			if shorter = trimVersion(provider, name); shorter == name {
				return nil, MatchNone
			}
			best = MatchFamily
		}
		name = shorter
		if s, _ := t.lookup(provider, region, name); s != nil {
			return s, best
		}
	}
}

// lookup prefers the price of a region, where it has one of its own.
func (t *table) lookup(provider, region, model string) (*series, Match) {
	if region != "" {
		if s, m := t.get(key{provider, region, model}); s != nil {
			return s, m
		}
	}
	return t.get(key{provider: provider, model: model})
}

func (t *table) get(k key) (*series, Match) {
	s := t.models[k]
	switch {
	case s == nil:
		return nil, MatchNone
	case s.alias != "":
		k.model = s.alias
		return t.models[k], MatchAlias
	}
	return s, MatchExact
}

// trimDate removes a snapshot date: "-2025-08-07", "-20250807" or "@20250807".
func trimDate(model string) (string, bool) {
	for _, layout := range [...]string{"-0000-00-00", "-00000000", "@00000000"} {
		n := len(model) - len(layout)
		if n > 0 && matches(model[n:], layout) {
			return model[:n], true
		}
	}
	return model, false
}

// trimVersion removes what the provider puts behind a model's name.
func trimVersion(provider, name string) string {
	if base, ok := strings.CutSuffix(name, "-latest"); ok && base != "" {
		return base
	}
	switch provider {
	case openai, azureOpenAI: // ft:base:organisation:suffix:id
		if rest, ok := strings.CutPrefix(name, "ft:"); ok {
			if i := strings.IndexByte(rest, ':'); i > 0 {
				return name[:len("ft:")+i]
			}
		}
	case bedrock: // name-v1:0 and name-v1:0:200k
		if i := strings.LastIndexByte(name, ':'); i > 0 && !strings.HasPrefix(name, "arn:") {
			return name[:i]
		}
		if n := len(name) - len("-v0"); n > 0 && matches(name[n:], "-v0") {
			return name[:n]
		}
	case gemini, vertex: // name-001, name@001, name@default, name-preview-05-06
		if i := strings.IndexByte(name, '@'); i > 0 {
			return name[:i]
		}
		if n := len(name) - len("-00-00"); n > 0 && matches(name[n:], "-00-00") {
			return name[:n]
		}
		if n := len(name) - len("-000"); n > 0 && matches(name[n:], "-000") {
			return name[:n]
		}
		if base, ok := strings.CutSuffix(name, "-preview"); ok && base != "" {
			return base
		}
	}
	return name
}

// withoutRegion removes the region of an inference profile of Bedrock.
func withoutRegion(provider, name string) string {
	if provider != bedrock {
		return name
	}
	if i := strings.IndexByte(name, '.'); i > 0 {
		switch name[:i] {
		case "us", "eu", "apac", "jp", "au", "ca", "sa", "me", "af", "in", "global", "us-gov":
			return name[i+1:]
		}
	}
	return name
}

// regionOfARN returns the fourth field of arn:aws:bedrock:region:account:rest.
func regionOfARN(name string) string {
	if !strings.HasPrefix(name, "arn:") {
		return ""
	}
	for range 3 {
		_, rest, ok := strings.Cut(name, ":")
		if !ok {
			return ""
		}
		name = rest
	}
	region, _, _ := strings.Cut(name, ":")
	return region
}

// matches reports whether s is like the layout of the same length, in which 0
// stands for any digit.
func matches(s, layout string) bool {
	for i := range len(layout) {
		digit := '0' <= s[i] && s[i] <= '9'
		if (layout[i] == '0') != digit || !digit && s[i] != layout[i] {
			return false
		}
	}
	return true
}
