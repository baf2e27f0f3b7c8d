package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// The wide list.
const (
	wideFile   = "litellm-2026-08-01.json"
	wideDay    = "2026-08-01"
	wideSource = "litellm"
)

type wideModel struct {
	Provider, Mode string
	API            string `json:"litellm_provider"`
	Cost           map[string]any
}

// keys are the list's words for rates, longest first where one begins with
// another.
var keys = []struct{ key, class string }{
	{"cache_creation_input_token_cost_above_1hr", "cache_write_1h"},
	{"cache_creation_input_token_cost", "cache_write"},
	{"cache_read_input_token_cost", "cache_read"},
	{"input_cost_per_token_cache_hit", "cache_read"},
	{"input_cost_per_audio_token", "audio_input"},
	{"input_cost_per_image_token", "image_input"},
	{"input_cost_per_token", "input"},
	{"output_cost_per_audio_token", "audio_output"},
	{"output_cost_per_reasoning_token", "reasoning"},
	{"output_cost_per_token", "output"},
}

// tiers are its words for service tiers behind them.
var tiers = []struct{ suffix, name string }{{"_batches", "batch"}, {"_flex", "flex"}, {"_priority", "priority"}}

// unpriced are words for what is no token: searches, seconds, characters,
// pictures, sessions.
var unpriced = []string{
	"search_context_cost_per_query", "code_interpreter_cost_per_session", "_per_second", "_per_character", "_per_image", "_per_video_token",
}

// readWide returns the entries of the wide list.
func readWide(data fs.FS) ([]*entry, error) {
	raw, err := fs.ReadFile(data, wideFile)
	if err != nil {
		return nil, err
	}
	var list struct{ Models map[string]wideModel }
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if err := dec.Decode(&list); err != nil {
		return nil, fmt.Errorf("%s: %w", wideFile, err)
	}
	byKey := map[[3]string]*entry{}
	// A model can be there twice, once with the provider in front of its name. That
	// is the more careful entry, except at Bedrock, where it is of another
	// endpoint; and a price is better than none.
	names := slices.SortedFunc(maps.Keys(list.Models), func(a, b string) int {
		return cmp.Or(strings.Count(a, "/")-strings.Count(b, "/"), strings.Compare(a, b))
	})
	for _, name := range names {
		m := list.Models[name]
		e, err := m.entry(name)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", wideFile, name, err)
		}
		if e == nil {
			continue
		}
		key := [3]string{e.Provider, e.Region, e.Model}
		if old := byKey[key]; old != nil && (e.Provider == "aws.bedrock" || e.Rates["input"].zero()) {
			continue
		}
		byKey[key] = e
	}
	return slices.Collect(maps.Values(byKey)), nil
}

// entry returns the model's price; nil if it has none by the token.
func (m *wideModel) entry(name string) (*entry, error) {
	e := &entry{From: wideDay, Source: wideSource}
	var ok bool
	if e.Provider, e.Region, e.Model, ok = whose(name, m); !ok {
		return nil, nil
	}
	e.Rates = rates{}
	others := false
	for _, key := range slices.Sorted(maps.Keys(m.Cost)) {
		switch key {
		case "provider_specific_entry":
			if err := e.multipliers(m.Cost[key]); err != nil {
				return nil, err
			}
			continue
		case "regional_processing_uplift_multiplier_eu", "regional_processing_uplift_multiplier_us":
			if err := e.multiplied(key[len(key)-2:], m.Cost[key]); err != nil {
				return nil, err
			}
			continue
		}
		known, err := e.rate(key, m.Cost[key], m.API == "xai")
		if err != nil {
			return nil, err
		}
		if !known {
			others = true
			if !slices.ContainsFunc(unpriced, func(s string) bool { return strings.Contains(key, s) }) {
				return nil, fmt.Errorf("unknown key %s", key)
			}
		}
	}
	if !e.sensible(m.Mode, others) {
		return nil, nil
	}
	e.hours()
	return e, nil
}

