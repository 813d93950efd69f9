package team

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/profiles"
)

func TestParse(t *testing.T) {
	f := parse(t, v1)
	if f.Team != "analysts" || len(f.Profiles) != 2 || f.Profiles[0].Name != "logs" || f.Profiles[1].Settings["xrole_duration_seconds"] != "1800" {
		t.Fatalf("%+v", f)
	}
	if got := f.Sources(); !slices.Equal(got, []string{"dev"}) {
		t.Errorf("sources %q", got)
	}
	// The same with all that the syntax of the config file leaves open.
	dressed := "\ufeff; x\r\n[xrole-team] # y\r\nName=analysts\r\nVERSION = 1\r\n" +
		"[profile \"logs\"]\r\nREGION=us-east-1 ; z\r\nxrole_role_arn = arn:aws:iam::111111111111:role/DevLogAccessRole\r\nxrole_source_profile\t= dev\r\n" +
		"[ profile audit ]\r\nxrole_role_arn = arn:aws:iam::333333333333:role/Audit\r\nxrole_source_profile = logs\r\n" +
		"  # no value\r\nxrole_external_id = ab-12\r\nxrole_duration_seconds = 01800"
	if got, want := string(parse(t, dressed).Text()), string(f.Text()); got != want {
		t.Errorf("%s\nis not\n%s", got, want)
	}
}

func TestTextIsStable(t *testing.T) {
	text := string(parse(t, v1).Text())
	if again := string(parse(t, text).Text()); again != text {
		t.Errorf("%s\nbecame\n%s", text, again)
	}
	if strings.Index(text, "[profile audit]") > strings.Index(text, "[profile logs]") {
		t.Errorf("not sorted: %s", text)
	}
}

