package llmotel

import (
	"cmp"
	"errors"
	"slices"

	"github.com/llmotel/sdk/llmotel/internal/genai"
	"github.com/llmotel/sdk/llmotel/internal/wire"
	"github.com/llmotel/sdk/providers"
)

// The operations that Call.Operation names.
const (
	OperationChat            = genai.OperationNameChat
	OperationGenerateContent = genai.OperationNameGenerateContent
	OperationTextCompletion  = genai.OperationNameTextCompletion
	OperationEmbeddings      = genai.OperationNameEmbeddings
)

// Call says what is asked of whom. It is what is known when a call starts.
type Call struct {
	// Operation is the GenAI operation; empty means OperationChat.
	Operation string
	// Provider is the provider's name in the semantic conventions ("openai",
	// "aws.bedrock"), or the vendor's own where they have none; required. An
	// empty one is recorded as "_OTHER".
	Provider string
	// Model is the model asked for; empty takes it from Request.
	Model string
	// ServerAddress and ServerPort are the server called; optional. Without a
	// port it is 443.
	ServerAddress string
	ServerPort    int
	// Stream tells whether the answer is asked for as a stream.
	Stream bool
	// Target is the failover target's name; empty without a chain.
	Target string
	// Request supplies the sampling options for the span's attributes, and the
	// content where that is recorded; nil if there is none. It is read when the
	// call ends.
	Request *providers.Request
	// Embed is the same for embeddings.
	Embed *providers.EmbedRequest
	// EncodingFormats are those asked for in an embeddings call ("base64").
	EncodingFormats []string
	// ConversationID is the provider's or framework's id of the conversation.
	// An id given by WithAttribution comes first.
	ConversationID string
	// GuardrailID and KnowledgeBaseID are those of AWS Bedrock that the call
	// uses.
	GuardrailID, KnowledgeBaseID string
	// ResendCount is the ordinal of the attempt if something above this layer
	// makes each a call of its own: 1 for the first retry.
	ResendCount int

	// asked is what was read off the wire of a request, in place of Request.
	asked *wire.Asked
}

// calling is what a Span keeps of a Call while it is under way: an open stream
// keeps all of it.
type calling struct {
	*start  // read only, as it is shared
	*rarely // likewise
	Request *providers.Request
	asked   *wire.Asked
}

// rarely is what few calls say.
type rarely struct {
	Embed                                        *providers.EmbedRequest
	EncodingFormats                              []string
	ConversationID, GuardrailID, KnowledgeBaseID string
}

// nothingRare is shared by all calls that say nothing of it.
var nothingRare rarely

func (c *Call) calling(s *start) calling {
	out := calling{start: s, rarely: &nothingRare, Request: c.Request, asked: c.asked}
	if c.Embed != nil || len(c.EncodingFormats) > 0 || c.ConversationID != "" || c.GuardrailID != "" || c.KnowledgeBaseID != "" {
		out.rarely = &rarely{c.Embed, c.EncodingFormats, c.ConversationID, c.GuardrailID, c.KnowledgeBaseID}
	}
	return out
}

// conversation is the id of the conversation that the call says it is of.
func (c *calling) conversation() string {
	if c.ConversationID == "" && c.asked != nil {
		return c.asked.Option(wire.ParamConversation).String()
	}
	return c.ConversationID
}

// guardrail is the id of the guardrail that the call asks for.
func (c *calling) guardrail() string {
	if c.GuardrailID == "" && c.asked != nil {
		return c.asked.Option(wire.ParamGuardrail).String()
	}
	return cmp.Or(c.GuardrailID, guardrailOf(c.Request))
}

// Result says what came back. It is what is known when a call ends.
type Result struct {
	// Provider is the provider that answered, if another than was called: a
	// chain's target. API is the vendor's API, where it has several.
	Provider, API         string
	ResponseID, RequestID string
	// Model is the model that answered; empty if the provider did not say.
	Model string
	// FinishReasons has one entry for each choice.
	FinishReasons []providers.FinishReason
	// RawFinishReasons are the same in the provider's own words, which are what
	// the span shows. Without them it shows FinishReasons.
	RawFinishReasons []string
	// Usage is the ledger; its zero value says that nothing was reported.
	Usage providers.Usage
	// ServiceTier and SystemFingerprint are the provider's words.
	ServiceTier, SystemFingerprint string
	// Region is where the provider says that it kept the data, if that may have
	// a price of its own: see pricing.Query.
	Region string
	// ConversationID is the id of the conversation, if the answer tells it.
	ConversationID string
	// Compacted tells that the model saw a compacted view of the conversation.
	Compacted bool
	// Response supplies the content of the answer where that is recorded; nil if
	// chunks do, or nothing.
	Response *providers.Response
	// ResponseChars is the length of the answer's text in bytes.
	ResponseChars int
	// Attempts counts the tries; 0 takes 1 plus the number of Span.Retry.
	Attempts int
	// MalformedChunks counts the events of a streamed answer that were left out
	// because they could not be read.
	MalformedChunks int

	refused  bool // counts came back that cannot be
	complete bool // what chunks have said is all
}

