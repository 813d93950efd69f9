package main

import (
	"bytes"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/profiles"
	"github.com/xrole/xrole/pkg/state"
)

func (a *app) profileRenameCommand() *cli.Command {
	return &cli.Command{
		Name:      "rename",
		Usage:     "give a profile another name",
		ArgsUsage: "OLD NEW",
		Description: "Every profile that names it as its source follows, in both files, and so does the name\n" +
			"in its own credential_process. Its session lives on under the new name.\n\n" +
			"Example:\n   xrole profile rename prod production",
		Flags:           []cli.Flag{dryRunFlag()},
		HideHelpCommand: true,
		Action:          a.profileRename,
	}
}

func (a *app) profileRename(c *cli.Context) error {
	if c.NArg() != 2 {
		return fault.New(fault.Usage, "%s takes the old name and the new one", c.Command.HelpName).WithHint("%s --help", c.Command.HelpName)
	}
	old, name := c.Args().Get(0), c.Args().Get(1)
	set, err := a.profiles()
	if err != nil {
		return err
	}
	config, credentials, err := set.Rename(old, name)
	if err != nil {
		return err
	}
	where := a.files()
	if c.Bool("dry-run") {
		return a.print([]byte(profiles.Diff(where.Config, set.ConfigBytes(), config) +
			profiles.Diff(where.Credentials, set.CredentialsBytes(), credentials)))
	}
	if err := a.writeRename(c, set, old, name); err != nil {
		return err
	}
	if err := a.moveNotes(old, name); err != nil {
		a.warn(a.notesFailed(err))
	}
	after, err := a.profiles()
	if err != nil {
		return err
	}
	a.warnings(after, name)
	return a.done(c, fmt.Sprintf("profile %q is now %q in %s", old, name, where.Config))
}

// writeRename writes each file that changes once. Two files can't be written as
// one: where the second can't be, the first is put back.
func (a *app) writeRename(c *cli.Context, set *profiles.Set, old, name string) error {
	where := a.files()
	var before, written []byte
	err := profiles.Update(c.Context, where.Credentials, a.lockDir(), func(data []byte) ([]byte, error) {
		now, err := set.WithCredentials(data)
		if err != nil {
			return nil, err
		}
		before = data
		_, written, err = now.Rename(old, name)
		return written, err
	})
	if err != nil {
		return err
	}
	err = profiles.Update(c.Context, where.Config, a.lockDir(), func(data []byte) ([]byte, error) {
		now, err := set.WithConfig(data)
		if err != nil {
			return nil, err
		}
		config, _, err := now.Rename(old, name)
		return config, err
	})
	if err == nil || bytes.Equal(before, written) {
		return err
	}
	back := profiles.Update(c.Context, where.Credentials, a.lockDir(), func(data []byte) ([]byte, error) {
		if !bytes.Equal(data, written) {
			return nil, fault.New(fault.Config, "it has changed since")
		}
		return before, nil
	})
	if back != nil {
		a.say("warning", fmt.Sprintf("%s says %q already, %s does not, and can't be put back: %v", where.Credentials, name, where.Config, back))
	}
	return err
}

// moveNotes lets the sessions of a renamed profile go by its new name: what
// they are kept under does not depend on it.
func (a *app) moveNotes(old, name string) error {
	for _, kind := range []state.Kind{state.Role, state.MFA} {
		r, ok := a.state().Get(kind, old)
		if !ok {
			continue
		}
		r.Profile = name
		if err := a.state().Put(r); err != nil {
			return err
		}
		if err := a.state().Remove(kind, old); err != nil {
			return err
		}
	}
	return nil
}
