package profiles

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestProcessCommand(t *testing.T) {
	for _, tc := range []struct{ path, goos, want string }{
		{"/usr/local/bin/xrole", "linux", "/usr/local/bin/xrole credentials p"},
		{"xrole", "linux", "xrole credentials p"},
		{"/my tools/xrole", "darwin", `"/my tools/xrole" credentials p`},
		{"/a(b)&c/xrole", "linux", `"/a(b)&c/xrole" credentials p`},
		{`C:\bin\xrole.exe`, "windows", `C:\bin\xrole.exe credentials p`},
		{`C:\Program Files\xrole.exe`, "windows", `"C:\Program Files\xrole.exe" credentials p`},
		{`C:\new\xrole.exe`, "windows", `"C:/new/xrole.exe" credentials p`},
		{"/a$b/xrole", "linux", ""},
		{`/a"b/xrole`, "linux", ""},
		{`/a\b/xrole`, "linux", ""},
		{"/a`b/xrole", "linux", ""},
		{"/a #b/xrole", "linux", ""},
		{"~/xrole", "linux", ""},
		{"/a\n/xrole", "linux", ""},
		{`C:\%PATH%\xrole.exe`, "windows", ""},
		{"", "linux", ""},
	} {
		got, err := ProcessCommand(tc.path, "p", tc.goos)
		if got != tc.want || (err == nil) != (tc.want != "") {
			t.Errorf("%q on %s: %q, %v; want %q", tc.path, tc.goos, got, err, tc.want)
		}
		if tc.want != "" && !callsXrole(got) {
			t.Errorf("%q is not recognised", got)
		}
	}
}

func TestLocate(t *testing.T) {
	home := t.TempDir()
	env := func(m map[string]string) func(string) string { return func(k string) string { return m[k] } }
	aws := filepath.Join(home, ".aws")
	for _, tc := range []struct {
		env                 map[string]string
		config, credentials string
	}{
		{nil, filepath.Join(aws, "config"), filepath.Join(aws, "credentials")},
		{map[string]string{"AWS_CONFIG_FILE": "/c"}, "/c", filepath.Join(aws, "credentials")},
		{map[string]string{"AWS_SHARED_CREDENTIALS_FILE": "~/x/c"}, filepath.Join(aws, "config"), filepath.Join(home, "x", "c")},
		{map[string]string{"AWS_CONFIG_FILE": "~other/c"}, "~other/c", filepath.Join(aws, "credentials")},
	} {
		got := Locate(env(tc.env), home)
		if want := (Files{Config: tc.config, Credentials: tc.credentials, Home: home}); got != want {
			t.Errorf("%q: %+v, want %+v", tc.env, got, want)
		}
	}
	for _, tc := range []struct {
		env        map[string]string
		goos, want string
	}{
		{map[string]string{"HOME": "/h", "USERPROFILE": "no"}, "linux", "/h"},
		{map[string]string{"HOME": `C:\h`, "USERPROFILE": "no"}, "windows", `C:\h`},
		{map[string]string{"USERPROFILE": `C:\u`, "HOMEDRIVE": "no"}, "windows", `C:\u`},
		{map[string]string{"HOMEDRIVE": "C:", "HOMEPATH": `\p`}, "windows", `C:\p`},
		{map[string]string{"USERPROFILE": "no"}, "darwin", ""},
	} {
		if got := Home(env(tc.env), tc.goos); got != tc.want {
			t.Errorf("%q on %s: %q", tc.env, tc.goos, got)
		}
	}
}

func TestListing(t *testing.T) {
	s := mustLoad(t, "[profile b]\n[default]\n[profile a]\nx = 1\n[profile bad]\n  y = 1\n[profile b]\n[profile 'c d']\n", "[z]\n[a]\ny = 2\n[default]\n[in valid]\n[c d]\nk = 1\n")
	if got := strings.Join(s.Names(), " "); got != "b default a bad c d z" {
		t.Errorf("names %q", got)
	}
	list, errs := s.Profiles()
	var got []string
	for _, p := range list {
		got = append(got, p.Name+":"+filepath.Base(p.File))
	}
	if strings.Join(got, " ") != "b:config default:config a:config c d:config z:credentials" {
		t.Errorf("profiles %q", got)
	}
	if list[2].Properties["y"] != "2" || list[3].Properties["k"] != "1" || list[2].Line != 3 {
		t.Errorf("%q %q line %d", list[2].Properties, list[3].Properties, list[2].Line)
	}
	if len(errs) != 1 || !strings.Contains(errs[0].Error(), "config:6") {
		t.Errorf("errors %q", errs)
	}
}

