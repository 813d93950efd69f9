package team

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/profiles"
)

// Export makes a team's file of role profiles of a config file: of those
// named, or of all. Profiles that came from the team have the names in it that they have
// in the team's own file, and so have their sources. The warnings say what
// was left out. The path stands in errors, which are of kind Config.
func Export(path string, config []byte, team string, names []string) (*File, []string, error) {
	l, err := readLocal(path, config, team)
	if err != nil {
		return nil, nil, err
	}
	x := exporter{local: l, file: File{Team: team}, taken: make(map[string]string), stands: make(map[string]string)}
	stands := l.stands()
	for _, source := range slices.Backward(slices.Sorted(maps.Keys(stands))) { // of several, the first
		x.stands[stands[source]] = source
	}
	chosen := names
	if len(names) == 0 {
		for _, name := range slices.Sorted(maps.Keys(l.profiles)) {
			switch {
			case l.profiles[name].values[profiles.Prefix+"role_arn"] == "":
			case name == "default", profiles.ProfileName(name) != nil:
				x.warn("profile %q is left out: a team can't share one of that name", name)
			default:
				chosen = append(chosen, name)
			}
		}
	}
	for i, name := range chosen {
		if slices.Contains(chosen[:min(i, len(names))], name) {
			continue
		}
		if err := x.add(path, name); err != nil {
			return nil, nil, err
		}
	}
	return &x.file, x.warnings, x.check()
}

// TeamOf is the one team that role profiles came from: of those named, or of all. It is
// "" if they have more than one origin.
func TeamOf(path string, config []byte, names []string) (string, error) {
	l, err := readLocal(path, config, "")
	if err != nil {
		return "", err
	}
	team, first := "", true
	for name, p := range l.profiles {
		if p.values[profiles.Prefix+"role_arn"] == "" || len(names) > 0 && !slices.Contains(names, name) {
			continue
		}
		from := ""
		if p.origin != nil {
			from = p.origin.team
		}
		if from == "" || !first && from != team {
			return "", nil
		}
		team, first = from, false
	}
	return team, nil
}

type exporter struct {
	*local
	file     File
	taken    map[string]string // names here, by the names in the file
	stands   map[string]string // names of the team's sources, by what stands for them here
	warnings []string
}

// shares is what a profile is called in the team's file.
func (x *exporter) shares(name string) string {
	if p := x.profiles[name]; p != nil && p.origin != nil && p.origin.team == x.team {
		return p.origin.name
	}
	return name
}

// source is what a profile's source is called in the team's file.
func (x *exporter) source(p *localProfile) string {
	name := p.values[keySource]
	if shares := x.shares(name); shares != name {
		return shares
	}
	if p.origin != nil && p.origin.team == x.team && p.origin.source != "" {
		return p.origin.source
	}
	if stands := x.stands[name]; stands != "" {
		return stands
	}
	return name
}

func (x *exporter) add(path, name string) error {
	p := x.profiles[name]
	switch {
	case p == nil:
		return fault.New(fault.Config, "profile %q not found in %s", name, path).WithHint("xrole profile list")
	case p.values[profiles.Prefix+"role_arn"] == "":
		return fault.New(fault.Config, "profile %q is no role profile of xrole's", name).WithHint("xrole profile adopt %s makes one of a role_arn profile", name)
	case name == "default" || profiles.ProfileName(name) != nil:
		return fault.New(fault.Config, "a team can't share a profile named %q", name).WithHint("xrole profile rename %s NEW", name)
	}
	shares := x.shares(name)
	if other, taken := x.taken[shares]; taken {
		return fault.New(fault.Config, "both %q and %q would be profile %q of team %q", other, name, shares, x.team).
			WithHint("name the profiles to export, without one of the two")
	}
	x.taken[shares] = name
	values, err := x.values(p)
	if err != nil {
		return fault.New(fault.Config, "profile %q: %v", name, err).WithHint("correct it in %s", path)
	}
	x.file.Profiles = append(x.file.Profiles, Profile{shares, values})
	return nil
}

// values are the keys of a profile that are shared.
func (x *exporter) values(p *localProfile) (map[string]string, error) {
	values := make(map[string]string)
	var left []string
	for _, key := range slices.Sorted(maps.Keys(p.values)) {
		if why, _ := whyNot(key); why != "" {
			if !expected(key) {
				left = append(left, quoteKey(key))
			}
			continue
		}
		if p.values[key] == "" {
			continue
		}
		v, err := canonical(key, p.values[key])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		values[key] = v
	}
	if len(left) > 0 {
		x.warn("of profile %q is left out: %s", p.name, strings.Join(left, ", "))
	}
	if values[keySource] != "" {
		values[keySource] = x.source(p)
	}
	return values, checkTogether(values)
}

// check refuses a file in which a person's source would be taken for a
// profile of the file that happens to have its name.
func (x *exporter) check() error {
	for _, p := range x.file.Profiles {
		name := x.taken[p.Name]
		source := x.profiles[name].values[keySource]
		if meant, taken := x.taken[p.Settings[keySource]]; taken && source != "" && meant != source {
			return fault.New(fault.Config, "the source of profile %q would be called %q in the file, as would profile %q", name, p.Settings[keySource], meant).
				WithHint("xrole profile rename one of the two, or export them apart")
		}
	}
	return nil
}

// expected holds for keys that nobody expects in a team's file.
func expected(key string) bool {
	return key == keyProcess || key == keyOrigin || strings.TrimPrefix(key, profiles.Prefix) == "mfa_serial"
}

func (x *exporter) warn(format string, args ...any) {
	x.warnings = append(x.warnings, fmt.Sprintf(format, args...))
}
