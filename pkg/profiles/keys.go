package profiles

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/internal/guess"
)

// setting is what is known of one key of a role profile.
type setting struct {
	name string // without its xrole_
	// aws is true where the AWS tools have the same setting under that name:
	// what adopting renames and releasing names back.
	aws bool
	// plain is true where the name without xrole_ is read too.
	plain bool
	// note is true for what xrole writes for itself: no setting of a person's.
	note  bool
	check func(string) error           // nil: any value
	made  func(string) (string, error) // of what a person writes, nil: as it is
}

// settings are all keys that xrole knows, in the order in which a new section
// has them: one table for reading, for the commands, and for what a team shares.
var settings = []setting{
	{name: "role_arn", aws: true, plain: true, check: RoleARN},
	{name: "source_profile", aws: true, plain: true},
	{name: "credential_source", aws: true, plain: true, check: checkCredentialSource, made: spellCredentialSource},
	{name: "mfa_serial", aws: true, plain: true, check: MFASerial},
	{name: "mfa_process", plain: true},
	{name: "external_id", aws: true, plain: true, check: ExternalID},
	{name: "role_session_name", aws: true, plain: true, check: SessionName},
	{name: "duration_seconds", aws: true, plain: true, check: checkSeconds(Duration), made: wholeSeconds},
	{name: "source_identity", plain: true, check: SourceIdentity},
	{name: "session_tags", check: checkTags},
	{name: "transitive_tag_keys", check: checkTagKeys},
	{name: "policy_file"},
	{name: "policy_arns", check: checkPolicyARNs},
	{name: "sts_region", check: Region},
	{name: "mfa_session_seconds", check: checkSeconds(MFADuration), made: wholeSeconds},
	{name: "import", note: true}, // which team's file the profile came from
}

// Prefix stands before the name of each of xrole's own keys, so that no AWS
// tool takes a role profile for one that it should assume itself.
const Prefix = "xrole_"

// Keys are the names of all settings, xrole_ before each, in the order in
// which a new section has them.
func Keys() []string {
	var names []string
	for _, s := range settings {
		if !s.note {
			names = append(names, Prefix+s.name)
		}
	}
	return names
}

// known finds a setting by its name, with or without xrole_.
func known(key string) (setting, bool) {
	name := strings.TrimPrefix(strings.ToLower(key), Prefix)
	i := slices.IndexFunc(settings, func(s setting) bool { return s.name == name })
	if i < 0 {
		return setting{}, false
	}
	return settings[i], true
}

// KeyName is the name under which xrole writes a setting that is named with or
// without xrole_, in any case. For an unknown one it is false, and the name is the nearest
// that there is, or "".
func KeyName(key string) (string, bool) {
	if s, ok := known(key); ok {
		return Prefix + s.name, true
	}
	names := make([]string, len(settings))
	for i, s := range settings {
		names[i] = s.name
	}
	if near := guess.Nearest(strings.TrimPrefix(strings.ToLower(key), Prefix), names); near != "" {
		return Prefix + near, false
	}
	return "", false
}

// CheckKey checks a value as it stands in a file. The key is one of [Keys],
// with or without its xrole_, or region. What depends on another key or on another
// profile is for [Set.Chain] to check. The error is a [fault.Error] of kind Usage.
func CheckKey(key, value string) error {
	if strings.EqualFold(key, "region") {
		return Region(value)
	}
	s, ok := known(key)
	switch {
	case !ok:
		return invalid("%s is no setting of xrole", key)
	case value == "":
		return invalid("%s is empty", key)
	case s.check == nil:
		return nil
	}
	return s.check(value)
}

// MakeValue turns what a person writes for a key into what the file holds,
// and checks it as [CheckKey] does: 1h30m for 5400, any case of Environment.
func MakeValue(key, value string) (string, error) {
	if s, ok := known(key); ok && s.made != nil {
		made, err := s.made(value)
		if err != nil {
			return "", err
		}
		value = made
	}
	return value, CheckKey(key, value)
}

// checkAll checks every setting of a role that the profile itself has.
func (s *Set) checkAll(p *Profile) error {
	for _, known := range settings {
		key := Prefix + known.name
		if p.Properties[key] == "" && known.plain {
			key = known.name
		}
		if v := p.Properties[key]; v != "" {
			if err := CheckKey(key, v); err != nil {
				return s.at(p, key, err)
			}
		}
	}
	return nil
}

// credentialSources are the names that the SDK reference guide gives them, and
// what they mean.
var credentialSources = []struct {
	name string
	kind SourceKind
}{
	{"Environment", SourceEnvironment},
	{"Ec2InstanceMetadata", SourceEC2},
	{"EcsContainer", SourceECS},
}

// sourceNamed finds a credential source by its name in any case.
func sourceNamed(value string) (name string, kind SourceKind, err error) {
	for _, s := range credentialSources {
		if strings.EqualFold(value, s.name) {
			return s.name, s.kind, nil
		}
	}
	return "", "", invalid("%q is none of Environment, Ec2InstanceMetadata, EcsContainer", value)
}

func checkCredentialSource(value string) error {
	_, _, err := sourceNamed(value)
	return err
}

// spellCredentialSource gives a name the one spelling that all AWS tools take.
func spellCredentialSource(value string) (string, error) {
	name, _, err := sourceNamed(value)
	return name, err
}

func checkSeconds(check func(time.Duration) error) func(string) error {
	return func(value string) error {
		d, err := seconds(value)
		if err != nil {
			return err
		}
		return check(d)
	}
}

// seconds reads a whole number of seconds.
func seconds(value string) (time.Duration, error) {
	n, err := strconv.ParseUint(value, 10, 31)
	if err != nil {
		return 0, invalid("%q is not a number of seconds", value)
	}
	return time.Duration(n) * time.Second, nil
}

// wholeSeconds takes Go's 1h30m and plain seconds alike.
func wholeSeconds(value string) (string, error) {
	d, err := time.ParseDuration(value)
	if err != nil {
		d, err = time.ParseDuration(value + "s")
	}
	if err != nil || d%time.Second != 0 {
		return "", fault.New(fault.Usage, "%q is neither like 1h30m nor a whole number of seconds", value)
	}
	return strconv.FormatInt(int64(d/time.Second), 10), nil
}

func checkTags(value string) error {
	_, err := DecodeTags(value)
	return err
}

func checkTagKeys(value string) error {
	for _, key := range DecodeList(value) {
		if err := tagKey(key); err != nil {
			return err
		}
	}
	return nil
}

func checkPolicyARNs(value string) error { return PolicyARNs(DecodeList(value)) }
