package llmotel

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/log"

	"github.com/llmotel/sdk/llmotel/internal/genai"
	"github.com/llmotel/sdk/providers"
)

// logs tells whether anyone takes an event.
func (i *Instrumentation) logs(ctx context.Context, event string, severity log.Severity) bool {
	return i.logger.Enabled(ctx, log.EnabledParameters{Severity: severity, EventName: event})
}

// emit emits an event under the span of ctx.
func (i *Instrumentation) emit(ctx context.Context, event string, severity log.Severity, kvs ...attribute.KeyValue) {
	var r log.Record
	r.SetEventName(event)
	r.SetSeverity(severity)
	r.SetTimestamp(time.Now())
	r.AddAttributes(kvs...)
	i.logger.Emit(ctx, r)
}

// details emits the event that has all of an inference span. start and rest
// are the span's attributes.
func (s *Span) details(start, rest []attribute.KeyValue, d *documents) {
	kvs := slices.Concat(start, rest)
	if s.capturing&toEvent != 0 {
		kvs = d.append(kvs, true)
		kvs = s.inst.appendPromptVariables(kvs, s.detached())
	}
	s.inst.emit(s.detached(), genai.EventClientInferenceOperationDetails, log.SeverityDebug, kvs...)
}

// exception emits the event of a client operation that failed. message is the
// safe description of err.
func (i *Instrumentation) exception(ctx context.Context, err error, message string) {
	if !i.logs(ctx, genai.EventClientOperationException, log.SeverityWarn) {
		return
	}
	kvs := make([]attribute.KeyValue, 0, 2)
	kvs = appendString(kvs, genai.ExceptionTypeKey, causeType(err))
	kvs = appendString(kvs, genai.ExceptionMessageKey, message)
	i.emit(ctx, genai.EventClientOperationException, log.SeverityWarn, kvs...)
}

// causeType is the Go type of what went wrong, below the wrappers that say no
// more than where it passed.
func causeType(err error) (name string) {
	defer func() {
		if recover() != nil { // of an Unwrap
			name = fmt.Sprintf("%T", err)
		}
	}()
	for range maxWrappers {
		inner := unwrap(err)
		if inner == nil {
			break
		}
		err = inner
	}
	t := reflect.TypeOf(err)
	if t.Name() != "" && t.PkgPath() != "" {
		return t.PkgPath() + "." + t.Name()
	}
	return t.String()
}

// maxWrappers bounds a chain of errors that leads back to itself.
const maxWrappers = 100

// wrappers are the types of errors that fmt and errors make around others.
var wrappers = []reflect.Type{
	reflect.TypeOf(fmt.Errorf("%w", context.Canceled)),
	reflect.TypeOf(fmt.Errorf("%w%w", context.Canceled, context.Canceled)),
	reflect.TypeOf(errors.Join(context.Canceled)),
	reflect.TypeFor[*providers.Error](),
	reflect.TypeFor[*providers.InterruptedError](),
}

// unwrap returns what a wrapper is around, the last of several, or nil.
func unwrap(err error) error {
	if !slices.Contains(wrappers, reflect.TypeOf(err)) {
		return nil
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		if errs := many.Unwrap(); len(errs) > 0 {
			return errs[len(errs)-1]
		}
		return nil
	}
	return errors.Unwrap(err)
}
