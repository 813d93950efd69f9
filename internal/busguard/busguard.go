package busguard

// Finding is what the guard found out about the session bus.
type Finding int

// The findings.
const (
	NotAsked Finding = iota
	Absent
	Hung
	Answers
)

// State returns what the guard found before the keyring library was initialised.
func State() Finding { return NotAsked }

// Restore gives the environment back as the user had it.
func Restore() {}
