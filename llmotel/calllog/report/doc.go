// Package report adds up the records of a call log: requests, errors, latency,
// tokens and cost by group, and for experiments the differences between
// variants with confidence intervals.
//
// A [Report] takes entries one by one and keeps sums only, so a log of any
// length fits; reports of parts of a log can be merged. Everything is weighted
// with calllog.Entry's Weight, so a sampled log gives estimates of the figures of
// the whole. [MeanDifference] and [RateDifference] are pure functions on sums
// ([Moments]) and may be used for figures from elsewhere.
//
// # What the figures mean
//
// Errors are calls that failed; those that the caller cancelled or left are
// neither a success nor an error, and the error rate is errors by errors plus
// successes. Latency is of successes, the time to the first chunk of every call
// that had one. Percentiles are within 0.5 % of the exact ones. Costs are sums
// over the calls whose price is known; the number of the others stands beside
// them.
//
// # What the intervals mean
//
// Means (cost, latency) are compared by Welch's t interval, rates by Newcombe's
// hybrid score interval. Both take calls as independent: where one user makes
// many calls, or variants were not given out by chance, the truth is wider. They
// are intervals for one comparison each; who looks at twenty will find one that
// excludes zero by chance. A difference whose interval is narrow around zero is
// small; one whose interval is wide is unknown.
package report
