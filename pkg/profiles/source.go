package profiles

import (
	"strings"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/credentials"
)

// The keys that tell one source of a kind from another; no secrets.
var (
	ssoKeys         = []string{"sso_session", "sso_start_url", "sso_region", "sso_account_id", "sso_role_name", "sso_registration_scopes"}
	webIdentityKeys = []string{"role_arn", "web_identity_token_file", "role_session_name"}
	ec2Keys         = []string{"ec2_metadata_service_endpoint", "ec2_metadata_service_endpoint_mode"}
)

// source reads a profile that ends the chain. Where a profile holds several
// kinds of credentials, keys come first, then web identity, SSO and a process:
// the order of the AWS tools.
func (s *Set) source(p *Profile) (Source, error) {
	src := Source{Profile: p.Name, MFASerial: p.Get("mfa_serial"), MFAProcess: p.Get("mfa_process"), Settings: map[string]string{}}
	if src.MFASerial != "" {
		if err := CheckKey("mfa_serial", src.MFASerial); err != nil {
			return src, s.at(p, p.key("mfa_serial"), err)
		}
	}
	id, secret := p.Properties["aws_access_key_id"], p.Properties["aws_secret_access_key"]
	switch {
	case p.static():
		src.Kind = SourceStatic
		src.Static = static(p)
	case id != "":
		return src, s.at(p, "aws_access_key_id", fault.New(fault.Config, "aws_secret_access_key is missing"))
	case secret != "":
		return src, s.at(p, "aws_secret_access_key", fault.New(fault.Config, "aws_access_key_id is missing"))
	case p.Properties["web_identity_token_file"] != "" && p.Properties["role_arn"] != "":
		src.Kind = SourceWebIdentity
		src.settings(p.Properties, webIdentityKeys)
	case p.Properties["sso_session"] != "" || p.Properties["sso_start_url"] != "":
		src.Kind = SourceSSO
		if err := s.sso(p, &src); err != nil {
			return src, err
		}
	case p.Properties["credential_process"] != "":
		src.Kind = SourceProcess
		src.Process = p.Properties["credential_process"]
		if callsXrole(src.Process) {
			return src, fault.New(fault.Config, "profile %q calls xrole but has no xrole_role_arn (%s)", p.Name, s.place(p, "credential_process")).
				WithHint("add xrole_role_arn and xrole_source_profile to it, or take its credential_process away")
		}
	default:
		return src, s.noCredentials(p)
	}
	var err error
	src.STS, err = s.endpoint(p)
	return src, err
}

func (src *Source) settings(props map[string]string, keys []string) {
	for _, key := range keys {
		if v := props[key]; v != "" {
			src.Settings[key] = v
		}
	}
}

func static(p *Profile) credentials.Credentials {
	token := p.Properties["aws_session_token"]
	if token == "" {
		token = p.Properties["aws_security_token"] // the name before 2015
	}
	return credentials.Credentials{
		AccessKeyID:     p.Properties["aws_access_key_id"],
		SecretAccessKey: credentials.Secret(p.Properties["aws_secret_access_key"]),
		SessionToken:    credentials.Secret(token),
		AccountID:       p.Properties["aws_account_id"],
	}
}

// sso collects the settings of IAM Identity Center: the profile's own and those of
// the sso-session section that it names, which may not contradict it.
func (s *Set) sso(p *Profile, src *Source) error {
	if name := p.Properties["sso_session"]; name != "" {
		session, err := s.raw(typeSSO, name)
		if err != nil {
			return err
		}
		if session == nil {
			return s.at(p, "sso_session", fault.New(fault.Config, "no section [sso-session %s] in %s", name, s.config.path))
		}
		for _, key := range []string{"sso_start_url", "sso_region"} {
			if own := p.Properties[key]; own != "" && own != session[key] {
				return s.at(p, key, fault.New(fault.Config, "%q contradicts [sso-session %s]", own, name))
			}
		}
		src.settings(session, ssoKeys)
	}
	src.settings(p.Properties, ssoKeys)
	for _, key := range []string{"sso_start_url", "sso_region", "sso_account_id", "sso_role_name"} {
		if src.Settings[key] == "" {
			return fault.New(fault.Config, "profile %q uses SSO but %s is missing (%s:%d)", p.Name, key, p.File, p.Line).
				WithHint("aws configure sso --profile %s", p.Name)
		}
	}
	return nil
}

// credentialSource reads the credential_source of a role.
func (s *Set) credentialSource(p *Profile, value string) (Source, error) {
	src := Source{Profile: p.Name, Settings: map[string]string{}}
	var err error
	if _, src.Kind, err = sourceNamed(value); err != nil {
		return src, s.at(p, p.key("credential_source"), err)
	}
	if src.Kind == SourceEC2 {
		src.settings(p.Properties, ec2Keys)
	}
	src.STS, err = s.endpoint(p)
	return src, err
}

func (s *Set) noCredentials(p *Profile) error {
	err := fault.New(fault.Config, "profile %q has no credentials and names no role (%s:%d)", p.Name, p.File, p.Line)
	return err.WithHint("add aws_access_key_id and aws_secret_access_key to [%s] in %s, or sso_session, credential_process or role_arn to the profile",
		p.Name, s.credentials.path)
}

// callsXrole reports whether a command line runs `xrole credentials`, under
// whatever path and behind whatever wrapper.
func callsXrole(command string) bool { return xroleArguments(command) >= 0 }

// xroleArguments is where the arguments of `xrole credentials` begin, or -1.
func xroleArguments(command string) int {
	called := false
	for at := 0; at < len(command); {
		from, to := nextWord(command, at)
		switch base := strings.ToLower(command[from:to][strings.LastIndexAny(command[from:to], `/\`)+1:]); {
		case base == "xrole" || base == "xrole.exe":
			called = true
		case called && base == "credentials":
			return to
		}
		at = to
	}
	return -1
}

// nextWord is the extent of the first word from at on, without quotes; it is
// empty at the end of the line.
func nextWord(command string, at int) (from, to int) {
	const between = " \t\n\"'"
	from = len(command) - len(strings.TrimLeft(command[at:], between))
	to = from
	for to < len(command) && strings.IndexByte(between, command[to]) < 0 {
		to++
	}
	return from, to
}
