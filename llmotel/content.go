package llmotel

import (
	"context"
	"encoding/json"
	"sync"
	"unsafe"

	"go.opentelemetry.io/otel/attribute"

	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/genai"
)

// Content is what was said in one call, or one run of an agent or workflow, in
// the form of the conventions' JSON schemas, redacted. Documents of which there
// is nothing are nil.
type Content struct {
	// Operation, Provider, Model and ResponseID are those of the call.
	Operation, Provider, Model, ResponseID string
	// SystemInstructions, InputMessages, OutputMessages and ToolDefinitions are
	// the documents, whole ones unless Truncated says that there was too much
	// to keep: more than 1 MiB, or four times WithContentLimit if that is more.
	SystemInstructions, InputMessages, OutputMessages, ToolDefinitions json.RawMessage
	Truncated                                                          bool
	// Attributes are put on the span, and on the details event: say where the
	// content was stored.
	Attributes []attribute.KeyValue
}

// UploadHook takes the content of a call to where it is kept apart from
// telemetry. It may keep and change what it is given; what it leaves there is
// what spans and events then show, as far as WithContentCapture says.
//
// It is called for every call that has content, sampled or not, on the
// goroutine of the call and before its span ends: it must not block. The span
// is that of ctx, which is never cancelled. If the hook panics, the content is
// dropped and counted in llmotel.telemetry.dropped.
type UploadHook func(ctx context.Context, c *Content)

// WithUploadHook sets the hook. The default is none. It does not depend on
// WithContentCapture.
func WithUploadHook(h UploadHook) Option {
	return optionFunc(func(c config) config {
		c.hook = h
		return c
	})
}

// documents are the attributes that hold content, as JSON text, and those that
// a hook added.
type documents struct {
	text [numDocuments]string
	more []attribute.KeyValue
}

const (
	docSystem = iota
	docInput
	docOutput
	docTools
	numDocuments
)

var documentKeys = [numDocuments]attribute.Key{
	docSystem: genai.SystemInstructionsKey, docInput: genai.InputMessagesKey,
	docOutput: genai.OutputMessagesKey, docTools: genai.ToolDefinitionsKey,
}

// documentBuffers hold documents while they are made that will be much shorter
// than what they are made of.
var documentBuffers = sync.Pool{New: func() any { b := make([]byte, 0, 4<<10); return &b }}

// builder returns a collector for the content of one call.
func (c *capture) builder() *content.Builder {
	return content.Get(max(content.DefaultLimit, 4*c.limit))
}

// gather makes documents of what b has, and shows them to the hook. about says
// whose content it is; it may be nil without a hook. It takes b over. What a
// redactor or a hook breaks is dropped.
func (i *Instrumentation) gather(ctx context.Context, b *content.Builder, to destinations, about *Content) (d documents) {
	defer b.Free()
	defer func() {
		if recover() != nil {
			i.drop(ctx, "content", genai.ReasonPanic)
			d = documents{}
		}
	}()
	// What is kept as it is made is made in memory of its own, so that nothing is
	// copied again.
	var buf *[]byte
	var all []byte
	if size := b.Size(); to&toHook != 0 || size <= i.capture.limit {
		all = make([]byte, 0, size)
	} else {
		buf = documentBuffers.Get().(*[]byte) //nolint:forcetypeassert // there is nothing else in it
		all = (*buf)[:0]
	}
	var ends [numDocuments]int
	for n := range ends {
		begin := len(all)
		all = i.encode(n, all, b)
		if doc := all[begin:]; to&toHook == 0 && len(doc) > i.capture.limit {
			all = content.TruncateTo(all[:begin], doc, i.capture.limit)
		}
		ends[n] = len(all)
	}
	switch {
	case to&toHook != 0:
		d = i.upload(ctx, all, ends, about, b.Truncated())
	case buf == nil && cap(all) <= len(all)+len(all)/4+maxSlack:
		d = cutDocuments(unsafe.String(unsafe.SliceData(all), len(all)), ends) //nolint:gosec // nobody has all but d
	default:
		d = cutDocuments(string(all), ends)
	}
	if buf != nil && cap(all) <= maxBuffer {
		clear(all) // the pool must not keep content longer than needed
		*buf = all[:0]
		documentBuffers.Put(buf)
	}
	return d
}

