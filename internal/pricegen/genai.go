package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// The dated list.
const (
	datedFile   = "genai-prices-v2.json"
	datedDay    = "2026-08-21"
	datedSource = "genai-prices"
)

// units are the list's words for rates of a million tokens. Those that are not
// here are for what the ledger does not have: video, searches.
var units = map[string]string{
	"input_mtok": "input", "output_mtok": "output", "cache_read_mtok": "cache_read", "cache_write_mtok": "cache_write",
	"cache_write_1h_mtok": "cache_write_1h", "output_reasoning_mtok": "reasoning",
	"input_audio_mtok": "audio_input", "output_audio_mtok": "audio_output", "cache_audio_read_mtok": "audio_cache_read",
	"input_image_mtok": "image_input", "output_image_mtok": "image_output", "cache_image_read_mtok": "image_cache_read",
}

type datedProvider struct {
	ID        string
	Fallbacks []string `json:"fallback_model_providers"`
	Models    []*datedModel
}

type datedModel struct {
	ID       string
	Match    clause
	Comments string          `json:"price_comments"`
	Raw      json.RawMessage `json:"prices"`

	segments []segment
	names    []string // that the clauses spell out
}

// segment is what a model costs from a day on; the first begins at "".
type segment struct {
	from string
	card
}

// clause is a condition on a model's name.
type clause struct {
	Equals     string
	StartsWith string `json:"starts_with"`
	EndsWith   string `json:"ends_with"`
	Contains   string
	Regex      string
	Or, And    []clause
}

func (c *clause) holds(name string) bool {
	holds := func(c clause) bool { return c.holds(name) }
	switch {
	case c.Equals != "":
		return name == c.Equals
	case c.StartsWith != "":
		return strings.HasPrefix(name, c.StartsWith)
	case c.EndsWith != "":
		return strings.HasSuffix(name, c.EndsWith)
	case c.Contains != "":
		return strings.Contains(name, c.Contains)
	case c.Regex != "":
		r, err := regexp.Compile(c.Regex)
		return err == nil && r.MatchString(name)
	case len(c.And) > 0:
		return !slices.ContainsFunc(c.And, func(c clause) bool { return !c.holds(name) })
	}
	return slices.ContainsFunc(c.Or, holds)
}

// spelled returns the names that the clause spells out: whole ones, and
// beginnings that look like names.
func (c *clause) spelled() (names []string) {
	if c.Equals != "" {
		names = append(names, c.Equals)
	}
	if s := c.StartsWith; s != "" && !strings.HasSuffix(s, "-") && !strings.HasSuffix(s, "@") && !regexp.MustCompile(`-\d{4}$`).MatchString(s) {
		names = append(names, s)
	}
	for _, o := range c.Or {
		names = append(names, o.spelled()...)
	}
	return names
}

// readDated returns the dated list by provider.
func readDated(data fs.FS) (map[string]*datedProvider, error) {
	raw, err := fs.ReadFile(data, datedFile)
	if err != nil {
		return nil, err
	}
	var list []*datedProvider
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, fmt.Errorf("%s: %w", datedFile, err)
	}
	out := map[string]*datedProvider{}
	for _, p := range list {
		for _, m := range p.Models {
			if err := m.read(); err != nil {
				return nil, fmt.Errorf("%s: %s %s: %w", datedFile, p.ID, m.ID, err)
			}
		}
		out[p.ID] = p
	}
	for provider, ids := range listed {
		for _, id := range ids {
			if out[id] == nil {
				return nil, fmt.Errorf("%s: nothing of %s, which has the models of %s", datedFile, id, provider)
			}
		}
	}
	return out, nil
}

func (m *datedModel) read() error {
	m.names = m.Match.spelled()
	var list []struct {
		Constraint struct {
			StartDate string `json:"start_date"`
			StartTime string `json:"start_time"`
		}
		Prices map[string]json.RawMessage
	}
	raw := m.Raw
	if len(raw) > 0 && raw[0] == '{' {
		raw = slices.Concat([]byte(`[{"prices":`), raw, []byte(`}]`))
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		return err
	}
	for _, s := range list {
		c, err := cardOf(s.Prices)
		if err != nil {
			return err
		}
		if s.Constraint.StartTime != "" { // by day the price of the busy hours, which is never too low
			m.segments = []segment{{card: c}}
			continue
		}
		m.segments = append(m.segments, segment{s.Constraint.StartDate, c})
	}
	return nil
}

func cardOf(prices map[string]json.RawMessage) (card, error) {
	c := card{Rates: rates{}}
	for _, unit := range slices.Sorted(maps.Keys(prices)) {
		class, ok := units[unit]
		if !ok {
			continue
		}
		var steps struct {
			Base  json.Number
			Tiers []struct {
				Start int64
				Price json.Number
			}
		}
		if err := json.Unmarshal(prices[unit], &steps.Base); err != nil {
			if err := json.Unmarshal(prices[unit], &steps); err != nil {
				return c, fmt.Errorf("%s: %w", unit, err)
			}
		}
		v, err := decimalOf(steps.Base, 1)
		if err != nil {
			return c, fmt.Errorf("%s: %w", unit, err)
		}
		c.Rates[class] = v
		for _, s := range steps.Tiers {
			if v, err = decimalOf(s.Price, 1); err != nil {
				return c, fmt.Errorf("%s: %w", unit, err)
			}
			c.above(s.Start, false)[class] = v
		}
	}
	return c, nil
}

// active returns the segment of a day.
func (m *datedModel) active(day string) int {
	i := 0
	for j, s := range m.segments {
		if s.from <= day {
			i = j
		}
	}
	return i
}
