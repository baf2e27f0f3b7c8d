package failover

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// String writes the set-up for a person to read, in lines: the chain's policy and,
// of it and of each target, all that differs from the defaults. The last line has
// no newline.
func (d Description) String() string {
	limit := "no limit on a call's time"
	if d.TotalTimeout != 0 {
		limit = "at most " + span(d.TotalTimeout) + " a call"
	}
	if d.StreamTimeout != 0 {
		limit += ", " + span(d.StreamTimeout) + " a stream"
	}
	lines := []string{fmt.Sprintf("chain %q: %s, order %v, broken streams: %v, %s", d.Name, count(len(d.Targets), "target"), d.Order, d.StreamPolicy, limit)}
	lines = d.policy(lines)
	lines = d.actions(lines)
	for i := range d.Targets {
		lines = d.Targets[i].lines(lines, i+1)
	}
	return strings.Join(lines, "\n")
}

// policy is what else holds for all targets.
func (d *Description) policy(lines []string) []string {
	usual, said := defaults(), clauses{}
	said.add(d.StickyKey, "calls with the same key begin at the same target")
	said.add(d.Experiment != "", "experiment %q", d.Experiment)
	said.add(d.StreamedGenerate, "answers are fetched as streams")
	switch {
	case d.OpenWait == 0:
		said.add(usual.openWait != 0, "no wait for an open circuit breaker")
	case d.OpenWait != usual.openWait:
		said.add(true, "waits up to %s for an open circuit breaker", span(d.OpenWait))
	}
	if d.RetryBudgetShare == 0 && d.RetryBudgetPerSecond == 0 {
		said.add(true, "no retries on the same target")
	} else {
		said.add(d.RetryBudgetShare != usual.retryShare || d.RetryBudgetPerSecond != usual.retryRate,
			"retries for %s of the calls and %s a second", share(d.RetryBudgetShare), figure(d.RetryBudgetPerSecond))
	}
	said.add(d.HedgeDelay != 0, "hedged after %s", span(d.HedgeDelay))
	said.add(d.HedgeQuantile != 0 || d.HedgeMinCalls != 0, "hedged where slower than %s of the last calls, from %d on", share(d.HedgeQuantile), d.HedgeMinCalls)
	switch {
	case !d.LastResort:
	case d.LastResortTimeout == 0:
		said.add(true, "a last resort, without limit")
	default:
		said.add(true, "a last resort, within %s", span(d.LastResortTimeout))
	}
	return said.end(lines, "")
}

// actions are the rows of the table that were changed.
func (d *Description) actions(lines []string) []string {
	for _, row := range d.Table {
		if row.Action == usual(row) {
			continue
		}
		name := string(row.Kind)
		if row.Limit != "" {
			name += " (" + string(row.Limit) + ")"
		}
		said, a := clauses{}, row.Action
		said.add(true, "breaker %v", a.Breaker)
		said.add(true, "retry %v", a.Retry)
		said.add(a.Next, "next target yes")
		said.add(!a.Next && !a.NextIfLarger, "next target no")
		said.add(a.NextIfLarger, "next target if its context window is larger")
		said.add(a.Cooldown, "cooldown")
		said.add(a.Isolate != 0, "isolated for %s", span(a.Isolate))
		lines = said.end(lines, "on "+name+": ")
	}
	return lines
}

// usual is the action of the table's row.
func usual(r Row) Action {
	for i := range table {
		if table[i].Kind == r.Kind && table[i].Limit == r.Limit {
			return table[i].Action
		}
	}
	return Action{}
}

