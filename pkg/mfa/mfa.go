// Package mfa gets a six-digit code of an MFA device from whoever has it: a
// person at the terminal, a command, or the one who started the program.
//
// It promises that a prompt goes to the terminal device and to no stream, that
// the terminal is left as it was found on every way out, that nothing here
// stops the process or waits longer than its deadline, and that no code stands
// in an error. It does not decide whom to ask, how often, or what a code is
// good for; whether STS will take it is known only to STS.
package mfa

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"time"

	"github.com/xrole/xrole/internal/fault"
)

// Deadline is how long a prompt or a command may take unless an option says
// otherwise. It lies below the 60 s after which the Go SDK gives up on a
// credential_process: our own message comes first.
const Deadline = 45 * time.Second

// Request says what a code is needed for.
type Request struct {
	Device  string // serial number or ARN of the MFA device
	Profile string // on whose behalf
	Note    string // shown first, e.g. "that code was just used, wait for the next one"
}

// Asker gets one code. Its errors match ErrNobody, ErrDeclined or ErrTimeout,
// or are the context's; the first three carry exit code 4.
type Asker interface {
	// Code returns what was given, without the white space around it and
	// otherwise unchecked: see [Check].
	Code(ctx context.Context, r Request) (string, error)
	// Interactive reports whether asking again can bring another code, because
	// a person answers.
	Interactive() bool
}

// What an error of an Asker means, for errors.Is.
var (
	// ErrNobody: there is nobody to ask, or what should answer can't.
	ErrNobody = errors.New("nobody can be asked for an MFA code")
	// ErrDeclined: a person was asked and said no (Ctrl-C, Ctrl-D, Ctrl-\).
	ErrDeclined = errors.New("the MFA code was declined")
	// ErrTimeout: the deadline passed without an answer.
	ErrTimeout = errors.New("no MFA code in time")
)

// Check returns nil if code is what STS takes as TokenCode: exactly six ASCII
// digits. The error has the kind fault.Usage and does not repeat the code.
func Check(code string) error {
	ok := len(code) == 6
	for i := 0; ok && i < len(code); i++ {
		ok = '0' <= code[i] && code[i] <= '9'
	}
	if ok {
		return nil
	}
	return fault.New(fault.Usage, "an MFA code is six digits").
		WithHint("type the six digits that the device shows")
}

// Digest names a code of a device without telling it to a casual reader: the
// SHA-256 in hex. A used code is kept this way, to say "that code was just
// used" before STS has to. Six digits can be guessed from it, so it is no
// place for a code that is still good.
func Digest(device, code string) string {
	sum := sha256.Sum256([]byte(strconv.Itoa(len(device)) + ":" + device + ":" + code))
	return hex.EncodeToString(sum[:])
}

// nobody, declined and timeout give the sentinels their exit code and a message
// that is the bare reason: the caller knows for which profile it is.
func nobody(format string, args ...any) *fault.Error {
	return fault.New(fault.Person, format, args...).Because(ErrNobody)
}

func declined() *fault.Error {
	return fault.New(fault.Person, "%v", ErrDeclined).Because(ErrDeclined)
}

func timeout(after time.Duration, what string) *fault.Error {
	return fault.New(fault.Person, "%s within %v", what, after).Because(ErrTimeout)
}

// ended translates the end of ctx: a deadline becomes ErrTimeout, a
// cancellation stays the caller's.
func ended(ctx context.Context, after time.Duration, what string) error {
	if err := ctx.Err(); !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return timeout(after, what)
}
