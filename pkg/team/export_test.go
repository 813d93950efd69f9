package team

import (
	"slices"
	"strings"
	"testing"

	"github.com/xrole/xrole/internal/fault"
)

func exports(t *testing.T, config, team string, names ...string) (string, []string) {
	t.Helper()
	f, warnings, err := Export("config", []byte(config), team, names)
	if err != nil {
		t.Fatal(err)
	}
	return string(f.Text()), warnings
}

func TestExport(t *testing.T) {
	config := mine + `
[profile b]
output = json
credential_process = /home/alice/bin/xrole credentials b
xrole_role_arn = arn:aws:iam::111111111111:role/B
xrole_source_profile = dev
xrole_mfa_serial = arn:aws:iam::222222222222:mfa/alice
xrole_role_session_name = alice
xrole_session_tags = z=1,
  a=2
xrole_policy_file = /home/alice/policy.json
xrole_external_id =
aws_secret_access_key = CANARY

[profile a]
xrole_role_arn = arn:aws:iam::111111111111:role/A ; a comment
xrole_credential_source = environment
[profile plain]
role_arn = arn:aws:iam::111111111111:role/P
source_profile = dev
[default]
xrole_role_arn = arn:aws:iam::111111111111:role/D
xrole_source_profile = dev
`
	const head = "# Role profiles for `xrole profile import`. No secrets, no commands.\n[xrole-team]\nversion = 1\nname = t\n"
	const a = "\n[profile a]\nxrole_role_arn = arn:aws:iam::111111111111:role/A\nxrole_credential_source = Environment\n"
	const b = "\n[profile b]\nxrole_role_arn = arn:aws:iam::111111111111:role/B\nxrole_source_profile = dev\nxrole_session_tags = a=2, z=1\n"
	got, warnings := exports(t, config, "t")
	if want := head + a + b; got != want {
		t.Errorf("%s\nis not\n%s", got, want)
	}
	if want := []string{
		`profile "default" is left out: a team can't share one of that name`,
		`of profile "b" is left out: aws_secret_access_key, output, xrole_policy_file, xrole_role_session_name`,
	}; !slices.Equal(warnings, want) {
		t.Errorf("warnings %q", warnings)
	}
	if got, _ := exports(t, config, "t", "b", "a", "b"); got != head+a+b {
		t.Errorf("by name: %s", got)
	}
	if got, _ := exports(t, config, "t", "a"); got != head+a {
		t.Errorf("one: %s", got)
	}
	for name, want := range map[string]string{
		"plain": `profile "plain" is no role profile of xrole's`, "nowhere": `profile "nowhere" not found in config`,
		"default": `a team can't share a profile named "default"`,
	} {
		_, _, err := Export("config", []byte(config), "t", []string{name})
		wantFault(t, err, fault.Config, want)
	}
	_, _, err := Export("config", []byte(strings.Replace(config, "role/A", "/A", 1)), "t", nil)
	wantFault(t, err, fault.Config, `profile "a": xrole_role_arn: `)
	_, _, err = Export("config", []byte(strings.Replace(config, "xrole_source_profile = dev", "", 1)), "t", nil)
	wantFault(t, err, fault.Config, `profile "b": it needs either`)
}

// What is exported and imported again on the same machine changes nothing,
// whatever names the profiles and their sources have here.
func TestExportThenImport(t *testing.T) {
	added := "\n[profile mine]\nxrole_role_arn = arn:aws:iam::111111111111:role/Mine\nxrole_source_profile = me\n" +
		"[profile deep]\nxrole_role_arn = arn:aws:iam::111111111111:role/Deep\nxrole_source_profile = t-audit\n"
	here := imports(t, v1, "[profile me]\n", func(o *Options) { o.Prefix, o.Source = "t-", "me" }) + added
	for _, team := range []string{"analysts", "other"} {
		text, _ := exports(t, here, team)
		if r := merged(t, text, here); string(r.Config) != here || len(r.All) != 4 {
			t.Errorf("team %s: %s\nmade of\n%s\nthis:\n%s", team, text, here, r.Config)
		}
	}
	// The team gets its own file back, and what was added to it in its own words.
	text, _ := exports(t, here, "analysts")
	want := string(parse(t, v1+"[profile mine]\nxrole_role_arn = arn:aws:iam::111111111111:role/Mine\nxrole_source_profile = dev\n"+
		"[profile deep]\nxrole_role_arn = arn:aws:iam::111111111111:role/Deep\nxrole_source_profile = audit\n").Text())
	if text != want {
		t.Errorf("%s\nis not\n%s", text, want)
	}
	// Somebody else can import it.
	if got := merged(t, text, "[profile you]\n", func(o *Options) { o.Source = "you" }); len(got.Added) != 4 {
		t.Errorf("%+v", got)
	}
}

func TestExportRefuses(t *testing.T) {
	here := imports(t, v1, mine, func(o *Options) { o.Prefix = "t-" })
	_, _, err := Export("config", []byte(here+"[profile logs]\nxrole_role_arn = arn:aws:iam::111111111111:role/R\nxrole_source_profile = dev\n"), "analysts", nil)
	wantFault(t, err, fault.Config, `both "logs" and "t-logs" would be profile "logs" of team "analysts"`)
	_, _, err = Export("config", []byte(here+"[profile logs]\nregion = x\n[profile y]\nxrole_role_arn = arn:aws:iam::111111111111:role/R\nxrole_source_profile = logs\n"), "analysts", nil)
	wantFault(t, err, fault.Config, `the source of profile "y" would be called "logs" in the file, as would profile "t-logs"`)
}

func TestTeamOf(t *testing.T) {
	here := imports(t, v1, mine)
	for _, c := range []struct {
		config string
		names  []string
		want   string
	}{
		{here, nil, "analysts"},
		{here, []string{"logs"}, "analysts"},
		{mine, nil, ""},
		{here + "[profile own]\nxrole_role_arn = x\n", nil, ""},
		{here + "[profile own]\nxrole_role_arn = x\n", []string{"logs", "audit"}, "analysts"},
		{replaces("analysts/logs", "other/logs")(here), nil, ""},
	} {
		if got, err := TeamOf("config", []byte(c.config), c.names); err != nil || got != c.want {
			t.Errorf("%q of %q: %q, %v", c.names, c.config, got, err)
		}
	}
}