// lines has one for who the target is, and one for each group of settings that
// were changed.
func (t *TargetDescription) lines(lines []string, n int) []string {
	s := defaults().defaults
	usual := s.describe()
	head := fmt.Sprintf("%d. %s: %s, %s", n, t.Name, t.Provider, cmp.Or(t.Model, "the request's model"))
	if len(t.Keys) > 0 {
		head += ", keys " + strings.Join(t.Keys, " ")
	}
	lines = append(lines, head)
	before := len(lines)

	said := clauses{}
	said.add(t.MaxAttempts != usual.MaxAttempts, "%s", count(t.MaxAttempts, "attempt"))
	said.add(t.BackoffFirst != usual.BackoffFirst || t.BackoffMaximum != usual.BackoffMaximum, "backoff %s to %s", span(t.BackoffFirst), span(t.BackoffMaximum))
	said.add(t.RetryAfterSoon != usual.RetryAfterSoon || t.RetryAfterLast != usual.RetryAfterLast,
		"waits for a Retry-After up to %s, of the last target %s", span(t.RetryAfterSoon), span(t.RetryAfterLast))
	lines = said.end(lines, "retries: ")

	said = clauses{}
	said.limit("connect", t.ConnectTimeout, usual.ConnectTimeout)
	said.limit("attempt", t.AttemptTimeout, usual.AttemptTimeout)
	said.limit("first chunk", t.FirstChunkTimeout, usual.FirstChunkTimeout)
	said.limit("idle", t.IdleTimeout, usual.IdleTimeout)
	lines = said.end(lines, "limits on time: ")

	said = clauses{}
	said.add(t.MaxConcurrency != 0, "%d at once", t.MaxConcurrency)
	said.add(t.RequestsPerMinute != 0, "%s a minute", count(t.RequestsPerMinute, "request"))
	said.add(t.TokensPerMinute != 0, "%s a minute", count(t.TokensPerMinute, "token"))
	said.add(t.LimitWait != 0, "waits up to %s for them", span(t.LimitWait))
	lines = said.end(lines, "limits on use: ")

	lines = t.breaker(&usual).end(lines, "circuit breaker: ")

	said = clauses{}
	said.add(t.Weight != usual.Weight, "weight %s", figure(t.Weight))
	said.add(t.Variant != t.Name, "variant %q", t.Variant)
	said.add(t.Lacks != 0, "lacks %v", t.Lacks)
	said.add(t.ContextWindow != 0, "context window of %d tokens", t.ContextWindow)
	said.add(t.Continuation, "continues answers")
	lines = said.end(lines, "")

	if len(lines) == before {
		lines = append(lines, "   as by default")
	}
	return lines
}

func (t *TargetDescription) breaker(usual *TargetDescription) (said clauses) {
	if t.ConsecutiveFailures == 0 {
		said.add(true, "does not open for failures in a row")
	} else {
		said.add(t.ConsecutiveFailures != usual.ConsecutiveFailures, "opens at %s in a row", count(t.ConsecutiveFailures, "failure"))
	}
	rate := t.FailureRate != usual.FailureRate || t.FailureRateMinCalls != usual.FailureRateMinCalls || t.FailureRateWindow != usual.FailureRateWindow
	if t.FailureRate == 0 {
		said.add(true, "does not open for a share of failures")
	} else {
		said.add(rate, "opens at %s failures of at least %s in %s", share(t.FailureRate), count(t.FailureRateMinCalls, "call"), span(t.FailureRateWindow))
	}
	said.add(t.SlowCallRate != 0, "opens at %s first chunks later than %s of at least %d in %s",
		share(t.SlowCallRate), span(t.SlowCallThreshold), t.SlowCallMinCalls, span(t.SlowCallWindow))
	said.add(t.OpenDelay != usual.OpenDelay, "trials after %s", span(t.OpenDelay))
	said.add(t.Trials != usual.Trials, "%s at once", count(t.Trials, "trial"))
	said.add(t.Successes != usual.Successes, "closes after %s", count(t.Successes, "successful trial"))
	said.add(t.BreakerPerModel, "one for each model")
	said.add(t.BreakerPerKey, "one for each key")
	return said
}

// clauses are the parts of a line.
type clauses []string

func (c *clauses) add(differs bool, format string, args ...any) {
	if differs {
		*c = append(*c, fmt.Sprintf(format, args...))
	}
}

func (c *clauses) limit(what string, d, usual time.Duration) {
	c.add(d != usual && d != 0, "%s %s", what, span(d))
	c.add(d != usual && d == 0, "%s none", what)
}

func (c clauses) end(lines []string, title string) []string {
	if len(c) == 0 {
		return lines
	}
	return append(lines, "   "+title+strings.Join(c, ", "))
}

// span is a time without the zeros of "2m0s".
func span(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func share(f float64) string { return figure(100*f) + " %" }

func figure(f float64) string { return strconv.FormatFloat(f, 'g', 6, 64) }
