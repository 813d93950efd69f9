package main

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/profiles"
)

func (a *app) profileRemoveCommand() *cli.Command {
	return &cli.Command{
		Name:        "remove",
		Usage:       "take a role profile out of the AWS config file",
		ArgsUsage:   "NAME",
		Description: "Sessions that were obtained live on until they end: xrole logout NAME forgets them first.\n\nExample:\n   xrole profile remove prod",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "force", Usage: "even if other profiles name it as their source"},
			dryRunFlag(),
		},
		HideHelpCommand: true,
		Action:          a.profileRemove,
	}
}

func (a *app) profileRemove(c *cli.Context) error {
	name, set, err := a.oneName(c)
	if err != nil {
		return err
	}
	var users []string
	_, err = a.rewrite(c, set, func(now *profiles.Set) ([]byte, error) {
		p, err := now.Profile(name)
		if err != nil {
			return nil, err
		}
		if !p.Managed() {
			return nil, fault.New(fault.Config, "profile %q is not a role profile of xrole's", name).
				WithHint("take it out of %s by hand", p.File)
		}
		if users = now.Users(name); len(users) > 0 && !c.Bool("force") {
			return nil, fault.New(fault.Config, "profile %q is the source of %s", name, quoted(users)).
				WithHint("give them another source with `xrole profile edit`, or say --force")
		}
		return profiles.Cut(now.ConfigBytes(), profiles.ProfileHeader(name))
	})
	if err != nil {
		return err
	}
	if len(users) > 0 {
		a.say("warning", fmt.Sprintf("without profile %q there is no source for %s", name, quoted(users)))
	}
	return a.done(c, fmt.Sprintf("profile %q removed from %s", name, a.files().Config))
}

// quoted is a list of names for a message, which has room for a few.
func quoted(names []string) string {
	const most = 10
	more := ""
	if len(names) > most {
		more = fmt.Sprintf(" and %d more", len(names)-most)
		names = names[:most]
	}
	words := make([]string, len(names))
	for i, name := range names {
		words[i] = fmt.Sprintf("%q", name)
	}
	return strings.Join(words, ", ") + more
}
