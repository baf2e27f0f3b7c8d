package failover_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/failover"
	"github.com/llmotel/sdk/providers"
)

// Behind its finish an answer is whole: what goes wrong then, or still comes, is
// nobody's business, and the target has answered.
func TestNothingComesAfterTheFinish(t *testing.T) {
	finish := &providers.Chunk{Kind: providers.ChunkFinish, Finish: &providers.Finish{Reasons: []providers.FinishReason{providers.FinishStop}}}
	word := &providers.Chunk{Kind: providers.ChunkText, Text: "word"}
	for name, p := range map[string]*canned{
		"an error": {name: "p", chunks: []*providers.Chunk{word, finish}, err: fail(providers.KindNetwork)},
		"chunks":   {name: "p", chunks: []*providers.Chunk{word, finish, word, finish}},
	} {
		for _, policy := range []failover.StreamPolicy{failover.StreamFail, failover.StreamRestart, failover.StreamBuffer} {
			c := chain(t, p, nil, failover.WithStreamPolicy(policy))
			got, resp, err := seen(t, c, ask())
			if diff := cmp.Diff([]string{"word", "finish of a"}, got); diff != "" || err != nil || resp.Text() != "word" {
				t.Errorf("%s, %s: %v\n%s", name, policy, err, diff)
			}
			if s, _ := c.BreakerStatus("a"); s.Successes != 1 || s.Failures != 0 {
				t.Errorf("%s, %s: %+v", name, policy, s)
			}
		}
	}
}

// Who leaves the loop at the finish has left nothing behind.
func TestLeavingAtTheFinishIsTheEnd(t *testing.T) {
	for at, abandoned := range map[providers.ChunkKind]bool{providers.ChunkText: true, providers.ChunkFinish: false} {
		var ends []failover.EndEvent
		c := chain(t, script("p", whole("word")), nil, failover.WithHooks(collectEnds(&ends)))
		for chunk, err := range c.Stream(t.Context(), ask()) {
			if err != nil {
				t.Fatal(err)
			}
			if chunk.Kind == at {
				break
			}
		}
		if len(ends) != 1 || ends[0].Abandoned != abandoned || ends[0].Target != "a" || ends[0].Err != nil {
			t.Errorf("left at %v: %+v", at, ends)
		}
	}
}

// A stream that begins anew on the same target is a retry, not a fallback.
func TestRestartOnTheSameTargetIsNoFallback(t *testing.T) {
	var moved []failover.FallbackEvent
	retries := 0
	c := chain(t, script("pa", cut(providers.KindNetwork), whole("all")), script("pb"), failover.WithBackoff(0, 0),
		failover.WithStreamPolicy(failover.StreamRestart), failover.WithHooks(failover.Hooks{
			Fallback: func(_ context.Context, e failover.FallbackEvent) { moved = append(moved, e) },
			Retry:    func(context.Context, failover.RetryEvent) { retries++ },
		}))
	_, resp, err := seen(t, c, ask())
	if err != nil || resp.Target != "a" || resp.Text() != "all" || len(moved) != 0 || retries != 1 {
		t.Errorf("%+v, %v; %d retries, moved %+v", resp, err, retries, moved)
	}
}

// A chunk that is none makes no sense.
func TestNilChunkIsMalformed(t *testing.T) {
	word := &providers.Chunk{Kind: providers.ChunkText, Text: "word"}
	finish := &providers.Chunk{Kind: providers.ChunkFinish, Finish: &providers.Finish{}}
	for at, chunks := range [][]*providers.Chunk{{nil, word, finish}, {word, nil, finish}} {
		p := &canned{name: "p", chunks: chunks}
		c := chain(t, p, script("pb"), onlyOnce)
		resp, err := either(t, c, true)
		if at == 0 && (err != nil || resp.Target != "b") || at == 1 && providers.KindOf(err) != providers.KindMalformed {
			t.Errorf("after %d chunks: %+v, %v", at, resp, err)
		}
		if s, _ := c.BreakerStatus("a"); s.Failures != 1 {
			t.Errorf("%+v", s)
		}
	}
}
