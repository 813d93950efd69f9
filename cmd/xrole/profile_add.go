package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/profiles"
)

func (a *app) profileAddCommand() *cli.Command {
	return &cli.Command{
		Name:      "add",
		Usage:     "write a role profile into the AWS config file",
		ArgsUsage: "NAME",
		Description: "Asks for the role, the source profile and its MFA device if they are missing and a\n" +
			"terminal is there. No other byte of the file changes.\n\n" +
			"Example:\n   xrole profile add prod --role-arn arn:aws:iam::111111111111:role/ProdS3ReadRole --source-profile dev",
		Flags:           cliRoleFlags(),
		HideHelpCommand: true,
		Action:          a.profileAdd,
	}
}

func (a *app) profileAdd(c *cli.Context) error {
	name, set, err := a.oneName(c)
	if err != nil {
		return err
	}
	if err := profiles.ProfileName(name); err != nil {
		return err
	}
	if err := a.free(set, name); err != nil {
		return err
	}
	section, err := a.section(c, set, name)
	if err != nil {
		return err
	}
	after, err := a.rewrite(c, set, func(now *profiles.Set) ([]byte, error) {
		if err := a.free(now, name); err != nil { // meanwhile
			return nil, err
		}
		return profiles.Splice(now.ConfigBytes(), profiles.ProfileHeader(name), profiles.Edit{Set: section})
	}, name)
	if err != nil {
		return err
	}
	a.warnings(after, name)
	return a.done(c, fmt.Sprintf("profile %q written to %s", name, a.files().Config))
}

// free refuses a name that a profile has.
func (a *app) free(set *profiles.Set, name string) error {
	if !set.Has(name) {
		return nil
	}
	p, err := set.Profile(name)
	if err != nil {
		return err
	}
	return fault.New(fault.Config, "profile %q already exists in %s", name, p.File).
		WithHint("xrole profile edit %s changes it; or take another name", name)
}

// section makes the profile's lines of the flags and of what a person answers.
func (a *app) section(c *cli.Context, set *profiles.Set, name string) ([]profiles.Property, error) {
	settings, err := given(c)
	if err != nil {
		return nil, err
	}
	if settings, err = a.missing(c.Context, set, settings); err != nil {
		return nil, err
	}
	if err := sourceExists(set, settings); err != nil {
		return nil, err
	}
	properties := make(map[string]string, len(settings))
	for _, p := range settings {
		properties[p.Key] = p.Value
	}
	if err := together(properties); err != nil {
		return nil, err
	}
	if properties["region"] == "" {
		properties["region"] = regionOf(set, properties["xrole_source_profile"])
	}
	if properties["credential_process"], err = processLine(a.program, name); err != nil {
		return nil, err
	}
	var section []profiles.Property
	for _, key := range append([]string{"region", "credential_process"}, profiles.Keys()...) {
		if v := properties[key]; v != "" {
			section = append(section, profiles.Property{Key: key, Value: v})
		}
	}
	return section, nil
}

// regionOf is the source profile's region: the AWS tools look for one in the
// profile that they are given, and most of them can't do without.
func regionOf(set *profiles.Set, source string) string {
	if source == "" || !set.Has(source) {
		return ""
	}
	p, err := set.Profile(source)
	if err != nil {
		return "" // said when the chain is resolved
	}
	return p.Properties["region"]
}
