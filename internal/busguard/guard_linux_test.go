package busguard

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestWanted(t *testing.T) {
	tests := []struct {
		line, env string
		want      bool
	}{
		{"credentials prod", "", true},
		{"--debug credentials prod", "auto", true},
		{"exec prod -- aws --keyring none --help", "", true},
		{"env --shell fish prod", "secret-service", true},
		{"login", "", true},
		{"--keyring secret-service login", "none", true},
		{"login --keyring=secret-service", "none", true},
		{"login -keyring auto", "none", true},

		{"", "", false},
		{"--help", "", false},
		{"--version", "", false},
		{"credentials --help", "", false},
		{"exec -h", "", false},
		{"credentials --generate-bash-completion", "", false},
		{"prompt", "", false},
		{"status --json", "", false},
		{"profile list", "", false},
		{"profile add login", "", false},
		{"sandbox -- xrole credentials", "", true}, // it clears up behind itself
		{"credentials prod", "keyctl", false},
		{"credentials prod", "none", false},
		{"--keyring file credentials prod", "", false},
		{"credentials prod --keyring=keyctl", "secret-service", false},
		{"credentials prod --keyring", "", true}, // wrong usage: left to the flag's own check
		{"--keyring credentials", "", false},     // its value is no command
	}
	for _, tt := range tests {
		if got := wanted(append([]string{"/usr/bin/xrole"}, strings.Fields(tt.line)...), tt.env); got != tt.want {
			t.Errorf("wanted(%q, %q) = %v", tt.line, tt.env, got)
		}
	}
}

func TestWantedByOthers(t *testing.T) {
	for env, want := range map[string]bool{"": true, "auto": true, "secret-service": true, "keyctl": false, "none": false} {
		for _, args := range [][]string{{"/usr/bin/other", "--help"}, {"other"}, {"/opt/xrole/other"}, {""}, nil} {
			if got := wanted(args, env); got != want {
				t.Errorf("wanted(%q, %q) = %v", args, env, got)
			}
		}
	}
	for _, program := range []string{"xrole", "./xrole", "/usr/bin/xrole-1.2"} {
		if wanted([]string{program, "--help"}, "") {
			t.Errorf("%s --help wants the bus", program)
		}
	}
}

func TestSockets(t *testing.T) {
	tests := []struct{ list, want string }{
		{"unix:path=/run/user/1000/bus", "unix:path=/run/user/1000/bus"},
		{"unix:path=/tmp/a%20b,guid=0123", "unix:path=/tmp/a b"},
		{"unix:guid=0123,abstract=/tmp/dbus-x", "unix:abstract=/tmp/dbus-x"},
		{"tcp:host=localhost,port=1;unix:path=/a;unix:path=/b", "unix:path=/a unix:path=/b"},
		{";unix:path=/a;", "unix:path=/a"},
		{"", ""},
		{"nonsense", ""},
		{"unixexec:path=/bin/sh", ""},
		{"unix:", ""},
		{"unix:path=", ""},
		{"unix:path=relative", ""},
		{"unix:abstract=", ""},
		{"unix:path=/a,abstract=b", ""},
		{"unix:path=/a%2", ""},
		{"unix:path=/a%zz", ""},
		{"unix:path=/a%2cb", ""},
		{"unix:path=/a%00", ""},
	}
	for _, tt := range tests {
		var got []string
		found, err := sockets(tt.list)
		for _, s := range found {
			got = append(got, s.address())
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("sockets(%q) = %q", tt.list, got)
		}
		if tt.want == "" && tt.list != "" && err == nil {
			t.Errorf("sockets(%q): no reason given", tt.list)
		}
	}
}

func TestJudge(t *testing.T) {
	tests := []struct {
		reply   string
		want    Finding
		settled bool
	}{
		{"", 0, false},
		{"OK 01", 0, false},
		{"OK 0123\r\n", 0, false},
		{"OK 0123\r\nl", 0, false},
		{"OK 0123\r\nl\x02", Answers, true},
		{"OK 0123\r\nB\x02\x00\x01", Answers, true},
		{"OK 0123\r\nl\x03", Absent, true},
		{"REJECTED EXTERNAL\r\n", Absent, true},
		{"HTTP/1.1 400 Bad Request\r\n", Absent, true},
		{strings.Repeat("x", 2000), Absent, true},
	}
	for _, tt := range tests {
		if got, _, settled := judge([]byte(tt.reply)); got != tt.want || settled != tt.settled {
			t.Errorf("judge(%.20q) = %v, %v", tt.reply, got, settled)
		}
	}
}

// The greeting is compared with what the D-Bus specification lays down, byte
// by byte; that a real bus takes it is shown by the tests of pkg/cache.
func TestGreeting(t *testing.T) {
	const want = "\x00AUTH EXTERNAL 31303030\r\nBEGIN\r\n" +
		"l\x01\x00\x01\x00\x00\x00\x00\x01\x00\x00\x00\x6d\x00\x00\x00" +
		"\x01\x01o\x00\x15\x00\x00\x00/org/freedesktop/DBus\x00\x00\x00" +
		"\x02\x01s\x00\x14\x00\x00\x00org.freedesktop.DBus\x00\x00\x00\x00" +
		"\x03\x01s\x00\x05\x00\x00\x00Hello\x00\x00\x00" +
		"\x06\x01s\x00\x14\x00\x00\x00org.freedesktop.DBus\x00\x00\x00\x00"
	if got := string(greeting(1000)); got != want {
		t.Errorf("greeting(1000) =\n%q, want\n%q", got, want)
	}
}

