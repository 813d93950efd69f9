package main

import (
	"errors"
	"io/fs"
	"os/exec"

	"github.com/urfave/cli/v2"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/output"
	"github.com/xrole/xrole/pkg/session"
)

func (a *app) execCommand() *cli.Command {
	return &cli.Command{
		Name:      "exec",
		Usage:     "run a command with the credentials in its environment",
		ArgsUsage: "PROFILE -- COMMAND [ARGUMENT …]",
		Description: "The command takes xrole's place: its signals, its terminal and its exit code are its own.\n\n" +
			"Example:\n   xrole exec prod -- aws s3 ls",
		Flags:           []cli.Flag{tokenFlag()},
		HideHelpCommand: true,
		Action:          a.exec,
	}
}

// The shells' own exit codes for a command that can't be started.
const (
	notExecutable = 126
	notFound      = 127
)

func (a *app) exec(c *cli.Context) error {
	if len(a.wrapped) == 0 {
		return fault.New(fault.Usage, "no command given").WithHint("xrole exec PROFILE -- COMMAND [ARGUMENT …]")
	}
	// A command that isn't there should not cost a code.
	path, err := exec.LookPath(a.wrapped[0])
	if err != nil {
		return cantRun(a.wrapped[0], err)
	}
	chain, got, err := a.get(c, session.Options{})
	if err != nil {
		return err
	}
	vars := output.EnvVars(got, chain.Profile, chain.Region)
	vars.Unset = append(vars.Unset, tokenVariable) // it works once
	environ := vars.Environ(a.environ)
	a.code, err = a.replace(path, a.wrapped, environ)
	if err != nil {
		return cantRun(a.wrapped[0], err)
	}
	return nil
}

func cantRun(name string, err error) error {
	kind := fault.Kind(notExecutable)
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
		kind = notFound
	}
	var search *exec.Error
	var start *fs.PathError
	switch { // the innermost reason: the name stands in the message already
	case errors.As(err, &start):
		err = start.Err
	case errors.As(err, &search):
		err = search.Err
	}
	return fault.New(kind, "can't run %q: %v", name, err).Because(err)
}
