package team

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/profiles"
)

// MaxSize is how long a team's file may be, in bytes.
const MaxSize = 1 << 20

// header is the name of the section that says what the file is.
const header = "xrole-team"

// version is the one version of the format that there is.
const version = "1"

// File is what a team shares.
type File struct {
	// Team tells this team from all others of the same person.
	Team string
	// Profiles are in the order of the file, no two of the same name.
	Profiles []Profile
}

// Profile is a role profile of a team.
type Profile struct {
	Name string
	// Settings are the keys that the team decides, checked. xrole_source_profile
	// names another profile of the file, or stands for whatever each
	// person calls the source: see [File.Sources].
	Settings map[string]string
}

// Parse reads a team's file. The path stands in errors, which are each a
// [fault.Error] of kind Config with the line, and show no value of a key that
// is not shared.
func Parse(path string, data []byte) (*File, error) {
	if len(data) > MaxSize {
		return nil, fault.New(fault.Config, "%s is longer than the %d KiB that a team's file may have", path, MaxSize>>10).
			WithHint("make two teams of it")
	}
	sections, err := profiles.Sections(path, data)
	if err != nil {
		return nil, noTeamFile(err)
	}
	p := parser{path: path, lines: make(map[string]int)}
	if len(sections) == 0 || sections[0].Header != (profiles.Header{Name: header}) {
		return nil, noTeamFile(fault.New(fault.Config, "%s is no team's file: it does not begin with [%s]", path, header))
	}
	if err := p.head(sections[0]); err != nil {
		return nil, err
	}
	for _, s := range sections[1:] {
		if err := p.profile(s); err != nil {
			return nil, err
		}
	}
	return &p.file, nil
}

// noTeamFile says what a team's file looks like.
func noTeamFile(err error) error {
	return fault.New(fault.Config, "%v", err).Because(err).WithHint("xrole profile export writes a team's file; docs/team.md describes it")
}

type parser struct {
	path  string
	file  File
	lines map[string]int // of each profile's header
}

// at is an error about a line.
func (p *parser) at(line int, format string, args ...any) *fault.Error {
	return fault.New(fault.Config, "%s:%d: %s", p.path, line, fmt.Sprintf(format, args...)).
		WithHint("correct line %d of %s", line, p.path)
}

// head reads the first section. The version comes first: of a later one
// nothing else is known.
func (p *parser) head(s profiles.Section) error {
	list, err := s.Assignments()
	if err != nil {
		return err
	}
	for _, a := range list {
		if a.Key == "version" && a.Value != version {
			return p.at(a.Line, "version %q of the format is not known: this xrole reads version %s", a.Value, version).WithHint("update xrole")
		}
	}
	if list, err = p.unique(s); err != nil {
		return err
	}
	found := false
	for _, a := range list {
		switch a.Key {
		case "version":
			found = true
		case "name":
			if err := Name(a.Value); err != nil {
				return p.at(a.Line, "%v", err)
			}
			p.file.Team = a.Value
		default:
			return p.at(a.Line, "[%s] has no key %q", header, a.Key)
		}
	}
	if !found || p.file.Team == "" {
		return p.at(s.Line, "[%s] needs `version = %s` and `name = …`", header, version)
	}
	return nil
}

// profile reads one of the other sections.
func (p *parser) profile(s profiles.Section) error {
	name := s.Header.Name
	switch first := p.lines[name]; {
	case s.Header.Type == "":
		return p.at(s.Line, "section %q is no [profile …]", name)
	case s.Header.Type != "profile":
		return p.at(s.Line, "section %q is no [profile …]", s.Header.Type+" "+name)
	case name == "default":
		return p.at(s.Line, "the default profile is each person's own").WithHint("give the profile another name")
	case first != 0:
		return p.at(s.Line, "profile %q stands in line %d already", name, first)
	}
	if err := profiles.ProfileName(name); err != nil {
		return p.at(s.Line, "%v", err)
	}
	p.lines[name] = s.Line
	list, err := p.unique(s)
	if err != nil {
		return err
	}
	values := make(map[string]string, len(list))
	for _, a := range list {
		if why, hint := whyNot(a.Key); why != "" {
			return p.at(a.Line, "%s is refused: %s", quoteKey(a.Key), why).WithHint("%s", hint)
		}
		if values[a.Key], err = canonical(a.Key, a.Value); err != nil {
			return p.at(a.Line, "%s: %v", a.Key, err)
		}
	}
	if err := checkTogether(values); err != nil {
		return p.at(s.Line, "profile %q: %v", name, err)
	}
	p.file.Profiles = append(p.file.Profiles, Profile{name, values})
	return nil
}

// unique takes a section apart, in which each key has one line.
func (p *parser) unique(s profiles.Section) ([]profiles.Assignment, error) {
	list, err := s.Assignments()
	if err != nil {
		return nil, err
	}
	first := make(map[string]int, len(list))
	for _, a := range list {
		switch {
		case first[a.Key] != 0:
			return nil, p.at(a.Line, "%s stands in line %d already", quoteKey(a.Key), first[a.Key])
		case strings.Contains(a.Value, "\n"):
			return nil, p.at(a.Line, "%s goes on in the next line, which no value here may", quoteKey(a.Key))
		}
		first[a.Key] = a.Line
	}
	return list, nil
}

// quoteKey shows a key: as it is where it is one, else so that nothing in it
// does anything to a terminal.
func quoteKey(key string) string {
	if strings.Trim(key, "abcdefghijklmnopqrstuvwxyz0123456789_") == "" {
		return key
	}
	if r := []rune(key); len(r) > 80 {
		key = string(r[:80]) + "…"
	}
	return fmt.Sprintf("%q", key)
}

// Name accepts the name of a team: up to 64 letters, digits and _.- with no
// dash or dot in front. The error is a [fault.Error] of kind Usage.
func Name(name string) error {
	foreign := func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_.-", r))
	}
	if name == "" || len(name) > 64 || strings.ContainsFunc(name, foreign) || strings.ContainsRune(".-", rune(name[0])) {
		return fault.New(fault.Usage, "%q is not the name of a team: up to 64 letters, digits and _.-, beginning with a letter, a digit or _", name)
	}
	return nil
}

// Sources are the names that stand for each person's own source profiles, in
// the order of the file: those that are no profile of the file itself.
func (f *File) Sources() []string {
	own := make(map[string]bool, len(f.Profiles))
	for _, p := range f.Profiles {
		own[p.Name] = true
	}
	var names []string
	for _, p := range f.Profiles {
		if name := p.Settings[keySource]; name != "" && !own[name] {
			own[name] = true // once is enough
			names = append(names, name)
		}
	}
	return names
}

// Text writes the file. The profiles are sorted by name and their keys are in one
// order, so that a difference between two versions is one in what they say.
func (f *File) Text() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# Role profiles for `xrole profile import`. No secrets, no commands.\n[%s]\nversion = %s\nname = %s\n", header, version, f.Team)
	sorted := slices.SortedFunc(slices.Values(f.Profiles), func(a, b Profile) int { return strings.Compare(a.Name, b.Name) })
	for _, p := range sorted {
		fmt.Fprintf(&b, "\n%s\n", profiles.ProfileHeader(p.Name))
		for _, key := range shared {
			if v := p.Settings[key]; v != "" {
				fmt.Fprintf(&b, "%s = %s\n", key, v)
			}
		}
	}
	return []byte(b.String())
}
