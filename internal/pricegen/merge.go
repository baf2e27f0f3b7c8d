package main

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
)

// listed says in which lists of the dated source a provider's models are.
var listed = map[string][]string{
	"openai": {"openai"}, "anthropic": {"anthropic"}, "azure.ai.openai": {"azure"}, "azure.ai.inference": {"azure"},
	"gcp.gemini": {"google"}, "gcp.vertex_ai": {"google"}, "aws.bedrock": {"aws"}, "mistral_ai": {"mistral"},
	"cohere": {"cohere"}, "groq": {"groq"}, "deepseek": {"deepseek"}, "x_ai": {"x-ai"}, "openrouter": {"openrouter"},
}

// extra are classes that the wide list has no words for, or no sensible number.
var extra = []string{"output", "audio_cache_read", "image_cache_read", "image_input", "image_output", "cache_write_1h"}

// merge returns the prices of both lists.
func merge(wide []*entry, dated map[string]*datedProvider) []*entry {
	var out []*entry
	known := map[name]bool{}
	for _, e := range wide {
		for _, model := range []string{e.Model, strings.ToLower(e.Model), stem(e.Provider, e.Model)} {
			known[name{e.Provider, "", model}] = true
			if e.Provider == "azure.ai.inference" {
				known[name{"azure.ai.openai", "", model}] = true
			}
		}
	}
	for _, e := range wide {
		if lower := strings.ToLower(e.Model); lower != e.Model {
			e.Aliases = append(e.Aliases, lower)
		}
		m := find(dated, e)
		if m == nil {
			out = append(out, e)
			continue
		}
		if m.ID == e.Model {
			e.Aliases = append(e.Aliases, m.names...)
		}
		out = append(out, e.history(m)...)
	}
	for provider, lists := range listed {
		if provider == "azure.ai.inference" {
			continue // one list for both of Azure's APIs
		}
		for _, id := range lists {
			for _, m := range dated[id].Models {
				out = append(out, m.only(provider, known)...)
			}
		}
	}
	return out
}

// find returns the model of the dated list that an entry belongs to: the first
// one whose price agrees, else the first one.
func find(dated map[string]*datedProvider, e *entry) (first *datedModel) {
	ids := slices.Clone(listed[e.Provider])
	for _, id := range listed[e.Provider] {
		ids = append(ids, dated[id].Fallbacks...)
	}
	names := []string{e.Model}
	if _, claude, ok := strings.Cut(e.Model, "anthropic."); ok && e.Provider == "aws.bedrock" {
		ids, names = append(ids, "anthropic"), append(names, claude)
	}
	for _, id := range ids {
		for _, name := range names {
			i := slices.IndexFunc(dated[id].Models, func(m *datedModel) bool { return m.Match.holds(name) })
			if i < 0 {
				continue
			}
			m := dated[id].Models[i]
			if agree(e.Rates, m.segments[m.active(wideDay)].Rates) {
				return m
			}
			if first == nil {
				first = m
			}
		}
	}
	return first
}

