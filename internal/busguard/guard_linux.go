package busguard

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	variable = "DBUS_SESSION_BUS_ADDRESS"
	// hidden has a transport that no D-Bus client knows, so that each gives up
	// on it at once; an empty address would send them looking.
	hidden = "disabled:"
	// patience is for the whole of connecting, authenticating and the reply. A
	// bus that works takes well under a millisecond.
	patience = 2 * time.Second
)

// users is the variable as the user had it.
var users struct {
	address string
	set     bool
}

func init() {
	users.address, users.set = os.LookupEnv(variable)
	address := hidden
	if wanted(os.Args, os.Getenv("XROLE_KEYRING")) {
		var s socket
		s, found.state, found.reason = look(users.address, os.Getuid(), patience)
		if found.state == Answers {
			address = s.address() // just this one, found and decoded
		}
	}
	_ = os.Setenv(variable, address)
}

// Restore gives DBUS_SESSION_BUS_ADDRESS back as the user had it, for child
// processes. The keyring library keeps the connection that it has. Package
// cache does this in its own init, which follows the library's.
func Restore() {
	if users.set {
		_ = os.Setenv(variable, users.address)
		return
	}
	_ = os.Unsetenv(variable)
}

// look finds the bus where godbus would, address being what the environment
// says, and probes it. Of several addresses the first that can be connected to
// is the bus, as D-Bus has it.
func look(address string, uid int, patience time.Duration) (socket, Finding, string) {
	if address == "" || address == "autolaunch:" {
		address = discover("/run/user/" + strconv.Itoa(uid))
	}
	if address == "" {
		return "", Absent, variable + " is not set"
	}
	list, err := sockets(address)
	reason := ""
	if err != nil {
		reason = address + ": " + err.Error()
	}
	end := time.Now().Add(patience)
	for _, s := range list {
		f, why, connected := probe(s, uid, end)
		if connected {
			return s, f, why
		}
		reason = string(s) + ": " + why
	}
	return "", Absent, reason
}

// discover returns the address that a user's runtime folder has, "" if none:
// the socket itself, or a file that holds the address.
func discover(runtime string) string {
	if _, err := os.Stat(runtime + "/bus"); err == nil {
		return "unix:path=" + runtime + "/bus"
	}
	file, err := os.ReadFile(runtime + "/dbus-session")
	if err != nil {
		return ""
	}
	address, ok := strings.CutPrefix(string(file), variable+"=")
	if !ok {
		return ""
	}
	return strings.TrimRight(address, "\r\n")
}

// probe says hello to the bus at s and waits for the reply until end. It
// returns false where nobody listens. Bare system calls, because the packages
// that would make this shorter are initialised too late for us.
func probe(s socket, uid int, end time.Time) (f Finding, reason string, connected bool) {
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return Absent, err.Error(), false
	}
	defer func() { _ = syscall.Close(fd) }()
	err = before(end, fd, syscall.SO_SNDTIMEO, func() error {
		return syscall.Connect(fd, &syscall.SockaddrUnix{Name: string(s)})
	})
	switch {
	case err == syscall.EAGAIN: // the queue of connections is full
		return Hung, "", true
	case err != nil:
		return Absent, err.Error(), false
	}
	f, reason = converse(fd, uid, end)
	return f, reason, true
}

// converse sends the greeting and reads until the reply settles the matter.
func converse(fd, uid int, end time.Time) (Finding, string) {
	if _, err := syscall.Write(fd, greeting(uid)); err != nil { // fits any socket's buffer
		return Absent, err.Error()
	}
	var reply []byte
	buf := make([]byte, 512)
	for {
		n := 0
		err := before(end, fd, syscall.SO_RCVTIMEO, func() (err error) {
			n, err = syscall.Read(fd, buf)
			return err
		})
		switch {
		case err == syscall.EAGAIN:
			return Hung, ""
		case err != nil:
			return Absent, err.Error()
		case n == 0:
			return Absent, "the bus closed the connection"
		}
		reply = append(reply, buf[:n]...)
		if f, reason, settled := judge(reply); settled {
			return f, reason
		}
	}
}

// before makes a system call on fd that blocks until end at the longest, and
// then returns EAGAIN. The kernel keeps the time (option is one of its two
// time-outs), so that no descriptor sets are needed.
func before(end time.Time, fd, option int, call func() error) error {
	for {
		left := time.Until(end)
		if left < time.Millisecond {
			return syscall.EAGAIN
		}
		tv := syscall.NsecToTimeval(left.Nanoseconds())
		if err := syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, option, &tv); err != nil {
			return err
		}
		if err := call(); err != syscall.EINTR {
			return err
		}
	}
}
