package pricing

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"maps"
)

// Listed is a built-in price.
type Listed struct {
	Provider, Model, Region, Tier string
	Alias                         bool
	FreeOutput                    bool
	// Free is true if nothing at all costs anything.
	Free bool
	// DearCache is true if the price itself says that a cached token costs more
	// than a fresh one.
	DearCache bool
}

// BuiltIn returns the built-in prices.
func BuiltIn() []Listed {
	t := builtIn()
	var out []Listed
	for k := range maps.Keys(t.models) {
		s, _ := t.get(k)
		for _, l := range s.tiers {
			for _, p := range l {
				one := Listed{Provider: k.provider, Model: k.model, Region: k.region, Tier: p.tier.String(), Alias: t.models[k].alias != ""}
				one.Free = p.free(ClassInput, ClassImageOutput)
				one.FreeOutput = p.free(ClassOutput, ClassImageOutput)
				for _, v := range p.levels {
					one.DearCache = one.DearCache || v.rates.of[ClassCacheRead] > v.rates.of[ClassInput]
				}
				out = append(out, one)
			}
		}
	}
	return out
}

// Strict reads a price file as WithJSON does and compiles it.
func Strict(data []byte) (any, error) {
	d, err := parse(data)
	if err != nil {
		return nil, err
	}
	t := &table{models: map[key]*series{}}
	return *d, t.add(d, false)
}

// Plain reads a price file as the built-in one is read.
func Plain(data []byte) (any, error) {
	var d document
	err := json.Unmarshal(data, &d)
	return d, err
}

// Text returns the built-in price file.
func Text() ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// Load reads the built-in price file anew.
func Load() error {
	d, err := unpack(packed)
	if err != nil {
		return err
	}
	return (&table{models: map[key]*series{}}).add(d, true)
}

// Lazy returns a catalogue that calls loading when it is read.
func Lazy(loading func()) *Catalogue {
	return &Catalogue{load: func() *table { loading(); return builtIn() }}
}
