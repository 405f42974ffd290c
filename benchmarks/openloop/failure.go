package openloop

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// connectError is a connection that could not be made.
type connectError struct{ err error }

func (e *connectError) Error() string { return "connect: " + e.err.Error() }
func (e *connectError) Unwrap() error { return e.err }

// What a request can fail of.
const (
	timedOut   = "timeout"
	refused    = "no connection"
	cut        = "connection cut"
	garbled    = "broken response"
	statusText = "status "
)

// kindOf names an error for the report.
func kindOf(err error) string {
	var connecting *connectError
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return timedOut
	case errors.As(err, &connecting):
		return refused
	case errors.Is(err, errStale), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), broken(err):
		return cut
	}
	return garbled
}

func statusKind(status int) string { return fmt.Sprint(statusText, status) }
