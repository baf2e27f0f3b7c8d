package llmotel_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/llmotel/sdk/internal/oteltest"
	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/providers"
)

// A Record has the retries of a call; with a chain, each visit has its own.
func TestRecordedRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := &recordSink{}
		inst := instrument(t, oteltest.New(), llmotel.WithSinks(sink))
		call := func(target string) {
			_, span := inst.Start(t.Context(), llmotel.Call{Provider: "openai", Model: "m", Target: target})
			time.Sleep(100 * time.Millisecond)
			span.Retry(time.Second, &providers.Error{Kind: providers.KindOverloaded, StatusCode: 529})
			time.Sleep(time.Second)
			span.End(llmotel.Result{}, nil)
			span.Retry(time.Second, errors.New("too late"))
		}
		begun := time.Now()
		call("")
		want := []llmotel.Retry{{At: begun.Add(100 * time.Millisecond), Delay: time.Second, ErrorKind: providers.KindOverloaded, StatusCode: 529}}
		if r := sink.records[0]; !slices.Equal(r.Retries, want) || r.Attempts != 2 {
			t.Errorf("%+v, want %+v", r.Retries, want)
		}

		ctx, chain := inst.StartChain(t.Context(), llmotel.ChainCall{Chain: "failover"})
		begun = time.Now()
		_, span := inst.Start(ctx, llmotel.Call{Provider: "openai", Model: "m", Target: "a"})
		span.Retry(time.Second, &providers.Error{Kind: providers.KindTimeout})
		span.End(llmotel.Result{}, errors.New("no"))
		_, span = inst.Start(ctx, llmotel.Call{Provider: "openai", Model: "m", Target: "b"})
		span.End(llmotel.Result{}, nil)
		chain.End(llmotel.ChainResult{Target: "b", Attempts: 3}, nil)
		want = []llmotel.Retry{{At: begun, Delay: time.Second, ErrorKind: providers.KindTimeout}}
		if r := sink.records[1]; len(r.Retries) != 0 || len(r.Visits) != 2 || !slices.Equal(r.Visits[0].Retries, want) || r.Visits[1].Retries != nil {
			t.Errorf("%+v", r)
		}
	})
}
