//go:build unix

package mfa

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/xrole/xrole/internal/fault"
)

func TestCommand(t *testing.T) {
	const seed = "JBSWY3DPEHPK3PXP"
	for _, tt := range []struct {
		name, line string
		code       string
		err        string
	}{
		{name: "a code", line: `sh -c "echo; echo ' 123456 '"`, code: "123456"},
		{name: "noise on stderr", line: `sh -c "echo Touch your key >&2; echo 123456"`, code: "123456"},
		{name: "no shell", line: `echo $(id) ; 'a b'`, code: "$(id) ; a b"},
		{name: "no input", line: `sh -c "cat; echo 123456"`, code: "123456"},
		{name: "a child that stays", line: `sh -c "sleep 3 & echo 123456"`, code: "123456"},
		{name: "its environment", line: `sh -c "echo $CODE"`, code: "654321"},
		{name: "nothing", line: "true", err: `the MFA command "true" printed nothing`},
		{name: "too much", line: "yes", err: `the MFA command "yes" printed more than a code`},
		{name: "fails", line: `sh -c "echo first >&2; echo no card in slot 1 >&2; exit 3" ` + seed,
			err: `the MFA command "sh" failed: exit status 3: no card in slot 1`},
		{name: "fails with secrets", line: `/bin/sh -c "echo 123456; echo bad seed ` + seed + ` 123456 >&2; exit 1"`,
			err: `the MFA command "sh" failed: exit status 1: bad seed [redacted] [redacted]`},
		{name: "fails loudly", line: `sh -c "yes x | head -c 100000 >&2; exit 1"`, err: `the MFA command "sh" failed: exit status 1: x`},
		{name: "killed", line: `sh -c "kill -9 $$"`, err: `the MFA command "sh" failed: signal: killed`},
		{name: "not there", line: "no-such-program " + seed, err: `the MFA command "no-such-program" failed: executable file not found in $PATH`},
		{name: "not there either", line: "/nowhere/mfa " + seed, err: `the MFA command "mfa" failed: no such file or directory`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := NewCommand(tt.line, CommandOptions{Env: append(os.Environ(), "CODE=654321")})
			code, err := c.Code(t.Context(), Request{})
			if tt.err == "" {
				if code != tt.code || err != nil {
					t.Errorf("got %q, %v", code, err)
				}
				return
			}
			if code != "" || !errors.Is(err, ErrNobody) || fault.KindOf(err) != fault.Person || err.Error() != tt.err {
				t.Errorf("got %q and %v, want %s", code, err, tt.err)
			}
		})
	}
}

func TestCommandMalformed(t *testing.T) {
	for line, want := range map[string]string{
		`mfa "x`: "the MFA command is malformed: a quotation mark is not closed",
		"  ":     "the MFA command is malformed: it is empty",
	} {
		c := NewCommand(line, CommandOptions{})
		if _, err := c.Code(t.Context(), Request{}); fault.KindOf(err) != fault.Config || err.Error() != want || c.Interactive() {
			t.Errorf("%q: got %v", line, err)
		}
	}
}

// TestCommandEndsWithItsGroup: a grandchild holds a pipe open; that it closes
// shows that the whole group is gone.
func TestCommandEndsWithItsGroup(t *testing.T) {
	t.Parallel()
	fifo := filepath.Join(t.TempDir(), "alive")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	gone := make(chan error, 1)
	go func() {
		r, err := os.Open(fifo) // waits for the grandchild
		cancel()
		if err == nil {
			_, err = io.Copy(io.Discard, r)
		}
		gone <- err
	}()
	c := NewCommand(`sh -c "sleep 60 >`+fifo+` & wait"`, CommandOptions{})
	if code, err := c.Code(ctx, Request{}); code != "" || !errors.Is(err, context.Canceled) {
		t.Fatalf("got %q, %v", code, err)
	}
	if err := <-gone; err != nil {
		t.Error(err)
	}
}

func TestCommandDeadline(t *testing.T) {
	t.Parallel()
	c := NewCommand(`sh -c "sleep 60 & wait"`, CommandOptions{Deadline: 50 * time.Millisecond})
	code, err := c.Code(t.Context(), Request{})
	if code != "" || !errors.Is(err, ErrTimeout) || fault.KindOf(err) != fault.Person ||
		err.Error() != `the MFA command "sh" gave no code within 50ms` {
		t.Errorf("got %q, %v", code, err)
	}
}
