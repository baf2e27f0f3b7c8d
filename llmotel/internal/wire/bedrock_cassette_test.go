package wire_test

import (
	"strings"
	"testing"
)

func TestAnthropicRecordings(t *testing.T) { checkRecordings(t, "anthropic.messages") }

func TestBedrockRecordings(t *testing.T) {
	for _, r := range recordings(t, "bedrock.") {
		// The decoder that the expectations come from read bodies only; these
		// have their counts in headers.
		if strings.Contains(r.name, "cohere.command-r") {
			r.attributes["gen_ai.usage.input_tokens"], r.attributes["gen_ai.usage.output_tokens"] = 5.0, 10.0
		}
		if strings.Contains(r.name, "mistral.mistral") {
			r.attributes["gen_ai.usage.input_tokens"], r.attributes["gen_ai.usage.output_tokens"] = 6.0, 10.0
		}
		t.Run(r.name, func(t *testing.T) {
			for _, size := range []int{0, 1, 3, 7, 64, 1000} {
				x := r.replay(t, size, nil)
				r.check(t, x)
				if !x.Complete {
					t.Errorf("%s: not complete", r.name)
				}
				if t.Failed() {
					t.Fatalf("in pieces of %d", size)
				}
			}
		})
	}
}
