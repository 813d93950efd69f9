package profiles

import (
	"slices"

	"github.com/xrole/xrole/internal/fault"
)

// Users are the profiles that name this one as their source, itself not among
// them. One with a malformed line is left out.
func (s *Set) Users(name string) []string {
	var users []string
	list, _ := s.Profiles()
	for _, p := range list {
		if p.Name == name {
			continue
		}
		if source, _ := p.sources(); source == name {
			users = append(users, p.Name)
		}
	}
	return users
}

// Rename returns both files with a profile under another name: in its headers,
// in its own credential_process where that is xrole's, and wherever a
// profile names it as its source. All else, comments and quotes included, stays; a file in
// which nothing changes comes back as it was.
//
// Rename refuses, with a [fault.Error] of kind Config, a profile that does not
// exist, a name that is taken, and files that it can't read to the end: a
// malformed section may name the profile too.
func (s *Set) Rename(old, name string) (config, credentials []byte, err error) {
	if err := ProfileName(name); err != nil {
		return nil, nil, err
	}
	before, err := s.Profile(old)
	if err != nil {
		return nil, nil, err
	}
	if s.Has(name) {
		return nil, nil, fault.New(fault.Config, "profile %q already exists", name).
			WithHint("take another name, or look at it with `xrole profile show %s`", name)
	}
	if s, err = s.Whole(); err != nil {
		return nil, nil, err
	}
	confSections, credSections := s.profileSections(old)
	if config, err = s.config.rename(confSections, old, name); err != nil {
		return nil, nil, err
	}
	if credentials, err = s.credentials.rename(credSections, old, name); err != nil {
		return nil, nil, err
	}
	after, err := s.WithConfig(config)
	if err == nil {
		after, err = after.WithCredentials(credentials)
	}
	if err != nil {
		return nil, nil, err
	}
	return config, credentials, s.renamed(before, after, name)
}

// renamed refuses a result that is not the same profile under another name.
func (s *Set) renamed(before *Profile, after *Set, name string) error {
	now, err := after.Profile(name)
	if err != nil {
		return err
	}
	same := len(now.Properties) == len(before.Properties) && !after.Has(before.Name)
	for key, value := range before.Properties {
		switch key {
		case "source_profile", "xrole_source_profile":
			if value == before.Name {
				value = name
			}
		case "credential_process":
			value = otherName(value, before.Name, name)
		}
		same = same && now.Properties[key] == value
	}
	if !same {
		return fault.New(fault.Config, "profile %q can't be renamed without a change of what it says", before.Name).
			WithHint("rename it by hand in %s", before.File)
	}
	if _, err := s.Chain(before.Name); err == nil {
		_, err = after.Chain(name)
		return err
	}
	return nil
}

// rename is one file's part; own are the profile's sections in it.
func (f *file) rename(own []section, old, name string) ([]byte, error) {
	var changes []change
	for sec := range f.sections.all() {
		if sec.typ == typeOther || sec.typ == typeSSO || sec.typ == typeServices {
			continue
		}
		data, list, err := f.entries(sec)
		if err != nil {
			return nil, err
		}
		isOwn := slices.ContainsFunc(own, func(o section) bool { return o.start == sec.start })
		if isOwn {
			changes = append(changes, f.newHeader(sec, name))
		}
		for _, e := range list {
			switch value := e.text(data); {
			case (e.key == "source_profile" || e.key == "xrole_source_profile") && value == old:
				changes = append(changes, e.setTo(data, name))
			case isOwn && e.key == "credential_process" && len(e.more) == 0:
				if other := otherName(value, old, name); other != value {
					changes = append(changes, e.setTo(data, other))
				}
			}
		}
	}
	return apply(f.data, changes), nil
}

// newHeader changes the name alone: quotes, blanks and a comment stay.
func (f *file) newHeader(sec section, name string) change {
	typ, from, to, _ := header(f.data[sec.start:sec.body], f.secret)
	if typ == typeDefault {
		name = "profile " + name
	}
	return change{sec.start + from, sec.start + to, name}
}

// otherName puts another profile's name into a command line that calls xrole
// for one, and leaves any other line alone.
func otherName(command, old, name string) string {
	at := xroleArguments(command)
	for at >= 0 && at < len(command) {
		from, to := nextWord(command, at)
		if command[from:to] == old {
			return command[:from] + name + command[to:]
		}
		at = to
	}
	return command
}
