package pricing

import (
	"bytes"
	"compress/gzip"
	_ "embed" // the catalogue
	"encoding/json"
	"sync"
)

//go:generate env GOWORK=off go run -C ../../internal/pricegen . -optional

// PricesDate is the day on which the built-in prices were read, but for those
// that say otherwise.
const PricesDate = "2026-08-01"

// packed is the built-in price file.
//
//go:embed catalogue.json.gz
var packed []byte

// builtIn is read on first use. The tests read it too, so that it cannot fail;
// if it did, calls would be unpriced.
var builtIn = sync.OnceValue(func() *table {
	t := &table{models: map[key]*series{}}
	if d, err := unpack(packed); err == nil {
		_ = t.add(d, true)
	}
	return t
})

var defaultCatalogue = &Catalogue{load: builtIn}

// Default returns the built-in catalogue: list prices in US dollars. It is
// read on its first use.
func Default() *Catalogue { return defaultCatalogue }

func unpack(data []byte) (*document, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	d := new(document)
	return d, json.NewDecoder(z).Decode(d)
}