// listen serves a socket with talk and returns its path. Connections are held
// open until the test ends.
func listen(t *testing.T, talk func(net.Conn)) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "bus") // t.TempDir can exceed a socket's 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	path := filepath.Join(dir, "bus")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = c.Close() })
			go talk(c)
		}
	}()
	return path
}

// says returns a server that answers a whole greeting with s, and then stays.
func says(s string) func(net.Conn) {
	return func(c net.Conn) {
		if _, err := io.ReadFull(c, make([]byte, len(greeting(1000)))); err == nil {
			_, _ = io.WriteString(c, s)
		}
	}
}

func TestLook(t *testing.T) {
	silent := func(net.Conn) {}
	gone := func(c net.Conn) { _ = c.Close() }
	good := "unix:path=" + listen(t, says("OK 0123\r\nl\x02\x01\x01"))
	hung := "unix:path=" + listen(t, silent)
	tests := []struct {
		name, address string
		want          Finding
	}{
		{"answers", good, Answers},
		{"answers with a guid", good + ",guid=0123", Answers},
		{"never answers", hung, Hung},
		{"answers AUTH, never Hello", "unix:path=" + listen(t, says("OK 0123\r\n")), Hung},
		{"turns us away", "unix:path=" + listen(t, says("REJECTED EXTERNAL\r\n")), Absent},
		{"refuses Hello", "unix:path=" + listen(t, says("OK 0123\r\nl\x03\x01\x01")), Absent},
		{"hangs up", "unix:path=" + listen(t, gone), Absent},
		{"nobody there", "unix:path=/nonexistent/bus", Absent},
		{"no socket", "unix:path=/dev/null", Absent},
		{"too long", "unix:path=/" + strings.Repeat("x", 200), Absent},
		{"another transport", "tcp:host=localhost,port=1", Absent},
		{"nonsense", "nonsense", Absent},
		{"the second of two", "unix:path=/nonexistent/bus;" + good, Answers},
		{"the first that connects counts", hung + ";" + good, Hung},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			began := time.Now()
			patience := 100 * time.Millisecond
			if tt.want != Hung {
				patience = time.Minute // an answer is never a matter of time
			}
			s, got, reason := look(tt.address, 1000, patience)
			if got != tt.want {
				t.Errorf("%v (%s), want %v", got, reason, tt.want)
			}
			if got == Absent && reason == "" {
				t.Error("no reason given")
			}
			if got == Answers && s.address() != good {
				t.Errorf("pinned %q, want %q", s.address(), good)
			}
			if got == Hung && time.Since(began) < 90*time.Millisecond {
				t.Error("gave up before its time")
			}
		})
	}
}

// A bus whose queue of connections is full blocks in connect already.
func TestLookBacklogFull(t *testing.T) {
	path := filepath.Join(t.TempDir(), "b")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	file, err := l.File()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	shrinkBacklog(t, file)
	for range 4 {
		if _, f, reason := look("unix:path="+path, 1000, 50*time.Millisecond); f != Hung {
			t.Fatalf("%v (%s), want %v", f, reason, Hung)
		}
	}
}

func TestDiscover(t *testing.T) {
	dir := t.TempDir()
	if got := discover(dir); got != "" {
		t.Errorf("empty folder: %q", got)
	}
	file := filepath.Join(dir, "dbus-session")
	for content, want := range map[string]string{
		"DBUS_SESSION_BUS_ADDRESS=unix:abstract=/tmp/x\n": "unix:abstract=/tmp/x",
		"something else": "",
	} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := discover(dir); got != want {
			t.Errorf("discover with %q = %q", content, got)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "bus"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got, want := discover(dir), "unix:path="+dir+"/bus"; got != want {
		t.Errorf("discover = %q, want %q", got, want)
	}
}

func TestRestore(t *testing.T) {
	before, environment := users, os.Getenv(variable)
	defer func() {
		users = before
		_ = os.Setenv(variable, environment)
	}()
	users.address, users.set = "unix:path=/x", true
	Restore()
	if got := os.Getenv(variable); got != "unix:path=/x" {
		t.Errorf("restored %q", got)
	}
	users.set = false
	Restore()
	if got, set := os.LookupEnv(variable); set {
		t.Errorf("still set to %q", got)
	}
}

func BenchmarkLook(b *testing.B) {
	address := users.address
	for b.Loop() {
		if _, f, reason := look(address, os.Getuid(), patience); f != Answers {
			b.Skipf("no session bus to measure: %s", reason)
		}
	}
}

// shrinkBacklog makes the queue of a listening socket take one connection.
func shrinkBacklog(t *testing.T, l *os.File) {
	t.Helper()
	if err := syscall.Listen(int(l.Fd()), 0); err != nil {
		t.Fatal(err)
	}
}
