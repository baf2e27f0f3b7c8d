package pricing

import (
	"encoding/json"
	"fmt"
)

// SchemaVersion is the version of price files that this package reads.
const SchemaVersion = 1

// document is a price file. The built-in catalogue is one.
type document struct {
	Schema   int               `json:"schema"`
	Currency string            `json:"currency,omitempty"`
	Sources  map[string]string `json:"sources,omitempty"`
	Prices   []entry           `json:"prices"`
}

// entry is what one model costs from one day on, in all its tiers.
type entry struct {
	Provider string   `json:"provider"`
	Model    string   `json:"model"`
	Aliases  []string `json:"aliases,omitempty"`
	Region   string   `json:"region,omitempty"`
	From     string   `json:"from,omitempty"`
	Currency string   `json:"currency,omitempty"`
	Source   string   `json:"source,omitempty"`
	Note     string   `json:"note,omitempty"`

	rateCard
	Tiers   map[string]tierCard `json:"tiers,omitempty"`
	Regions map[string]decimal  `json:"regions,omitempty"`
}

// rateCard is rates by class, and those that replace them from some input on.
type rateCard struct {
	Rates map[string]decimal `json:"rates,omitempty"`
	Above []step             `json:"above,omitempty"`
}

type step struct {
	Tokens    int64              `json:"tokens"`
	Inclusive bool               `json:"inclusive,omitempty"`
	Rates     map[string]decimal `json:"rates"`
}

// tierCard has rates of its own for some classes, or multiplies those of the
// standard tier.
type tierCard struct {
	Multiplier decimal `json:"multiplier,omitempty"`
	rateCard
}

// decimal is a number as it was written.
type decimal = json.Number

// problem is what is wrong, and where in the entry.
type problem struct {
	path string
	err  error
}

func (p *problem) Error() string {
	if p.path == "" {
		return p.err.Error()
	}
	return p.path + ": " + p.err.Error()
}

func (p *problem) Unwrap() error { return p.err }

func wrong(path, format string, args ...any) error {
	return &problem{path, fmt.Errorf(format, args...)}
}
