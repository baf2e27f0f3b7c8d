package failover_test

import (
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
