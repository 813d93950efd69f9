//go:build unix

package main

import "syscall"

// replace puts the command into this process's place; it returns only if that
// failed.
func (a *app) replace(path string, argv, environ []string) (int, error) {
	return 0, syscall.Exec(path, argv, environ)
}
