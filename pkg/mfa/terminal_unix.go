//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package mfa

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"time"

	"golang.org/x/sys/unix"
)

// tick is how often a waiting prompt looks whether it still has the terminal:
// neither losing the foreground nor a changed mode makes it readable.
const tick = 250 * time.Millisecond

// tty is an open terminal. It has an open file description of its own, so that
// O_NONBLOCK here is nobody else's, and no call on it outlasts its context.
type tty struct {
	fd   int
	path string
}

// openTTY opens the terminal, or says why nobody can be asked on it.
func openTTY(path string) (*tty, error) {
	if path == "" {
		path = "/dev/tty"
	}
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	switch {
	case errors.Is(err, unix.ENXIO), errors.Is(err, unix.ENOENT):
		return nil, nobody("no terminal: this process was started without one")
	case err != nil:
		return nil, nobody("no terminal: %s can't be opened: %v", path, err)
	}
	t := &tty{fd: fd, path: path}
	switch _, err := getMode(fd); {
	case err != nil:
		t.close()
		return nil, nobody("no terminal: %s is none", path)
	case fd >= unix.FD_SETSIZE: // select has no room for it
		t.close()
		return nil, nobody("no terminal: too many open files")
	case !t.foreground():
		t.close()
		return nil, errBackground()
	}
	return t, nil
}

func (t *tty) close() { _ = unix.Close(t.fd) }

// lockName is the same for all processes that share this terminal: a session
// has one controlling terminal, a terminal one session. The few names are all
// that ever lie in the folder; two sessions that share one merely take turns.
func (t *tty) lockName() string {
	sid, _ := unix.Getsid(0)
	return fmt.Sprintf("terminal-%02x", sid%256)
}

func errBackground() error {
	return nobody("in a background job: the terminal belongs to another one")
}

// foreground reports whether the terminal would let us read: the kernel stops
// a process that reads from the background. A terminal that is not the
// controlling one has no foreground (ENOTTY) and stops nobody.
func (t *tty) foreground() bool {
	group, err := unix.IoctlGetInt(t.fd, unix.TIOCGPGRP)
	return err != nil || group == unix.Getpgrp()
}

// ask prints the prompt and reads a line with echo off. It returns errEnded
// when ctx ends.
func (t *tty) ask(ctx context.Context, prompt string) (code string, err error) {
	// We look before we touch the terminal, but can lose it in between. Ignored,
	// these two make such a call fail instead of stopping the process.
	signal.Ignore(unix.SIGTTIN, unix.SIGTTOU)
	defer signal.Reset(unix.SIGTTIN, unix.SIGTTOU)
	if !t.foreground() {
		return "", errBackground()
	}

	wake, stop, err := wakeUp(ctx)
	if err != nil {
		return "", nobody("no terminal: %v", err)
	}
	defer stop()

	found, err := getMode(t.fd)
	if err != nil {
		return "", gone(err)
	}
	before := repaired(found)
	defer t.restore(before)
	if err := setMode(t.fd, quiet(before)); err != nil {
		return "", gone(err)
	}
	if err := flushInput(t.fd); err != nil {
		return "", gone(err)
	}
	if err := t.write(wake, prompt); err != nil {
		return "", err
	}
	code, err = t.read(wake, quiet(before))
	if t.foreground() {
		_, _ = unix.Write(t.fd, []byte("\n")) // not worth a wait
	}
	return code, err
}

// read collects bytes until the line is finished or refused.
func (t *tty) read(wake int, mode unix.Termios) (string, error) {
	var l line
	for {
		ready, err := t.wait(wake, false)
		if err != nil {
			return "", err
		}
		if !t.foreground() {
			return "", errBackground()
		}
		if !ready {
			// Someone set another mode while we wait: a code must not show.
			if now, err := getMode(t.fd); err == nil && now.Lflag&hidden != 0 {
				_ = setMode(t.fd, mode)
			}
			continue
		}
		b := make([]byte, 1)
		switch n, err := unix.Read(t.fd, b); {
		case retry(err):
		case err != nil && !t.foreground():
			return "", errBackground()
		case err != nil:
			return "", gone(err)
		case n == 0:
			return "", gone(unix.EIO)
		default:
			switch l.feed(b[0]) {
			case finished:
				return l.text(), nil
			case refused:
				return "", declined()
			}
		}
	}
}

// write prints s, and gives up when the context ends while output is held up
// (Ctrl-S).
func (t *tty) write(wake int, s string) error {
	for s != "" {
		n, err := unix.Write(t.fd, []byte(s))
		if n > 0 {
			s = s[n:]
		}
		switch {
		case err == nil:
		case !retry(err):
			return gone(err)
		default:
			if _, err := t.wait(wake, true); err != nil {
				return err
			}
			if !t.foreground() {
				return errBackground()
			}
		}
	}
	return nil
}

// wait waits until the terminal is ready, for a tick at most. It is select and
// not poll because on macOS poll does not know terminals.
func (t *tty) wait(wake int, output bool) (ready bool, err error) {
	var in, out unix.FdSet
	in.Set(wake)
	if output {
		out.Set(t.fd)
	} else {
		in.Set(t.fd)
	}
	limit := unix.NsecToTimeval(tick.Nanoseconds())
	switch _, err := unix.Select(max(t.fd, wake)+1, &in, &out, nil, &limit); {
	case errors.Is(err, unix.EINTR):
		return false, nil
	case err != nil:
		return false, gone(err)
	case in.IsSet(wake):
		return false, errEnded
	}
	return in.IsSet(t.fd) || out.IsSet(t.fd), nil
}

// restore puts the old mode back. From the background only if the mode is
// still ours: whoever took the terminal may have set its own.
func (t *tty) restore(before unix.Termios) {
	if !t.foreground() {
		now, err := getMode(t.fd)
		if err != nil || !isOurs(now) {
			return
		}
	}
	for range 3 { // a signal may interrupt it
		if err := setMode(t.fd, before); !errors.Is(err, unix.EINTR) {
			return
		}
	}
}

func retry(err error) bool {
	return errors.Is(err, unix.EINTR) || errors.Is(err, unix.EAGAIN)
}

func gone(err error) error { return nobody("the terminal went away: %v", err) }

// wakeUp returns a descriptor that becomes readable when ctx ends.
func wakeUp(ctx context.Context) (fd int, stop func(), err error) {
	r, w, err := os.Pipe()
	if err != nil {
		return 0, nil, err
	}
	cancel := context.AfterFunc(ctx, func() { _ = w.Close() })
	stop = func() {
		cancel()
		_ = w.Close()
		_ = r.Close()
	}
	if fd = int(r.Fd()); fd >= unix.FD_SETSIZE {
		stop()
		return 0, nil, unix.EMFILE
	}
	return fd, stop, nil
}
