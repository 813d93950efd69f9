//go:build unix

package main

import (
	"context"
	"syscall"
)

// replace puts the command into this process's place; it returns only if that
// failed.
func replace(_ context.Context, path string, argv, environ []string) (int, error) {
	return 0, syscall.Exec(path, argv, environ)
}
