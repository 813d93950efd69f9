package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/profiles"
)

func (a *app) profileAddCommand() *cli.Command {
	return &cli.Command{
		Name:      "add",
		Usage:     "write a role profile into the AWS config file",
		ArgsUsage: "NAME",
		Description: "Asks for the role and the source profile if they are missing and a terminal is there.\n" +
			"No other byte of the file changes.\n\n" +
			"Example:\n   xrole profile add prod --role-arn arn:aws:iam::111111111111:role/ProdS3ReadRole --source-profile dev",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "role-arn", Usage: "the `ARN` of the role to assume"},
			&cli.StringFlag{Name: "source-profile", Usage: "the `PROFILE` whose credentials call AssumeRole"},
			&cli.StringFlag{Name: "credential-source", Usage: "in its place: Environment, Ec2InstanceMetadata or EcsContainer"},
			&cli.StringFlag{Name: "mfa-serial", Usage: "the `ARN` of the MFA device (default: the source profile's)"},
			&cli.StringFlag{Name: "mfa-process", Usage: "a `COMMAND` that prints an MFA code"},
			&cli.StringFlag{Name: "external-id", Usage: "the `ID` that the role's trust policy asks for"},
			&cli.StringFlag{Name: "duration", Usage: "how long a session lives, as 1h or 3600 (default: 1h)"},
			&cli.StringFlag{Name: "region", Usage: "the `REGION` that tools use with this profile (default: the source profile's)"},
			&cli.StringFlag{Name: "sts-region", Usage: "the `REGION` whose STS is called, if another"},
			&cli.StringFlag{Name: "session-name", Usage: "the role session `NAME` (default: user@host)"},
			&cli.StringFlag{Name: "source-identity", Usage: "the source `IDENTITY` that CloudTrail keeps along a chain"},
			&cli.StringSliceFlag{Name: "tag", Usage: "a session tag `KEY=VALUE`; may be repeated"},
			&cli.StringSliceFlag{Name: "transitive-tag-key", Usage: "the `KEY` of a tag that stays along a chain; may be repeated"},
			&cli.StringFlag{Name: "policy-file", Usage: "a `FILE` with a session policy that narrows the role"},
			&cli.StringSliceFlag{Name: "policy-arn", Usage: "the `ARN` of a managed session policy; may be repeated"},
			&cli.StringFlag{Name: "mfa-session-seconds", Usage: "how long an MFA session lives (default: 28800; 0 for none)"},
			dryRunFlag(),
		},
		HideHelpCommand: true,
		Action:          a.profileAdd,
	}
}

// setting is one flag of `profile add` and the key that it writes.
type setting struct {
	flag, key string
	// value makes the key's value of the flag's, or refuses it.
	value func(string) (string, error)
}

func checked(check func(string) error) func(string) (string, error) {
	return func(v string) (string, error) { return v, check(v) }
}

