package profiles

import (
	"bytes"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
)

// Warnings says, one line each, what of a profile does not do what it says:
// in xrole, or in the AWS tools that read the same files. The profile need
// not resolve, nor exist.
func (s *Set) Warnings(name string) []string {
	var w []string
	warn := func(format string, args ...any) { w = append(w, fmt.Sprintf(format, args...)) }
	config, cred := s.profileSections(name)
	s, err := s.whole()
	if err != nil {
		return []string{err.Error()}
	}
	s.config.warnFile(warn)
	s.credentials.warnFile(warn)
	s.warnSections(name, config, cred, warn)
	p, err := s.Profile(name)
	if err != nil {
		return w
	}
	s.warnKeys(p, cred, warn)
	if p.static() && runtime.GOOS != "windows" {
		f := &s.config
		if len(cred) > 0 {
			f = &s.credentials
		}
		if mode := f.info.Mode().Perm(); mode&0o077 != 0 {
			warn("%s holds access keys and can be read or written by others (mode %04o): chmod 600 it", f.path, mode)
		}
	}
	return w
}

// warnFile looks for what keeps the AWS CLI from reading the file at all.
func (f *file) warnFile(warn func(string, ...any)) {
	if bytes.HasPrefix(f.data, bom) {
		warn("%s begins with a byte order mark: the AWS CLI refuses the whole file", f.path)
	}
	type id struct {
		typ  sectionType
		name string
	}
	first := make(map[id]int, len(f.sections))
	for _, sec := range f.sections {
		key := id{sec.typ, string(f.name(sec))}
		if line := first[key]; line != 0 && sec.typ != typeOther {
			warn("%s has the section of %q twice, in lines %d and %d: the AWS CLI refuses the whole file", f.path, key.name, line, sec.line)
		}
		first[key] = sec.line
	}
}

// warnSections looks at headers and the names of keys.
func (s *Set) warnSections(name string, config, cred []section, warn func(string, ...any)) {
	for _, part := range []struct {
		f        *file
		sections []section
	}{{&s.config, config}, {&s.credentials, cred}} {
		for _, sec := range part.sections {
			data, list, _ := part.f.entries(sec)
			lines := make(map[string]int, len(list))
			for _, e := range list {
				if !e.valid {
					warn("%s:%d: the key %q is not valid and ignored", part.f.path, e.line, e.key)
				} else if first := lines[e.key]; first != 0 {
					warn("%s has %s twice, in lines %d and %d: the AWS CLI refuses the whole file", part.f.path, e.key, first, e.line)
				}
				lines[e.key] = e.line
				if rest := data[e.valEnd:e.end]; !isBlank(rest) {
					warn("%s:%d: the AWS CLI takes the comment for a part of the value of %s", part.f.path, e.line, e.key)
				}
			}
		}
	}
	if name == "default" && len(config) > 0 && config[0].typ == typeProfile {
		for _, sec := range s.config.find(typeDefault, name) {
			warn("%s:%d: [default] is ignored, because there is a [profile default]", s.config.path, sec.line)
		}
	}
	for _, sec := range s.credentials.sections {
		if words := strings.Fields(string(s.credentials.name(sec))); len(words) == 2 && words[0] == "profile" && words[1] == name {
			warn("%s:%d: [profile %s] is ignored: the credentials file has [%s]", s.credentials.path, sec.line, name, name)
		}
	}
	for _, sec := range s.config.sections {
		if sec.typ == typeOther && string(s.config.name(sec)) == name {
			warn("%s:%d: [%s] is ignored: the config file has [profile %s]", s.config.path, sec.line, name, name)
		}
	}
}

// warnKeys looks at keys that contradict each other.
func (s *Set) warnKeys(p *Profile, cred []section, warn func(string, ...any)) {
	has := func(key string) bool { return p.Properties[key] != "" }
	process := p.Properties["credential_process"]
	if p.static() && (has("role_arn") || p.Managed() || process != "") {
		where := s.place(p, "aws_access_key_id")
		if p.Managed() || process != "" {
			warn("%s: AWS tools use the access keys of profile %q and never call its credential_process", where, p.Name)
		} else {
			warn("%s: a profile that names %q as its source gets its access keys, not its role", where, p.Name)
		}
	}
	if has("role_arn") && process != "" {
		warn("%s: role_arn beside credential_process: some AWS tools ignore the process, some refuse the profile",
			s.place(p, "role_arn"))
	}
	if p.Managed() && process == "" {
		warn("profile %q has no credential_process: AWS tools do not get its role from xrole", p.Name)
	}
	if words := strings.Fields(process); p.Managed() && callsXrole(process) && words[len(words)-1] != p.Name {
		warn("%s: credential_process does not end in the profile's own name, %q", s.place(p, "credential_process"), p.Name)
	}
	for _, key := range slices.Sorted(maps.Keys(p.Properties)) {
		if !strings.HasPrefix(key, Prefix) {
			continue
		}
		switch near, ok := KeyName(key); {
		case ok:
		case near != "":
			warn("%s: %s is no setting of xrole: did you mean %s?", s.place(p, key), key, near)
		default:
			warn("%s: %s is no setting of xrole", s.place(p, key), key)
		}
	}
}
