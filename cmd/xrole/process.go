package main

import (
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/xrole/xrole/internal/fault"
)

// processLine is the credential_process of a profile. It names xrole by the
// path under which the user runs it, symlinks kept: a package manager moves
// what is behind them. The AWS tools disagree on how the line is read (argv
// split, sh -c, cmd /C), so what they would read differently is refused.
func processLine(program, profile string) (string, error) {
	path, err := exec.LookPath(program)
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err != nil {
		return "", fault.New(fault.Other, "can't tell where xrole itself is: %v", err).Because(err)
	}
	quoted, err := quoteProgram(runtime.GOOS, path)
	if err != nil {
		return "", err
	}
	return quoted + " credentials " + profile, nil
}

// quoteProgram puts a path with blanks into double quotes, which all the
// readers take at the front of a line. botocore splits a line as a POSIX shell
// would, and on Windows by that system's rules.
func quoteProgram(goos, path string) (string, error) {
	unsafe := "\"'`$\\!\n\r;&|<>(){}*?#~%^"
	if goos == "windows" {
		unsafe = "\"\n\r%!^&|<>"
	}
	if i := strings.IndexAny(path, unsafe); i >= 0 {
		return "", fault.New(fault.Other, "xrole lies at %q, and the AWS tools don't agree on how %q in a credential_process is read", path, path[i]).
			WithHint("put xrole, or a link to it, into a folder with a plain name")
	}
	if strings.ContainsAny(path, " \t") {
		return `"` + path + `"`, nil
	}
	return path, nil
}
