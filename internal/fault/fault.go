// Package fault is the error that reaches a user: one line that says what
// went wrong, one hint that mends it, and the exit code scripts rely on.
package fault

import (
	"errors"
	"fmt"
)

// Kind is the class of a failure. Its value is the documented exit code.
type Kind int

// The exit codes of docs/exit-codes.md.
const (
	Other       Kind = 1   // any failure without a class of its own
	Usage       Kind = 2   // the command line is wrong
	Config      Kind = 3   // a profile or a config file is missing or malformed
	Person      Kind = 4   // a person is needed and can't be asked, or declined
	Refused     Kind = 5   // AWS refused
	Keyring     Kind = 6   // the keyring failed
	Interrupted Kind = 130 // SIGINT or SIGTERM
)

// Error is an error with an exit code and, mostly, a hint. Messages are lower
// case, one line, without a full stop and without secrets.
type Error struct {
	Kind Kind
	Msg  string
	// Hint is the command or the change that mends it; "" if there is none.
	Hint string
	// Err is the cause, for errors.Is and --debug; it is not printed otherwise.
	Err error
}

// New returns an Error without a hint; add one with [Error.WithHint].
func New(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Msg: fmt.Sprintf(format, args...)}
}

// WithHint sets the hint and returns e.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// Because sets the cause and returns e.
func (e *Error) Because(err error) *Error {
	e.Err = err
	return e
}

func (e *Error) Error() string { return e.Msg }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the class of err: that of the first *Error in its chain, or Other.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Other
}
