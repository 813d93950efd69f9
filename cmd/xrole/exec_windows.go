package main

import (
	"errors"
	"os"
	"os/exec"
)

// replace runs the command and waits for it: Windows has no exec. Ctrl-C
// reaches every process of the console, so it is the child that ends by it
// while we wait for its exit code.
func (a *app) replace(path string, argv, environ []string) (int, error) {
	cmd := exec.Command(path, argv[1:]...)
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = environ, a.in, a.out, a.err
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode(), nil
	}
	return 0, err
}

func exitCode(p *os.ProcessState) int { return p.ExitCode() }