// rate stores the number behind a key; false if the key means no token's price.
func (e *entry) rate(key string, value any, inclusive bool) (bool, error) {
	for _, k := range keys {
		rest, ok := strings.CutPrefix(key, k.key)
		if !ok {
			continue
		}
		n, ok := value.(json.Number)
		if !ok {
			return false, fmt.Errorf("%s is no number", key)
		}
		v, err := decimalOf(n, 1_000_000)
		if err != nil {
			return false, fmt.Errorf("%s: %w", key, err)
		}
		c := &e.card
		for _, t := range tiers {
			if left, ok := strings.CutSuffix(rest, t.suffix); ok {
				rest, c = left, &e.tier(t.name).card
			}
		}
		into := c.Rates
		if tokens, ok := strings.CutPrefix(rest, "_above_"); ok {
			n, err := strconv.ParseInt(strings.TrimSuffix(tokens, "k_tokens"), 10, 64)
			if err != nil {
				return false, fmt.Errorf("unknown key %s", key)
			}
			into, rest = c.above(n*1000, inclusive), ""
		} else if c.Rates == nil {
			c.Rates = rates{}
			into = c.Rates
		}
		if rest != "" {
			return false, fmt.Errorf("unknown key %s", key)
		}
		if old, ok := into[k.class]; !ok || old.zero() {
			into[k.class] = v
		}
		return true, nil
	}
	return false, nil
}

// multipliers reads what the list calls provider specific: Anthropic's speed
// and places.
func (e *entry) multipliers(v any) error {
	m, _ := v.(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if _, number := m[name].(json.Number); !number {
			continue
		}
		if err := e.multiplied(name, m[name]); err != nil {
			return err
		}
	}
	return nil
}

func (e *entry) multiplied(name string, v any) error {
	n, _ := v.(json.Number)
	d, err := decimalOf(n, 1)
	if err != nil {
		return err
	}
	if name == "fast" {
		e.tier(name).Multiplier = d
		return nil
	}
	if e.Regions == nil {
		e.Regions = map[string]decimal{}
	}
	e.Regions[name] = d
	return nil
}

// sensible drops zeros that mean that the list does not know, and reports
// whether anything is left. A model that costs nothing at all is free, unless it
// is paid for by other things than tokens.
func (e *entry) sensible(mode string, others bool) bool {
	input, hasInput := e.Rates["input"]
	output, hasOutput := e.Rates["output"]
	free := hasInput && hasOutput && input.zero() && output.zero()
	if !hasInput && !hasOutput || free && others && !strings.Contains(e.Model, "exp") && !strings.Contains(e.Model, "gemma") {
		return false
	}
	if free {
		e.Note = join(e.Note, "listed as free")
	}
	if mode == "embedding" && !strings.Contains(e.Model, "flash") { // flash is no embedding
		e.Rates["output"] = "0"
		return !free
	}
	all := []rates{e.Rates}
	for _, s := range e.Above {
		all = append(all, s.Rates)
	}
	for _, r := range all {
		for class, v := range r {
			if v.zero() && !free {
				delete(r, class)
			}
		}
	}
	return len(e.Rates) > 0
}

// hours gives writes for an hour above a threshold the rate that the list leaves
// out: they rise as those for five minutes do.
func (e *entry) hours() {
	for _, s := range e.Above {
		short, long := e.Rates["cache_write"], s.Rates["cache_write"]
		hour := e.Rates["cache_write_1h"]
		if short == "" || long == "" || hour == "" || s.Rates["cache_write_1h"] != "" {
			continue
		}
		v := new(big.Rat).Mul(hour.rat(), new(big.Rat).Quo(long.rat(), short.rat()))
		s.Rates["cache_write_1h"] = digits(v)
		e.Note = join(e.Note, "cache_write_1h above the threshold is not listed: it rises as cache_write does")
	}
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}
