package providers

import (
	"context"
	"iter"
)

// Provider makes LLM calls. Implementations are safe for concurrent use, do
// not keep or change the Request, and return *Error for every failure.
type Provider interface {
	// Name is the provider's name in the GenAI semantic conventions, such as
	// "openai" or "anthropic". A chain of providers has a name of its own.
	Name() string

	// Generate makes one call and returns the whole answer. The error, if
	// any, is or wraps an *Error; the Response is then nil. Each call returns
	// a Response of its own, which the caller may change: a failover chain
	// enters the target and the attempts.
	Generate(ctx context.Context, req *Request) (*Response, error)

	// Stream makes one call and yields the answer as it arrives. Nothing
	// happens before the sequence is ranged over; each range is a new call.
	// Leaving the loop ends the call and releases its connection. An error
	// comes last, with a nil Chunk; a sequence that ends without one is a
	// complete answer whose last chunk is a ChunkFinish.
	Stream(ctx context.Context, req *Request) iter.Seq2[*Chunk, error]
}

// Embedder turns texts into vectors. It is separate from Provider because few
// programs need both and few models serve both.
type Embedder interface {
	// Name is the provider's name in the GenAI semantic conventions.
	Name() string

	// Embed returns one vector for each input, in the order of the inputs.
	Embed(ctx context.Context, req *EmbedRequest) (*EmbedResponse, error)
}

// Addressed is implemented by providers that know which server they call.
// Telemetry uses it for server.address and server.port.
type Addressed interface {
	// ServerAddress is the host name and port behind any proxy. A port of 0
	// means unknown.
	ServerAddress() (host string, port int)
}

// EmbedRequest asks for vectors.
type EmbedRequest struct {
	// Model is required.
	Model string
	// Input holds the texts, at least one, none of them empty.
	Input []string
	// Dimensions shortens the vectors where the model can; 0 is the model's
	// own size.
	Dimensions int
	// User is an opaque id of the end user, for the provider's abuse checks.
	User string
	// Extensions holds vendor-only options; see Request.Extensions.
	Extensions []Extension
}

// EmbedResponse holds vectors.
type EmbedResponse struct {
	// Model is the model that answered, as the provider names it.
	Model string
	// Embeddings has one vector for each input, in order.
	Embeddings [][]float32
	// Usage has no output tokens.
	Usage Usage
	// RequestID is the provider's id of the HTTP request.
	RequestID string
	// Target and Attempts are set by a failover chain; see Response.
	Target   string
	Attempts int
}
