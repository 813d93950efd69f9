package main

import (
	"github.com/urfave/cli/v2"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/profiles"
)

func (a *app) profileCommand() *cli.Command {
	return &cli.Command{
		Name:            "profile",
		Usage:           "write, look at and remove role profiles",
		HideHelpCommand: true,
		Subcommands: []*cli.Command{
			a.profileAddCommand(), a.profileListCommand(), a.profileShowCommand(), a.profileRemoveCommand(),
		},
		Action: func(c *cli.Context) error {
			if c.NArg() > 0 {
				return unknownCommand("xrole profile", c.Args().First(), c.Command.Subcommands)
			}
			return cli.ShowSubcommandHelp(c)
		},
	}
}

// oneName is the argument of a command that is about exactly one profile.
func oneName(c *cli.Context) (string, error) {
	if c.NArg() != 1 {
		return "", fault.New(fault.Usage, "%s takes one profile name", c.Command.HelpName).WithHint("%s --help", c.Command.HelpName)
	}
	name := c.Args().First()
	if err := profiles.ProfileName(name); err != nil {
		return "", err
	}
	return name, nil
}

// change rewrites the config file: the whole of it under a lock, from the
// bytes that stand there, and only if nobody else changed them meanwhile.
func (a *app) change(c *cli.Context, edit func(old []byte) ([]byte, error)) error {
	path := a.files().Config
	if !c.Bool("dry-run") {
		return profiles.Update(c.Context, path, a.lockDir(), edit)
	}
	set, err := a.profiles()
	if err != nil {
		return err
	}
	changed, err := edit(set.ConfigBytes())
	if err != nil {
		return err
	}
	return a.print([]byte(profiles.Diff(path, set.ConfigBytes(), changed)))
}

func dryRunFlag() cli.Flag {
	return &cli.BoolFlag{Name: "dry-run", Usage: "print the change as a diff and write nothing"}
}

// done says what was written, unless only a diff was asked for.
func (a *app) done(c *cli.Context, line string) error {
	if c.Bool("dry-run") {
		return nil
	}
	return a.print([]byte(line + "\n"))
}
