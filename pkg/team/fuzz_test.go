package team

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/xrole/xrole/pkg/profiles"
)

// FuzzParse: whatever is in a team's file, it is refused or holds nothing but
// what its keys may say, in a text that reads back as the same.
func FuzzParse(f *testing.F) {
	for _, text := range []string{v1, "[xrole-team]\nversion=1\nname=x\n[profile a]\nxrole_role_arn=arn:aws:iam::111111111111:role/a#b\nxrole_credential_source=ECScontainer\nxrole_session_tags=a=\\ , b=;\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse("team.ini", data)
		if err != nil {
			if strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' }) {
				t.Fatalf("a control character in %q", err)
			}
			return
		}
		for _, p := range file.Profiles {
			for key, value := range p.Settings {
				if !slices.Contains(shared, key) || strings.ContainsAny(value, "\r\n") {
					t.Fatalf("%s = %q", key, value)
				}
			}
		}
		again, err := Parse("again", file.Text())
		if err != nil || !bytes.Equal(again.Text(), file.Text()) {
			t.Fatalf("%s\nread again: %v", file.Text(), err)
		}
	})
}

// FuzzMerge: whatever a config file holds, an import changes no byte outside
// its own sections, a second one changes nothing, the old version
// brings back the old values, and an empty one takes all of it away.
func FuzzMerge(f *testing.F) {
	const head = "[xrole-team]\nversion = 1\nname = analysts\n"
	// What the team names, now or before, it decides: so a key that only v2
	// names is the team's from then on, and gone with v1.
	v2 := head + "[profile logs]\nxrole_role_arn = arn:aws:iam::111111111111:role/Other\nxrole_source_profile = dev\nxrole_sts_region = us-east-1\n" +
		"[profile audit]\nxrole_role_arn = arn:aws:iam::333333333333:role/Audit\nxrole_source_profile = new\n" +
		"[profile new]\nxrole_role_arn = arn:aws:iam::111111111111:role/New\nxrole_source_profile = logs\n"
	for _, config := range []string{mine, mine + imported, "", "\ufeff" + strings.ReplaceAll(mine, "\n", "\r\n"), mine + imported + "# end", "[default]\n\n\n;x\n\n"} {
		f.Add([]byte(config))
	}
	f.Fuzz(func(t *testing.T, config []byte) {
		o := options(t, mine)
		sections, err := profiles.Sections("config", config)
		if err != nil {
			return
		}
		names := map[string]bool{"dev": true}
		for _, s := range sections {
			names[s.Header.Name] = true
		}
		o.Exists = func(name string) bool { return names[name] }
		step := func(text string, config []byte) ([]byte, *Result) {
			r, err := parse(t, text).Merge("config", config, o)
			if err != nil {
				return nil, nil
			}
			for _, n := range r.Added {
				names[n] = true
			}
			for _, n := range r.Removed {
				delete(names, n)
			}
			return r.Config, r
		}
		first, r := step(v1, config)
		if r == nil {
			return
		}
		sameOutside(t, config, first)
		if second, _ := step(v1, first); !bytes.Equal(second, first) {
			t.Fatalf("%q\nbecame, the second time,\n%q", first, second)
		}
		other, r := step(v2, first)
		if r == nil {
			return
		}
		back, r := step(v1, other)
		if r == nil || !maps.EqualFunc(values(t, back), values(t, first), maps.Equal[map[string]string]) {
			t.Fatalf("%q\ncame back as\n%q", first, back)
		}
		sameOutside(t, config, back)
		gone, r := step(head, back)
		if r == nil || len(read(t, gone).from) > 0 {
			t.Fatalf("%q\nis left of\n%q", gone, back)
		}
		sameOutside(t, config, gone)
	})
}

// sameOutside fails the test if a line outside the team's sections is
// lost or changed, or anything but a comment is there that was not: of a section that is taken
// away, a comment may stay.
func sameOutside(t *testing.T, was, is []byte) {
	t.Helper()
	wanted := others(t, was)
	for _, line := range others(t, is) {
		switch {
		case len(wanted) > 0 && line == wanted[0]:
			wanted = wanted[1:]
		case !strings.ContainsAny(strings.TrimLeft(line, " \t\v\f")[:1], "#;"):
			t.Fatalf("%q\nbecame\n%q\nwith a new line %q", was, is, line)
		}
	}
	if len(wanted) > 0 {
		t.Fatalf("%q\nbecame\n%q\nwithout %q", was, is, wanted[0])
	}
}

// others are the lines of a file outside the team's sections, but for blank
// ones: those go with a section that is taken away, and come with a new one.
func others(t *testing.T, config []byte) []string {
	t.Helper()
	l := read(t, config)
	rest := bytes.Clone(config)
	for _, s := range slices.Backward(l.sections) {
		if p := l.profiles[s.Header.Name]; s.Header.Type == "profile" && p.origin != nil && p.origin.team == "analysts" {
			rest = append(rest[:s.Start:s.Start], rest[s.End:]...)
		}
	}
	lines := strings.FieldsFunc(string(rest), func(r rune) bool { return r == '\n' || r == '\r' })
	return slices.DeleteFunc(lines, func(line string) bool { return strings.Trim(line, " \t\v\f") == "" })
}

// values are all profiles that a file has.
func values(t *testing.T, config []byte) map[string]map[string]string {
	t.Helper()
	all := make(map[string]map[string]string)
	for name, p := range read(t, config).profiles {
		if all[name] = p.values; p.origin != nil && p.origin.team == "analysts" {
			delete(p.values, "xrole_sts_region") // see v2
			for key, v := range p.values {
				p.values[key] = respelled(key, v)
			}
		}
	}
	return all
}

func read(t *testing.T, config []byte) *local {
	t.Helper()
	l, err := readLocal("config", config, "analysts")
	if err != nil {
		t.Fatalf("%q: %v", config, err)
	}
	return l
}
