package genai

import "slices"

// Metric is the definition of one metric: what an instrument is created with.
type Metric struct {
	Name        string
	Unit        string // UCUM, as the conventions spell it
	Description string
	Instrument  Instrument
	Number      Number

	buckets []float64
}

// Buckets returns the explicit bucket boundaries of a histogram, in
// increasing order, and nil for every other instrument. The caller owns the
// slice.
func (m Metric) Buckets() []float64 { return slices.Clone(m.buckets) }

// Instrument is the kind of instrument that a metric is recorded with, spelled
// as in the registry model.
type Instrument string

// The kinds of instruments in use.
const (
	Counter       Instrument = "counter"
	UpDownCounter Instrument = "updowncounter"
	Gauge         Instrument = "gauge"
	Histogram     Instrument = "histogram"
)

// Number is the type of the values of a metric, spelled as in the registry
// model.
type Number string

// The types of values: int is an int64, double a float64.
const (
	Int    Number = "int"
	Double Number = "double"
)
