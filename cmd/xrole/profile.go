package main

import (
	"github.com/urfave/cli/v2"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/profiles"
)

func (a *app) profileCommand() *cli.Command {
	return &cli.Command{
		Name:            "profile",
		Usage:           "write, look at, change and remove role profiles",
		HideHelpCommand: true,
		Subcommands: []*cli.Command{
			a.profileAddCommand(), a.profileListCommand(), a.profileShowCommand(), a.profileEditCommand(),
			a.profileRenameCommand(), a.profileRemoveCommand(), a.profileAdoptCommand(), a.profileReleaseCommand(),
			a.profileExportCommand(), a.profileImportCommand(),
		},
		Action: func(c *cli.Context) error {
			if c.NArg() > 0 {
				return unknownCommand("xrole profile", c.Args().First(), c.Command.Subcommands)
			}
			return cli.ShowSubcommandHelp(c)
		},
	}
}

// oneName is the argument of a command that is about exactly one profile, and
// the files as they are.
func (a *app) oneName(c *cli.Context) (string, *profiles.Set, error) {
	if c.NArg() != 1 {
		return "", nil, fault.New(fault.Usage, "%s takes one profile name", c.Command.HelpName).WithHint("%s --help", c.Command.HelpName)
	}
	set, err := a.profiles()
	return c.Args().First(), set, err
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

// rewrite changes the config file by a function of the profiles as they stand
// there when it is written. What the named profiles are afterwards must
// resolve. The profiles after the change come back, for their warnings.
func (a *app) rewrite(c *cli.Context, set *profiles.Set, edit func(now *profiles.Set) ([]byte, error), names ...string) (*profiles.Set, error) {
	after := set
	err := a.change(c, func(old []byte) ([]byte, error) {
		now, err := set.WithConfig(old)
		if err != nil {
			return nil, err
		}
		changed, err := edit(now)
		if err != nil {
			return nil, err
		}
		if after, err = now.WithConfig(changed); err != nil {
			return nil, err
		}
		if len(names) > 1 {
			if after, err = after.Whole(); err != nil {
				return nil, err
			}
		}
		for _, name := range names {
			if _, err := after.Chain(name); err != nil {
				return nil, err
			}
		}
		return changed, nil
	})
	return after, err
}

// warnings says what of the profiles does not do what it says, each once.
func (a *app) warnings(set *profiles.Set, names ...string) {
	for _, w := range set.Warnings(names...) {
		a.say("warning", w)
	}
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
