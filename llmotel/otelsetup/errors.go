package otelsetup

import (
	"errors"
	"fmt"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// ErrRecovered is what errors.Is finds in the report that telemetry is
// exported again.
var ErrRecovered = errors.New("telemetry is exported again")

// ErrNotExported is what errors.Is finds in an ExportError.
var ErrNotExported = errors.New("telemetry cannot be exported")

// ExportError says that telemetry does not reach its destination. The program
// runs on without it.
type ExportError struct {
	// Signal is "traces", "metrics" or "logs", the first that failed.
	Signal string
	// Endpoint is the host and port that was tried.
	Endpoint string
	// Err is why.
	Err error
}

// Error is one line for a person. Of a signal that the endpoint does not know it
// says how to turn it off.
func (e *ExportError) Error() string {
	if status.Code(e.Err) == codes.Unimplemented {
		return fmt.Sprintf("otelsetup: %s cannot be exported to %s: %s; continuing without (OTEL_%s_EXPORTER=none turns them off)",
			e.Signal, e.Endpoint, reason(e.Err), strings.ToUpper(e.Signal))
	}
	return fmt.Sprintf("otelsetup: telemetry cannot be exported to %s: %s; continuing without", e.Endpoint, reason(e.Err))
}

// Unwrap returns the cause.
func (e *ExportError) Unwrap() error { return e.Err }

// Is makes errors.Is(err, ErrNotExported) true.
func (e *ExportError) Is(target error) bool { return target == ErrNotExported }

// valueError says which variable has a value that cannot be honoured. The
// value is shown, as these variables hold no secrets.
type valueError struct {
	name, value, want string
}

func (e *valueError) Error() string {
	return fmt.Sprintf("otelsetup: %s=%q is not supported: %s", e.name, e.value, e.want)
}

func isRecovery(err error) bool { return errors.Is(err, ErrRecovered) }
