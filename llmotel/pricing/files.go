package pricing

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"github.com/llmotel/sdk/providers"
)

// Files is a catalogue with price files on top, which can be read again while
// calls are priced. It is safe for concurrent use.
type Files struct {
	base  *Catalogue
	names []string
	now   atomic.Pointer[Catalogue]
}

// OpenFiles reads price files on top of base, nil for none; a later file comes
// before an earlier one.
func OpenFiles(base *Catalogue, names ...string) (*Files, error) {
	f := &Files{base: base, names: slices.Clone(names)}
	if err := f.Reload(); err != nil {
		return nil, err
	}
	return f, nil
}

// Reload reads the files again. Calls are priced by the old prices until all
// are read; if one of them is wrong, by the old ones on, and the error names
// the file and the place. Nothing reloads by itself.
func (f *Files) Reload() error {
	c := f.base
	for _, name := range f.names {
		data, err := os.ReadFile(name) //nolint:gosec // the user's own file
		if err != nil {
			return fmt.Errorf("pricing: %w", err)
		}
		if c, err = c.WithJSON(name, data); err != nil {
			return err
		}
	}
	if c == nil {
		return errors.New("pricing: neither a catalogue nor a price file is given")
	}
	f.now.Store(c)
	return nil
}

// Catalogue returns the prices of the last successful reading.
func (f *Files) Catalogue() *Catalogue { return f.now.Load() }

// Price is that of the Catalogue.
func (f *Files) Price(q Query) Cost { return f.Catalogue().Price(q) }

// Cost is that of the Catalogue.
func (f *Files) Cost(provider, model, tier string, usage *providers.Usage, at time.Time) Cost {
	return f.Catalogue().Cost(provider, model, tier, usage, at)
}
