package profiles

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/xrole/xrole/internal/fault"
)

func TestRename(t *testing.T) {
	for _, tc := range []struct{ name, old, config, credentials, wantConfig, wantCredentials string }{
		{
			"a role profile, and all that point to it", "p",
			"# p\n[profile p] # prod\n# mine\ncredential_process = \"/my tools/xrole\" --debug credentials p\nxrole_role_arn = " + prodARN + "\nxrole_source_profile = dev\n\n[profile q]\nxrole_source_profile=p # p\n[profile r]\nSource_Profile = p\nrole_arn = p\n[profile pp]\nsource_profile = pp",
			devKeys,
			"# p\n[profile new] # prod\n# mine\ncredential_process = \"/my tools/xrole\" --debug credentials new\nxrole_role_arn = " + prodARN + "\nxrole_source_profile = dev\n\n[profile q]\nxrole_source_profile=new # p\n[profile r]\nSource_Profile = new\nrole_arn = p\n[profile pp]\nsource_profile = pp",
			devKeys,
		},
		{
			"a source in both files", "p",
			"[profile p]\r\nmfa_serial = x\r\n[profile 'p']\r\nsource_profile = p\r\n[plugins]\r\nsource_profile = p\r\n",
			"[ p ]\naws_access_key_id = a\naws_secret_access_key = b\n[q]\nsource_profile = p\n",
			"[profile new]\r\nmfa_serial = x\r\n[profile 'new']\r\nsource_profile = new\r\n[plugins]\r\nsource_profile = p\r\n",
			"[ new ]\naws_access_key_id = a\naws_secret_access_key = b\n[q]\nsource_profile = new\n",
		},
		{"default", "default", "[default]\nregion = x\n", "[default]\n", "[profile new]\nregion = x\n", "[new]\n"},
		{"a quoted name", "a b", "[profile \"a b\"]\nregion = x\n", "[a b]\nk = v\n", "[profile \"new\"]\nregion = x\n", "[new]\nk = v\n"},
		{"another's process", "p", "[profile p]\ncredential_process = tool credentials p\n", "", "[profile new]\ncredential_process = tool credentials p\n", ""},
		{"a name within a name", "credentials", "[profile credentials]\ncredential_process = xrole credentials credentials\n", "", "[profile new]\ncredential_process = xrole credentials new\n", ""},
		{"only in the credentials file", "p", "", "[p]\nregion = x", "", "[new]\nregion = x"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			config, credentials, err := mustLoad(t, tc.config, tc.credentials).Rename(tc.old, "new")
			if err != nil {
				t.Fatal(err)
			}
			if string(config) != tc.wantConfig || string(credentials) != tc.wantCredentials {
				t.Errorf("got\n%q\n%q, want\n%q\n%q", config, credentials, tc.wantConfig, tc.wantCredentials)
			}
		})
	}
}

func TestRenameRefuses(t *testing.T) {
	for _, tc := range []struct{ name, config, credentials, to, want string }{
		{"no such profile", "[profile q]\n", "", "new", "not found"},
		{"the name is taken", "[profile p]\n[profile new]\n", "", "new", "already exists"},
		{"taken in the other file", "[profile p]\n", "[new]\n", "new", "already exists"},
		{"no name", "[profile p]\n", "", "a b", "not a profile name"},
		{"a section that can't be read", "[profile p]\n[profile q]\n  x = 1\n", "", "new", "config:3"},
	} {
		_, _, err := mustLoad(t, tc.config, tc.credentials).Rename("p", tc.to)
		contains(t, err, tc.want)
	}
	_, _, err := mustLoad(t, "[default]\n[profile default]\n", "").Rename("default", "new")
	contains(t, err, "can't be renamed without")
	if fault.KindOf(err) != fault.Config {
		t.Errorf("kind %v", fault.KindOf(err))
	}
}

// FuzzRename renames to and fro in any file: the bytes are the old ones again,
// and in between every profile says what it said.
func FuzzRename(f *testing.F) {
	f.Add("[profile p]\ncredential_process = xrole credentials p\n[profile q]\nsource_profile = p # c\r\n", "[p]\nx = 1")
	f.Add("\ufeff[default]\nsource_profile=p\n[profile 'p' ]#\r\n[plugins]\np", "[p]\n[ p]\n")
	f.Fuzz(func(t *testing.T, config, credentials string) {
		s := memory(config, credentials)
		if s == nil || strings.Contains(config+credentials, "new") {
			return
		}
		newConfig, newCredentials, err := s.Rename("p", "new")
		if err != nil {
			return
		}
		renamed := memory(string(newConfig), string(newCredentials))
		for _, name := range s.Names() {
			if name == "p" {
				continue
			}
			was, _ := s.Profile(name)
			is, err := renamed.Profile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, key := range []string{"source_profile", "xrole_source_profile"} {
				if was.Properties[key] == "p" {
					was.Properties[key] = "new"
				}
			}
			if !maps.Equal(was.Properties, is.Properties) {
				t.Fatalf("%s was %q, is %q", name, was.Properties, is.Properties)
			}
		}
		oldConfig, oldCredentials, err := renamed.Rename("new", "p")
		if err != nil || string(oldConfig) != config || string(oldCredentials) != credentials {
			t.Fatalf("back to\n%q\n%q, want\n%q\n%q (%v)", oldConfig, oldCredentials, config, credentials, err)
		}
	})
}

func TestUsers(t *testing.T) {
	s := mustLoad(t, "[profile p]\nsource_profile = p\n[profile q]\nsource_profile = p\n[profile r]\nxrole_source_profile = p\nsource_profile = x\n[profile s]\nsource_profile = p\nxrole_source_profile = x\n", "[z]\nsource_profile = p\n")
	if got := s.Users("p"); !slices.Equal(got, []string{"q", "r", "z"}) {
		t.Errorf("got %q", got)
	}
}