const (
	// maxBuffer is the size beyond which a buffer is not kept for the next call.
	maxBuffer = 1 << 20
	// maxSlack, and a quarter, is how much memory documents may keep for nothing.
	maxSlack = 512
)

func (i *Instrumentation) encode(n int, dst []byte, b *content.Builder) []byte {
	e := &i.capture.encoder
	switch n {
	case docSystem:
		return e.System(dst, b)
	case docInput:
		return e.Input(dst, b)
	case docOutput:
		return e.Output(dst, b)
	default:
		return e.Tools(dst, b)
	}
}

// cutDocuments cuts the one string that holds all documents.
func cutDocuments(all string, ends [numDocuments]int) (d documents) {
	begin := 0
	for n, end := range ends {
		d.text[n] = all[begin:end]
		begin = end
	}
	return d
}

// upload calls the hook and returns what it leaves.
func (i *Instrumentation) upload(ctx context.Context, all []byte, ends [numDocuments]int, about *Content, truncated bool) (d documents) {
	if len(all) == 0 {
		return d
	}
	about.Truncated = truncated
	docs := [numDocuments]*json.RawMessage{&about.SystemInstructions, &about.InputMessages, &about.OutputMessages, &about.ToolDefinitions}
	begin := 0
	for n, end := range ends {
		if end > begin {
			*docs[n] = all[begin:end:end]
		}
		begin = end
	}
	i.capture.hook(ctx, about)
	for n, doc := range docs {
		switch {
		case len(*doc) == 0:
		case !json.Valid(*doc):
			i.drop(ctx, "upload hook", genai.ReasonInvalid)
		case len(*doc) > i.capture.limit:
			d.text[n] = utf8Text(string(content.Truncate(*doc, i.capture.limit)))
		default:
			d.text[n] = utf8Text(string(*doc))
		}
	}
	d.more = about.Attributes
	return d
}

// append adds the documents as attributes.
func (d *documents) append(kvs []attribute.KeyValue, structured bool) []attribute.KeyValue {
	for n, text := range d.text {
		if text != "" {
			kvs = append(kvs, contentAttribute(documentKeys[n], text, structured))
		}
	}
	return kvs
}

// contentAttribute makes an attribute of one document.
func contentAttribute(key attribute.Key, text string, structured bool) attribute.KeyValue {
	if structured {
		if v, ok := content.AttributeValue([]byte(text)); ok {
			return attribute.KeyValue{Key: key, Value: v}
		}
	}
	return key.String(text)
}

// builder returns the call's collector. It needs the mutex.
func (s *Span) builder() *content.Builder {
	if s.content == nil {
		s.content = s.inst.capture.builder()
	}
	return s.content
}

// collect completes the content of a call that has ended with what End was
// given. It returns nil if there is none to record.
func (s *Span) collect(b *content.Builder, r *Result) *content.Builder {
	if s.capturing == 0 {
		return b
	}
	if b == nil {
		b = s.inst.capture.builder()
	}
	if !s.wired {
		b.Request(s.call.Request)
		if s.stream == nil {
			b.Response(r.Response)
		}
	}
	return b
}

// wanting is where the content goes that a layer inside may tell: nowhere if the
// layer that started s knows it.
func (s *Span) wanting() destinations {
	if r := s.call.Request; r != nil && len(r.System)+len(r.Messages) > 0 {
		return 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.wired && !s.absorbed {
		return 0
	}
	return s.capturing
}

// gather makes the documents of a call that has ended.
func (s *Span) gather(b *content.Builder, e *ending) documents {
	if b == nil || s.capturing&^toEstimate == 0 {
		b.Free()
		return documents{}
	}
	var about *Content
	if s.capturing&toHook != 0 {
		about = &Content{Operation: s.call.Operation, Provider: e.Provider, Model: s.call.Model, ResponseID: e.ResponseID}
	}
	return s.inst.gather(s.detached(), b, s.capturing, about)
}