func TestWarnings(t *testing.T) {
	managed := "[profile p]\ncredential_process = xrole credentials p\nxrole_role_arn = " + prodARN + "\nxrole_source_profile = dev\n"
	for _, tc := range []struct{ name, config, credentials, want string }{
		{"none", managed, devKeys, ""},
		{"keys of the same name", managed, "[p]\naws_access_key_id = a\naws_secret_access_key = b\n", "never call its credential_process"},
		{"half a pair of keys", managed, "[p]\naws_access_key_id = a\n", "half a pair"},
		{"single sign-on beside it", managed + "sso_session = s\n", "", "sso_session beside credential_process"},
		{"the same section spelt otherwise", managed + "[profile 'p']\n", "", "lines 1 and 5: the AWS CLI reads only one"},
		{"another tool's section twice", managed + "[plugins]\n[plugins]\n", "", "section [plugins] twice"},
		{"keys in a plain role profile", "[profile p]\nrole_arn = x\nsource_profile = dev\n", "[p]\naws_access_key_id = a\naws_secret_access_key = b\n", "gets its access keys"},
		{"role_arn beside credential_process", managed + "role_arn = x\n", "", "role_arn beside credential_process"},
		{"[profile p] in credentials", managed, "[profile p]\n", "the credentials file has [p]"},
		{"[p] in config", managed + "[p]\n", "", "the config file has [profile p]"},
		{"duplicate section", managed + "[profile p]\n", "", "lines 1 and 5: the AWS CLI refuses"},
		{"duplicate section of another profile", managed + "[profile q]\n[profile q]\n", "", "section [profile q] twice, in lines 5 and 6"},
		{"duplicate key", managed + "region = x\nREGION = y\n", "", "region twice, in lines 5 and 6"},
		{"invalid key", managed + "in valid = x\n", "", `"in valid" is not valid`},
		{"comment after a value", managed + "region = x # c\n", "", "comment for a part of the value of region"},
		{"BOM", "\ufeff" + managed, "", "byte order mark"},
		{"misspelt setting", managed + "xrole_role_arm = x\n", "", "did you mean xrole_role_arn?"},
		{"unknown setting", managed + "xrole_colour = x\n", "", "xrole_colour is no setting"},
		{"another profile's name", strings.Replace(managed, "credentials p", "credentials q", 1), "", `own name, "p"`},
		{"no process", "[profile p]\nxrole_role_arn = " + prodARN + "\nxrole_source_profile = dev\n", "", "has no credential_process"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := mustLoad(t, tc.config, tc.credentials).Warnings("p")
			if tc.want == "" && len(w) > 0 || tc.want != "" && (len(w) != 1 || !strings.Contains(w[0], tc.want)) {
				t.Errorf("warnings %q, want one with %q", w, tc.want)
			}
		})
	}
	s := mustLoad(t, "[default]\n[profile default]\n", "")
	if w := s.Warnings("default"); len(w) != 1 || !strings.Contains(w[0], "[default] is ignored") {
		t.Errorf("warnings %q", w)
	}
}

func TestWarningsOfModes(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // modes mean nothing there
	}
	const role = "[profile p]\ncredential_process = xrole credentials p\nxrole_role_arn = " + prodARN + "\nxrole_source_profile = dev\n"
	inConfig := "[profile dev]\naws_access_key_id = a\naws_secret_access_key = b\n"
	for _, tc := range []struct {
		name                string
		config, credentials string
		configMode, mode    os.FileMode
		want                string
	}{
		{"the user's alone", role, devKeys, 0o600, 0o600, ""},
		{"no secret in the config file", role, devKeys, 0o644, 0o600, ""},
		{"credentials for all to read", role, devKeys, 0o600, 0o644, "credentials can be read"},
		{"credentials for the group", role, devKeys, 0o600, 0o640, "credentials can be read"},
		{"keys in a config file for all to read", role + inConfig, "", 0o644, 0o600, "config holds access keys"},
		{"a config file for all to write", role, devKeys, 0o666, 0o600, "names commands"},
	} {
		s := mustLoad(t, tc.config, tc.credentials)
		if err := os.Chmod(s.config.path, tc.configMode); err != nil {
			t.Fatal(err)
		}
		if tc.credentials != "" {
			if err := os.Chmod(s.credentials.path, tc.mode); err != nil {
				t.Fatal(err)
			}
		}
		s, err := Load(s.files)
		if err != nil {
			t.Fatal(err)
		}
		w := s.Warnings("p")
		if tc.want == "" && len(w) > 0 || tc.want != "" && (len(w) != 1 || !strings.Contains(w[0], tc.want)) {
			t.Errorf("%s: warnings %q, want one with %q", tc.name, w, tc.want)
		}
	}
}

func TestUnreadableFiles(t *testing.T) {
	dir := t.TempDir()
	_, err := Load(Files{Config: dir})
	contains(t, err, "can't read", dir)
	if _, err := Load(Files{Config: os.DevNull, Credentials: filepath.Join(dir, "none")}); err != nil {
		t.Error(err)
	}
	s, err := Load(Files{})
	if err != nil || len(s.Names()) != 0 {
		t.Errorf("%v", err)
	}
	_, err = s.Profile("x")
	contains(t, err, `profile "x" not found`)
}
