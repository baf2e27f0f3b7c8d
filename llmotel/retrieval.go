package llmotel

import (
	"context"
	"encoding/json"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/llmotel/internal/genai"
)

// RetrievalCall says what is looked up where.
type RetrievalCall struct {
	// DataSourceID names what is searched: a vector store, an index.
	DataSourceID string
	// Provider is the GenAI provider that searches, Model what it searches
	// with; both optional.
	Provider, Model string
	// ServerAddress and ServerPort are the server called; optional. Without a
	// port it is 443.
	ServerAddress string
	ServerPort    int
	// TopK is the most documents asked for; 0 if that is not limited.
	TopK int
	// Query is the text searched for; recorded where content is.
	Query string
}

// RetrievedDocument is a document that was found.
type RetrievedDocument struct {
	ID string `json:"id,omitempty"`
	// Score is the relevance, in the unit of whoever searched.
	Score float64 `json:"score"`
}

// RetrievalSpan is a search that is under way. Its methods are safe for
// concurrent use; those of a nil RetrievalSpan do nothing.
type RetrievalSpan struct {
	operation
	call RetrievalCall
}

// StartRetrieval begins the CLIENT span "retrieval {data source}" and returns
// the context for the search.
func (i *Instrumentation) StartRetrieval(ctx context.Context, call RetrievalCall) (context.Context, *RetrievalSpan) {
	if call.ServerAddress != "" && call.ServerPort == 0 {
		call.ServerPort = 443
	}
	s := &RetrievalSpan{call: call}
	kvs := appendString(nil, genai.DataSourceIDKey, call.DataSourceID)
	kvs = appendString(kvs, genai.ProviderNameKey, call.Provider)
	kvs = appendString(kvs, genai.RequestModelKey, call.Model)
	kvs = appendServer(kvs, call.ServerAddress, call.ServerPort)
	ctx = s.begin(ctx, i, trace.SpanKindClient, genai.OperationNameRetrieval, call.DataSourceID, kvs...)
	s.inside = context.WithoutCancel(ctx)
	return ctx, s
}

// StartRetrieval begins a span on OpenTelemetry's global providers; see
// Instrumentation.StartRetrieval.
func StartRetrieval(ctx context.Context, call RetrievalCall) (context.Context, *RetrievalSpan) {
	return defaultInstrumentation().StartRetrieval(ctx, call)
}

// End finishes the span and records gen_ai.client.operation.duration. The
// documents found are recorded where content is. Only the first call counts.
func (s *RetrievalSpan) End(found []RetrievedDocument, err error) {
	if s == nil {
		return
	}
	out, ok := s.end(err)
	if !ok {
		return
	}
	m := s.inst.metrics
	series := m.of(seriesKey{
		operation: genai.OperationNameRetrieval, provider: s.call.Provider, model: s.call.Model,
		address: s.call.ServerAddress, port: s.call.ServerPort, errorType: out.errorType,
	}, attributionOf(s.inside))
	m.operationDuration.Record(s.inside, out.took.Seconds(), series.record...)
	if err != nil {
		s.inst.exception(s.inside, err, out.message)
	}
	var kvs []attribute.KeyValue
	if s.call.TopK > 0 {
		kvs = append(kvs, genai.RetrievalTopKKey.Int(s.call.TopK))
	}
	if s.to&toSpan != 0 {
		kvs = appendString(kvs, genai.RetrievalQueryTextKey, s.inst.captured(s.inside, s.call.Query))
		kvs = s.appendFound(kvs, found)
	}
	s.finish(out, kvs)
}

// Abort finishes the span as failed unless End has been called: deferred, it
// keeps a panic from leaving a span open.
func (s *RetrievalSpan) Abort() { s.End(nil, aborted{}) }

// appendFound adds the documents, as many as fit.
func (s *RetrievalSpan) appendFound(kvs []attribute.KeyValue, found []RetrievedDocument) []attribute.KeyValue {
	if len(found) == 0 {
		return kvs
	}
	clean := make([]RetrievedDocument, len(found))
	for n, doc := range found {
		clean[n] = RetrievedDocument{ID: s.inst.clean(s.inside, doc.ID, ""), Score: doc.Score}
	}
	for ; len(clean) > 0; clean = clean[:len(clean)/2] {
		text, err := json.Marshal(clean)
		if err != nil { // a score that JSON does not have
			return kvs
		}
		if len(text) <= s.inst.capture.limit {
			return append(kvs, contentAttribute(genai.RetrievalDocumentsKey, string(text), s.inst.capture.structured))
		}
	}
	return kvs
}
