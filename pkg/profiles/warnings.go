package profiles

import (
	"bytes"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
)

// Warnings says, one line each, what of the named profiles does not do what it
// says, in xrole or in the AWS tools that read the same files, and what is
// wrong with the files themselves. The profiles need not resolve, nor exist.
// For many of them, ask a set that is [Set.Whole].
func (s *Set) Warnings(names ...string) []string {
	var w []string
	warn := func(format string, args ...any) { w = append(w, fmt.Sprintf(format, args...)) }
	s.config.warnFile(warn)
	s.credentials.warnFile(warn)
	s.warnModes(names, warn)
	for _, name := range names {
		config, cred := s.profileSections(name)
		s.warnHeaders(name, config, warn)
		s.config.warnSections(config, warn)
		s.credentials.warnSections(cred, warn)
		if p, err := s.Profile(name); err == nil {
			s.warnKeys(p, warn)
		}
	}
	return w
}

// warnFile looks for what keeps the AWS CLI from reading the file, or from
// reading it as it is meant.
func (f *file) warnFile(warn func(string, ...any)) {
	if f.bom {
		warn("%s begins with a byte order mark: the AWS CLI refuses the whole file", f.path)
	}
	f.sections.repeated(func(other, sec section) {
		switch {
		case bytes.Equal(f.header(other), f.header(sec)):
			warn("%s has the section [%s] twice, in lines %d and %d: the AWS CLI refuses the whole file",
				f.path, f.header(sec), other.line, sec.line)
		case sec.typ != typeOther:
			warn("%s has the section of %q twice, in lines %d and %d: the AWS CLI reads only one of them",
				f.path, f.name(sec), other.line, sec.line)
		}
	})
}

// header is what stands between a section's brackets; nil if it can't be read.
func (f *file) header(s section) []byte {
	data, s, err := f.read(s)
	if err != nil {
		return nil
	}
	line := data[s.start:s.body]
	end := headerEnd(line)
	if end < 0 {
		return nil
	}
	return line[1:end]
}

// warnModes looks at who else may read access keys, and who may write the
// commands that AWS tools run.
func (s *Set) warnModes(names []string, warn func(string, ...any)) {
	if mode := s.credentials.mode(); mode&0o077 != 0 {
		warn("%s can be read or written by others (mode %04o): chmod 600 it", s.credentials.path, mode)
	}
	mode := s.config.mode()
	if mode&0o002 != 0 {
		warn("%s can be written by others (mode %04o), and names commands that are run: chmod 600 it", s.config.path, mode)
		return
	}
	if mode&0o077 == 0 {
		return
	}
	for _, name := range names {
		chain, err := s.Chain(name)
		if err != nil || chain.Source.Kind != SourceStatic {
			continue
		}
		where := s.place(&Profile{Name: chain.Source.Profile}, "aws_secret_access_key")
		if strings.HasPrefix(where, s.config.path+":") {
			warn("%s holds access keys and can be read by others (mode %04o): chmod 600 it", s.config.path, mode)
			return
		}
	}
}

// mode is 0 where there is no file, or no mode to speak of.
func (f *file) mode() uint32 {
	if f.info == nil || runtime.GOOS == "windows" {
		return 0
	}
	return uint32(f.info.Mode().Perm())
}

// warnSections looks at the lines of a profile's sections.
func (f *file) warnSections(sections []section, warn func(string, ...any)) {
	for _, sec := range sections {
		data, list, _ := f.entries(sec)
		lines := make(map[string]int, len(list))
		for _, e := range list {
			if !e.valid {
				warn("%s:%d: the key %q is not valid and ignored", f.path, e.line, e.key)
			} else if first := lines[e.key]; first != 0 {
				warn("%s has %s twice, in lines %d and %d: the AWS CLI refuses the whole file", f.path, e.key, first, e.line)
			}
			lines[e.key] = e.line
			if rest := data[e.valEnd:e.end]; !isBlank(rest) {
				warn("%s:%d: the AWS CLI takes the comment for a part of the value of %s", f.path, e.line, e.key)
			}
		}
	}
}

// warnHeaders looks for sections that were meant for the profile.
func (s *Set) warnHeaders(name string, config []section, warn func(string, ...any)) {
	if name == "default" && len(config) > 0 && config[0].typ == typeProfile {
		for _, sec := range s.config.find(typeDefault, name) {
			warn("%s:%d: [default] is ignored, because there is a [profile default]; the AWS CLI reads the last of the two", s.config.path, sec.line)
		}
	}
	for _, sec := range s.credentials.find(typeSpaced, "profile "+name) {
		warn("%s:%d: [profile %s] is ignored: the credentials file has [%s]", s.credentials.path, sec.line, name, name)
	}
	for _, sec := range s.config.find(typeOther, name) {
		warn("%s:%d: [%s] is ignored: the config file has [profile %s]", s.config.path, sec.line, name, name)
	}
}

// warnKeys looks at keys that contradict each other.
func (s *Set) warnKeys(p *Profile, warn func(string, ...any)) {
	has := func(key string) bool { return p.Properties[key] != "" }
	process := p.Properties["credential_process"]
	served := p.Managed() || process != ""
	switch id, secret := has("aws_access_key_id"), has("aws_secret_access_key"); {
	case id && secret && served:
		warn("%s: AWS tools use the access keys of profile %q and never call its credential_process", s.place(p, "aws_access_key_id"), p.Name)
	case id && secret && has("role_arn"):
		warn("%s: a profile that names %q as its source gets its access keys, not its role", s.place(p, "aws_access_key_id"), p.Name)
	case id && served:
		warn("%s: AWS tools refuse half a pair of access keys and never call the credential_process of profile %q", s.place(p, "aws_access_key_id"), p.Name)
	}
	if has("role_arn") && process != "" {
		warn("%s: role_arn beside credential_process: some AWS tools ignore the process, some refuse the profile",
			s.place(p, "role_arn"))
	}
	for _, key := range []string{"sso_session", "sso_start_url", "web_identity_token_file"} {
		if has(key) && served {
			warn("%s: %s beside credential_process: AWS tools use it, or refuse the profile, and never call the process", s.place(p, key), key)
			break
		}
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
