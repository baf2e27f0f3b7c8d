package providertest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/llmotel/sdk/providers"
)

// errors checks how each failure of the service comes out.
func (s suite) errors(t *testing.T) {
	t.Helper()
	for _, kind := range s.Kinds {
		scenario := Scenario{Behaviour: Fail, Kind: kind}
		if kind == providers.KindRateLimited {
			scenario.RetryAfter = 7 * time.Second
		}
		s.test(t, "error/"+string(kind), scenario, func(t *testing.T, b bench) {
			req := b.request()
			r, err := b.Provider.Generate(t.Context(), req)
			if r != nil {
				t.Error("Generate returned a response beside the error")
			}
			b.checkFail(t, "Generate", err)
			chunks, err := b.chunks(t, b.Provider.Stream(t.Context(), req))
			if slices.ContainsFunc(chunks, func(c *providers.Chunk) bool { return c.Kind.Semantic() }) {
				t.Error("the stream yielded a part of an answer before it failed")
			}
			checkOrder(t, chunks)
			b.checkFail(t, "Stream", err)
			b.checkUnchanged(t, req)
			b.checkReleased(t)
		})
	}
	s.broken(t, FailMidStream, providers.KindServerError)
	s.broken(t, CutStream, providers.KindNetwork, providers.KindMalformed)
	s.broken(t, TruncatedStream, providers.KindMalformed, providers.KindNetwork)
}

// broken checks a stream that fails after its first text, with one of the
// kinds.
func (s suite) broken(t *testing.T, behaviour Behaviour, kinds ...providers.Kind) {
	t.Helper()
	scenario := Scenario{Behaviour: behaviour}
	if behaviour == FailMidStream {
		scenario.Kind = kinds[0]
	}
	s.test(t, "error/"+string(behaviour), scenario, func(t *testing.T, b bench) {
		chunks, err := b.chunks(t, b.Provider.Stream(t.Context(), b.request()))
		checkOrder(t, chunks)
		if count(chunks, providers.ChunkText) == 0 {
			t.Error("no text before the failure")
		}
		if count(chunks, providers.ChunkFinish) > 0 {
			t.Error("a broken stream has a finish chunk")
		}
		_ = b.checkError(t, "Stream", err, kinds...)
		b.checkReleased(t)
	})
}

func (b bench) checkFail(t *testing.T, how string, err error) {
	t.Helper()
	e := b.checkError(t, how, err, b.scenario.Kind)
	if e == nil {
		return
	}
	if e.RetryAfter != b.scenario.RetryAfter {
		t.Errorf("%s: RetryAfter = %v, want %v", how, e.RetryAfter, b.scenario.RetryAfter)
	}
	if want := b.WantError.StatusCode; want != 0 && e.StatusCode != want {
		t.Errorf("%s: StatusCode = %d, want %d", how, e.StatusCode, want)
	}
	if want := b.WantError.Code; want != "" && e.Code != want {
		t.Errorf("%s: Code = %q, want %q", how, e.Code, want)
	}
	if want := b.WantError.RequestID; want != "" && e.RequestID != want {
		t.Errorf("%s: RequestID = %q, want %q", how, e.RequestID, want)
	}
}

// checkError checks that err is a typed error of one of the kinds with nothing
// of the call in its text.
func (b bench) checkError(t *testing.T, how string, err error, kinds ...providers.Kind) *providers.Error {
	t.Helper()
	if err == nil {
		t.Errorf("%s: no error, want one of %v", how, kinds)
		return nil
	}
	var e *providers.Error
	if !errors.As(err, &e) {
		t.Errorf("%s: the error is a %T, want a *providers.Error in its tree", how, err)
		return nil
	}
	if kind := providers.KindOf(err); !slices.Contains(kinds, kind) {
		t.Errorf("%s: kind %q, want one of %q: %v", how, kind, kinds, err)
	}
	if e.Provider != b.ErrorProvider {
		t.Errorf("%s: Error.Provider = %q, want %q", how, e.Provider, b.ErrorProvider)
	}
	for _, text := range []string{err.Error(), fmt.Sprintf("%v", err), fmt.Sprintf("%+v", err), fmt.Sprintf("%q", err)} {
		for _, canary := range canaries {
			if strings.Contains(text, canary) {
				t.Errorf("%s: the error text holds the prompt or the key: %s", how, text)
				return e
			}
		}
	}
	return e
}