var settings = []setting{
	{"role-arn", "xrole_role_arn", checked(profiles.RoleARN)},
	{"source-profile", "xrole_source_profile", checked(profiles.ProfileName)},
	{"credential-source", "xrole_credential_source", asIs},
	{"mfa-serial", "xrole_mfa_serial", checked(profiles.MFASerial)},
	{"mfa-process", "xrole_mfa_process", asIs},
	{"external-id", "xrole_external_id", checked(profiles.ExternalID)},
	{"duration", "xrole_duration_seconds", durationSeconds},
	{"region", "region", checked(profiles.Region)},
	{"sts-region", "xrole_sts_region", checked(profiles.Region)},
	{"session-name", "xrole_role_session_name", checked(profiles.SessionName)},
	{"source-identity", "xrole_source_identity", checked(profiles.SourceIdentity)},
	{"policy-file", "xrole_policy_file", absolute},
	{"mfa-session-seconds", "xrole_mfa_session_seconds", mfaSeconds},
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

func asIs(v string) (string, error) { return v, nil }

func absolute(v string) (string, error) { return filepath.Abs(v) }

// durationSeconds takes Go's 1h30m and plain seconds alike.
func durationSeconds(v string) (string, error) {
	d, err := time.ParseDuration(v)
	if err != nil {
		d, err = time.ParseDuration(v + "s")
	}
	if err != nil {
		return "", fault.New(fault.Usage, "duration %q is neither like 1h30m nor a number of seconds", v).WithHint("--duration 1h")
	}
	return strconv.Itoa(int(d / time.Second)), profiles.Duration(d)
}

func mfaSeconds(v string) (string, error) {
	n, err := strconv.ParseUint(v, 10, 31)
	if err != nil {
		return "", fault.New(fault.Usage, "%q is not a number of seconds", v).WithHint("--mfa-session-seconds 28800")
	}
	return v, profiles.MFADuration(time.Duration(n) * time.Second)
}

func (a *app) profileAdd(c *cli.Context) error {
	name, err := oneName(c)
	if err != nil {
		return err
	}
	set, err := a.profiles()
	if err != nil {
		return err
	}
	if set.Has(name) {
		return fault.New(fault.Config, "profile %q already exists in %s", name, a.files().Config).
			WithHint("xrole profile remove %s, or take another name", name)
	}
	section, err := a.section(c, set, name)
	if err != nil {
		return err
	}
	header, after := profiles.ProfileHeader(name), set
	err = a.change(c, func(old []byte) ([]byte, error) {
		changed, err := profiles.Splice(old, header, profiles.Edit{Set: section})
		if err != nil {
			return nil, err
		}
		// What would not resolve is not written.
		after, err = set.WithConfig(changed)
		if err == nil {
			_, err = after.Chain(name)
		}
		return changed, err
	})
	if err != nil {
		return err
	}
	for _, w := range after.Warnings(name) {
		a.say("warning", w)
	}
	return a.done(c, fmt.Sprintf("profile %q written to %s", name, a.files().Config))
}

// section makes the profile's lines of the flags and of what a person answers.
func (a *app) section(c *cli.Context, set *profiles.Set, name string) ([]profiles.Property, error) {
	given, err := a.missing(c, set)
	if err != nil {
		return nil, err
	}
	command, err := processLine(a.program, name)
	if err != nil {
		return nil, err
	}
	if given["region"] == "" {
		given["region"] = regionOf(set, given["source-profile"])
	}
	section := []profiles.Property{{Key: "credential_process", Value: command}}
	for _, s := range settings {
		v := given[s.flag]
		if v == "" {
			continue
		}
		if v, err = s.value(v); err != nil {
			return nil, hinted(err, s.flag)
		}
		section = append(section, profiles.Property{Key: s.key, Value: v})
	}
	lists, err := listSettings(c)
	return append(section, lists...), err
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

// missing completes the flags by asking for what a role profile can't be
// without.
func (a *app) missing(c *cli.Context, set *profiles.Set) (map[string]string, error) {
	given := map[string]string{}
	for _, s := range settings {
		given[s.flag] = c.String(s.flag)
	}
	if given["source-profile"] != "" && given["credential-source"] != "" {
		return nil, fault.New(fault.Usage, "--source-profile and --credential-source exclude each other").WithHint("keep one of them")
	}
	if given["role-arn"] == "" {
		answer, err := a.ask(c.Context, "--role-arn", "Role ARN: ")
		if err != nil {
			return nil, err
		}
		given["role-arn"] = answer
	}
	if given["source-profile"] == "" && given["credential-source"] == "" {
		answer, err := a.ask(c.Context, "--source-profile", "Source profile ("+strings.Join(set.Names(), ", ")+"): ")
		if err != nil {
			return nil, err
		}
		given["source-profile"] = answer
	}
	return given, nil
}

// listSettings are the keys that hold more than one value.
func listSettings(c *cli.Context) ([]profiles.Property, error) {
	var section []profiles.Property
	add := func(key, value string) {
		if value != "" {
			section = append(section, profiles.Property{Key: key, Value: value})
		}
	}
	var tags []profiles.Tag
	for _, w := range c.StringSlice("tag") {
		key, value, ok := strings.Cut(w, "=")
		if !ok {
			return nil, fault.New(fault.Usage, "tag %q is no KEY=VALUE", w).WithHint("--tag team=data")
		}
		tags = append(tags, profiles.Tag{Key: key, Value: value})
	}
	transitive, arns := c.StringSlice("transitive-tag-key"), c.StringSlice("policy-arn")
	if err := profiles.Tags(tags); err != nil {
		return nil, hinted(err, "tag")
	}
	if err := profiles.TransitiveKeys(transitive, tags); err != nil {
		return nil, hinted(err, "transitive-tag-key")
	}
	if err := profiles.PolicyARNs(arns); err != nil {
		return nil, hinted(err, "policy-arn")
	}
	add("xrole_session_tags", profiles.EncodeTags(tags))
	add("xrole_transitive_tag_keys", profiles.EncodeList(transitive))
	add("xrole_policy_arns", profiles.EncodeList(arns))
	return section, nil
}
