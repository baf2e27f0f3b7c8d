package postgres

import (
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/llmotel/sdk/llmotel/calllog"
)

const uniqueViolation = "23505"

// classify keeps of a server's error its code: the text can hold values of the
// record. Data that the server does not take (classes 22, 54 and, for characters
// that its encoding lacks, 0A) and constraints of the user's own (class 23) are no
// reason to try again.
func classify(err error) error {
	e, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return fmt.Errorf("calllog/postgres: %w", err)
	}
	plain := &ServerError{Code: e.Code}
	if len(e.Code) == 5 && slices.Contains([]string{"0A", "22", "23", "54"}, e.Code[:2]) {
		return fmt.Errorf("%w: %w", calllog.ErrRefused, plain)
	}
	return plain
}

// ServerError is an error that the database reported. Its text is left out,
// since it may quote the record.
type ServerError struct {
	// Code is the SQLSTATE, such as "42501" for a missing privilege.
	Code string
}

func (e *ServerError) Error() string {
	return "calllog/postgres: the server reports SQLSTATE " + e.Code
}
