package busguard

import (
	"errors"
	"strconv"
	"strings"
)

// socket is where a bus listens: a path, or "@" and a name of Linux's abstract
// socket name space, as syscall.SockaddrUnix takes it.
type socket string

// address returns s as the D-Bus address godbus reads: it does not decode, so
// nothing in it may be encoded.
func (s socket) address() string {
	if name, ok := strings.CutPrefix(string(s), "@"); ok {
		return "unix:abstract=" + name
	}
	return "unix:path=" + string(s)
}

var errNotUnix = errors.New("not the address of a unix socket")

// sockets returns the unix sockets of a list of D-Bus addresses
// ("unix:path=…,guid=…;unix:abstract=…"), in order. Other transports (tcp:,
// unixexec:) are left out, and so hidden: none of them is what a desktop's
// session bus listens on, and connecting to one can take a minute or start a
// program. The error says why the last one that was left out was.
func sockets(list string) (found []socket, err error) {
	for _, a := range strings.Split(list, ";") {
		if a == "" {
			continue
		}
		s, e := parse(a)
		if e != nil {
			err = e
			continue
		}
		found = append(found, s)
	}
	return found, err
}

// parse reads one D-Bus address.
func parse(address string) (socket, error) {
	params, ok := strings.CutPrefix(address, "unix:")
	if !ok {
		return "", errNotUnix
	}
	var s socket
	for _, p := range strings.Split(params, ",") {
		name, value, _ := strings.Cut(p, "=")
		value, err := unescape(value)
		if err != nil {
			return "", err
		}
		switch {
		case name == "path" && s == "" && strings.HasPrefix(value, "/"):
			s = socket(value)
		case name == "abstract" && s == "" && value != "":
			s = socket("@" + value)
		case name == "path", name == "abstract":
			return "", errNotUnix
		}
	}
	// godbus splits at a comma and a semicolon whether or not they were
	// escaped, so it could not be led to a socket with one in its name.
	if s == "" || strings.ContainsAny(string(s), ",;\x00") {
		return "", errNotUnix
	}
	return s, nil
}

// unescape decodes %XX.
func unescape(s string) (string, error) {
	var b strings.Builder
	for {
		plain, rest, ok := strings.Cut(s, "%")
		b.WriteString(plain)
		if !ok {
			return b.String(), nil
		}
		if len(rest) < 2 {
			return "", errNotUnix
		}
		c, err := strconv.ParseUint(rest[:2], 16, 8)
		if err != nil {
			return "", errNotUnix
		}
		b.WriteByte(byte(c))
		s = rest[2:]
	}
}