// Every key that a team's file can have.
func TestEveryKey(t *testing.T) {
	const head = "[xrole-team]\nversion = 1\nname = t\n[profile p]\n"
	all := []string{
		"region = eu-central-1", "xrole_role_arn = arn:aws-cn:iam::111111111111:role/path/R", "xrole_source_profile = a/b@c",
		"xrole_external_id = a:b/c", "xrole_duration_seconds = 3600", `xrole_session_tags = a=1, b=x y`, "xrole_transitive_tag_keys = b",
		"xrole_policy_arns = arn:aws:iam::aws:policy/ReadOnlyAccess", "xrole_sts_region = us-east-1", "xrole_mfa_session_seconds = 0",
	}
	if got, want := string(parse(t, head+strings.Join(all, "\n")).Text()), "\n[profile p]\n"+strings.Join(all, "\n")+"\n"; !strings.HasSuffix(got, want) {
		t.Errorf("%s\ndoes not end in\n%s", got, want)
	}
	parse(t, head+"xrole_role_arn = arn:aws:iam::111111111111:role/R\nxrole_credential_source = Environment\n")
	for _, key := range shared {
		if name, known := profiles.KeyName(key); key != "region" && (!known || name != key) {
			t.Errorf("pkg/profiles does not know %s", key)
		}
	}
	// Each key of a role profile is either shared or refused with a reason.
	for _, key := range profiles.Keys() {
		if why, _ := whyNot(key); why == "it is unknown" {
			t.Errorf("nothing was decided for %s", key)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	const head = "[xrole-team]\nversion = 1\nname = analysts\n"
	const role = "xrole_role_arn = arn:aws:iam::111111111111:role/R\n"
	const source = "xrole_source_profile = dev\n"
	const profile = head + "[profile p]\n" + role + source
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", "team.ini is no team's file: it does not begin with [xrole-team]"},
		{"a web page", "<!DOCTYPE html>\n<title>Log in</title>", `team.ini:1: property before the first section: "<!DOCTYPE html>"`},
		{"a config file", "[profile p]\n" + role, "team.ini is no team's file"},
		{"a later version", "[xrole-team]\nversion = 2\nflavour = x\nname = a/b\n", `team.ini:2: version "2" of the format is not known`},
		{"no version", "[xrole-team]\nname = t\n", "team.ini:1: [xrole-team] needs `version = 1` and `name = …`"},
		{"no name", "[xrole-team]\nversion = 1\n", "team.ini:1: [xrole-team] needs"},
		{"a bad name", "[xrole-team]\nversion = 1\nname = a/b\n", `team.ini:3: "a/b" is not the name of a team`},
		{"a key in the head", head + "owner = x\n", `team.ini:4: [xrole-team] has no key "owner"`},
		{"two heads", head + head, `team.ini:4: section "xrole-team" is no [profile …]`},
		{"another section", profile + "[sso-session s]\nsso_region = us-east-1\n", `team.ini:7: section "sso-session s" is no [profile …]`},
		{"services", profile + "[services s]\nsts =\n  endpoint_url = https://evil.example\n", `team.ini:7: section "services s" is no [profile …]`},
		{"an odd section", profile + "[plugins]\n", `team.ini:7: section "plugins" is no [profile …]`},
		{"the default profile", head + "[default]\n" + role + source, "team.ini:4: the default profile is each person's own"},
		{"the default profile, spelled out", head + "[profile default]\n" + role + source, "team.ini:4: the default profile"},
		{"a name with a blank", head + "[profile \"a b\"]\n" + role + source, `team.ini:4: "a b" is not a profile name`},
		{"a name that is a flag", head + "[profile -x]\n" + role + source, `team.ini:4: "-x" is not a profile name`},
		{"a name with an escape", head + "[profile \"a\x1b]0;x\"]\n" + role + source, `team.ini:4: "a\x1b]0;x" is not a profile name`},
		{"a profile twice", profile + "[profile p]\n" + role, `team.ini:7: profile "p" stands in line 4 already`},
		{"a key twice", profile + "XROLE_SOURCE_PROFILE = other\n", "team.ini:7: xrole_source_profile stands in line 6 already"},
		{"a value that goes on", profile + "region = us-east-1\n credential_process = x\n", "team.ini:7: region goes on in the next line"},
		{"a nested block", profile + "region =\n credential_process = x\n", "team.ini:7: region goes on in the next line"},
		{"no role", head + "[profile p]\n" + source, `team.ini:4: profile "p": xrole_role_arn is missing`},
		{"no source", head + "[profile p]\n" + role, `team.ini:4: profile "p": it needs either xrole_source_profile or xrole_credential_source`},
		{"two sources", profile + "xrole_credential_source = Environment\n", "it needs either"},
		{"an empty key", profile + "region =\n", `team.ini:7: region: "" is not a region`},
		{"no ARN", head + "[profile p]\nxrole_role_arn = arn:aws:iam::1:role/R\n" + source, "team.ini:5: xrole_role_arn: "},
		{"a carriage return", profile + "region = us-east-1\rcredential_process = x\n", "team.ini:7: region: "},
		{"a control character", profile + "xrole_external_id = a\x00b\n", `team.ini:7: xrole_external_id: "a\x00b" is not an external ID`},
		{"a line separator", profile + "xrole_session_tags = a=b\u2028c\n", "team.ini:7: xrole_session_tags: the value for xrole_session_tags can't be written: it has a control character"},
		{"a region that is a host", profile + "xrole_sts_region = evil.example/\n", "team.ini:7: xrole_sts_region: "},
		{"a transitive key that is no tag", profile + "xrole_transitive_tag_keys = a\n", `transitive tag key "a" is not among the session tags`},
		{"too long", head + strings.Repeat("#", MaxSize), "team.ini is longer than the 1024 KiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse("team.ini", []byte(c.text))
			wantFault(t, err, fault.Config, c.want)
		})
	}
}

