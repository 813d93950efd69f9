// Command xrole gives a person, and every AWS tool that the person runs,
// short-lived credentials for a role in another account.
//
// What a user can rely on, and this folder has to keep:
//
//   - stdout carries the product alone: JSON, lines to eval, a table. It is
//     written in one piece, after everything has succeeded.
//   - On success `credentials` and `env` write nothing to stderr. A failure is
//     one line, "xrole: error: …", and mostly a second, "xrole: hint: …".
//   - Prompts go to the terminal device and to neither stream.
//   - Exit codes are those of package fault, and documented.
//
// Each command is a file: its constructor first, then what it runs.
package main

import (
	"os"
	"runtime/debug"
	"strings"
)

// version is set by the build; see [release].
var version string

// release is the version, also of a program that `go install` has built.
func release() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return strings.TrimPrefix(info.Main.Version, "v")
	}
	return "dev"
}

func main() {
	os.Exit(newApp(os.Stdin, os.Stdout, os.Stderr, os.Environ()).run(newInterruptible(), os.Args))
}
