package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
)

// replace runs the command and waits for it: Windows has no exec. Ctrl-C
// reaches every process of the console, so it is the child that ends by it
// while we wait for its exit code.
func replace(_ context.Context, path string, argv, environ []string) (int, error) {
	cmd := exec.Command(path, argv[1:]...)
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = environ, os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode(), nil
	}
	return 0, err
}
