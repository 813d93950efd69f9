package main

import (
	"errors"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/internal/guess"
	"github.com/xrole/xrole/pkg/profiles"
)

// roleFlag is a flag of `profile add` and `profile edit`, and the key that it
// writes. What a value must be is the key's own matter, in pkg/profiles.
type roleFlag struct {
	name, key, usage string
	// value makes the key's value of the words that were given; nil for one
	// word, taken as it is. A flag with repeat may be given more than once.
	value  func(words []string) (string, error)
	repeat bool
}

var roleFlags = []roleFlag{
	{name: "role-arn", key: "xrole_role_arn", usage: "the `ARN` of the role to assume"},
	{name: "source-profile", key: "xrole_source_profile", usage: "the `PROFILE` whose credentials call AssumeRole"},
	{name: "credential-source", key: "xrole_credential_source", usage: "in its place: Environment, Ec2InstanceMetadata or EcsContainer"},
	{name: "mfa-serial", key: "xrole_mfa_serial", usage: "the `ARN` of the MFA device (default: the source profile's)"},
	{name: "mfa-process", key: "xrole_mfa_process", usage: "a `COMMAND` that prints an MFA code"},
	{name: "external-id", key: "xrole_external_id", usage: "the `ID` that the role's trust policy asks for"},
	{name: "duration", key: "xrole_duration_seconds", usage: "how long a session lives, as 1h or 3600 (default: 1h)"},
	{name: "region", key: "region", usage: "the `REGION` that tools use with this profile (default: the source profile's)"},
	{name: "sts-region", key: "xrole_sts_region", usage: "the `REGION` whose STS is called, if another"},
	{name: "session-name", key: "xrole_role_session_name", usage: "the role session `NAME` (default: user@host)"},
	{name: "source-identity", key: "xrole_source_identity", usage: "the source `IDENTITY` that CloudTrail keeps along a chain"},
	{name: "tag", key: "xrole_session_tags", usage: "a session tag `KEY=VALUE`; may be repeated", value: tags, repeat: true},
	{name: "transitive-tag-key", key: "xrole_transitive_tag_keys", usage: "the `KEY` of a tag that stays along a chain; may be repeated", value: list, repeat: true},
	{name: "policy-file", key: "xrole_policy_file", usage: "a `FILE` with a session policy that narrows the role", value: absolute},
	{name: "policy-arn", key: "xrole_policy_arns", usage: "the `ARN` of a managed session policy; may be repeated", value: list, repeat: true},
	{name: "mfa-session-seconds", key: "xrole_mfa_session_seconds", usage: "how long an MFA session lives (default: 28800; 0 for none)"},
}

// cliRoleFlags are the flags that add and edit share.
func cliRoleFlags() []cli.Flag {
	var flags []cli.Flag
	for _, f := range roleFlags {
		if f.repeat {
			flags = append(flags, &cli.StringSliceFlag{Name: f.name, Usage: f.usage})
		} else {
			flags = append(flags, &cli.StringFlag{Name: f.name, Usage: f.usage})
		}
	}
	return append(flags, dryRunFlag())
}

func list(words []string) (string, error) { return profiles.EncodeList(words), nil }

func absolute(words []string) (string, error) { return filepath.Abs(words[0]) }

func tags(words []string) (string, error) {
	var all []profiles.Tag
	for _, w := range words {
		key, value, ok := strings.Cut(w, "=")
		if !ok {
			return "", fault.New(fault.Usage, "tag %q is no KEY=VALUE", w).WithHint("--tag team=data")
		}
		all = append(all, profiles.Tag{Key: key, Value: value})
	}
	return profiles.EncodeTags(all), profiles.Tags(all)
}

// given are the settings that the flags name, checked each by itself.
func given(c *cli.Context) ([]profiles.Property, error) {
	var section []profiles.Property
	for _, f := range roleFlags {
		if !c.IsSet(f.name) {
			continue
		}
		words := []string{c.String(f.name)}
		if f.repeat {
			words = c.StringSlice(f.name)
		}
		if slices.Contains(words, "") {
			return nil, fault.New(fault.Usage, "--%s is empty", f.name).WithHint("leave --%s out; `xrole profile edit NAME --unset KEY` takes a setting away", f.name)
		}
		value, err := f.make(words)
		if err != nil {
			return nil, hinted(err, f.name)
		}
		section = append(section, profiles.Property{Key: f.key, Value: value})
	}
	return section, nil
}

// make is the key's value of what was given, checked.
func (f roleFlag) make(words []string) (string, error) {
	value := words[0]
	if f.value != nil {
		var err error
		if value, err = f.value(words); err != nil {
			return "", err
		}
	}
	return profiles.MakeValue(f.key, value)
}

// hinted names the flag whose value was refused.
func hinted(err error, flag string) error {
	var e *fault.Error
	if !errors.As(err, &e) || e.Hint != "" {
		return err
	}
	with := *e
	return with.WithHint("correct --%s", flag)
}

// sourceExists refuses a source profile that neither file has.
func sourceExists(set *profiles.Set, settings []profiles.Property) error {
	name := valueOf(settings, "xrole_source_profile")
	if name == "" || set.Has(name) {
		return nil
	}
	err := fault.New(fault.Config, "--source-profile: there is no profile %q", name)
	if near := guess.Nearest(name, set.Names()); near != "" {
		return err.WithHint("did you mean %q?", near)
	}
	return err.WithHint("xrole profile list --all")
}

// together checks what depends on two settings of one profile.
func together(properties map[string]string) error {
	if properties["xrole_source_profile"] != "" && properties["xrole_credential_source"] != "" {
		return fault.New(fault.Usage, "--source-profile and --credential-source exclude each other").
			WithHint("keep one of them; `xrole profile edit NAME --unset KEY` takes the other away")
	}
	tags, err := profiles.DecodeTags(properties["xrole_session_tags"])
	if err != nil {
		return err
	}
	return hinted(profiles.TransitiveKeys(profiles.DecodeList(properties["xrole_transitive_tag_keys"]), tags), "transitive-tag-key")
}

func valueOf(section []profiles.Property, key string) string {
	for _, p := range section {
		if p.Key == key {
			return p.Value
		}
	}
	return ""
}

// processLine is the credential_process of a profile. It names xrole by the
// path under which the user runs it, symlinks kept: a package manager moves
// what is behind them.
func processLine(program, profile string) (string, error) {
	path, err := exec.LookPath(program)
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err != nil {
		return "", fault.New(fault.Other, "can't tell where xrole itself is: %v", err).Because(err)
	}
	return profiles.ProcessCommand(path, profile, runtime.GOOS)
}
