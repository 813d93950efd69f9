package busguard

import (
	"bytes"
	"strconv"
)

// greeting is all that a client says until it is on the bus: the NUL byte that
// carries its credentials, authentication as uid, and the call of Hello.
// Sent in one piece, because the protocol lets a client speak ahead: the probe
// then costs one round trip.
func greeting(uid int) []byte {
	b := []byte("\x00AUTH EXTERNAL ")
	for _, digit := range strconv.Itoa(uid) {
		b = append(b, '3', byte(digit)) // hex of the ASCII digit
	}
	b = append(b, "\r\nBEGIN\r\n"...)
	return append(b, hello()...)
}

// hello is the method call org.freedesktop.DBus.Hello() as D-Bus marshals it.
func hello() []byte {
	const (
		methodCall = 1
		version    = 1
		serial     = 1
	)
	var fields []byte
	field := func(code, kind byte, value string) {
		for len(fields)%8 != 0 { // structs begin at multiples of 8
			fields = append(fields, 0)
		}
		fields = append(fields, code, 1, kind, 0, byte(len(value)), 0, 0, 0)
		fields = append(append(fields, value...), 0)
	}
	field(1, 'o', "/org/freedesktop/DBus") // path
	field(2, 's', "org.freedesktop.DBus")  // interface
	field(3, 's', "Hello")                 // member
	field(6, 's', "org.freedesktop.DBus")  // destination

	msg := []byte{'l', methodCall, 0, version, 0, 0, 0, 0, serial, 0, 0, 0, byte(len(fields)), 0, 0, 0}
	msg = append(msg, fields...)
	for len(msg)%8 != 0 {
		msg = append(msg, 0)
	}
	return msg
}

// judge reads what a bus has said so far in answer to a greeting. It returns
// false while that settles nothing.
func judge(reply []byte) (f Finding, reason string, settled bool) {
	const methodReturn = 2
	line, rest, whole := bytes.Cut(reply, []byte("\r\n"))
	switch {
	case !whole && len(line) > 1024:
		return Absent, "what listens there is no bus", true
	case !whole:
		return 0, "", false
	case !bytes.HasPrefix(line, []byte("OK ")):
		return Absent, "the bus does not accept this user", true
	case len(rest) < 2: // byte order, then the type of message
		return 0, "", false
	case rest[1] != methodReturn:
		return Absent, "the bus refused the connection", true
	}
	return Answers, "", true
}
