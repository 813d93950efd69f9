//go:build unix

package acceptance

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// detach takes a command out of the terminal that runs the tests, if there is one.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

// terminal is a real pseudo-terminal with a command in its foreground.
type terminal struct {
	t      *testing.T
	cmd    *exec.Cmd
	master *os.File
	mu     sync.Mutex
	screen bytes.Buffer
	news   chan struct{} // a token whenever the screen has changed
	ended  chan error
}

// onTerminal starts a command on a terminal of its own. Streams of the command
// that are set already stay as they are: its terminal is there all the same.
func (w *world) onTerminal(cmd *exec.Cmd) *terminal {
	w.t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		w.t.Fatal(err)
	}
	if cmd.Stdin == nil {
		cmd.Stdin = slave
	}
	if cmd.Stdout == nil {
		cmd.Stdout = slave
	}
	if cmd.Stderr == nil {
		cmd.Stderr = slave
	}
	cmd.ExtraFiles = append(cmd.ExtraFiles, slave)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 2 + len(cmd.ExtraFiles)}
	term := &terminal{t: w.t, cmd: cmd, master: master, news: make(chan struct{}, 1), ended: make(chan error, 1)}
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	_ = slave.Close()
	drained := make(chan struct{})
	go func() { defer close(drained); term.collect() }()
	go func() {
		err := cmd.Wait()
		select { // what was written before the end is read before the end is told
		case <-drained:
		case <-time.After(5 * time.Second):
		}
		term.ended <- err
	}()
	w.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = master.Close()
	})
	return term
}

func (m *terminal) collect() {
	buf := make([]byte, 4096)
	for {
		n, err := m.master.Read(buf)
		m.mu.Lock()
		m.screen.Write(buf[:n])
		m.mu.Unlock()
		select {
		case m.news <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// text is all that was shown so far.
func (m *terminal) text() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.screen.String()
}

// expect waits until text was shown at least n times in all.
func (m *terminal) expect(text string, n int) {
	m.t.Helper()
	limit := time.After(patience)
	for strings.Count(m.text(), text) < n {
		select {
		case <-m.news:
		case <-limit:
			m.t.Fatalf("the terminal never showed %q %d times; it shows:\n%s", text, n, m.text())
		}
	}
}

func (m *terminal) typeIn(keys string) {
	m.t.Helper()
	if _, err := io.WriteString(m.master, keys); err != nil {
		m.t.Fatal(err)
	}
}

// wait returns the command's exit code.
func (m *terminal) wait() int {
	m.t.Helper()
	select {
	case err := <-m.ended:
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			m.t.Fatal(err)
		}
		return m.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		m.t.Fatalf("the command does not end; the terminal shows:\n%s", m.text())
	}
	return -1
}

// prompt is how the question for a code begins.
const prompt = "MFA code for"