// ResultOf returns what a Response says. It is safe for nil.
func ResultOf(r *providers.Response) Result {
	if r == nil {
		return Result{}
	}
	return Result{
		Provider: r.Provider, API: r.API, ResponseID: r.ID, RequestID: r.RequestID, Model: r.Model,
		FinishReasons: reasonsOf(r.Choices), RawFinishReasons: rawReasonsOf(r.Choices), Usage: r.Usage,
		ServiceTier: r.ServiceTier, SystemFingerprint: r.SystemFingerprint, Region: r.Region,
		ResponseChars: textLen(r.Choices), Attempts: r.Attempts, MalformedChunks: r.MalformedChunks, Response: r,
	}
}

func resultOfFinish(f *providers.Finish) Result {
	return Result{
		Provider: f.Provider, API: f.API, ResponseID: f.ResponseID, RequestID: f.RequestID, Model: f.Model,
		FinishReasons: f.Reasons, RawFinishReasons: f.RawReasons, Usage: f.Usage,
		ServiceTier: f.ServiceTier, SystemFingerprint: f.SystemFingerprint, Region: f.Region,
		Attempts: f.Attempts, MalformedChunks: f.MalformedChunks,
	}
}

func textLen(choices []providers.Choice) int {
	n := 0
	for i := range choices {
		n += partsLen(choices[i].Message.Parts)
	}
	return n
}

func partsLen(parts []providers.Part) int {
	n := 0
	for _, p := range parts {
		switch p := p.(type) {
		case providers.Text:
			n += len(p.Text)
		case providers.ToolCall:
			n += len(p.Arguments)
		case providers.ToolResult:
			n += partsLen(p.Parts)
		}
	}
	return n
}

func (c *calling) promptLen() int {
	n := 0
	if c.asked != nil {
		n = c.asked.PromptBytes()
	}
	if r := c.Request; r != nil {
		for _, s := range r.System {
			n += len(s.Text)
		}
		for i := range r.Messages {
			n += partsLen(r.Messages[i].Parts)
		}
	}
	if e := c.Embed; e != nil {
		for _, s := range e.Input {
			n += len(s)
		}
	}
	return n
}

// failure is what telemetry says of an error: nothing that could hold content
// of the call.
type failure struct {
	kind      providers.Kind
	message   string
	code      string
	requestID string
	status    int
	usage     providers.Usage
}

// unknownFailure describes what cannot be described: a redactor or an error
// has panicked.
const unknownFailure = "failed"

// failureOf reads an error. Texts are taken only from *providers.Error, which
// keeps content out; of other errors no more than kind and Go type are told. An error
// whose methods panic is an unknown one.
func failureOf(err error) (f failure) {
	if err == nil {
		return f
	}
	defer func() {
		if recover() != nil {
			f = failure{kind: providers.KindUnknown, message: unknownFailure}
		}
	}()
	f.kind = kindOf(err)
	f.message = "failed with " + causeType(err)
	if e, ok := errors.AsType[*providers.Error](err); ok && e != nil {
		f.message, f.status, f.usage = e.Error(), e.StatusCode, e.Usage
		f.code, f.requestID = providers.CleanID(e.Code), e.RequestID
	}
	if i, ok := errors.AsType[*providers.InterruptedError](err); ok && i != nil && i.Partial != nil && f.usage.Completeness == providers.UsageMissing {
		f.usage = i.Partial.Usage
	}
	return f
}

// kindOf is providers.KindOf, except that errors of others may name one of our
// kinds. Other names have no bound and may hold anything.
func kindOf(err error) providers.Kind {
	kind := providers.KindOf(err)
	if kind == providers.KindUnknown {
		if t, ok := errors.AsType[interface {
			error
			ErrorType() string
		}](err); ok && slices.Contains(providers.Kinds(), providers.Kind(t.ErrorType())) {
			return providers.Kind(t.ErrorType())
		}
	}
	if !slices.Contains(providers.Kinds(), kind) {
		return providers.KindUnknown
	}
	return kind
}
