package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/profiles"
)

func (a *app) profileRemoveCommand() *cli.Command {
	return &cli.Command{
		Name:            "remove",
		Usage:           "take a role profile out of the AWS config file",
		ArgsUsage:       "NAME",
		Description:     "Sessions that were obtained live on until they end: xrole logout NAME forgets them first.\n\nExample:\n   xrole profile remove prod",
		Flags:           []cli.Flag{dryRunFlag()},
		HideHelpCommand: true,
		Action:          a.profileRemove,
	}
}

func (a *app) profileRemove(c *cli.Context) error {
	name, err := oneName(c)
	if err != nil {
		return err
	}
	set, err := a.profiles()
	if err != nil {
		return err
	}
	p, err := set.Profile(name)
	if err != nil {
		return err
	}
	if !p.Managed() {
		return fault.New(fault.Config, "profile %q is not a role profile of xrole's", name).
			WithHint("take it out of %s by hand", p.File)
	}
	err = a.change(c, func(old []byte) ([]byte, error) { return profiles.Cut(old, profiles.ProfileHeader(name)) })
	if err != nil {
		return err
	}
	return a.done(c, fmt.Sprintf("profile %q removed from %s", name, a.files().Config))
}
