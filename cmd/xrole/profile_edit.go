package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/profiles"
)

func (a *app) profileEditCommand() *cli.Command {
	return &cli.Command{
		Name:      "edit",
		Usage:     "change settings of a role profile",
		ArgsUsage: "NAME",
		Description: "Changes the settings that are named and nothing else. A flag that may be repeated\n" +
			"replaces the whole list. What would not resolve is not written.\n\n" +
			"Examples:\n   xrole profile edit prod --duration 15m --dry-run\n   xrole profile edit prod --external-id team-42 --unset mfa_serial",
		Flags: append(cliRoleFlags(),
			&cli.StringSliceFlag{Name: "unset", Usage: "take the setting `KEY` away, by the name of its flag or with or without xrole_; may be repeated"}),
		HideHelpCommand: true,
		Action:          a.profileEdit,
	}
}

func (a *app) profileEdit(c *cli.Context) error {
	name, set, err := a.oneName(c)
	if err != nil {
		return err
	}
	if _, err := set.Profile(name); err != nil {
		return err
	}
	var edit profiles.Edit
	if edit.Set, err = given(c); err != nil {
		return err
	}
	if err := sourceExists(set, edit.Set); err != nil {
		return err
	}
	if edit.Unset, err = unsetKeys(c.StringSlice("unset")); err != nil {
		return err
	}
	if len(edit.Set)+len(edit.Unset) == 0 {
		return fault.New(fault.Usage, "nothing to change in profile %q", name).WithHint("xrole profile edit --help names the settings")
	}
	changed := false
	after, err := a.rewrite(c, set, func(now *profiles.Set) ([]byte, error) {
		if err := fits(now, name, edit); err != nil {
			return nil, err
		}
		old := now.ConfigBytes()
		data, err := profiles.Splice(old, profiles.ProfileHeader(name), edit)
		if err != nil {
			return nil, err
		}
		changed = string(data) != string(old)
		after, err := now.WithConfig(data)
		if err != nil {
			return nil, err
		}
		return data, after.Holds(name, edit)
	}, name)
	if err != nil {
		return err
	}
	a.warnings(after, name)
	if !changed {
		return a.done(c, fmt.Sprintf("profile %q says that already", name))
	}
	return a.done(c, fmt.Sprintf("profile %q changed in %s", name, a.files().Config))
}

// fits refuses an edit that does not suit the profile as it is.
func fits(set *profiles.Set, name string, edit profiles.Edit) error {
	p, err := set.Profile(name)
	if err != nil {
		return err
	}
	properties := make(map[string]string, len(p.Properties))
	for key, value := range p.Properties {
		properties[key] = value
	}
	ours := ""
	for _, key := range edit.Unset {
		delete(properties, key)
		if strings.HasPrefix(key, profiles.Prefix) {
			ours = key
		}
	}
	for _, set := range edit.Set {
		properties[set.Key] = set.Value
		if strings.HasPrefix(set.Key, profiles.Prefix) {
			ours = set.Key
		}
	}
	if ours != "" && !p.Managed() {
		return fault.New(fault.Config, "profile %q is not a role profile of xrole's: it has no %s to change (%s:%d)", name, ours, p.File, p.Line).
			WithHint("xrole profile adopt %s makes it one, if it has a role_arn", name)
	}
	return together(properties)
}

// unsetKeys are the names in the file of the settings to take away.
func unsetKeys(words []string) ([]string, error) {
	var keys []string
	for _, word := range words {
		key, known := profiles.KeyName(word)
		flag := slices.IndexFunc(roleFlags, func(f roleFlag) bool { return f.name == word })
		switch {
		case flag >= 0:
			keys = append(keys, roleFlags[flag].key)
		case known:
			keys = append(keys, key)
		case strings.EqualFold(word, "region"):
			keys = append(keys, "region")
		case key != "":
			return nil, fault.New(fault.Usage, "%q is no setting of a role profile", word).WithHint("did you mean %s?", key)
		default:
			return nil, fault.New(fault.Usage, "%q is no setting of a role profile", word).
				WithHint("one of region, %s", strings.Join(profiles.Keys(), ", "))
		}
	}
	return keys, nil
}
