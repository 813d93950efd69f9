package cache

import (
	"errors"
	"fmt"

	"github.com/xrole/xrole/internal/fault"
)

// What a store fails with. All but ErrMissing reach the caller inside a
// [fault.Error] that says what mends it; match them with [errors.Is].
var (
	// ErrMissing: there is no such entry, or none that can be used.
	ErrMissing = errors.New("not in the keyring")
	// ErrLocked: the keyring is locked and nobody unlocked it (exit code 4).
	ErrLocked = errors.New("the keyring is locked")
	// ErrTimeout: the keyring did not answer in time (exit code 6).
	ErrTimeout = errors.New("the keyring does not answer")
	// ErrUnavailable: the keyring is not there, or failed (exit code 6).
	ErrUnavailable = errors.New("the keyring is not available")
)

// because is sentinel with the cause that --debug shows; cause may be nil.
func because(sentinel, cause error) error {
	if cause == nil {
		return sentinel
	}
	return fmt.Errorf("%w: %w", sentinel, cause)
}

func lockedFault(cause error, hint, format string, args ...any) error {
	return fault.New(fault.Person, format, args...).WithHint("%s", hint).Because(because(ErrLocked, cause))
}

func timeoutFault(cause error, hint, format string, args ...any) error {
	return fault.New(fault.Keyring, format, args...).WithHint("%s", hint).Because(because(ErrTimeout, cause))
}

func unavailableFault(cause error, hint, format string, args ...any) error {
	return fault.New(fault.Keyring, format, args...).WithHint("%s", hint).Because(because(ErrUnavailable, cause))
}

// failed is for what a keyring says that has no line of its own here.
func failed(backend string, err error) error {
	return unavailableFault(err, "try again, or choose another with --keyring", "keyring %q: %v", backend, err)
}

// settled reports whether err needs no further explanation.
func settled(err error) bool {
	var e *fault.Error
	return err == nil || errors.Is(err, ErrMissing) || errors.As(err, &e)
}
