package report

// StudentQuantile is the quantile of the t distribution.
func StudentQuantile(p, freedom float64) float64 { return studentQuantile(p, freedom) }
