package team

import (
	"fmt"

	"github.com/xrole/xrole/internal/fault"
)

// conflicts refuses the names of profiles that are there already and did not
// come from the team, unless they say what the team says: then they are left alone.
func (m *merge) conflicts() error {
	var taken []string
	for _, p := range m.file.Profiles {
		name := m.names[p.Name]
		if m.here.from[p.Name] != nil || !m.o.Exists(name) {
			continue
		}
		other := m.here.profiles[name]
		if other == nil || m.ours(other) || !same(other.values, m.wanted(p)) {
			taken = append(taken, name)
		}
	}
	if len(taken) == 0 {
		return nil
	}
	what := fmt.Sprintf("profiles %s are there already and did not come from team %q", list(taken), m.file.Team)
	if len(taken) == 1 {
		what = fmt.Sprintf("profile %q is there already and %s", taken[0], m.whose(taken[0]))
	}
	return fault.New(fault.Config, "%s", what).
		WithHint("put something before the names of the team's profiles with --prefix, or rename or remove your own")
}

// ours reports whether an import of this team wrote the profile.
func (m *merge) ours(p *localProfile) bool { return p.origin != nil && p.origin.team == m.file.Team }

// whose says where a profile came from that is not the one it should be.
func (m *merge) whose(name string) string {
	switch p := m.here.profiles[name]; {
	case p == nil || p.origin == nil:
		return fmt.Sprintf("did not come from team %q", m.file.Team)
	case m.ours(p):
		return fmt.Sprintf("is what the team calls %q", p.origin.name)
	default:
		return fmt.Sprintf("came from team %q, not from %q", p.origin.team, m.file.Team)
	}
}

// same reports whether a profile has the values.
func same(have, want map[string]string) bool {
	for key, v := range want {
		if v == "" || respelled(key, have[key]) != v {
			return false
		}
	}
	return true
}