// history returns e and what the dated list knows to come before and after it.
func (e *entry) history(m *datedModel) []*entry {
	i := m.active(wideDay)
	now := m.segments[i]
	tier := ratios(e)
	segment := func(from string, s segment) *entry {
		other := &entry{Provider: e.Provider, Model: e.Model, Region: e.Region, From: from, Source: datedSource, card: s.clone(), Regions: maps.Clone(e.Regions)}
		for name, factor := range tier {
			other.tier(name).Multiplier = factor
			other.Note = "tiers as far from the standard rates as on " + wideDay
		}
		if hour := e.Rates["cache_write_1h"]; hour != "" && other.Rates["cache_write_1h"] == "" && len(other.Above) == 0 && hour.rat().Cmp(double(e.Rates["input"])) == 0 {
			other.Rates["cache_write_1h"] = digits(double(other.Rates["input"]))
			other.Note = join(other.Note, "cache_write_1h is twice the input, as on "+wideDay)
		}
		return other
	}
	if !agree(e.Rates, now.Rates) {
		if e.Provider != "aws.bedrock" && !strings.HasPrefix(e.Provider, "azure") && now.Rates["output"] != "" {
			e.Note = join(e.Note, fmt.Sprintf("%s of %s has %s in, %s out", datedSource, datedDay, now.Rates["input"], now.Rates["output"]))
		}
		if len(m.segments) == 1 || i > 0 || !agree(e.Rates, m.segments[len(m.segments)-1].Rates) {
			return []*entry{e}
		}
		// An introductory price of which the wide list did not know.
		out := []*entry{e, segment(datedDay, now)}
		for _, s := range m.segments[1:] {
			out = append(out, segment(s.from, s))
		}
		return out
	}
	for _, class := range extra {
		if v := now.Rates[class]; v != "" && e.Rates[class] == "" {
			e.Rates[class] = v
			e.Note = join(e.Note, class+" from "+datedSource+" of "+datedDay)
		}
	}
	// The wide list has a few wrong ones, and the rule is known.
	if hour := now.Rates["cache_write_1h"]; hour != "" && hour != e.Rates["cache_write_1h"] && hour.rat().Cmp(double(e.Rates["input"])) == 0 {
		e.Note = join(e.Note, fmt.Sprintf("cache_write_1h is twice the input, as %s has it; %s has %s", datedSource, wideSource, e.Rates["cache_write_1h"]))
		e.Rates["cache_write_1h"] = hour
	}
	e.hours()
	if now.from != "" {
		e.From = now.from
		e.Note = join(e.Note, "the day from "+datedSource)
	}
	out := []*entry{e}
	for j, s := range m.segments {
		if j != i {
			out = append(out, segment(s.from, s))
		}
	}
	return out
}

func double(d decimal) *big.Rat { return new(big.Rat).Mul(d.rat(), big.NewRat(2, 1)) }

func agree(a, b rates) bool {
	return a["input"] != "" && b["input"] != "" && a["input"].rat().Cmp(b["input"].rat()) == 0 &&
		(a["output"] == "" || b["output"] == "" || a["output"].rat().Cmp(b["output"].rat()) == 0)
}

// ratios returns the tiers that are the same multiple of the standard rates in
// input and output.
func ratios(e *entry) map[string]decimal {
	out := map[string]decimal{}
	for name, t := range e.Tiers {
		if t.Multiplier != "" {
			out[name] = t.Multiplier
			continue
		}
		var factor *big.Rat
		for _, class := range []string{"input", "output"} {
			if t.Rates[class] == "" || e.Rates[class] == "" || e.Rates[class].zero() {
				factor = nil
				break
			}
			f := new(big.Rat).Quo(t.Rates[class].rat(), e.Rates[class].rat())
			if factor != nil && factor.Cmp(f) != 0 {
				factor = nil
				break
			}
			factor = f
		}
		if factor == nil {
			continue
		}
		if d := digits(factor); d.rat().Cmp(factor) == 0 {
			out[name] = d
		}
	}
	return out
}

// only returns the prices of a model that the dated list alone has.
func (m *datedModel) only(provider string, known map[name]bool) []*entry {
	if strings.Contains(m.Comments, "OpenRouter") && provider != "openrouter" {
		return nil // a guess, by the list's own words
	}
	own := m.ID
	switch provider {
	case "gcp.gemini", "gcp.vertex_ai":
		if !strings.HasPrefix(own, "gem") {
			return nil
		}
	case "aws.bedrock":
		if strings.HasPrefix(own, "regional.") || strings.HasPrefix(own, "global.") {
			return nil
		}
	}
	if strings.HasSuffix(own, ":free") && provider != "openrouter" || known[name{provider, "", own}] || known[name{provider, "", stem(provider, own)}] {
		return nil
	}
	var out []*entry
	for i, s := range m.segments {
		e := &entry{Provider: provider, Model: own, From: s.from, Source: datedSource, card: s.clone()}
		if i == 0 {
			if e.From = datedDay; len(m.segments) > 1 && m.segments[1].from <= datedDay {
				e.From = ""
			}
			for _, n := range m.names {
				if n != own && !known[name{provider, "", n}] {
					e.Aliases = append(e.Aliases, n)
				}
			}
		}
		if len(e.Rates) == 0 {
			if !strings.HasSuffix(own, ":free") {
				return nil
			}
			e.Rates = rates{"input": "0", "output": "0"}
		}
		if strings.Contains(own, "embed") && e.Rates["output"] == "" {
			e.Rates["output"] = "0"
		}
		out = append(out, e)
	}
	known[name{provider, "", own}] = true
	return out
}