// What would run a command, redirect calls, hold a secret or say who somebody
// is, is refused with the reason, and its value is not shown.
func TestRefusedKeys(t *testing.T) {
	for key, why := range map[string]string{
		"credential_process":      "it would run a command",
		"xrole_mfa_process":       "it would run a command",
		"mfa_process":             "it would run a command",
		"aws_access_key_id":       "keys are never shared",
		"aws_secret_access_key":   "keys are never shared",
		"aws_session_token":       "keys are never shared",
		"AWS_Security_Token":      "keys are never shared",
		"xrole_mfa_serial":        "it is personal",
		"mfa_serial":              "it is personal",
		"xrole_role_session_name": "it is personal",
		"xrole_source_identity":   "it is personal",
		"xrole_policy_file":       "it is a path on one machine",
		"endpoint_url":            "it would change where calls go",
		"ca_bundle":               "it would change where calls go",
		"services":                "it would change where calls go",
		"sso_session":             "it would change where calls go",
		"role_arn":                "it is no key of a role profile",
		"source_profile":          "it is no key of a role profile",
		"xrole_import":            "only an import writes it",
		"output":                  "it is unknown",
		"xrole_external_idd":      "it is unknown",
	} {
		text := v1 + key + " = CANARY\n"
		_, err := Parse("team.ini", []byte(text))
		wantFault(t, err, fault.Config, fmt.Sprintf("team.ini:%d: %s is refused: %s", strings.Count(text, "\n"), strings.ToLower(key), why))
		if strings.Contains(fmt.Sprint(err), "CANARY") {
			t.Errorf("%s: its value is shown: %v", key, err)
		}
	}
	_, err := Parse("team.ini", []byte(v1+"a\x1b[2Jb = x\n"))
	wantFault(t, err, fault.Config, `"a\x1b[2jb" is refused: it is unknown`)
}

func TestName(t *testing.T) {
	for _, good := range []string{"a", "Data-Platform_2.x", strings.Repeat("a", 64)} {
		if err := Name(good); err != nil {
			t.Error(err)
		}
	}
	for _, bad := range []string{"", ".a", "-a", "a b", "a/b", "ä", "a\n", strings.Repeat("a", 65)} {
		wantErr := Name(bad)
		if fault.KindOf(wantErr) != fault.Usage {
			t.Errorf("%q: %v", bad, wantErr)
		}
	}
}

// A file of the allowed length is refused or read in good time, whatever it holds.
func TestManyProfiles(t *testing.T) {
	const head = "[xrole-team]\nversion = 1\nname = t\n"
	var bare, full strings.Builder
	bare.WriteString(head)
	for i := 0; bare.Len() < MaxSize-20; i++ {
		fmt.Fprintf(&bare, "[profile %d]\n", i)
	}
	_, err := Parse("team.ini", []byte(bare.String()))
	wantFault(t, err, fault.Config, `team.ini:4: profile "0": xrole_role_arn is missing`)
	full.WriteString(head)
	n := 0
	for ; full.Len() < MaxSize-150; n++ {
		fmt.Fprintf(&full, "[profile p%d]\nxrole_role_arn = arn:aws:iam::111111111111:role/R\nxrole_source_profile = dev\n", n)
	}
	r := merged(t, full.String(), mine, known("dev"))
	if len(r.Added) != n || !strings.HasPrefix(string(r.Config), mine) {
		t.Fatalf("%d of %d added", len(r.Added), n)
	}
	all := string(r.Config)
	names := make([]string, 0, n)
	for i := range n {
		names = append(names, fmt.Sprint("p", i))
	}
	if again := imports(t, full.String(), all, known(append(names, "dev")...)); again != all {
		t.Error("the second import changed something")
	}
	if none := imports(t, head, all, known("dev")); none != mine {
		t.Errorf("after the team removed all: %.200s", none)
	}
}

// known replaces the test's own search of the config file, which is slow.
func known(names ...string) func(*Options) {
	set := make(map[string]bool, len(names))
	for _, n := range names {
		set[n] = true
	}
	return func(o *Options) { o.Exists = func(name string) bool { return set[name] } }
}
