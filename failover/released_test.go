package failover_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

// foreign is a context that is none of the standard library's: what is derived
// from it waits on a goroutine until it is cancelled, so that the end of the
// bubble finds what was not.
type foreign struct {
	context.Context
	done chan struct{}
}

func (f foreign) Done() <-chan struct{} { return f.done }
func (f foreign) Err() error            { return nil }
func (f foreign) Value(any) any         { return nil }

// TestNothingIsLeftOnTheCallersContext: a call that has ended, however it has,
// hangs on to nothing of a context that lives on.
func TestNothingIsLeftOnTheCallersContext(t *testing.T) {
	options := map[string][]failover.Option{
		"plain":    {failover.WithTotalTimeout(0), failover.WithFirstChunkTimeout(0), failover.WithIdleTimeout(0)},
		"defaults": nil,
		"limits":   {failover.WithAttemptTimeout(time.Hour), failover.WithConnectTimeout(time.Hour), failover.WithStreamTimeout(time.Hour)},
		"hedge":    {failover.WithHedge(time.Second)},
		"buffer":   {failover.WithStreamPolicy(failover.StreamBuffer)},
		"restart":  {failover.WithStreamPolicy(failover.StreamRestart)},
		"generate": {failover.WithStreamedGenerate()},
		"resort":   {failover.WithStaticAnswer("sorry")},
	}
	steps := map[string][2][]step{
		"answered":   {nil, nil},
		"slow":       {{{after: 5 * time.Second, words: []string{"x"}}}, {{after: 2 * time.Second, words: []string{"y"}}}},
		"moved":      {{{err: fail(providers.KindModelNotFound)}}, nil},
		"broken":     {{cut(providers.KindNetwork), cut(providers.KindNetwork)}, nil},
		"everywhere": {{{err: fail(providers.KindModelNotFound)}}, {{err: fail(providers.KindModelNotFound)}}},
	}
	for how, opts := range options {
		for what, s := range steps {
			for _, way := range []string{"unary", "stream", "left"} {
				t.Run(strings.Join([]string{how, what, way}, "/"), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						c := chain(t, script("pa", s[0]...), script("pb", s[1]...), opts...)
						ctx := foreign{t.Context(), make(chan struct{})}
						switch way {
						case "unary":
							_, _ = c.Generate(ctx, ask())
						case "stream":
							_, _ = providers.Collect(c.Stream(ctx, ask()))
						default:
							for range c.Stream(ctx, ask()) {
								break
							}
						}
					})
				})
			}
		}
	}
}
