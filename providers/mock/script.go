package mock

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/llmotel/sdk/providers"
)

// Step is what a call of a script does. Steps are values: each method returns a
// changed copy. The zero Step answers as without a script.
type Step struct {
	kind       providers.Kind   // of a failure
	retryAfter *time.Duration   // of a failure
	parts      []providers.Part // of an answer; nil for a generated one
	delay      *time.Duration
	broken     breakage
	after      int // chunks
	panics     bool
	value      any // of a panic
	calls      int // 0 is 1
}

// Values of Step.calls that are not numbers.
const (
	forever = -1
	none    = -2
)

// breakage is how an answer goes wrong on its way.
type breakage uint8

const (
	whole breakage = iota
	cut
	truncated
	stalled
	failing // with Step.kind
	silent  // not even a start
)

// Fail fails with the kind.
func Fail(kind providers.Kind) Step { return Step{kind: kind} }

// Answer answers with the text.
func Answer(text string) Step { return AnswerParts(providers.Text{Text: text}) }

// AnswerParts answers with the parts: text, reasoning, tool calls and others.
func AnswerParts(parts ...providers.Part) Step { return Step{parts: slices.Clone(parts)} }

// Generated answers as without a script.
func Generated() Step { return Step{} }

// Delay answers as without a script after d; see Step.Delay.
func Delay(d time.Duration) Step { return Step{}.Delay(d) }

// CutAfter begins a generated answer and breaks off; see Step.CutAfter.
func CutAfter(n int) Step { return Step{}.CutAfter(n) }

// TruncateAfter begins a generated answer and ends it without its end; see
// Step.TruncateAfter.
func TruncateAfter(n int) Step { return Step{}.TruncateAfter(n) }

// StallAfter begins a generated answer and falls silent; see Step.StallAfter.
func StallAfter(n int) Step { return Step{}.StallAfter(n) }

// FailAfter begins a generated answer and fails; see Step.FailAfter.
func FailAfter(n int, kind providers.Kind) Step { return Step{}.FailAfter(n, kind) }

// Stall never answers: the call ends with its context.
func Stall() Step { return Step{broken: silent} }

// Panic panics with the value, as a provider with a bug does.
func Panic(value any) Step { return Step{panics: true, value: value} }

// Times makes the step serve n calls. The default is 1.
func (s Step) Times(n int) Step {
	s.calls = n
	if n < 1 {
		s.calls = none
	}
	return s
}

// Forever makes the step serve all further calls.
func (s Step) Forever() Step { s.calls = forever; return s }

// Delay sets how long the answer or failure takes, or the first chunk of a
// stream, before time scaling. The default is drawn from the profile.
func (s Step) Delay(d time.Duration) Step { s.delay = &d; return s }

// RetryAfter sets what a failure asks to wait, exactly: it is not scaled.
func (s Step) RetryAfter(d time.Duration) Step { s.retryAfter = &d; return s }

// CutAfter breaks the connection after n chunks of the answer (not counting
// start and usage): KindNetwork. Unary calls fail so too.
func (s Step) CutAfter(n int) Step { s.broken, s.after = cut, n; return s }

// TruncateAfter ends the answer in good order after n chunks but without its
// end: KindMalformed. Unary calls fail so too.
func (s Step) TruncateAfter(n int) Step { s.broken, s.after = truncated, n; return s }

// StallAfter sends nothing more after n chunks: the call ends with its context,
// or never if that does not end.
func (s Step) StallAfter(n int) Step { s.broken, s.after = stalled, n; return s }

// FailAfter fails with the kind after n chunks. Unary calls fail at once.
func (s Step) FailAfter(n int, kind providers.Kind) Step {
	s.broken, s.after, s.kind = failing, n, kind
	return s
}

func (s Step) validate() error {
	if s.kind != "" {
		if err := checkKind(s.kind); err != nil {
			return err
		}
	}
	switch {
	case s.broken == failing && s.kind == "":
		return errors.New("fails with no kind")
	case s.kind != "" && s.broken != whole && s.broken != failing:
		return fmt.Errorf("fails with %s and breaks off; one of the two", s.kind)
	case s.after < 0:
		return fmt.Errorf("breaks off after %d chunks", s.after)
	case s.calls == none:
		return errors.New("serves no call; Times needs at least 1")
	case s.delay != nil && *s.delay < 0, s.retryAfter != nil && *s.retryAfter < 0:
		return errors.New("has a negative time")
	case slices.Contains(s.parts, nil):
		return errors.New("answers with a nil part")
	}
	return nil
}

// script hands out steps in order.
type script struct {
	mu    sync.Mutex
	steps []Step
}

func (s *script) next() (Step, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.steps) == 0 {
		return Step{}, false
	}
	step := s.steps[0]
	switch {
	case step.calls > 1:
		s.steps[0].calls--
	case step.calls != forever:
		s.steps = s.steps[1:]
	}
	return step, true
}
