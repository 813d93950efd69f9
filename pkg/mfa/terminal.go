package mfa

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"github.com/xrole/xrole/internal/filelock"
)

// TerminalOptions change where and how long a person is asked. The zero value
// asks on the process's own terminal, for Deadline.
type TerminalOptions struct {
	// Device is the terminal to ask on: /dev/tty if empty. Windows has one
	// console a process, and ignores it.
	Device string
	// Deadline is how long a prompt may take, waiting for others included.
	Deadline time.Duration
	// LockDir is a folder for lock files, so that processes that share a
	// terminal prompt one after the other. If empty, or if it can't be used,
	// two prompts may stand there at once: ugly, but each gets its answer.
	LockDir string
}

// Terminal asks a person at the terminal device itself, never on a stream:
// callers capture all three.
type Terminal struct{ o TerminalOptions }

// NewTerminal returns an Asker for the process's terminal. Nothing is opened
// before a code is wanted.
func NewTerminal(o TerminalOptions) *Terminal {
	if o.Deadline <= 0 {
		o.Deadline = Deadline
	}
	return &Terminal{o}
}

// Interactive is true: a person can be asked again.
func (t *Terminal) Interactive() bool { return true }

// Reachable returns nil if a person can be asked on the terminal now, and
// ErrNobody with the reason if not: there is none, or it belongs to another job
// and reading it would stop us.
func (t *Terminal) Reachable() error {
	tty, err := openTTY(t.o.Device)
	if err != nil {
		return err
	}
	tty.close()
	return nil
}

// asking is held by whoever prompts in this process: it has one terminal.
var asking = make(chan struct{}, 1)

// Code shows the prompt and returns the line that is typed, unseen.
//
// ErrNobody: there is no terminal, it belongs to another process group (we are
// a background job, and reading would stop us), or it went away. ErrDeclined:
// Ctrl-C, Ctrl-\, or Ctrl-D on an empty line; these are bytes here and not
// signals, so that one refusal does not kill all that wait beside us.
// ErrTimeout: nothing was entered in time. When ctx ends, its error. Whichever
// it is, the terminal is back in its old mode when Code returns.
func (t *Terminal) Code(ctx context.Context, r Request) (string, error) {
	return t.ask(ctx, prompt(r))
}

// Secret asks question in the same way, for what is no code: the passphrase of
// a keyring file, for one.
func (t *Terminal) Secret(ctx context.Context, question string) (string, error) {
	return t.ask(ctx, harmless(question))
}

func (t *Terminal) ask(ctx context.Context, question string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, t.o.Deadline)
	defer cancel()
	late := func() error { return ended(ctx, t.o.Deadline, "no answer at the terminal") }

	if ctx.Err() != nil {
		return "", late()
	}
	tty, err := openTTY(t.o.Device)
	if err != nil {
		return "", err
	}
	defer tty.close()

	select {
	case asking <- struct{}{}:
		defer func() { <-asking }()
	case <-ctx.Done():
		return "", late()
	}
	if t.o.LockDir != "" {
		lock, err := filelock.Acquire(ctx, filepath.Join(t.o.LockDir, tty.lockName()))
		if err == nil {
			defer func() { _ = lock.Release() }()
		}
	}
	if ctx.Err() != nil {
		return "", late()
	}

	code, err := tty.ask(ctx, question)
	if errors.Is(err, errEnded) {
		return "", late()
	}
	return code, err
}

// errEnded is how a wait on the terminal says that its context ended.
var errEnded = errors.New("the context ended")

// prompt is the text before the cursor. What comes from a config file can't
// move that cursor or recolour the terminal.
func prompt(r Request) string {
	var b strings.Builder
	if r.Note != "" {
		b.WriteString(harmless(r.Note) + "\n")
	}
	b.WriteString("MFA code")
	if r.Profile != "" {
		b.WriteString(` for "` + harmless(r.Profile) + `"`)
	}
	if r.Device != "" {
		b.WriteString(" (" + harmless(r.Device) + ")")
	}
	b.WriteString(": ")
	return b.String()
}

// harmless replaces what does not print (control characters, direction
// overrides, broken UTF-8) by a question mark, and cuts what is too long to be
// a name.
func harmless(s string) string {
	const most = 512
	if len(s) > most {
		s = s[:most]
	}
	return strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s)
}
