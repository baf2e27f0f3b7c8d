package calllog

import (
	"time"

	"github.com/llmotel/sdk/providers"
)

// fields receives the fields of a record in the order of the JSON Schema. JSON
// lines, slog attributes and OpenTelemetry values are written through it, so
// that all of them say the same.
type fields interface {
	text(name, s string)
	bool(name string, v bool)
	null(name string)
	int(name string, n int64)
	hex(name string, id []byte)
	time(name string, t time.Time)
	// decimal is n * 10^-digits.
	decimal(name string, n int64, digits int)
	float(name string, f float64)
	// begin opens an object, as a list's next element if name is empty.
	begin(name string)
	end()
	beginList(name string)
	item(s string)
	endList()
}

// writer adds what several fields have in common.
type writer struct{ fields }

func (w writer) optional(name, s string) {
	if s != "" {
		w.text(name, s)
	}
}

func (w writer) optionalInt(name string, n int) {
	if n != 0 {
		w.int(name, int64(n))
	}
}

func (w writer) millis(name string, d time.Duration) { w.decimal(name, int64(d), 6) }

func (w writer) optionalMillis(name string, d time.Duration) {
	if d != 0 {
		w.millis(name, d)
	}
}

func (w writer) count(name string, u *providers.Usage, class providers.TokenClass, n int64) {
	if u.Has(class) {
		w.int(name, n)
	}
}
