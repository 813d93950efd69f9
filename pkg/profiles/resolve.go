package profiles

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/internal/guess"
)

// Chain resolves a profile to its source and the roles on the way from there.
// It reads no file and calls nothing. Every error is a [fault.Error] of kind
// Config that names the profile and, where there is one, the line.
func (s *Set) Chain(name string) (*Chain, error) {
	asked, err := s.Profile(name)
	if err != nil {
		return nil, err
	}
	c := &Chain{Profile: name, Managed: asked.Managed(), Region: asked.Properties["region"]}
	if c.STS, err = s.endpoint(asked); err != nil {
		return nil, err
	}
	roles, end, err := s.walk(asked)
	if err != nil {
		return nil, err
	}
	if end.profile != nil {
		c.Source, err = s.source(end.profile)
	} else {
		c.Source, err = s.credentialSource(roles[len(roles)-1], end.credentialSource)
	}
	if err != nil {
		return nil, err
	}
	serial, process := c.Source.MFASerial, c.Source.MFAProcess
	for i := len(roles) - 1; i >= 0; i-- {
		hop, err := s.hop(roles[i], serial, process)
		if err != nil {
			return nil, err
		}
		if err := s.chained(roles[i], hop, len(c.Hops) == 0, c.Source); err != nil {
			return nil, err
		}
		c.Hops = append(c.Hops, hop)
		serial, process = hop.MFASerial, hop.MFAProcess
	}
	c.MFASession, err = s.mfaSession(asked, end.profile)
	return c, err
}

// origin is where a walk ended: at a profile that holds credentials, or at
// a role with a credential_source.
type origin struct {
	profile          *Profile // nil for a credential_source
	credentialSource string
}

// walk follows source profiles from the asked profile down; roles come back
// in that order, the asked one first.
func (s *Set) walk(asked *Profile) (roles []*Profile, end origin, err error) {
	visited := []string{asked.Name}
	for p := asked; ; {
		if !p.role() || p != asked && p.static() {
			return roles, origin{profile: p}, nil
		}
		roles = append(roles, p)
		next, named, err := s.sourceOf(p)
		switch {
		case err != nil:
			return nil, origin{}, err
		case named != "":
			return roles, origin{credentialSource: named}, nil
		case next == p.Name && p.static():
			return roles, origin{profile: p}, nil
		}
		for i, seen := range visited {
			if seen == next {
				return nil, origin{}, s.loop(p, append(visited[i:], next))
			}
		}
		visited = append(visited, next)
		if p, err = s.sourceProfile(p, next); err != nil {
			return nil, origin{}, err
		}
	}
}

// role reports whether the profile names a role to assume with somebody else's
// credentials. A role_arn beside a web identity token is a source.
func (p *Profile) role() bool {
	if p.Managed() {
		return true
	}
	profile, source := p.sources()
	return p.Properties["role_arn"] != "" &&
		(p.Properties["web_identity_token_file"] == "" || profile+source != "")
}

// sources are source_profile and credential_source; where one of them stands
// with xrole_ before it, those without do not count.
func (p *Profile) sources() (profile, source string) {
	profile, source = p.Properties["xrole_source_profile"], p.Properties["xrole_credential_source"]
	if profile+source == "" {
		profile, source = p.Properties["source_profile"], p.Properties["credential_source"]
	}
	return profile, source
}

// sourceOf returns the source profile of a role, or its credential_source.
func (s *Set) sourceOf(p *Profile) (profile, source string, err error) {
	profile, source = p.sources()
	prefix := ""
	if p.Managed() {
		prefix = "xrole_"
	}
	switch {
	case profile != "" && source != "":
		return "", "", fault.New(fault.Config, "profile %q has both a source_profile and a credential_source (%s)",
			p.Name, s.place(p, p.key("credential_source"))).
			WithHint("remove one of the two from %s", p.File)
	case profile+source == "":
		return "", "", fault.New(fault.Config, "profile %q names a role but no source for its credentials (%s:%d)",
			p.Name, p.File, p.Line).
			WithHint("add `%ssource_profile = NAME` or `%scredential_source = Environment` to it", prefix, prefix)
	}
	return profile, source, nil
}

