package main

import (
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/xrole/xrole/pkg/output"
	"github.com/xrole/xrole/pkg/session"
)

func (a *app) loginCommand() *cli.Command {
	return &cli.Command{
		Name:      "login",
		Usage:     "get the session now, so that no tool has to ask later",
		ArgsUsage: "[PROFILE]",
		Description: "Asks for an MFA code if one would be needed again within the hour.\n\n" +
			"Examples:\n   xrole login prod\n   xrole login prod --mfa-token 123456\n   oathtool … | xrole login prod --mfa-token -",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "force", Usage: "get new sessions, whatever is there"},
			tokenFlag(),
		},
		HideHelpCommand: true,
		Action:          a.login,
	}
}

// loginLeft is how long a login should be good for without another code.
const loginLeft = time.Hour

func (a *app) login(c *cli.Context) error {
	chain, got, err := a.get(c, session.Options{Renew: c.Bool("force"), MFALeft: loginLeft})
	if err != nil {
		return err
	}
	line := fmt.Sprintf("%s: %s", chain.Profile, output.TimeLeft(got.Expiration, a.now()))
	return a.print([]byte(line + "\n"))
}
