//go:build linux || darwin || freebsd

package mfa

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const (
	asked = `MFA code for "prod" (arn:aws:iam::222222222222:mfa/alice): `
	// twice runs two askers one after the other in one session. The first is
	// killed, which sh would report.
	twice = `exec 2>/dev/null; "$SELF"; "$SELF"; exit`
	// beside runs two at once in one process group.
	beside = `"$SELF" & "$SELF" & wait`
)

func TestTerminalTakesACode(t *testing.T) {
	for _, tt := range []struct{ name, typed, want string }{
		{"code", "123456\r", "123456"},
		{"line feed", "123456\n", "123456"},
		{"corrected", "12\x1a3x\x7f4\x165\x0f6\r", "123456"},
		{"arrow keys", "123\x1b[D\x1b[3~456\r", "123456"},
		{"empty", "\r", ""},
		{"junk", "\xff\xfe\x00日本é\r", "\xff\xfe日本é"},
		{"endless", strings.Repeat("9", 20000) + "\r", strings.Repeat("9", maxInput)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newScreen(t)
			before := s.mode()
			j := s.start(nil)
			s.expect(asked, 1)
			if m := s.mode(); m.Lflag&hidden != 0 {
				t.Errorf("echo or signals are on: %x", m.Lflag)
			}
			s.typeText(tt.typed)
			r := j.result()
			// JSON turns what is not text into U+FFFD.
			if want := strings.ToValidUTF8(tt.want, "\ufffd"); strings.ReplaceAll(r.Code, "\ufffd\ufffd", "\ufffd") != want || r.Err != "" || !r.Interactive {
				t.Errorf("got %+v", r)
			}
			s.expect("\r\n", 1)
			if shown := s.shown(); shown != asked+"\r\n" {
				t.Errorf("on the screen: %q", shown)
			}
			if s.mode() != before {
				t.Errorf("the mode is %+v, was %+v", s.mode(), before)
			}
		})
	}
}

