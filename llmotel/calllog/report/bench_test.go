package report_test

import "testing"

func BenchmarkAdd(b *testing.B) {
	r := newReport(b, "feature", "variant")
	e := call("search", 812.5, 0.0068)
	e.Attribution.Experiment, e.Attribution.Variant = "e", "b"
	b.ReportAllocs()
	for b.Loop() {
		r.Add(e)
	}
}
