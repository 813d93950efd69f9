package main

import (
	"runtime"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/output"
	"github.com/xrole/xrole/pkg/session"
)

func (a *app) envCommand() *cli.Command {
	return &cli.Command{
		Name:      "env",
		Usage:     "print lines that put the credentials into a shell's environment",
		ArgsUsage: "PROFILE",
		Description: "Examples:\n   eval \"$(xrole env prod)\"\n   xrole env prod --shell fish | source\n" +
			"   xrole env prod --shell powershell | Out-String | Invoke-Expression\n   eval \"$(xrole env --unset)\"",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "shell", Usage: "the `SHELL` to write for: " + strings.Join(output.Shells(), ", ")},
			&cli.BoolFlag{Name: "unset", Usage: "clear the variables instead; needs no profile"},
			tokenFlag(),
		},
		HideHelpCommand: true,
		Action:          a.printEnv,
	}
}

func (a *app) printEnv(c *cli.Context) error {
	shell := c.String("shell")
	if shell == "" {
		shell = defaultShell()
	}
	// The shell is checked before a code is spent.
	if _, err := output.Format(shell, output.Vars{}); err != nil {
		return err
	}
	vars := output.UnsetVars()
	if c.Bool("unset") {
		if c.NArg() > 0 {
			return fault.New(fault.Usage, "--unset clears whatever is set, it takes no profile").WithHint("xrole env --unset")
		}
	} else {
		chain, got, err := a.get(c, session.Options{})
		if err != nil {
			return err
		}
		vars = output.EnvVars(got, chain.Profile, chain.Region)
	}
	product, err := output.Format(shell, vars)
	if err != nil {
		return err
	}
	return a.print(product)
}

func defaultShell() string {
	if runtime.GOOS == "windows" {
		return "powershell"
	}
	return "sh"
}
