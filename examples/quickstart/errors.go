package main

import (
	"errors"

	"github.com/llmotel/sdk/llmotel/otelsetup"
)

var errInterrupted = errors.New("interrupted")

// split takes from joined errors those that say that telemetry was not
// exported. The program runs on without it.
func split(err error) (exports []*otelsetup.ExportError, rest error) {
	if e, ok := err.(*otelsetup.ExportError); ok { //nolint:errorlint // what it is wrapped in is taken off below
		return []*otelsetup.ExportError{e}, nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return nil, err
	}
	var others []error
	for _, one := range joined.Unwrap() {
		e, other := split(one)
		exports = append(exports, e...)
		others = append(others, other)
	}
	return exports, errors.Join(others...)
}
