package main

import (
	"os/user"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/team"
)

func (a *app) profileExportCommand() *cli.Command {
	return &cli.Command{
		Name:      "export",
		Usage:     "print role profiles as a file that a team can share",
		ArgsUsage: "[NAME…]",
		Description: "Without a name, all role profiles. There is no secret in the file, no command, no MFA device and\n" +
			"nothing else that is personal; what else is left out is said on stderr. docs/team.md describes it.\n\n" +
			"Examples:\n   xrole profile export --team analysts > analysts.ini\n   xrole profile export logs audit --team analysts",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "team", Usage: "the team's `NAME`, which tells its file from others (default: the team that the profiles came from, else your user name)"},
		},
		HideHelpCommand: true,
		Action:          a.profileExport,
	}
}

func (a *app) profileExport(c *cli.Context) error {
	set, err := a.profiles()
	if err != nil {
		return err
	}
	path, config, names := a.files().Config, set.ConfigBytes(), c.Args().Slice()
	name := c.String("team")
	if name == "" {
		if name, err = team.TeamOf(path, config, names); err != nil {
			return err
		}
	}
	if name == "" {
		name = a.ownTeam()
	}
	if err := team.Name(name); err != nil {
		return err
	}
	file, warnings, err := team.Export(path, config, name, names)
	for _, w := range warnings {
		a.say("warning", w)
	}
	if err != nil {
		return err
	}
	if len(file.Profiles) == 0 {
		return fault.New(fault.Config, "there is no role profile in %s", path).WithHint("xrole profile add writes one")
	}
	return a.print(file.Text())
}

// ownTeam names a file after who writes it, so that the files of two people
// who name no team are not taken for one.
func (a *app) ownTeam() string {
	name := a.getenv("USER")
	if name == "" {
		if u, err := user.Current(); err == nil {
			name = u.Username
		}
	}
	name = strings.TrimLeft(strings.Map(func(r rune) rune {
		if team.Name("_"+string(r)) != nil {
			return '-'
		}
		return r
	}, name), ".-")
	if team.Name(name) != nil {
		return "team"
	}
	return name
}
