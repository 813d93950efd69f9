package profiles

import (
	"maps"
	"slices"
	"strings"

	"github.com/xrole/xrole/internal/fault"
)

// own are the keys with which a profile has credentials of its own: the AWS
// tools use those first and never call its credential_process.
var own = []string{
	"aws_access_key_id", "aws_secret_access_key", "aws_session_token", "sso_session", "sso_start_url",
	"web_identity_token_file", "credential_process",
}

// Adopt returns the config file with a plain role_arn profile made a role
// profile: xrole_ is put before its keys where they stand, and command below its header
// as its credential_process. [Set.Release] takes exactly these bytes away.
//
// Adopt refuses, with a [fault.Error] of kind Config, a profile that does not
// resolve to a role of its own, is adopted already, holds credentials of its
// own, or has some of the keys in the credentials file.
func (s *Set) Adopt(name, command string) ([]byte, error) {
	p, err := s.adoptable(name)
	if err != nil {
		return nil, err
	}
	data, header := s.ConfigBytes(), ProfileHeader(name)
	named, err := header.in(data)
	if err != nil {
		return nil, err
	}
	first := named[0]
	eol := lineEnd(data[first.start:first.body], data)
	line := Property{Key: "credential_process", Value: command}.line() + eol
	changes := []change{{first.body, first.body, line}}
	want := map[string]string{"credential_process": command}
	for _, sec := range named {
		list, err := header.entries(data, sec)
		if err != nil {
			return nil, err
		}
		for _, e := range list {
			if k, ok := known(e.key); ok && k.aws {
				at := e.keyStart(data)
				changes = append(changes, change{at, at, Prefix})
				want[Prefix+e.key] = e.text(data)
			} else if e.valid {
				want[e.key] = e.text(data)
			}
		}
	}
	return s.readsBack(p, apply(data, changes), want)
}

// adoptable returns the profile, or why it can't be adopted.
func (s *Set) adoptable(name string) (*Profile, error) {
	p, err := s.Profile(name)
	if err != nil {
		return nil, err
	}
	if p.Managed() {
		return nil, fault.New(fault.Config, "profile %q is a role profile already (%s)", name, s.place(p, "xrole_role_arn")).
			WithHint("xrole profile show %s", name)
	}
	for _, key := range own {
		if _, there := p.Properties[key]; there { // even without a value: a second line would be ambiguous
			return nil, fault.New(fault.Config, "profile %q has %s: AWS tools would use that and never ask xrole (%s)", name, key, s.place(p, key)).
				WithHint("take %s out of the profile, or into one of its own that this one names as its source_profile", key)
		}
	}
	if !p.role() {
		return nil, fault.New(fault.Config, "profile %q has no role_arn with a source (%s:%d)", name, p.File, p.Line).
			WithHint("xrole profile add writes a new role profile")
	}
	for _, k := range settings {
		key := Prefix + k.name
		if _, there := p.Properties[key]; there && k.aws {
			return nil, fault.New(fault.Config, "profile %q has %s beside a plain role_arn (%s)", name, key, s.place(p, key)).
				WithHint("write it as %s, or take it away", k.name)
		}
	}
	if err := s.inConfigAlone(p); err != nil {
		return nil, err
	}
	_, err = s.Chain(name)
	return p, err
}

// inConfigAlone refuses a profile with settings of its role in the credentials
// file, which is not ours to change.
func (s *Set) inConfigAlone(p *Profile) error {
	config, cred := s.profileSections(p.Name)
	for _, sec := range cred {
		_, list, err := s.credentials.entries(sec)
		if err != nil {
			return err
		}
		for _, e := range list {
			if k, ok := known(e.key); ok && (k.aws || strings.HasPrefix(e.key, Prefix)) {
				return fault.New(fault.Config, "profile %q has %s in the credentials file (%s:%d)", p.Name, e.key, s.credentials.path, e.line).
					WithHint("move that line into [profile %s] in %s", p.Name, s.config.path)
			}
		}
	}
	if len(config) == 0 {
		return fault.New(fault.Config, "profile %q is in the credentials file alone (%s:%d)", p.Name, p.File, p.Line).
			WithHint("move it to %s as [profile %s]", s.config.path, p.Name)
	}
	return nil
}

