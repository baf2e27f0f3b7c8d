package llmotel

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/log"
	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/genai"
)

// ContentMode says where the content of calls is recorded: system
// instructions, messages, tool definitions, arguments and results of tools,
// prompt variables.
type ContentMode uint8

// The modes.
const (
	// ContentNone records no content. It is the default.
	ContentNone ContentMode = 0
	// ContentOnSpans makes it attributes of the spans.
	ContentOnSpans ContentMode = 1
	// ContentOnEvents makes it attributes of the event
	// gen_ai.client.inference.operation.details, in structured form.
	ContentOnEvents ContentMode = 2
	// ContentOnSpansAndEvents does both.
	ContentOnSpansAndEvents = ContentOnSpans | ContentOnEvents
)

// DefaultContentLimit is how many bytes an attribute with content may have.
const DefaultContentLimit = 64 << 10

// minContentLimit is the least that a limit leaves anything with.
const minContentLimit = 256

// contentVariable is OpenTelemetry's switch for content.
const contentVariable = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"

// contentFromEnv returns the mode that the environment asks for. "true" is of
// the time before there were modes; where content went differed, so it goes to
// both.
func contentFromEnv() (ContentMode, error) {
	value := strings.TrimSpace(os.Getenv(contentVariable))
	switch strings.ToUpper(value) {
	case "", "NO_CONTENT", "FALSE":
		return ContentNone, nil
	case "SPAN_ONLY":
		return ContentOnSpans, nil
	case "EVENT_ONLY":
		return ContentOnEvents, nil
	case "SPAN_AND_EVENT", "TRUE":
		return ContentOnSpansAndEvents, nil
	}
	return ContentNone, fmt.Errorf("llmotel: %s is none of NO_CONTENT, SPAN_ONLY, EVENT_ONLY, SPAN_AND_EVENT; no content is recorded", contentVariable)
}

// spanLimitFromEnv is how long the tracing SDK lets an attribute be, as far as the
// environment says. It cuts what is longer, which is no JSON any more then.
func spanLimitFromEnv() (limit int, limited bool) {
	for _, name := range [...]string{"OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"} {
		if value := os.Getenv(name); value != "" {
			n, err := strconv.Atoi(value)
			return n, err == nil && n >= 0 // as the SDK takes it
		}
	}
	return 0, false
}

// WithContentCapture says where content is recorded, redacted. The default is
// what the environment variable OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT
// says (NO_CONTENT, SPAN_ONLY, EVENT_ONLY, SPAN_AND_EVENT; true and false are
// understood too), and no content without it.
func WithContentCapture(mode ContentMode) Option {
	return optionFunc(func(c config) config {
		c.contentMode, c.contentModeSet = mode, true
		return c
	})
}

// WithContentLimit bounds each attribute with content to that many bytes of
// JSON or text, by default DefaultContentLimit. Longer content is shortened and
// stays valid JSON. Keep it, times the size of a batch, below what the exporter may
// send: 4 MiB for gRPC. It must be at least 256.
//
// The tracing SDK cuts attributes by a limit of its own, which knows no JSON. Where
// content goes on spans as text, the one in OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT
// or OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT bounds this one; keep this one below limits
// that code sets (sdktrace.SpanLimits).
func WithContentLimit(bytes int) Option {
	return optionFunc(func(c config) config {
		c.contentLimit = bytes
		return c
	})
}

// WithStructuredContent makes content on spans structured attributes, as the
// conventions prefer, instead of JSON text, which more backends can show. On
// events content is always structured.
func WithStructuredContent() Option {
	return optionFunc(func(c config) config {
		c.structured = true
		return c
	})
}

// WithToolDefinitions records whole tool definitions. The default is the type
// and name of each.
func WithToolDefinitions() Option {
	return optionFunc(func(c config) config {
		c.toolDefinitions = true
		return c
	})
}

// WithDetailsEvent emits the event gen_ai.client.inference.operation.details
// for every inference call, with all attributes of its span; with content only
// under ContentOnEvents, which implies this option.
func WithDetailsEvent() Option {
	return optionFunc(func(c config) config {
		c.detailsEvent = true
		return c
	})
}

// capture is how content is recorded.
type capture struct {
	mode       ContentMode
	details    bool // the details event is wanted
	structured bool
	limit      int
	encoder    content.Encoder
	redactor   Redactor
	hook       UploadHook
	estimate   bool // texts are needed to estimate usage
}

// destinations are the places that the content of one call goes to.
type destinations uint8

const (
	toSpan destinations = 1 << iota
	toEvent
	toHook
	toEstimate
)

// destinations are empty for nearly all calls: content is off, or the span is
// not sampled and the event not wanted.
func (i *Instrumentation) destinations(ctx context.Context, span trace.Span) destinations {
	var to destinations
	if i.capture.mode&ContentOnSpans != 0 && span.IsRecording() {
		to |= toSpan
	}
	if i.capture.mode&ContentOnEvents != 0 && i.logs(ctx, genai.EventClientInferenceOperationDetails, log.SeverityDebug) {
		to |= toEvent
	}
	if i.capture.hook != nil {
		to |= toHook
	}
	if i.capture.estimate {
		to |= toEstimate
	}
	return to
}
