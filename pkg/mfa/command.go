package mfa

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/internal/lazyre"
)

// CommandOptions change how a command is run. The zero value is the usual way.
type CommandOptions struct {
	Env      []string      // the command's environment; ours if nil
	Deadline time.Duration // Deadline if zero
}

// Command gets the code from a program: xrole_mfa_process or mfa_process.
//
// The line is cut into arguments as botocore cuts a credential_process, and no
// shell sees it. The program has no input, and a process group of its own that
// dies with it at the deadline; being in the background there, it can't ask at
// the terminal. Its stdout is the code. Its stderr is kept from ours, for
// callers read that; when it fails, one line of it, without what looks like a
// secret, stands in the error.
type Command struct {
	line string
	o    CommandOptions
}

// NewCommand returns an Asker that runs line each time a code is wanted. A line
// that can't be cut into arguments is reported by [Command.Code].
func NewCommand(line string, o CommandOptions) *Command {
	if o.Deadline <= 0 {
		o.Deadline = Deadline
	}
	return &Command{line: line, o: o}
}

// Interactive is false: no person looks at what came of it.
func (c *Command) Interactive() bool { return false }

const (
	// maxStdout bounds what a command may print, in bytes.
	maxStdout = 1024
	// maxStderr bounds what is kept of its complaints.
	maxStderr = 4096
	// drain is how long a child that inherited the streams may hold them open
	// after the command has ended.
	drain = time.Second
)

// Code runs the command and returns what it printed. A malformed line has the
// kind fault.Config; a command that can't be started, fails, or prints nothing
// or too much is ErrNobody; one that is still running at the deadline,
// ErrTimeout.
func (c *Command) Code(ctx context.Context, _ Request) (string, error) {
	argv, err := split(c.line)
	if err == nil && len(argv) == 0 {
		err = errors.New("it is empty")
	}
	if err != nil {
		return "", fault.New(fault.Config, "the MFA command is malformed: %v", err).Because(err)
	}
	name := filepath.Base(argv[0]) // the arguments may hold a secret
	ctx, cancel := context.WithTimeout(ctx, c.o.Deadline)
	defer cancel()

	stdout := &bounded{max: maxStdout, strict: true}
	stderr := &bounded{max: maxStderr}
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env, cmd.Stdout, cmd.Stderr, cmd.WaitDelay = c.o.Env, stdout, stderr, drain
	err = runGroup(cmd)
	switch {
	case ctx.Err() != nil && err != nil:
		return "", ended(ctx, c.o.Deadline, fmt.Sprintf("the MFA command %q gave no code", name))
	case stdout.full:
		return "", nobody("the MFA command %q printed more than a code", name)
	case err != nil && !errors.Is(err, exec.ErrWaitDelay):
		return "", failed(name, err, stderr.buf.String())
	}
	code := strings.TrimSpace(stdout.buf.String())
	if code == "" {
		return "", nobody("the MFA command %q printed nothing", name)
	}
	return code, nil
}

// failed says how the command ended, without its arguments.
func failed(name string, err error, stderr string) error {
	var exit *exec.ExitError
	var search *exec.Error
	var start *fs.PathError
	reason := err.Error()
	switch {
	case errors.As(err, &exit):
		reason = exit.ProcessState.String()
	case errors.As(err, &search):
		reason = search.Err.Error()
	case errors.As(err, &start):
		reason = start.Err.Error()
	}
	if said := redact(lastLine(stderr)); said != "" {
		reason += ": " + said
	}
	return nobody("the MFA command %q failed: %s", name, reason).Because(errors.Join(ErrNobody, err))
}

var errTooMuch = errors.New("too much output")

// bounded keeps the first max bytes. What is more is an error if strict, else
// thrown away, so that the writer is not held up.
type bounded struct {
	buf    bytes.Buffer
	max    int
	strict bool
	full   bool
}

func (b *bounded) Write(p []byte) (int, error) {
	room := b.max - b.buf.Len()
	b.full = b.full || len(p) > room
	if b.full && b.strict {
		return 0, errTooMuch
	}
	b.buf.Write(p[:min(len(p), room)])
	return len(p), nil
}

// lastLine is the last line with something on it: programs end with the reason.
func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}

// secretLike are the things that an MFA program may print and nobody should
// keep: the URL that carries a seed, seeds themselves (base32, hex, base64), and
// codes. A long word in small letters is none: see redact.
var secretLike = lazyre.New(`otpauth://\S*|[A-Z2-7=]{16,}|[A-Za-z0-9+=_-]{16,}|[0-9]{6,}`)

// redact makes a line of a program's stderr fit for an error.
func redact(s string) string {
	const most = 200
	s = secretLike().ReplaceAllStringFunc(s, func(m string) string {
		if strings.ContainsAny(m, "0123456789:") || m == strings.ToUpper(m) {
			return "[redacted]"
		}
		return m
	})
	if s = harmless(s); len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
