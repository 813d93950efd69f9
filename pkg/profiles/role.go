package profiles

import (
	"strconv"
	"strings"
	"time"

	"github.com/xrole/xrole/internal/fault"
)

// RoleProfile is what `xrole profile add` writes. Empty fields are left out.
type RoleProfile struct {
	Name    string
	RoleARN string
	// Exactly one of the two is set.
	SourceProfile, CredentialSource string
	Region                          string
	MFASerial                       string
	ExternalID                      string
	SessionName                     string
	Duration                        time.Duration
	SourceIdentity                  string
	Tags                            []Tag
	TransitiveKeys                  []string
	PolicyFile                      string
	PolicyARNs                      []string
	// Executable is the path of xrole as the user runs it.
	Executable string
	// GOOS is the system whose shells will read the command.
	GOOS string
}

// NewRoleProfile checks a role profile and returns the edit that writes it to
// the section [ProfileHeader](r.Name). The error is a [fault.Error] of kind Usage.
func NewRoleProfile(r RoleProfile) (Edit, error) {
	if err := r.check(); err != nil {
		return Edit{}, err
	}
	command, err := ProcessCommand(r.Executable, r.Name, r.GOOS)
	if err != nil {
		return Edit{}, err
	}
	seconds := ""
	if r.Duration != 0 {
		seconds = strconv.Itoa(int(r.Duration / time.Second))
	}
	var e Edit
	for _, p := range []Property{
		{"region", r.Region},
		{"credential_process", command},
		{"xrole_role_arn", r.RoleARN},
		{"xrole_source_profile", r.SourceProfile},
		{"xrole_credential_source", r.CredentialSource},
		{"xrole_mfa_serial", r.MFASerial},
		{"xrole_external_id", r.ExternalID},
		{"xrole_role_session_name", r.SessionName},
		{"xrole_duration_seconds", seconds},
		{"xrole_source_identity", r.SourceIdentity},
		{"xrole_session_tags", EncodeTags(r.Tags)},
		{"xrole_transitive_tag_keys", EncodeList(r.TransitiveKeys)},
		{"xrole_policy_file", r.PolicyFile},
		{"xrole_policy_arns", EncodeList(r.PolicyARNs)},
	} {
		if p.Value != "" {
			e.Set = append(e.Set, p)
		}
	}
	return e, e.check()
}

func (r RoleProfile) check() error {
	if err := ProfileName(r.Name); err != nil {
		return err
	}
	if (r.SourceProfile == "") == (r.CredentialSource == "") {
		return invalid("profile %q needs either a source profile or a credential source", r.Name)
	}
	switch strings.ToLower(r.CredentialSource) {
	case "", "environment", "ec2instancemetadata", "ecscontainer":
	default:
		return invalid("%q is no credential source: Environment, Ec2InstanceMetadata or EcsContainer", r.CredentialSource)
	}
	if err := RoleARN(r.RoleARN); err != nil {
		return err
	}
	for _, check := range []struct {
		value string
		valid func(string) error
	}{
		{r.Region, Region},
		{r.MFASerial, MFASerial},
		{r.ExternalID, ExternalID},
		{r.SessionName, SessionName},
		{r.SourceIdentity, SourceIdentity},
	} {
		if check.value == "" {
			continue
		}
		if err := check.valid(check.value); err != nil {
			return err
		}
	}
	if r.Duration != 0 {
		if err := Duration(r.Duration); err != nil {
			return err
		}
	}
	if err := Tags(r.Tags); err != nil {
		return err
	}
	if err := TransitiveKeys(r.TransitiveKeys, r.Tags); err != nil {
		return err
	}
	return PolicyARNs(r.PolicyARNs)
}

// ProcessCommand is the credential_process of a role profile. botocore splits
// it into words itself, the other SDKs hand it to sh or cmd, and Go strips quotes
// from its end and turns `\n` within it into a newline: so only the
// path is ever quoted, always with double quotes, and a path that all of them
// can't be made to read alike is refused.
func ProcessCommand(executable, profile, goos string) (string, error) {
	if err := ProfileName(profile); err != nil {
		return "", err
	}
	path := executable
	special := "\"'`$\\\n\r"
	if goos == "windows" {
		special = "\"%!&|<>^\n\r"
		if strings.Contains(path, `\n`) {
			path = strings.ReplaceAll(path, `\`, "/")
		}
	}
	switch {
	case path == "":
		return "", fault.New(fault.Usage, "the path of xrole is not known")
	case strings.ContainsAny(path, special) || unwritable(path) != "" || path[0] == '~':
		return "", fault.New(fault.Usage, "the path %q can't be written so that every AWS tool reads it", executable).
			WithHint("put xrole into a folder whose path has only letters, digits, blanks and /._-")
	}
	if !plainPath(path, goos) {
		path = `"` + path + `"`
	}
	return path + " credentials " + profile, nil
}

// plainPath holds for a path that no shell needs quoted. cmd takes what
// follows a slash for a switch.
func plainPath(path, goos string) bool {
	for _, c := range []byte(path) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_', c == '-', c == '.', c == '+':
		case c == '/' && goos != "windows", (c == '\\' || c == ':') && goos == "windows":
		default:
			return false
		}
	}
	return true
}
