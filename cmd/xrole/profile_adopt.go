package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/profiles"
)

func (a *app) profileAdoptCommand() *cli.Command {
	return &cli.Command{
		Name:      "adopt",
		Usage:     "make plain role_arn profiles role profiles of xrole's",
		ArgsUsage: "NAME…",
		Description: "Puts xrole_ before the keys that make an AWS tool assume the role by itself, and adds\n" +
			"the credential_process. `xrole profile release` takes exactly these bytes away again.\n" +
			"Several profiles are changed in one write, or none of them.\n\n" +
			"Example:\n   xrole profile adopt prod-s3-access",
		Flags:           []cli.Flag{dryRunFlag()},
		HideHelpCommand: true,
		Action:          a.profileAdopt,
	}
}

func (a *app) profileReleaseCommand() *cli.Command {
	return &cli.Command{
		Name:      "release",
		Usage:     "make role profiles plain role_arn profiles again",
		ArgsUsage: "NAME…",
		Description: "The other way round from adopt: a profile that was adopted gets the bytes back that it\n" +
			"had. Settings that no AWS tool knows can't be kept and must be dropped with --force.\n\n" +
			"Example:\n   xrole profile release prod-s3-access",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "force", Usage: "drop the settings that only xrole knows"},
			dryRunFlag(),
		},
		HideHelpCommand: true,
		Action:          a.profileRelease,
	}
}

// names are the arguments of a command about one or more profiles, each once.
func names(c *cli.Context) ([]string, error) {
	if c.NArg() == 0 {
		return nil, fault.New(fault.Usage, "%s takes one or more profile names", c.Command.HelpName).WithHint("%s --help", c.Command.HelpName)
	}
	seen := make(map[string]bool)
	var list []string
	for _, name := range c.Args().Slice() {
		if !seen[name] {
			seen[name] = true
			list = append(list, name)
		}
	}
	return list, nil
}

func (a *app) profileAdopt(c *cli.Context) error {
	list, err := names(c)
	if err != nil {
		return err
	}
	set, err := a.profiles()
	if err != nil {
		return err
	}
	after, err := a.rewrite(c, set, func(now *profiles.Set) ([]byte, error) {
		return now.Adopt(func(name string) (string, error) {
			if err := profiles.ProfileName(name); err != nil {
				return "", renameFirst(err, name)
			}
			return processLine(a.program, name)
		}, list...)
	}, list...)
	if err != nil {
		return err
	}
	a.warnings(after, list...)
	return a.doneEach(c, list, "adopted in")
}

// renameFirst says what to do with a name that can't be a word of a command line.
func renameFirst(err error, name string) error {
	var e *fault.Error
	if !errors.As(err, &e) || strings.Contains(name, "'") {
		return err
	}
	with := *e
	return with.WithHint("xrole profile rename '%s' NEW", name)
}

func (a *app) profileRelease(c *cli.Context) error {
	list, err := names(c)
	if err != nil {
		return err
	}
	set, err := a.profiles()
	if err != nil {
		return err
	}
	var dropped map[string][]string
	_, err = a.rewrite(c, set, func(now *profiles.Set) (data []byte, err error) {
		data, dropped, err = now.Release(c.Bool("force"), list...)
		return data, err
	}, list...)
	if err != nil {
		return err
	}
	for _, name := range list {
		if keys := dropped[name]; len(keys) > 0 {
			a.say("warning", fmt.Sprintf("profile %q: dropped %s", name, strings.Join(keys, ", ")))
		}
	}
	return a.doneEach(c, list, "released in")
}

func (a *app) doneEach(c *cli.Context, list []string, what string) error {
	lines := make([]string, len(list))
	for i, name := range list {
		lines[i] = fmt.Sprintf("profile %q %s %s", name, what, a.files().Config)
	}
	return a.done(c, strings.Join(lines, "\n"))
}
