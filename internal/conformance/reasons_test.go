package conformance_test

import (
	"github.com/llmotel/sdk/internal/conformance/check"
	"github.com/llmotel/sdk/internal/conformance/coverage"
)

// deviation is a finding that stays, with the reason. One that does not occur
// fails the test.
type deviation struct {
	id      check.ID
	context string // that findings contain
	reason  string
	used    bool
}

const (
	attributionOnEmbeddings = "on whose behalf a call was made is told of embeddings as well; the names are in the registry"
	notTold                 = "the vendor does not tell"
)

var deviations = []deviation{
	{id: check.Undeclared, context: "span embeddings text-embedding-3-small: gen_ai.prompt.name", reason: attributionOnEmbeddings},
	{id: check.Undeclared, context: "span embeddings text-embedding-3-small: gen_ai.prompt.version", reason: attributionOnEmbeddings},
	{id: check.Undeclared, context: "span embeddings text-embedding-3-small: gen_ai.conversation.id", reason: attributionOnEmbeddings},
	{id: check.Undeclared, context: "span embeddings gemini-embedding-001: gen_ai.prompt.name", reason: attributionOnEmbeddings},
	{id: check.Undeclared, context: "span embeddings gemini-embedding-001: gen_ai.prompt.version", reason: attributionOnEmbeddings},
	{id: check.Undeclared, context: "span embeddings gemini-embedding-001: gen_ai.conversation.id", reason: attributionOnEmbeddings},
	{id: check.RecommendedAbsent, context: "span chat us.anthropic.claude-sonnet-5-20260901-v1:0: gen_ai.response.id", reason: notTold},
	{id: check.RecommendedAbsent, context: "gen_ai.client.inference.operation.details: gen_ai.response.id", reason: notTold},
	{id: check.RecommendedAbsent, context: "span embeddings gemini-embedding-001: gen_ai.response.model", reason: notTold},
	{id: check.RecommendedAbsent, context: "span embeddings gemini-embedding-001: gen_ai.usage.input_tokens", reason: notTold},
	{id: check.RecommendedAbsent, context: "metric gen_ai.client.operation.duration: gen_ai.response.model", reason: notTold},
}

// reasons say why something that the conventions declare is not emitted. A
// reason that is not needed fails the test.
var reasons = []coverage.Reason{}
