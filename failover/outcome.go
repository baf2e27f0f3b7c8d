package failover

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/llmotel/sdk/providers"
)

// failure is the error of a call that no target answered.
func (k *call) failure() error {
	now := time.Now()
	e := &Error{Chain: k.chain.name, Outcome: k.outcome(), Duration: now.Sub(k.start), Err: k.err}
	k.explainSkips()
	e.History = slices.Clip(k.history)
	switch e.Outcome {
	case OutcomeCancelled:
		if providers.KindOf(k.err) != providers.KindCancelled || !holds(k.err, k.callerErr(), k.cause()) {
			e.Err = k.cancelled()
		}
	case OutcomeTimeout:
		if !k.ownLimit(k.err) {
			e.Err = &providers.Error{
				Provider: k.chain.name, Kind: providers.KindTimeout,
				Detail: k.limit.describe(), Err: k.limit,
			}
		}
	case OutcomeExhausted:
		e.RetryAt = k.retryAt(now)
		if !e.RetryAt.IsZero() {
			e.wait = max(0, e.RetryAt.Sub(now))
		}
		if e.Err == nil { // none was called
			e.Err = e.History[len(e.History)-1].Err
		}
	case OutcomeInterrupted:
		var p providers.Response
		if broken := k.lost; broken != nil {
			if broken.Partial != nil {
				p = *broken.Partial
			}
			if isError(broken.Err) && k.from == k.lostBy.t {
				e.Err = broken.Err // nobody was asked after it
			}
		}
		p.Target, p.Attempts = k.answered.name, k.attempts
		return &providers.InterruptedError{Partial: &p, Err: e}
	}
	return e
}

func (k *call) outcome() Outcome {
	switch {
	case k.delivered:
		return OutcomeInterrupted
	case k.callerErr() != nil:
		return OutcomeCancelled
	case k.timedOut:
		return OutcomeTimeout
	case !k.more:
		return OutcomeStopped
	}
	return OutcomeExhausted
}

func (k *call) cancelled() error {
	return &providers.Error{
		Provider: k.chain.name, Kind: providers.KindCancelled, Err: withBoth(nil, k.callerErr(), k.cause()),
	}
}

// explainSkips gives each skip its error, which the way to success does not
// need.
func (k *call) explainSkips() {
	for i := range k.history {
		if a := &k.history[i]; a.Skip != "" && a.Err == nil {
			a.Err = k.chain.byName[a.Target].rejection(refusal{a.Skip, a.Until}, k.req, a.Start)
		}
	}
}

// retryAt is the earliest time at which a target is worth another call.
func (k *call) retryAt(now time.Time) time.Time {
	var best time.Time
	for _, t := range k.chain.targets {
		at, ok := k.worth(t, now)
		if ok && (best.IsZero() || at.Before(best)) {
			best = at
		}
	}
	return best
}

// worth says when a target is worth another call, if waiting can help.
func (k *call) worth(t *target, now time.Time) (time.Time, bool) {
	if k.unfit(t) != "" {
		return now, false
	}
	if r := k.barred(t, now); r.reason == SkipConcurrency {
		return now, true // some call will end
	} else if r.reason != "" {
		return r.until, !r.until.IsZero()
	}
	for i := len(k.history) - 1; i >= 0; i-- {
		a := &k.history[i]
		if a.Target != t.name {
			continue
		}
		act := k.chain.action(a.Kind)
		if act.Breaker == Alive && !act.Cooldown {
			return now, false // this request will not do better here
		}
		return later(now, a.Start.Add(a.Duration).Add(retryAfter(a.Err))), true
	}
	return now, true
}

// Error describes the outcome and each target's last reason, without any
// content of the call.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("failover: ")
	spent := fmt.Sprintf("%s in %v", count(e.Attempts(), "attempt"), e.Duration.Round(time.Millisecond))
	switch e.Outcome {
	case OutcomeExhausted:
		fmt.Fprintf(&b, "no target answered (%s", spent)
		switch {
		case e.RetryAt.IsZero():
			b.WriteString("; trying again does not help")
		case e.wait > 0:
			fmt.Fprintf(&b, "; worth trying again in %v", roundWait(e.wait))
		}
		b.WriteString(")")
	case OutcomeStopped:
		fmt.Fprintf(&b, "an error that no other target would answer better (%s)", spent)
	case OutcomeTimeout:
		fmt.Fprintf(&b, "the call's time is up (%s)", spent)
	case OutcomeCancelled:
		fmt.Fprintf(&b, "cancelled by the caller (%s)", spent)
	case OutcomeInterrupted:
		fmt.Fprintf(&b, "the answer broke off (%s)", spent)
	default:
		b.WriteString(string(e.Outcome))
	}
	sep := ": "
	for i := range e.History {
		if text := e.line(i); text != "" {
			b.WriteString(sep)
			b.WriteString(text)
			sep = "; "
		}
	}
	if sep == ": " && e.Err != nil {
		b.WriteString(sep)
		b.WriteString(safeText(e.Err))
	}
	if e.LastResort != nil {
		b.WriteString("; last resort: ")
		b.WriteString(safeText(e.LastResort))
	}
	return b.String()
}

// line describes a history entry if it is the one that tells most of its
// target: the last try or, if there was none, the last skip.
func (e *Error) line(i int) string {
	a := &e.History[i]
	for j := range e.History {
		if b := &e.History[j]; b.Target == a.Target && (a.Skip != "" && b.Skip == "" || j > i && (a.Skip != "") == (b.Skip != "")) {
			return ""
		}
	}
	s := withKey(a.Target, a.Key) + ": "
	switch {
	case a.Err == nil:
		return s + "answered"
	case a.Skip != "":
		s += "not called, "
	}
	s += textAfter(a.Target, a.Err)
	if a.N > 1 {
		s += fmt.Sprintf(" (after %d attempts)", a.N)
	}
	return s
}

func withKey(target, key string) string {
	if key == "" {
		return target
	}
	return target + " (key " + key + ")"
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func roundWait(d time.Duration) time.Duration {
	if d > 10*time.Second {
		return d.Round(time.Second)
	}
	return d.Round(10 * time.Millisecond)
}

// textAfter is safeText for a line that has named the target: a provider of the
// same name is left out.
func textAfter(target string, err error) string {
	text := safeText(err)
	if _, ok := errors.AsType[*providers.Error](err); !ok {
		return text // begins with no provider
	}
	if rest, ok := strings.CutPrefix(text, target+" "); ok {
		return rest
	}
	return strings.TrimPrefix(text, target+": ")
}

// safeText is an error's text if it is one of ours, which hold no content of
// calls, and else only its kind.
func safeText(err error) string {
	if e, ok := errors.AsType[*providers.Error](err); ok {
		return e.Error()
	}
	switch e := err.(type) { //nolint:errorlint // as it stands, without what may be around it
	case *TimeoutError:
		return e.describe()
	case *PanicError:
		return "panicked"
	}
	return string(providers.KindOf(err))
}
