// Package row makes database rows of records: the same columns in every
// database.
package row

import (
	"time"

	"github.com/llmotel/sdk/llmotel/calllog"
)

// Columns are the columns of the table, in order. The last is the whole record
// as JSON; the others are what people filter and sum by.
var Columns = []string{
	"started", "call_id", "weight", "trace_id", "span_id",
	"operation", "stream", "provider", "model", "response_model", "target", "service_tier",
	"latency_ms", "ttfc_ms", "success", "abandoned", "error_kind", "status_code",
	"usage", "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens",
	"cost_usd", "unpriced", "price_id", "attempts", "targets",
	"feature", "feature_version", "prompt", "prompt_version", "experiment", "variant",
	"conversation_id", "user_id", "session_id", "tenant",
	"record",
}

// Table is the name of the table.
const Table = "llmotel_calls"

// Maker makes rows. It is for one goroutine.
type Maker struct {
	reader *calllog.Reader
	buf    []byte
	entry  calllog.Entry
}

// New returns a Maker.
func New() *Maker { return &Maker{reader: calllog.NewReader(nil)} }

// Make returns the values of a record: time.Time for started, string, float64,
// int64 and bool, nil for what is not known, and the JSON as a string. All of
// them are taken from the JSON, so that they are what it says.
func (m *Maker) Make(item calllog.Item) ([]any, error) {
	m.buf = denull(item.AppendJSON(m.buf[:0]))
	e := &m.entry
	if err := m.reader.Parse(m.buf, e); err != nil {
		return nil, err
	}
	a := e.Attribution
	if a == nil {
		a = new(calllog.Attribution)
	}
	return []any{
		e.Timestamp.Truncate(time.Microsecond), e.CallID, e.Weight, text(e.TraceID), text(e.SpanID),
		e.Operation, e.Stream, e.Provider, e.Model, text(e.ResponseModel), text(e.Target), text(e.ServiceTier),
		e.LatencyMS, positive(e.TTFCMS), e.Success, e.Abandoned, text(e.ErrorKind), known(e.StatusCode),
		e.Usage, count(e.Input), count(e.Output), count(e.CacheRead), count(e.CacheWrite), count(e.Reasoning),
		amount(e.USD), e.Unpriced, text(e.PriceID), int64(e.Attempts), int64(len(e.Visits)),
		text(a.Feature), text(a.FeatureVersion), text(a.Prompt), text(a.PromptVersion), text(a.Experiment), text(a.Variant),
		text(a.Conversation), text(a.User), text(a.Session), text(a.Tenant),
		string(m.buf),
	}, nil
}

// denull replaces the NUL characters of JSON, which PostgreSQL has none of, in
// its place.
func denull(b []byte) []byte {
	const null, replacement = `\u0000`, `\ufffd`
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' {
			continue
		}
		if i+len(null) <= len(b) && string(b[i:i+len(null)]) == null {
			copy(b[i:], replacement)
		}
		i++ // what is escaped is no escape
	}
	return b
}

func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func positive(f float64) any {
	if f == 0 {
		return nil
	}
	return f
}

func known(n int) any {
	if n == 0 {
		return nil
	}
	return int64(n)
}

func count(n *int64) any {
	if n == nil {
		return nil
	}
	return *n
}

func amount(f *float64) any {
	if f == nil {
		return nil
	}
	return *f
}
