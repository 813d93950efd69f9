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

// Adopt returns the config file with plain role_arn profiles made role
// profiles: xrole_ is put before their keys where they stand, and what command
// says below their headers as credential_process. [Set.Release] takes exactly these bytes away.
//
// Adopt refuses, with a [fault.Error] of kind Config, a profile that does not
// resolve to a role of its own, is adopted already, holds credentials of its
// own, or has some of the keys in the credentials file; and command's own error.
func (s *Set) Adopt(command func(name string) (string, error), names ...string) ([]byte, error) {
	s, err := s.Whole()
	if err != nil {
		return nil, err
	}
	var changes []change
	wants := make(map[string]map[string]string, len(names))
	for _, name := range names {
		if err := s.adoptable(name); err != nil {
			return nil, err
		}
		process, err := command(name)
		if err != nil {
			return nil, err
		}
		more, want, err := s.config.adoption(name, process)
		if err != nil {
			return nil, err
		}
		changes, wants[name] = append(changes, more...), want
	}
	return s.readsBack(names, apply(s.config.data, changes), wants)
}

// adoption is what adopting one profile changes, and what its section is to
// read as then.
func (f *file) adoption(name, command string) ([]change, map[string]string, error) {
	named := f.profile(name)
	first := named[0]
	line := Property{Key: "credential_process", Value: command}.line() + lineEnd(f.data[first.start:first.body], f.data)
	changes := []change{{first.body, first.body, line}}
	want := map[string]string{"credential_process": command}
	for _, sec := range named {
		data, list, err := f.entries(sec)
		if err != nil {
			return nil, nil, err
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
	return changes, want, nil
}

// adoptable says why the profile can't be adopted.
func (s *Set) adoptable(name string) error {
	p, err := s.Profile(name)
	if err != nil {
		return err
	}
	if p.Managed() {
		return fault.New(fault.Config, "profile %q is a role profile already (%s)", name, s.place(p, "xrole_role_arn")).
			WithHint("xrole profile show %s", name)
	}
	for _, key := range own {
		if _, there := p.Properties[key]; there { // even without a value: a second line would be ambiguous
			return fault.New(fault.Config, "profile %q has %s: AWS tools would use that and never ask xrole (%s)", name, key, s.place(p, key)).
				WithHint("take %s out of the profile, or into one of its own that this one names as its source_profile", key)
		}
	}
	if !p.role() {
		return fault.New(fault.Config, "profile %q has no role_arn with a source (%s:%d)", name, p.File, p.Line).
			WithHint("xrole profile add writes a new role profile")
	}
	for _, k := range settings {
		key := Prefix + k.name
		if _, there := p.Properties[key]; there && k.aws {
			return fault.New(fault.Config, "profile %q has %s beside a plain role_arn (%s)", name, key, s.place(p, key)).
				WithHint("write it as %s, or take it away", k.name)
		}
	}
	if err := s.inConfigAlone(p); err != nil {
		return err
	}
	_, err = s.Chain(name)
	return err
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

// Release returns the config file with role profiles made plain role_arn
// profiles: what [Set.Adopt] added is taken away, and nothing else.
//
// Settings that only xrole has (tags, session policies …) can't be kept:
// without force they are a reason to refuse, with it they are dropped. The keys of each
// profile that has any come back either way. The error is a [fault.Error] of kind Config.
func (s *Set) Release(force bool, names ...string) (data []byte, dropped map[string][]string, err error) {
	s, err = s.Whole()
	if err != nil {
		return nil, nil, err
	}
	whole, restore := withFinalNewline(s.config.data)
	f, err := newFile(s.config.path, whole, false)
	if err != nil {
		return nil, nil, err
	}
	f.indexed()
	var changes []change
	wants := make(map[string]map[string]string, len(names))
	dropped = make(map[string][]string)
	for _, name := range names {
		r, err := s.release(&f, name)
		if err != nil {
			return nil, nil, err
		}
		if len(r.dropped) > 0 {
			dropped[name] = r.dropped
		}
		if len(r.dropped) > 0 && !force {
			return nil, dropped, fault.New(fault.Config, "profile %q has settings that only xrole knows: %s", name, strings.Join(r.dropped, ", ")).
				WithHint("--force drops them")
		}
		changes, wants[name] = append(changes, r.changes...), r.want
	}
	data, err = s.readsBack(names, restore(apply(whole, changes)), wants)
	return data, dropped, err
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

// release works out one profile's; f is the config file.
func (s *Set) release(f *file, name string) (*release, error) {
	p, err := s.Profile(name)
	if err != nil {
		return nil, err
	}
	if !p.Managed() {
		return nil, fault.New(fault.Config, "profile %q is not a role profile of xrole's (%s:%d)", name, p.File, p.Line).
			WithHint("xrole profile list")
	}
	if err := s.inConfigAlone(p); err != nil {
		return nil, err
	}
	r := &release{set: s, p: p, data: f.data, want: map[string]string{}}
	for _, sec := range f.profile(name) {
		_, list, err := f.entries(sec)
		if err != nil {
			return nil, err
		}
		for _, e := range list {
			if err := r.take(e); err != nil {
				return nil, err
			}
		}
	}
	return r, nil
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

// readsBack refuses a result in which a profile's section is not what is
// wanted or does not resolve any more.
func (s *Set) readsBack(names []string, data []byte, wants map[string]map[string]string) ([]byte, error) {
	after, err := s.WithConfig(data)
	if err != nil {
		return nil, err
	}
	if after, err = after.Whole(); err != nil {
		return nil, err
	}
	for _, name := range names {
		got, err := after.merge(after.config.profile(name), nil)
		if err != nil {
			return nil, err
		}
		if !maps.Equal(got, wants[name]) {
			return nil, fault.New(fault.Config, "the change of profile %q would not read back as intended", name).
				WithHint("edit %s by hand", s.config.path)
		}
		if _, err := after.Chain(name); err != nil {
			return nil, err
		}
	}
	return data, nil
}
