package llmotel

import (
	"context"
	"reflect"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/llmotel/sdk/llmotel/internal/content"
	"github.com/llmotel/sdk/llmotel/internal/genai"
	"github.com/llmotel/sdk/llmotel/internal/redact"
)

// Redactor replaces what must not leave the process. It gets whole texts: of
// messages, of the strings inside tool arguments and results, of errors. It
// must be safe for concurrent use. If it panics, the content of the call is
// dropped and counted in llmotel.telemetry.dropped; the call goes on.
type Redactor interface {
	Redact(text string) string
}

// DefaultRedactor masks e-mail addresses, phone numbers, payment card numbers,
// IBANs, IP addresses, and keys and tokens of common shapes. A Redactor of your
// own can begin or end with it.
func DefaultRedactor() Redactor { return defaultRedactor{} }

type defaultRedactor struct{}

func (defaultRedactor) Redact(text string) string { return redact.String(text) }

// WithRedactor sets the redactor. The default, also for nil, is DefaultRedactor.
func WithRedactor(r Redactor) Option {
	return optionFunc(func(c config) config {
		if r != nil {
			c.redactor = r
		}
		return c
	})
}

// WithoutRedaction records content as it is. Whoever can read the telemetry can
// then read all personal data and credentials that prompts and answers hold.
func WithoutRedaction() Option {
	return optionFunc(func(c config) config {
		c.redactor = nil
		return c
	})
}

// encoderRedactor is r as the encoder of content wants it.
func encoderRedactor(r Redactor) func(dst, text []byte) []byte {
	switch r := r.(type) {
	case nil:
		return nil
	case defaultRedactor:
		return redact.Masked
	default:
		return func(dst, text []byte) []byte {
			out := r.Redact(string(text))
			if out == string(text) {
				return text
			}
			return append(dst, out...)
		}
	}
}

// clean redacts one text outside of messages: of an error, an evaluation. What
// the redactor fails at is replaced by fallback.
func (i *Instrumentation) clean(ctx context.Context, text, fallback string) (out string) {
	r := i.capture.redactor
	if r == nil || text == "" || text == fallback {
		return utf8Text(text)
	}
	defer func() {
		if recover() != nil {
			i.drop(ctx, typeName(r), genai.ReasonPanic)
			out = fallback
		}
	}()
	return utf8Text(r.Redact(text))
}

// captured is clean for a text that is content, and so no longer than content may
// be. What the redactor fails at is left out.
func (i *Instrumentation) captured(ctx context.Context, text string) string {
	return content.Cut(i.clean(ctx, text, ""), i.capture.limit)
}

// drop counts what code of the user's has lost.
func (i *Instrumentation) drop(ctx context.Context, who, reason string) {
	i.metrics.dropped.Add(ctx, 1, metric.WithAttributeSet(attribute.NewSet(
		genai.SinkKey.String(who), genai.ReasonKey.String(reason))))
}

func typeName(v any) string { return reflect.TypeOf(v).String() }
