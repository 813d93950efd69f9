package keyringtest

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus"

	"github.com/xrole/xrole/internal/suite"
)

const envBus = "DBUS_SESSION_BUS_ADDRESS"

// patience is for daemons to start on a busy machine.
const patience = 30 * time.Second

// config is that of a session bus that starts no services by itself: what is
// on it is what the test put there.
const config = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir=%s</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`

// environment is what a child needs to find the bus at address. No display, so
// that nothing waits for a person.
func environment(address string) []string {
	return []string{envBus + "=" + address, "DISPLAY=", "WAYLAND_DISPLAY="}
}

// value is that of a variable that an environment of ours has.
func value(t testing.TB, env []string, name string) string {
	t.Helper()
	for _, e := range env {
		if v, ok := strings.CutPrefix(e, name+"="); ok {
			return v
		}
	}
	t.Fatalf("keyringtest: no %s: not an environment of ours", name)
	return ""
}

// shortDir is a temporary folder whose path leaves room in the 107 bytes that
// a socket's may have; a test's own may not.
func shortDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "bus")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// NoService starts a bus on which nobody keeps secrets.
func NoService(t testing.TB) (env []string) {
	t.Helper()
	suite.Need(t, "dbus-daemon")
	dir := shortDir(t)
	file := filepath.Join(dir, "config")
	if err := os.WriteFile(file, fmt.Appendf(nil, config, dir), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("dbus-daemon", "--nofork", "--nopidfile", "--print-address", "--config-file="+file)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	run(t, cmd)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("dbus-daemon gave no address: %v", err)
	}
	return environment(strings.TrimSpace(line))
}

// NoBus is an environment whose bus is gone.
func NoBus(t testing.TB) (env []string) {
	t.Helper()
	return environment("unix:path=" + filepath.Join(shortDir(t), "gone"))
}

// HungBus listens as a bus that accepts and never says a word.
func HungBus(t testing.TB) (env []string) {
	t.Helper()
	return serve(t, func(net.Conn) {})
}

// HungAfterAuth listens as a bus that authenticates and then answers no call.
func HungAfterAuth(t testing.TB) (env []string) {
	t.Helper()
	return serve(t, func(c net.Conn) {
		in := bufio.NewReader(c)
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			reply := ""
			switch line = strings.Trim(line, "\x00\r\n"); {
			case line == "AUTH":
				reply = "REJECTED EXTERNAL\r\n"
			case strings.HasPrefix(line, "AUTH EXTERNAL"):
				reply = "OK 0123456789abcdef0123456789abcdef\r\n"
			case line == "NEGOTIATE_UNIX_FD":
				reply = "AGREE_UNIX_FD\r\n"
			case line == "BEGIN":
				return
			}
			if _, err := c.Write([]byte(reply)); err != nil {
				return
			}
		}
	})
}

// serve talks to everybody who connects; no connection is closed before the
// test ends.
func serve(t testing.TB, talk func(net.Conn)) (env []string) {
	t.Helper()
	path := filepath.Join(shortDir(t), "bus")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	closing := make(chan struct{})
	t.Cleanup(func() {
		close(closing)
		_ = l.Close()
	})
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				talk(c)
				<-closing
				_ = c.Close()
			}()
		}
	}()
	return environment("unix:path=" + path)
}

// Connect joins the bus of env.
func Connect(t testing.TB, env []string) *dbus.Conn {
	t.Helper()
	conn, err := dbus.Dial(value(t, env, envBus))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.Auth(nil); err != nil {
		t.Fatal(err)
	}
	if err := conn.Hello(); err != nil {
		t.Fatal(err)
	}
	return conn
}

// await waits until somebody owns name on the bus.
func await(t testing.TB, conn *dbus.Conn, name string) {
	t.Helper()
	signals := make(chan *dbus.Signal, 64)
	conn.Signal(signals)
	defer conn.RemoveSignal(signals)
	rule := "type='signal',member='NameOwnerChanged',arg0='" + name + "'"
	if err := conn.BusObject().Call("org.freedesktop.DBus.AddMatch", 0, rule).Err; err != nil {
		t.Fatal(err)
	}
	timeout := time.After(patience)
	for {
		var owned bool
		if err := conn.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, name).Store(&owned); err != nil {
			t.Fatal(err)
		}
		if owned {
			return
		}
		select {
		case <-signals:
		case <-timeout:
			t.Fatalf("%s did not come up in %s", name, patience)
		}
	}
}

// run starts a daemon that ends with the test.
func run(t testing.TB, cmd *exec.Cmd) {
	t.Helper()
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() && stderr.Len() > 0 {
			t.Logf("%s: %s", cmd.Args[0], stderr.String())
		}
	})
}
