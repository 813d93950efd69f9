package team

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/profiles"
)

// Options are what an import takes from the person and the machine.
type Options struct {
	// Prefix goes before the names of new profiles. Where it is empty, they get
	// what the team's profiles have in common from earlier imports.
	Prefix string
	// Sources says what stands for a source profile of the team's file, and
	// Source for those that Sources does not name. Where neither says, it is what
	// it was at the last import, else the profile of the same name.
	Sources map[string]string
	Source  string
	// Exists reports whether a profile is in the config or credentials file.
	Exists func(name string) bool
	// Command is the credential_process of a profile.
	Command func(name string) (string, error)
}

// Result is what an import makes of a config file.
type Result struct {
	Config []byte
	// Added, Changed and Removed are profiles by their names here.
	Added, Changed, Removed []string
	// All are the profiles of the team's file by their names here, in its order.
	All []string
	// Warnings say, a line each, what else the person should know.
	Warnings []string
}

// Missing returns the source profiles of the team's file for which nothing
// stands here yet. The path stands in errors, which are those of [File.Merge].
func (f *File) Missing(path string, config []byte, o Options) ([]string, error) {
	m, err := f.merge(path, config, o)
	if err != nil {
		return nil, err
	}
	return m.missing(), nil
}

func (m *merge) missing() []string {
	var missing []string
	for _, p := range m.file.Profiles {
		name := p.Settings[keySource]
		if name != "" && m.source(p) == "" && !slices.Contains(missing, name) {
			missing = append(missing, name)
		}
	}
	return missing
}

// Merge imports the file into a config file. The path stands in errors, each a
// [fault.Error] of kind Config: a malformed config file, a source profile for
// which nothing stands, a profile that is there already and did not come from this
// team, a section that can't be changed unambiguously.
func (f *File) Merge(path string, config []byte, o Options) (*Result, error) {
	m, err := f.merge(path, config, o)
	if err != nil {
		return nil, err
	}
	if missing := m.missing(); len(missing) > 0 {
		return nil, fault.New(fault.Config, "the profiles of team %q have the source %s, and no profile of that name is here", f.Team, list(missing)).
			WithHint("say which of your profiles stands for it: --map %s=NAME, or --source-profile NAME for all", missing[0])
	}
	e := edits{changed: make(map[string]profiles.Edit), removed: make(map[string]bool)}
	if err := m.decide(&e); err != nil {
		return nil, err
	}
	m.result.Config, err = e.apply(m.here)
	return &m.result, err
}

// merge is an import at work.
type merge struct {
	file   *File
	here   *local
	o      Options
	names  map[string]string // of the file's profiles, here
	stands map[string]string // see [local.stands]
	result Result
}

func (f *File) merge(path string, config []byte, o Options) (*merge, error) {
	here, err := readLocal(path, config, f.Team)
	if err != nil {
		return nil, err
	}
	m := &merge{file: f, here: here, o: o, names: make(map[string]string, len(f.Profiles)), stands: here.stands()}
	m.name()
	for _, p := range f.Profiles {
		m.result.All = append(m.result.All, m.names[p.Name])
	}
	return m, nil
}

// name gives the file's profiles their names here. With a prefix that is
// only remembered, a profile of the person's own that says what the team says
// counts, as it does without one: it is where the team has it from.
func (m *merge) name() {
	prefix := m.o.Prefix
	if prefix == "" {
		prefix = m.here.prefix()
	}
	var own []Profile
	for _, p := range m.file.Profiles {
		m.names[p.Name] = prefix + p.Name
		if known := m.here.from[p.Name]; known != nil {
			m.names[p.Name] = known.name
		} else if here := m.here.profiles[p.Name]; here != nil && here.origin == nil && m.o.Prefix == "" {
			m.names[p.Name] = p.Name
			own = append(own, p)
		}
	}
	for again := prefix != ""; again; { // one that is not the same may be the source of others
		again = false
		own = slices.DeleteFunc(own, func(p Profile) bool {
			differs := !same(m.here.profiles[p.Name].values, m.wanted(p))
			if differs {
				m.names[p.Name], again = prefix+p.Name, true
			}
			return differs
		})
	}
}

