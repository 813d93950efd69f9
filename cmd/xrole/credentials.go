package main

import (
	"github.com/urfave/cli/v2"

	"github.com/xrole/xrole/pkg/output"
	"github.com/xrole/xrole/pkg/session"
)

func (a *app) credentialsCommand() *cli.Command {
	return &cli.Command{
		Name:            "credentials",
		Usage:           "print credentials as credential_process JSON",
		ArgsUsage:       "PROFILE",
		Description:     "What the AWS tools call through a profile's credential_process. It serves the session\nfrom the keyring, renews it where that takes no code, and asks for a code on the terminal\nwhere it must.\n\nExample:\n   xrole credentials prod",
		Flags:           []cli.Flag{tokenFlag()},
		HideHelpCommand: true,
		Action:          a.credentials,
	}
}

func (a *app) credentials(c *cli.Context) error {
	_, got, err := a.get(c, session.Options{})
	if err != nil {
		return err
	}
	product, err := output.CredentialProcess(got)
	if err != nil {
		return err
	}
	return a.print(product)
}
