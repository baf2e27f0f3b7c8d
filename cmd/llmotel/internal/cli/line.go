package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/llmotel/sdk/llmotel/calllog"
	"github.com/llmotel/sdk/llmotel/calllog/report"
)

// callLine is a call on one line.
func callLine(e *calllog.Entry) string {
	end := e.Timestamp.Add(time.Duration(e.LatencyMS * float64(time.Millisecond)))
	took := fmt.Sprintf("%9s", millis(e.LatencyMS))
	if e.TTFCMS > 0 {
		took += " (first " + millis(e.TTFCMS) + ")"
	}
	who := "-" // nobody took it
	if provider := report.Value(e, "provider"); provider != "" {
		who = provider + "/" + e.Model
	}
	if e.Target != "" && e.Target != e.Provider {
		who = e.Target + " " + who
	}
	cells := []string{
		end.Local().Format("15:04:05.000"), fmt.Sprintf("%-12s", outcome(e)), fmt.Sprintf("%-27s", took), fmt.Sprintf("%-32s", printable(who)),
		fmt.Sprintf("%-14s", tokens(e)), fmt.Sprintf("%-10s", cost(e)), behalf(e.Attribution), way(e),
	}
	return strings.TrimRight(strings.Join(cells, " "), " ")
}

func outcome(e *calllog.Entry) string {
	switch {
	case e.ErrorKind != "":
		return printable(e.ErrorKind)
	case e.Abandoned:
		return "left"
	}
	return "ok"
}

func tokens(e *calllog.Entry) string {
	if e.Input == nil && e.Output == nil {
		return "no usage"
	}
	count := func(n *int64) string {
		if n == nil {
			return "?"
		}
		return short(float64(*n))
	}
	return count(e.Input) + "→" + count(e.Output)
}

func cost(e *calllog.Entry) string {
	switch {
	case e.USD != nil:
		return dollars(*e.USD)
	case e.Amount != nil:
		return digits(*e.Amount, 3) + " " + printable(e.Currency)
	case e.Unpriced:
		return "unpriced"
	}
	return "-"
}

// behalf is feature, prompt and variant, as far as they are known.
func behalf(a *calllog.Attribution) string {
	if a == nil {
		return ""
	}
	var parts []string
	versioned := func(name, version string) {
		if name != "" && version != "" {
			name += "@" + version
		}
		if name != "" {
			parts = append(parts, printable(name))
		}
	}
	versioned(a.Feature, a.FeatureVersion)
	versioned(a.Prompt, a.PromptVersion)
	if a.Experiment != "" {
		parts = append(parts, printable(a.Experiment+"="+a.Variant))
	}
	return strings.Join(parts, " ")
}

// way says which targets were tried besides the one that answered, which were
// passed over, and how often each was tried again. How the last one failed is the
// outcome of a call that failed.
func way(e *calllog.Entry) string {
	var parts []string
	again := func(attempts int) string {
		if attempts < 2 {
			return ""
		}
		return retries(float64(attempts - 1))
	}
	for i := range e.Visits {
		v := &e.Visits[i]
		more := again(v.Attempts)
		switch {
		case v.ErrorKind != "" && (e.ErrorKind == "" || i < len(e.Visits)-1):
			part := printable(v.Target) + ": " + printable(v.ErrorKind)
			if more != "" {
				part += " after " + more
			}
			parts = append(parts, part)
		case more != "":
			parts = append(parts, printable(v.Target)+": "+more)
		}
	}
	for _, s := range e.Skips {
		parts = append(parts, printable(s.Target)+": "+printable(s.Reason))
	}
	if more := again(e.Attempts); len(e.Visits) == 0 && more != "" {
		parts = append(parts, more)
	}
	if len(parts) == 0 {
		return ""
	}
	return "[" + strings.Join(parts, ", ") + "]"
}
