//go:build linux || darwin || freebsd

package mfa

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// The tests of the terminal run this binary again as the process that asks, in
// a session of its own on a pseudo-terminal. What it is to do stands in its
// environment.
const (
	envRole     = "XROLE_TEST_ROLE"
	envDeadline = "XROLE_TEST_DEADLINE"
	envLocks    = "XROLE_TEST_LOCKS"
)

func TestMain(m *testing.M) {
	switch os.Getenv(envRole) {
	case "":
		os.Exit(m.Run())
	case "ask":
		asker()
	case "background", "yank":
		leader(os.Getenv(envRole))
	}
}

// result is what the asking process prints.
type result struct {
	Pid                                   int
	Code, Err                             string
	Nobody, Declined, TimedOut, Cancelled bool
	Interactive                           bool
}

// asker asks once. Like the real program, it turns signals into the end of its
// context.
func asker() {
	ctx, stop := signal.NotifyContext(context.Background(), unix.SIGTERM, unix.SIGHUP, unix.SIGINT)
	defer stop()
	deadline, _ := time.ParseDuration(os.Getenv(envDeadline))
	t := NewTerminal(TerminalOptions{Deadline: deadline, LockDir: os.Getenv(envLocks)})
	fmt.Printf(`{"Pid":%d}`+"\n", os.Getpid())
	code, err := t.Code(ctx, Request{Device: "arn:aws:iam::222222222222:mfa/alice", Profile: "prod"})
	r := result{Pid: os.Getpid(), Code: code, Interactive: t.Interactive()}
	if err != nil {
		r.Err = err.Error()
		r.Nobody, r.Declined = errors.Is(err, ErrNobody), errors.Is(err, ErrDeclined)
		r.TimedOut, r.Cancelled = errors.Is(err, ErrTimeout), errors.Is(err, context.Canceled)
	}
	_ = json.NewEncoder(os.Stdout).Encode(r)
}

// leader has a job on its terminal: in the background from the beginning, or
// taken out of the foreground when something comes on stdin, as a shell does.
func leader(role string) {
	signal.Ignore(unix.SIGTTOU)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), envRole+"=ask")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if role == "yank" {
		cmd.SysProcAttr = &syscall.SysProcAttr{Foreground: true, Ctty: 3}
	}
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	if role == "yank" {
		_, _ = os.Stdin.Read(make([]byte, 1))
		if err := unix.IoctlSetPointerInt(3, unix.TIOCSPGRP, unix.Getpgrp()); err != nil {
			panic(err)
		}
	}
	_ = cmd.Wait()
}

// patience bounds every wait; none should come near it.
const patience = 30 * time.Second

// screen is a pseudo-terminal with somebody in front of it.
type screen struct {
	t           *testing.T
	master, tty *os.File

	mu      sync.Mutex
	seen    strings.Builder
	changed chan struct{} // closed and replaced when seen grows
}

// newScreen opens one and reads all that is printed on it.
func newScreen(t *testing.T) *screen {
	t.Helper()
	s := openScreen(t)
	go func() {
		for s.readSome() == nil {
		}
	}()
	return s
}

func openScreen(t *testing.T) *screen {
	t.Helper()
	master, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = tty.Close()
		_ = master.Close()
	})
	return &screen{t: t, master: master, tty: tty, changed: make(chan struct{})}
}

func (s *screen) readSome() error {
	buf := make([]byte, 4096)
	n, err := s.master.Read(buf)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen.Write(buf[:n])
	close(s.changed)
	s.changed = make(chan struct{})
	return err
}

// shown returns what stands on the screen.
func (s *screen) shown() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen.String()
}

// expect waits until text has been printed count times.
func (s *screen) expect(text string, count int) {
	s.t.Helper()
	late := time.After(patience)
	for {
		s.mu.Lock()
		shown, changed := s.seen.String(), s.changed
		s.mu.Unlock()
		if strings.Count(shown, text) >= count {
			return
		}
		select {
		case <-changed:
		case <-late:
			s.t.Fatalf("%q was not printed %d times: %q", text, count, shown)
		}
	}
}

func (s *screen) typeText(text string) {
	s.t.Helper()
	if _, err := s.master.WriteString(text); err != nil {
		s.t.Fatal(err)
	}
}

func (s *screen) mode() unix.Termios {
	s.t.Helper()
	m, err := getMode(int(s.tty.Fd()))
	if err != nil {
		s.t.Fatal(err)
	}
	return m
}

// job is what runs on the screen. Its results come over a pipe.
type job struct {
	*exec.Cmd
	s       *screen
	results *json.Decoder
	control *os.File // its stdin
}

// start runs argv as the leader of a new session on s; without argv, the
// process that asks.
func (s *screen) start(env []string, argv ...string) *job {
	s.t.Helper()
	if len(argv) == 0 {
		argv = []string{os.Args[0]}
	}
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.ExtraFiles = []*os.File{s.tty} // descriptor 3
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 3}
	return start(s, cmd, env)
}

func start(s *screen, cmd *exec.Cmd, env []string) *job {
	t := s.t
	t.Helper()
	cmd.Env = append(append(os.Environ(), envRole+"=ask", "SELF="+os.Args[0]), env...)
	in, control, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, w, os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_, _ = in.Close(), w.Close()
	_ = out.SetReadDeadline(time.Now().Add(patience))
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_, _ = control.Close(), out.Close()
	})
	return &job{cmd, s, json.NewDecoder(out), control}
}

// next returns the job's next result.
func (j *job) next() result {
	j.s.t.Helper()
	var r result
	if err := j.results.Decode(&r); err != nil {
		j.s.t.Fatalf("the job ended without a result: %v; on the screen: %q", err, j.s.shown())
	}
	return r
}

// result skips the announcement of the process.
func (j *job) result() result {
	j.s.t.Helper()
	j.next()
	return j.next()
}