// source is what stands here for a profile's source; "" if nothing does.
func (m *merge) source(p Profile) string {
	name := p.Settings[keySource]
	if own, ok := m.names[name]; ok {
		return own
	}
	if given := m.o.Sources[name]; given != "" {
		return given
	}
	if m.o.Source != "" {
		return m.o.Source
	}
	last := m.stands[name]
	if known := m.here.from[p.Name]; known != nil && known.origin.source == name {
		last = known.values[keySource]
	}
	for _, candidate := range []string{last, name} {
		if candidate != "" && m.o.Exists(candidate) {
			return candidate
		}
	}
	return ""
}

// decide says what is to be done, profile by profile.
func (m *merge) decide(e *edits) error {
	if err := m.conflicts(); err != nil {
		return err
	}
	for _, p := range m.file.Profiles {
		name := m.names[p.Name]
		known := m.here.from[p.Name]
		if known == nil && m.o.Exists(name) {
			continue // the same already: see conflicts
		}
		if known == nil {
			known = &localProfile{name: name}
		}
		edit, err := m.edit(p, known)
		if err != nil {
			return err
		}
		switch {
		case len(edit.Set)+len(edit.Unset) == 0:
		case known.origin == nil:
			e.added = append(e.added, addition{name, edit})
			m.result.Added = append(m.result.Added, name)
		case known.twice != nil:
			return known.twice
		default:
			e.changed[name] = edit
			m.result.Changed = append(m.result.Changed, name)
		}
	}
	if err := m.remove(e); err != nil {
		return err
	}
	m.unused()
	return nil
}

// wanted are the keys that the team decides, as they are to stand here.
func (m *merge) wanted(p Profile) map[string]string {
	values := maps.Clone(p.Settings)
	if values[keySource] != "" {
		values[keySource] = m.source(p)
	}
	return values
}

// edit is what makes a profile that an import wrote, or that is not there yet,
// what the team says. Who edits a profile sees its keys in the order of
// `profile add`. A key that the person had set to the very value stays the person's.
func (m *merge) edit(p Profile, known *localProfile) (profiles.Edit, error) {
	var e profiles.Edit
	var owned []string
	if known.origin != nil {
		owned = known.origin.owns()
	}
	wanted, o := m.wanted(p), origin{team: m.file.Team, name: p.Name, source: p.Settings[keySource]}
	for _, key := range shared {
		have, there := known.values[key]
		want := wanted[key]
		differs := !there || respelled(key, have) != want
		switch {
		case want == "" && there && slices.Contains(owned, key):
			e.Unset = append(e.Unset, key)
		case want != "" && differs:
			e.Set = append(e.Set, profiles.Property{Key: key, Value: want})
		}
		if want != "" && key != keySource && (differs || slices.Contains(owned, key)) {
			o.keys = append(o.keys, key)
		}
		// A command that is there is this machine's, or what the person put in its place.
		if key == "region" && known.values[keyProcess] == "" {
			command, err := m.o.Command(known.name)
			if err != nil {
				return e, err
			}
			e.Set = append(e.Set, profiles.Property{Key: keyProcess, Value: command})
		}
	}
	if known.values[keyOrigin] != o.String() {
		e.Set = append(e.Set, profiles.Property{Key: keyOrigin, Value: o.String()})
	}
	return e, nil
}

// remove takes away what came from the team and is no longer in its file.
func (m *merge) remove(e *edits) error {
	for _, p := range m.here.inOrder() {
		if !m.ours(p) || m.names[p.origin.name] != "" {
			continue
		}
		if p.twice != nil {
			return p.twice
		}
		e.removed[p.name] = true
		m.result.Removed = append(m.result.Removed, p.name)
		if own := p.own(); len(own) > 0 {
			m.warn("profile %q goes with what was added to it here: %s", p.name, strings.Join(own, ", "))
		}
	}
	for _, p := range m.here.inOrder() {
		for _, key := range []string{keySource, "source_profile"} {
			if e.removed[p.values[key]] && !m.ours(p) {
				m.warn("profile %q has profile %q, which goes, for its source", p.name, p.values[key])
			}
		}
	}
	return nil
}

// unused warns of sources that were named and that the file does not have.
func (m *merge) unused() {
	sources := m.file.Sources()
	for _, name := range slices.Sorted(maps.Keys(m.o.Sources)) {
		if !slices.Contains(sources, name) {
			m.warn("the team's file has no source profile %q to stand for", name)
		}
	}
}

func (m *merge) warn(format string, args ...any) {
	m.result.Warnings = append(m.result.Warnings, fmt.Sprintf(format, args...))
}
