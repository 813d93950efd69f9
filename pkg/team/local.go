package team

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/profiles"
)

// local is a config file, as far as teams are concerned.
type local struct {
	data     []byte
	sections []profiles.Section
	profiles map[string]*localProfile
	// from are the profiles that came from one team, by the names that they have there.
	from map[string]*localProfile
	team string
}

// localProfile is a profile of the config file.
type localProfile struct {
	name   string
	values map[string]string // the last of several equal keys wins
	origin *origin           // nil if no import wrote it
	line   int
	twice  error // why it can't be changed, nil if it can
}

// readLocal reads a config file for an import or export of one team's.
func readLocal(path string, data []byte, team string) (*local, error) {
	sections, err := profiles.Sections(path, data)
	if err != nil {
		return nil, err
	}
	l := &local{
		data: data, sections: sections, team: team,
		profiles: make(map[string]*localProfile, len(sections)), from: make(map[string]*localProfile),
	}
	for _, s := range sections {
		if s.Header.Type != "profile" {
			continue
		}
		list, err := s.Assignments()
		if err != nil {
			return nil, err
		}
		l.add(path, s, list)
	}
	for _, p := range l.inOrder() {
		if err := l.place(path, p); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// inOrder are the profiles in the order in which they first appear.
func (l *local) inOrder() []*localProfile {
	return slices.SortedFunc(maps.Values(l.profiles), func(a, b *localProfile) int { return a.line - b.line })
}

// own are the keys of an imported profile that the person added.
func (p *localProfile) own() []string {
	var own []string
	for _, key := range slices.Sorted(maps.Keys(p.values)) {
		if key != keyProcess && key != keyOrigin && !slices.Contains(p.origin.owns(), key) {
			own = append(own, quoteKey(key))
		}
	}
	return own
}

// add merges a section into its profile.
func (l *local) add(path string, s profiles.Section, list []profiles.Assignment) {
	p := l.profiles[s.Header.Name]
	if p == nil {
		p = &localProfile{name: s.Header.Name, values: make(map[string]string, len(list)), line: s.Line}
		l.profiles[p.name] = p
	} else {
		p.twice = fault.New(fault.Config, "%s has profile %q twice, in lines %d and %d", path, p.name, p.line, s.Line).
			WithHint("make one of the two, then try again")
	}
	first := make(map[string]int, len(list))
	for _, a := range list {
		if first[a.Key] != 0 {
			p.twice = fault.New(fault.Config, "%s has %s twice in profile %q, in lines %d and %d", path, quoteKey(a.Key), p.name, first[a.Key], a.Line).
				WithHint("remove one of the two lines, then try again")
		}
		first[a.Key] = a.Line
		p.values[a.Key] = a.Value
	}
}

// place files a profile under the team that it came from.
func (l *local) place(path string, p *localProfile) error {
	value, imported := p.values[keyOrigin]
	if !imported {
		return nil
	}
	o, ok := parseOrigin(value)
	if !ok {
		return fault.New(fault.Config, "profile %q: %s does not say where it came from (%s:%d)", p.name, keyOrigin, path, p.line).
			WithHint("remove its %s to make the profile your own", keyOrigin)
	}
	p.origin = &o
	if o.team != l.team {
		return nil
	}
	if other := l.from[o.name]; other != nil {
		return fault.New(fault.Config, "both %q and %q say that they are profile %q of team %q (%s:%d)", other.name, p.name, o.name, o.team, path, p.line).
			WithHint("remove %s from the one that is your own", keyOrigin)
	}
	l.from[o.name] = p
	return nil
}

// prefix is what all profiles of the team have before their names here, which
// a new one gets too; "" if they have no such thing in common.
func (l *local) prefix() string {
	common, first := "", true
	for name, p := range l.from {
		before, found := strings.CutSuffix(p.name, name)
		if !found || !first && before != common {
			return ""
		}
		common, first = before, false
	}
	return common
}

// stands are the profiles that stood for the names of the team's sources at
// earlier imports, by those names; of several, the first.
func (l *local) stands() map[string]string {
	stands := make(map[string]string)
	for _, p := range l.inOrder() {
		if p.origin != nil && p.origin.team == l.team && stands[p.origin.source] == "" {
			stands[p.origin.source] = p.values[keySource]
		}
	}
	return stands
}

// list names things in an error, the first ten of them.
func list(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = fmt.Sprintf("%q", n)
	}
	if more := len(quoted) - 10; more > 0 {
		quoted = append(slices.Clip(quoted[:10]), fmt.Sprintf("%d more", more))
	}
	return strings.Join(quoted, ", ")
}
