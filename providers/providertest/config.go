package providertest

import (
	"cmp"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/llmotel/sdk/providers"
)

// Config describes the provider under test.
type Config struct {
	// New returns a provider that behaves as the scenario says on each call,
	// and what it needs is closed by t.Cleanup, idle connections included.
	// It is called once in every subtest, so the calls start at zero.
	New func(t *testing.T, s Scenario) Setup
	// Name is what Provider.Name must return.
	Name string
	// Model is the model to ask for; the default is "test-model".
	Model string
	// ErrorProvider is the Error.Provider to expect; the default is Name. A
	// chain sets the name of its target.
	ErrorProvider string
	// Kinds are the kinds of error that the service can cause; the default
	// is ServiceKinds.
	Kinds []providers.Kind
	// Skip maps names of subtests ("reasoning", "error/permission") to why
	// this provider cannot do them.
	Skip map[string]string
	// Patience is how long anything that should be immediate may take; the
	// default is 5 seconds.
	Patience time.Duration
}

// Setup is a provider made for one scenario.
type Setup struct {
	// Provider is required.
	Provider providers.Provider
	// Edit changes the suite's request where the provider needs it; nil
	// leaves it. It is called for every new request and must do the same
	// each time.
	Edit func(*providers.Request)
	// Calls counts the calls that reached the service so far. Required, and
	// safe for concurrent use.
	Calls func() int
	// Active counts the calls that the service is answering now. Nil leaves
	// out the checks that resources are released.
	Active func() int
	// Want is the answer to expect, without Raw and Created. Nil leaves the
	// suite with its general checks.
	Want *providers.Response
	// WantError holds fields to expect in the error of a Fail: StatusCode,
	// Code, RequestID; those that are zero are not checked.
	WantError providers.Error
}

// Run runs the suite. It uses subtests that do not run in parallel.
func Run(t *testing.T, cfg Config) {
	t.Helper()
	if cfg.New == nil || cfg.Name == "" {
		t.Fatal("providertest: Config needs New and Name")
	}
	cfg.Model = cmp.Or(cfg.Model, "test-model")
	cfg.ErrorProvider = cmp.Or(cfg.ErrorProvider, cfg.Name)
	cfg.Patience = cmp.Or(cfg.Patience, 5*time.Second)
	if cfg.Kinds == nil {
		cfg.Kinds = ServiceKinds()
	}
	s := suite{cfg}
	s.answers(t)
	s.streams(t)
	s.errors(t)
	s.cancellation(t)
	s.invalid(t)
	s.concurrency(t)
}

type suite struct{ Config }

// bench is one subtest's provider and its requests.
type bench struct {
	Setup
	suite
	scenario Scenario
}

// test runs f as a subtest with a provider of its own and checks that it
// leaves no goroutine behind once the author's cleanup has run.
func (s suite) test(t *testing.T, name string, scenario Scenario, f func(t *testing.T, b bench)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		t.Helper()
		if why, ok := s.Skip[name]; ok {
			t.Skip(why)
		}
		before := goleak.IgnoreCurrent()
		t.Cleanup(func() {
			if !t.Failed() {
				goleak.VerifyNone(t, before)
			}
		})
		setup := s.New(t, scenario)
		if setup.Provider == nil || setup.Calls == nil {
			t.Fatal("providertest: Setup needs Provider and Calls")
		}
		f(t, bench{setup, s, scenario})
	})
}

// request returns a new request, equal to every other that it returns.
func (b bench) request() *providers.Request {
	req := request(b.scenario, b.Model)
	if b.Edit != nil {
		b.Edit(req)
	}
	return req
}