func TestTerminalDeclined(t *testing.T) {
	for name, typed := range map[string]string{
		"Ctrl-C": "\x03", "Ctrl-C after digits": "123\x03", "Ctrl-D": "\x04", `Ctrl-\`: "1\x1c",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScreen(t)
			before := s.mode()
			j := s.start(nil)
			s.expect(asked, 1)
			s.typeText(typed)
			if r := j.result(); !r.Declined || r.Code != "" || r.Err != "the MFA code was declined" {
				t.Errorf("got %+v", r)
			}
			if s.mode() != before {
				t.Errorf("the mode is %+v, was %+v", s.mode(), before)
			}
		})
	}
}

func TestTerminalSignals(t *testing.T) {
	for _, sig := range []syscall.Signal{unix.SIGTERM, unix.SIGHUP, unix.SIGINT} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			s := newScreen(t)
			before := s.mode()
			j := s.start(nil)
			s.expect(asked, 1)
			s.typeText("123")
			if err := j.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			if r := j.result(); !r.Cancelled || r.Code != "" {
				t.Errorf("got %+v", r)
			}
			if s.mode() != before {
				t.Errorf("the mode is %+v, was %+v", s.mode(), before)
			}
		})
	}
}

func TestTerminalDeadline(t *testing.T) {
	for name, typed := range map[string]string{"nothing typed": "", "output held by Ctrl-S": "\x13"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScreen(t)
			before := s.mode()
			s.typeText(typed)
			j := s.start([]string{envDeadline + "=100ms"})
			if r := j.result(); !r.TimedOut || r.Err != "no answer at the terminal within 100ms" {
				t.Errorf("got %+v", r)
			}
			if s.mode() != before {
				t.Errorf("the mode is %+v, was %+v", s.mode(), before)
			}
		})
	}
}

func TestTerminalDropsWhatWasTypedAhead(t *testing.T) {
	t.Parallel()
	s := newScreen(t)
	s.typeText("999999\r999")
	s.expect("999999\r\n999", 1) // the kernel's echo: it has arrived
	j := s.start(nil)
	s.expect(asked, 1)
	s.typeText("123456\r")
	if r := j.result(); r.Code != "123456" {
		t.Errorf("got %+v", r)
	}
}

// TestTerminalAfterAKill: kill -9 leaves the terminal mute; the next prompt
// works in it and leaves it well.
func TestTerminalAfterAKill(t *testing.T) {
	t.Parallel()
	s := newScreen(t)
	before := s.mode()
	j := s.start(nil, "sh", "-c", twice)
	s.expect(asked, 1)
	first := j.next()
	if err := syscall.Kill(first.Pid, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	s.expect(asked, 2)
	s.typeText("123456\r")
	if r := j.result(); r.Code != "123456" {
		t.Errorf("got %+v", r)
	}
	if s.mode() != before {
		t.Errorf("the mode is %+v, was %+v", s.mode(), before)
	}
}

// TestTerminalInRawMode: a full-screen program's mode is not mistaken for that
// of a killed prompt.
func TestTerminalInRawMode(t *testing.T) {
	t.Parallel()
	s := newScreen(t)
	raw := s.mode()
	raw.Lflag &^= hidden
	raw.Iflag &^= unix.ICRNL
	if err := setMode(int(s.tty.Fd()), raw); err != nil {
		t.Fatal(err)
	}
	j := s.start(nil)
	s.expect(asked, 1)
	s.typeText("123456\r")
	if r := j.result(); r.Code != "123456" {
		t.Errorf("got %+v", r)
	}
	if s.mode() != raw {
		t.Errorf("the mode is %+v, was %+v", s.mode(), raw)
	}
}

func TestTerminalMissing(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(os.Args[0])
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	j := start(newScreen(t), cmd, nil)
	if r := j.result(); !r.Nobody || r.Err != "no terminal: this process was started without one" {
		t.Errorf("got %+v", r)
	}
	for device, want := range map[string]string{
		"/nowhere/tty": "no terminal: this process was started without one",
		"/dev/null":    "no terminal: /dev/null is none",
		"/":            "no terminal: / can't be opened: is a directory",
	} {
		_, err := NewTerminal(TerminalOptions{Device: device}).Code(t.Context(), Request{})
		if err == nil || err.Error() != want {
			t.Errorf("%s: got %v", device, err)
		}
	}
}

// TestTerminalInTheBackground: a stopped process would not answer at all.
func TestTerminalInTheBackground(t *testing.T) {
	t.Parallel()
	s := newScreen(t)
	before := s.mode()
	j := s.start([]string{envRole + "=background"})
	if r := j.result(); !r.Nobody || !strings.HasPrefix(r.Err, "in a background job") {
		t.Errorf("got %+v", r)
	}
	if s.shown() != "" || s.mode() != before {
		t.Errorf("the terminal was touched: %q", s.shown())
	}
}

func TestTerminalPutIntoTheBackground(t *testing.T) {
	t.Parallel()
	s := newScreen(t)
	before := s.mode()
	j := s.start([]string{envRole + "=yank"})
	s.expect(asked, 1)
	if _, err := j.control.WriteString("\n"); err != nil {
		t.Fatal(err)
	}
	if r := j.result(); !r.Nobody || !strings.HasPrefix(r.Err, "in a background job") {
		t.Errorf("got %+v", r)
	}
	if s.mode() != before {
		t.Errorf("the mode is %+v, was %+v", s.mode(), before)
	}
}

// TestTerminalShared: two ask at once on one terminal, and Ctrl-C is for the
// one that is asking alone.
func TestTerminalShared(t *testing.T) {
	t.Parallel()
	s := newScreen(t)
	before := s.mode()
	j := s.start([]string{envLocks + "=" + t.TempDir()}, "sh", "-c", beside)
	j.next()
	j.next() // both are there
	s.expect(asked, 1)
	s.typeText("12\x03")
	if r := j.next(); !r.Declined {
		t.Errorf("the first got %+v", r)
	}
	s.expect(asked, 2)
	s.typeText("123456\r")
	if r := j.next(); r.Code != "123456" {
		t.Errorf("the second got %+v", r)
	}
	s.expect("\r\n", 2)
	if want := asked + "\r\n" + asked + "\r\n"; s.shown() != want {
		t.Errorf("on the screen: %q", s.shown())
	}
	if s.mode() != before {
		t.Errorf("the mode is %+v, was %+v", s.mode(), before)
	}
}

// TestTerminalSharedWithoutLocks: both prompts stand there, and when the first
// to go has turned the echo on again, the other turns it off.
func TestTerminalSharedWithoutLocks(t *testing.T) {
	t.Parallel()
	s := newScreen(t)
	before := s.mode()
	j := s.start(nil, "sh", "-c", beside)
	s.expect(asked, 2)
	j.next()
	j.next()
	s.typeText("\x03")
	if r := j.next(); !r.Declined {
		t.Errorf("the first got %+v", r)
	}
	for late := time.Now().Add(patience); s.mode().Lflag&hidden != 0; {
		if time.Now().After(late) {
			t.Fatal("the code would show")
		}
		time.Sleep(time.Millisecond) // a mode can only be polled
	}
	s.typeText("123456\r")
	if r := j.next(); r.Code != "123456" {
		t.Errorf("the second got %+v", r)
	}
	if strings.Contains(s.shown(), "123456") {
		t.Errorf("on the screen: %q", s.shown())
	}
	if s.mode() != before {
		t.Errorf("the mode is %+v, was %+v", s.mode(), before)
	}
}

// TestTerminalGoesAway: the window is closed while the prompt stands there, and
// the one who is told (the leader of the session) does not care.
func TestTerminalGoesAway(t *testing.T) {
	t.Parallel()
	s := openScreen(t)
	j := s.start(nil, "sh", "-c", `trap "" HUP; "$SELF"; exit`)
	for !strings.Contains(s.shown(), asked) {
		if err := s.readSome(); err != nil {
			t.Fatal(err)
		}
	}
	_ = s.master.Close()
	if r := j.result(); !r.Nobody || !strings.HasPrefix(r.Err, "the terminal went away: ") {
		t.Errorf("got %+v", r)
	}
}