// sourceProfile reads the source profile that p names.
func (s *Set) sourceProfile(p *Profile, name string) (*Profile, error) {
	config, cred := s.profileSections(name)
	if len(config)+len(cred) > 0 {
		return s.profile(name, config, cred)
	}
	err := fault.New(fault.Config, "profile %q: its source profile %q does not exist (%s)", p.Name, name, s.place(p, p.key("source_profile")))
	if near := guess.Nearest(name, s.Names()); near != "" {
		return nil, err.WithHint("did you mean %q?", near)
	}
	return nil, err.WithHint("add [%s] with aws_access_key_id and aws_secret_access_key to %s, or [profile %s] to %s",
		name, s.credentials.path, name, s.config.path)
}

func (s *Set) loop(p *Profile, names []string) error {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = fmt.Sprintf("%q", n)
	}
	err := fault.New(fault.Config, "source profiles form a loop: %s (%s)", strings.Join(quoted, " -> "), s.place(p, p.key("source_profile")))
	if len(names) == 2 {
		return err.WithHint("a profile can be its own source only if it has aws_access_key_id and aws_secret_access_key")
	}
	return err.WithHint("let one of them name a source profile that has credentials")
}

// hop reads one role. serial and process are what its source profile has.
func (s *Set) hop(p *Profile, serial, process string) (Hop, error) {
	h := Hop{
		Profile:        p.Name,
		RoleARN:        p.Get("role_arn"),
		MFASerial:      p.Get("mfa_serial"),
		MFAProcess:     p.Get("mfa_process"),
		ExternalID:     p.Get("external_id"),
		SessionName:    p.Get("role_session_name"),
		SourceIdentity: p.Get("source_identity"),
		Duration:       DefaultDuration,
		TransitiveKeys: DecodeList(p.Properties["xrole_transitive_tag_keys"]),
		PolicyARNs:     DecodeList(p.Properties["xrole_policy_arns"]),
	}
	if h.MFASerial == "" {
		h.MFASerial = serial
	}
	if h.MFAProcess == "" {
		h.MFAProcess = process
	}
	if err := s.checkAll(p); err != nil {
		return h, err
	}
	if v := p.Get("duration_seconds"); v != "" {
		h.Duration, _ = seconds(v) // checked
	}
	h.Tags, _ = DecodeTags(p.Properties["xrole_session_tags"]) // checked
	if err := TransitiveKeys(h.TransitiveKeys, h.Tags); err != nil {
		return h, s.at(p, "xrole_transitive_tag_keys", err)
	}
	if v := p.Properties["xrole_policy_file"]; v != "" {
		h.PolicyFile = expandHome(v, s.files.Home)
		if !filepath.IsAbs(h.PolicyFile) {
			h.PolicyFile = filepath.Join(filepath.Dir(s.config.path), h.PolicyFile)
		}
	}
	return h, nil
}

// chained refuses a duration that AWS caps: a role that is assumed with the
// credentials of a session lives an hour at most. What the environment and a
// process hand out may be long-lived keys: AWS knows.
func (s *Set) chained(p *Profile, h Hop, first bool, src Source) error {
	why := ""
	switch {
	case h.Duration <= MaxChainedDuration:
		return nil
	case !first:
		why = "its source profile is a role itself"
	case src.Kind == SourceStatic && src.Static.Temporary():
		why = fmt.Sprintf("the keys of profile %q are those of a session", src.Profile)
	case src.Kind == SourceStatic || src.Kind == SourceEnvironment || src.Kind == SourceProcess:
		return nil
	default:
		why = fmt.Sprintf("its source (%s) is a session itself", src.Kind)
	}
	key := p.key("duration_seconds")
	return fault.New(fault.Config, "profile %q: %s of %d is more than the hour that AWS grants a chained role: %s (%s)",
		p.Name, key, int(h.Duration/time.Second), why, s.place(p, key)).
		WithHint("set %s to 3600 or less", key)
}

// mfaSession reads xrole_mfa_session_seconds of the asked profile, else of
// the source profile.
func (s *Set) mfaSession(asked, source *Profile) (time.Duration, error) {
	const key = "xrole_mfa_session_seconds"
	p := asked
	if p.Properties[key] == "" && source != nil {
		p = source
	}
	v := p.Properties[key]
	if v == "" {
		return DefaultMFADuration, nil
	}
	if err := CheckKey(key, v); err != nil {
		return 0, s.at(p, key, err)
	}
	return seconds(v)
}
