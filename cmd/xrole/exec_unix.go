//go:build unix

package main

import (
	"os"
	"syscall"
)

// replace puts the command into this process's place; it returns only if that
// failed.
func (a *app) replace(path string, argv, environ []string) (int, error) {
	return 0, syscall.Exec(path, argv, environ)
}

// exitCode is a child's exit code as a shell gives it: 128 and the signal for
// one that a signal ended.
func exitCode(p *os.ProcessState) int {
	if status, ok := p.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return p.ExitCode()
}
