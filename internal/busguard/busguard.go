// Package busguard stands between the keyring library and a D-Bus session bus
// that is missing or hangs.
//
// The library dials the session bus in its own init function, on Linux, before
// main has read a flag: a bus that accepts and never answers would hang even
// `xrole --help`, and a missing one costs two runs of dbus-launch, which may
// start a bus that nobody asked for. So this package's init runs first. If the
// command line has no use for the keyring, it hides the bus; else it finds the
// bus, says hello to it with one deadline of two seconds for everything, and
// hides it if there is no answer. Hiding is pointing DBUS_SESSION_BUS_ADDRESS
// at an address that fails without a system call; [Restore] undoes it.
//
// That this init is the earlier one rests on the language's order: packages
// are sorted by import path, and the first whose imports are all initialised
// is next. Everything imported here is imported by os/exec too, and the
// keyring library needs os/exec (through godbus). When all of ours is ready,
// "github.com/xrole/…" sorts before "os/exec", so it goes first. Hence the
// rule for this package: import nothing that os/exec does not import itself,
// so not net and nothing from outside the standard library. A test in
// pkg/cache reads the order off the runtime's own trace.
//
// It does not judge the keyring behind the bus, and does nothing where the
// library dials no bus: everywhere but on Linux.
package busguard

// Finding is what the guard found where the session bus should be.
type Finding int

// The findings.
const (
	// NotAsked: the command line has no use for the bus, or the platform has none.
	NotAsked Finding = iota
	// Absent: no address, nobody listens there, or the bus turned us away.
	Absent
	// Hung: somebody listens and did not answer before the deadline.
	Hung
	// Answers: the bus said hello.
	Answers
)

func (f Finding) String() string {
	return [...]string{NotAsked: "not asked", Absent: "absent", Hung: "hung", Answers: "answers"}[f]
}

// found is written by init alone.
var found struct {
	state  Finding
	reason string
}

// State returns what the guard found before main began.
func State() Finding { return found.state }

// Reason says, for a debug line, why State is what it is; "" if it explains
// itself. It names addresses and no secrets.
func Reason() string { return found.reason }
