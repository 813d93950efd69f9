package busguard

import (
	"slices"
	"strings"
)

// commands are those that may touch the keyring. All others start without a
// look at the bus.
var commands = []string{
	"console", "credentials", "doctor", "env", "exec", "keys", "login", "logout", "sandbox",
}

// backends are the values of --keyring and XROLE_KEYRING that mean a keyring
// behind the bus, or may come to mean it.
var backends = []string{"", "auto", "secret-service"}

// wanted reports whether a command line may need the bus: args begins with the
// program's name, env is the value of XROLE_KEYRING. It need not be exact: a bus
// probed in vain costs less than a millisecond, or the deadline if it hangs. So
// a program that is not xrole, and whose arguments mean something else, is taken
// for one that may.
func wanted(args []string, env string) bool {
	if len(args) == 0 || !strings.HasPrefix(args[0][strings.LastIndexByte(args[0], '/')+1:], "xrole") {
		return slices.Contains(backends, env)
	}
	command, backend := "", env
	for i := 1; i < len(args) && args[i] != "--"; i++ {
		arg := args[i]
		if !strings.HasPrefix(arg, "-") {
			if command == "" {
				command = arg
			}
			continue
		}
		name, value, attached := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		switch name {
		case "h", "help", "generate-bash-completion":
			return false
		case "keyring":
			if !attached && i+1 < len(args) {
				i++
				value = args[i]
			}
			backend = value
		}
	}
	return slices.Contains(commands, command) && slices.Contains(backends, backend)
}