// Release returns the config file with a role profile made a plain role_arn
// profile: what [Set.Adopt] added is taken away, and nothing else.
//
// Settings that only xrole has (tags, session policies …) can't be kept:
// without force they are a reason to refuse, with it they are dropped. Their keys come
// back either way. The error is a [fault.Error] of kind Config.
func (s *Set) Release(name string, force bool) (data []byte, dropped []string, err error) {
	p, err := s.Profile(name)
	if err != nil {
		return nil, nil, err
	}
	if !p.Managed() {
		return nil, nil, fault.New(fault.Config, "profile %q is not a role profile of xrole's (%s:%d)", name, p.File, p.Line).
			WithHint("xrole profile list")
	}
	if err := s.inConfigAlone(p); err != nil {
		return nil, nil, err
	}
	r := release{set: s, p: p, data: s.ConfigBytes(), want: map[string]string{}}
	whole, restore := withFinalNewline(r.data)
	r.data = whole
	header := ProfileHeader(name)
	named, err := header.in(whole)
	if err != nil {
		return nil, nil, err
	}
	for _, sec := range named {
		list, err := header.entries(whole, sec)
		if err != nil {
			return nil, nil, err
		}
		for _, e := range list {
			if err := r.take(e); err != nil {
				return nil, nil, err
			}
		}
	}
	if len(r.dropped) > 0 && !force {
		return nil, r.dropped, fault.New(fault.Config, "profile %q has settings that only xrole knows: %s", name, strings.Join(r.dropped, ", ")).
			WithHint("--force drops them")
	}
	data, err = s.readsBack(p, restore(apply(whole, r.changes)), r.want)
	return data, r.dropped, err
}

// release collects what releasing one profile changes.
type release struct {
	set     *Set
	p       *Profile
	data    []byte
	changes []change
	want    map[string]string // what the section is to read as
	dropped []string
}

func (r *release) take(e entry) error {
	k, isKnown := known(e.key)
	switch ours := strings.HasPrefix(e.key, Prefix); {
	case !e.valid:
	case ours && isKnown && k.aws:
		if _, there := r.p.Properties[k.name]; there {
			return fault.New(fault.Config, "profile %q has both %s and %s (%s)", r.p.Name, e.key, k.name, r.set.place(r.p, k.name)).
				WithHint("take one of the two away")
		}
		at := e.keyStart(r.data)
		r.changes = append(r.changes, change{start: at, end: at + len(Prefix)})
		r.want[k.name] = e.text(r.data)
	case ours:
		if !slices.Contains(r.dropped, e.key) {
			r.dropped = append(r.dropped, e.key)
		}
		r.drop(e)
	case e.key == "credential_process":
		if value := e.text(r.data); !callsXrole(value) {
			return fault.New(fault.Config, "profile %q: its credential_process is not xrole's (%s)", r.p.Name, r.set.place(r.p, e.key)).
				WithHint("take that line away")
		}
		r.drop(e)
	default:
		r.want[e.key] = e.text(r.data)
	}
	return nil
}

func (r *release) drop(e entry) {
	r.changes = append(append(r.changes, change{start: e.start, end: e.end}), e.dropMore()...)
}

// keyStart is where the key begins in its line.
func (e entry) keyStart(data []byte) int {
	at, _ := trimSpan(data[e.start:e.end], 0, e.end-e.start)
	return e.start + at
}

// readsBack refuses a result in which the profile's section is not what is
// wanted or does not resolve any more.
func (s *Set) readsBack(p *Profile, data []byte, want map[string]string) ([]byte, error) {
	got, err := values(data, ProfileHeader(p.Name))
	if err != nil {
		return nil, err
	}
	if !maps.Equal(got, want) {
		return nil, fault.New(fault.Config, "the change of profile %q would not read back as intended", p.Name).
			WithHint("edit %s by hand", s.config.path)
	}
	after, err := s.WithConfig(data)
	if err != nil {
		return nil, err
	}
	if _, err := after.Chain(p.Name); err != nil {
		return nil, err
	}
	return data, nil
}
