package conformance_test

import (
	"github.com/llmotel/sdk/internal/conformance/check"
	"github.com/llmotel/sdk/internal/conformance/coverage"
)

// deviation is a finding that stays, with the reason. One that does not occur
// fails the test.
type deviation struct {
	id check.ID
	// signal is how the finding's context begins, attribute how it ends.
	signal, attribute string
	reason            string
	used              bool
}

const attributionOnEmbeddings = "on whose behalf a call was made is told of embeddings as well; the names are in the registry"

var deviations = []deviation{
	{id: check.Undeclared, signal: "span embeddings", attribute: "gen_ai.prompt.name", reason: attributionOnEmbeddings},
	{id: check.Undeclared, signal: "span embeddings", attribute: "gen_ai.prompt.version", reason: attributionOnEmbeddings},
	{id: check.Undeclared, signal: "span embeddings", attribute: "gen_ai.conversation.id", reason: attributionOnEmbeddings},
}

const (
	atTheServer = "told by servers of models; llmotel observes their clients"
	fingerprint = "changes with each deployment of the model, so that series would have no bound; it is on the span"
)

// reasons say why something that the conventions declare is not emitted. A
// reason that is not needed fails the test.
var reasons = []coverage.Reason{
	{Signal: "span gen_ai.create_agent.client", Text: "agents are not created through llmotel"},
	{Signal: "span gen_ai.fetch_response.client", Text: "fetching a stored answer is no LLM call: such requests pass untouched"},
	{Signal: "span gen_ai.memory.client", Text: "there is no memory service among what llmotel observes"},
	{Signal: "span gen_ai.plan.internal", Text: "only the program can tell that a call plans; it may start such a span of its own"},
	{Signal: "metric gen_ai.server.request.duration", Text: atTheServer},
	{Signal: "metric gen_ai.server.time_per_output_token", Text: atTheServer},
	{Signal: "metric gen_ai.server.time_to_first_token", Text: atTheServer},

	{Signal: "event gen_ai.client.operation.exception", Attribute: "exception.stacktrace", Text: "errors of Go have none"},
	{Signal: "metric gen_ai.client.operation.duration", Attribute: "openai.response.service_tier", Text: "embeddings have no tier, and other operations have a metric of their own"},
	{Signal: "metric gen_ai.client.operation.duration", Attribute: "openai.response.system_fingerprint", Text: fingerprint},
	{Signal: "metric gen_ai.client.token.usage", Attribute: "openai.response.system_fingerprint", Text: fingerprint},
	{Signal: "metric gen_ai.client.inference.duration", Attribute: "openai.response.system_fingerprint", Text: fingerprint},
	{Signal: "metric gen_ai.client.inference.operation.input_tokens", Attribute: "openai.response.system_fingerprint", Text: fingerprint},
	{Signal: "metric gen_ai.client.inference.operation.output_tokens", Attribute: "openai.response.system_fingerprint", Text: fingerprint},
	{Signal: "metric gen_ai.client.inference.usage.input_tokens", Attribute: "openai.response.system_fingerprint", Text: fingerprint},
	{Signal: "metric gen_ai.client.inference.usage.output_tokens", Attribute: "openai.response.system_fingerprint", Text: fingerprint},
	{Signal: "metric gen_ai.client.inference.usage.cache_read.input_tokens", Attribute: "openai.response.system_fingerprint", Text: fingerprint},
	{Signal: "metric gen_ai.client.inference.usage.cache_write.input_tokens", Attribute: "openai.response.system_fingerprint", Text: fingerprint},
	{Signal: "metric gen_ai.client.inference.usage.reasoning.output_tokens", Attribute: "openai.response.system_fingerprint", Text: fingerprint},
}
