package team

import (
	"slices"
	"strings"
	"testing"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/profiles"
)

func TestFirstImport(t *testing.T) {
	for _, c := range []struct{ name, config, want string }{
		{"beside other things", mine, mine + imported},
		{"CRLF", strings.ReplaceAll(mine, "\n", "\r\n"), strings.ReplaceAll(mine+imported, "\n", "\r\n")},
		{"no final newline", strings.TrimSuffix(mine, "\n"), strings.TrimSuffix(mine+imported, "\n")},
		{"a byte order mark", "\ufeff" + mine, "\ufeff" + mine + imported},
		{"an empty file", "", strings.TrimPrefix(imported, "\n")},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := merged(t, v1, c.config, known("dev"))
			if got := string(r.Config); got != c.want {
				t.Errorf("%q\nis not\n%q", got, c.want)
			}
			if !slices.Equal(r.Added, []string{"logs", "audit"}) || len(r.Changed)+len(r.Removed)+len(r.Warnings) != 0 {
				t.Errorf("%+v", r)
			}
		})
	}
}

// The table of what a new version of the team's file changes.
func TestImportAgain(t *testing.T) {
	const was = mine + imported
	for _, c := range []struct {
		name   string
		team   func(string) string // from v1
		config func(string) string // from was
		want   func(string) string // from the config
	}{
		{"nothing changed", same1, same1, same1},
		{"a value changed", replaces("1800", "900"), same1, replaces("1800", "900")},
		{
			"a key came", replaces("ab-12\n", "ab-12\nxrole_policy_arns = arn:aws:iam::aws:policy/ReadOnlyAccess\n"), same1,
			replaces("xrole_import = analysts/audit source_profile=logs role_arn external_id duration_seconds",
				"xrole_import = analysts/audit source_profile=logs role_arn external_id duration_seconds policy_arns\nxrole_policy_arns = arn:aws:iam::aws:policy/ReadOnlyAccess"),
		},
		{
			"a key went", replaces("xrole_external_id = ab-12\n", ""), same1,
			func(s string) string { return without(strings.Replace(s, " external_id", "", 1), "xrole_external_id") },
		},
		{
			"a key that the person had added is the person's", same1,
			replaces("region = us-east-1\n", "region = us-east-1\n# my own\noutput = json ; mine\nxrole_duration_seconds = 900\n"), same1,
		},
		{
			"until the team names it", replaces("logs]\n", "logs]\nxrole_duration_seconds = 1800\n"),
			replaces("region = us-east-1\n", "region = us-east-1\nxrole_duration_seconds = 900 # mine\n"),
			func(s string) string {
				s = strings.Replace(s, "xrole_duration_seconds = 900", "xrole_duration_seconds = 1800", 1)
				return strings.Replace(s, "region role_arn\n", "region role_arn duration_seconds\n", 1)
			},
		},
		{
			"unless it says the same", replaces("logs]\n", "logs]\nxrole_duration_seconds = 1800\n"),
			replaces("region = us-east-1\n", "region = us-east-1\nxrole_duration_seconds = 1800 # mine\n"), same1,
		},
		{"what the person changed goes back", same1, replaces("us-east-1", "eu-west-1"), replaces("eu-west-1", "us-east-1")},
		{
			"what the person took away comes back", same1, replaces("xrole_external_id = ab-12\n", ""),
			replaces("duration_seconds\n", "duration_seconds\nxrole_external_id = ab-12\n"),
		},
		{"the same in another spelling", replaces("1800", "01800"), replaces("= 1800", "=  1800   # half an hour"), same1},
		{"another command is the person's", same1, replaces("/usr/bin/xrole credentials logs", "/opt/wrap xrole credentials logs"), same1},
		{
			"a lost command is written again", same1, replaces("credential_process = /usr/bin/xrole credentials logs\n", ""),
			replaces("region role_arn\n", "region role_arn\ncredential_process = /usr/bin/xrole credentials logs\n"),
		},
		{"a profile came", func(s string) string {
			return s + "[profile new]\nxrole_role_arn = arn:aws:iam::111111111111:role/New\nxrole_source_profile = dev\n"
		}, same1,
			func(s string) string {
				return s + "\n[profile new]\ncredential_process = /usr/bin/xrole credentials new\nxrole_role_arn = arn:aws:iam::111111111111:role/New\n" +
					"xrole_source_profile = dev\nxrole_import = analysts/new source_profile=dev role_arn\n"
			}},
		{"the last profile went", before("\n[profile audit]"), same1, before("\n[profile audit]")},
		{"the first profile went", func(s string) string {
			return strings.Replace(s[:strings.Index(s, "[profile logs]")]+s[strings.Index(s, "[profile audit]"):], "= logs", "= dev", 1)
		}, same1, func(s string) string {
			s = s[:strings.Index(s, "[profile logs]")] + s[strings.Index(s, "[profile audit]"):]
			return strings.NewReplacer("xrole_source_profile = logs", "xrole_source_profile = dev", "source_profile=logs", "source_profile=dev").Replace(s)
		}},
		{"all went", before("\n[profile logs]"), same1, func(string) string { return mine }},
		{"all went, from between other things", before("\n[profile logs]"), func(s string) string {
			return s + "\n# below\n[profile last]\nregion = x\n"
		}, func(string) string { return mine + "\n# below\n[profile last]\nregion = x\n" }},
		{"the team's file is in another order", func(s string) string {
			i, j := strings.Index(s, "[profile logs]"), strings.Index(s, "[profile audit]")
			return s[:i] + s[j:] + s[i:j]
		}, same1, same1},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := c.config(was)
			got, want := imports(t, c.team(v1), config), c.want(config)
			if got != want {
				t.Errorf("%s\nis not\n%s", got, want)
			}
			if again := imports(t, c.team(v1), got); again != got {
				t.Errorf("%s\nbecame, the second time,\n%s", got, again)
			}
		})
	}
}

func same1(s string) string { return s }

func replaces(old, new string) func(string) string {
	return func(s string) string { return strings.Replace(s, old, new, 1) }
}

func before(mark string) func(string) string {
	return func(s string) string { return s[:strings.Index(s, mark)] }
}

// The older file after the newer one brings back the same bytes.
func TestThereAndBack(t *testing.T) {
	const was = "# top\n" + mine + imported + "# bottom"
	v2 := strings.NewReplacer("ab-12", "cd-34", "1800", "900", "us-east-1", "eu-west-1", "role/Audit", "role/Other").Replace(v1) +
		"[profile new]\nxrole_role_arn = arn:aws:iam::111111111111:role/New\nxrole_source_profile = dev\n"
	if got := imports(t, v1, imports(t, v2, was)); got != was {
		t.Errorf("%s\nis not\n%s", got, was)
	}
}

func TestNamesHere(t *testing.T) {
	prefixed := func(o *Options) { o.Prefix = "t-" }
	first := imports(t, v1, mine, prefixed)
	if want := "\n[profile t-audit]\ncredential_process = /usr/bin/xrole credentials t-audit\n"; !strings.Contains(first, want) ||
		!strings.Contains(first, "xrole_source_profile = t-logs\n") || !strings.Contains(first, "xrole_import = analysts/logs ") {
		t.Fatal(first)
	}
	// The prefix is remembered, for new profiles as well.
	v2 := v1 + "[profile new]\nxrole_role_arn = arn:aws:iam::111111111111:role/New\nxrole_source_profile = audit\n"
	second := merged(t, v2, first)
	if !slices.Equal(second.Added, []string{"t-new"}) || len(second.Changed)+len(second.Removed) != 0 ||
		!strings.Contains(string(second.Config), "xrole_source_profile = t-audit\n") {
		t.Errorf("%+v\n%s", second, second.Config)
	}
	// What the person renamed keeps its name, and goes under that name.
	renamed := strings.ReplaceAll(imports(t, v1, mine), "[profile logs]", "[profile prod-logs]")
	r := merged(t, v1, renamed)
	if !slices.Equal(r.Changed, []string{"audit"}) || !strings.Contains(string(r.Config), "xrole_source_profile = prod-logs\n") {
		t.Errorf("%+v\n%s", r, r.Config)
	}
	r = merged(t, before("\n[profile logs]")(v1), string(r.Config))
	if !slices.Equal(r.Removed, []string{"prod-logs", "audit"}) || string(r.Config) != mine {
		t.Errorf("%+v\n%s", r, r.Config)
	}
}

func TestSources(t *testing.T) {
	team := v1 + "[profile third]\nxrole_role_arn = arn:aws:iam::111111111111:role/R\nxrole_source_profile = ops\n"
	config := "[profile me]\n[profile boss]\n"
	sources := func(r *Result) string {
		var list []string
		for line := range strings.Lines(string(r.Config)) {
			if s, is := strings.CutPrefix(line, "xrole_source_profile = "); is {
				list = append(list, strings.TrimSpace(s))
			}
		}
		return strings.Join(list, " ")
	}
	maps := func(pairs ...string) func(*Options) {
		return func(o *Options) {
			o.Sources = map[string]string{}
			for i := 0; i < len(pairs); i += 2 {
				o.Sources[pairs[i]] = pairs[i+1]
			}
		}
	}
	if missing, err := parse(t, team).Missing("config", []byte(config), options(t, config)); err != nil || !slices.Equal(missing, []string{"dev", "ops"}) {
		t.Errorf("missing %q, %v", missing, err)
	}
	_, err := parse(t, team).Merge("config", []byte(config), options(t, config))
	wantFault(t, err, fault.Config, `the profiles of team "analysts" have the source "dev", "ops", and no profile of that name is here`)
	all := merged(t, team, config, func(o *Options) { o.Source = "me" })
	if got := sources(all); got != "me logs me" {
		t.Errorf("--source-profile: %s", got)
	}
	mapped := merged(t, team, config, maps("dev", "me", "ops", "boss"))
	if got := sources(mapped); got != "me logs boss" {
		t.Errorf("--map: %s", got)
	}
	// The next import needs neither, for new profiles as well.
	more := team + "[profile fourth]\nxrole_role_arn = arn:aws:iam::111111111111:role/R\nxrole_source_profile = ops\n"
	if got := sources(merged(t, more, string(mapped.Config))); got != "me logs boss boss" {
		t.Errorf("the second import: %s", got)
	}
	// A word at the next import counts, for one as for all.
	if got := sources(merged(t, more, string(mapped.Config), maps("dev", "boss"))); got != "boss logs boss boss" {
		t.Errorf("another --map: %s", got)
	}
	// What stood for a source and is gone does not stand for it any more.
	gone := strings.Replace(string(mapped.Config), "[profile boss]\n", "[profile ops]\n", 1)
	if got := sources(merged(t, team, gone)); got != "me logs ops" {
		t.Errorf("gone: %s", got)
	}
	// A profile whose source the person changed keeps that one.
	own := strings.Replace(string(mapped.Config), "xrole_source_profile = boss", "xrole_source_profile = me", 1)
	if r := merged(t, team, own); string(r.Config) != own {
		t.Errorf("%s\nbecame\n%s", own, r.Config)
	}
	r := merged(t, v1, mine, maps("nobody", "dev"))
	if len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0], `no source profile "nobody"`) {
		t.Errorf("warnings %q", r.Warnings)
	}
}

func TestConflicts(t *testing.T) {
	own := "[profile dev]\n[profile logs]\nxrole_role_arn = arn:aws:iam::999999999999:role/Mine\nxrole_source_profile = dev\n"
	both := own + "[profile audit]\nregion = us-east-1\n"
	other := strings.ReplaceAll(mine+imported, "analysts/", "other/")
	for _, c := range []struct {
		name, config, want string
		credentials        []string
	}{
		{"one of the person's", own, `profile "logs" is there already and did not come from team "analysts"`, nil},
		{"two", both, `profiles "logs", "audit" are there already and did not come from team "analysts"`, nil},
		{"in the credentials file", mine, `profile "audit" is there already and did not come`, []string{"audit"}},
		{"another team's", strings.Replace(other, "us-east-1", "x", 1), `profile "logs" is there already and came from team "other", not from "analysts"`, nil},
		{
			"what the team calls otherwise", strings.NewReplacer("analysts/logs", "analysts/old").Replace(mine + imported),
			`profile "logs" is there already and is what the team calls "old"`, nil,
		},
		{"a section twice", mine + imported + "[profile logs]\nregion = x\n", `config has profile "logs" twice, in lines 9 and 23`, nil},
		{"a key twice", replaces("region = us-east-1\n", "region = a\nREGION = b\n")(mine + imported), `config has region twice in profile "logs", in lines 10 and 11`, nil},
		{"two that say the same", mine + imported + strings.Replace(imported, "logs]", "copy]", 1), `both "logs" and "copy" say that they are profile "logs" of team "analysts"`, nil},
		{"an origin that is none", replaces("analysts/logs", "analysts")(mine + imported), `profile "logs": xrole_import does not say where it came from (config:9)`, nil},
		{"a malformed file", mine + "[profile x\n", "config:8: section header without its closing bracket", nil},
		{"a malformed section", mine + "[profile x]\n  a = b\n", "config:9: nothing to continue", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := options(t, mine, c.credentials...)
			if _, err := profiles.Sections("config", []byte(c.config)); err == nil {
				o = options(t, c.config, c.credentials...)
			}
			_, err := parse(t, v1).Merge("config", []byte(c.config), o)
			wantFault(t, err, fault.Config, c.want)
		})
	}
	// A key twice matters only where something is to be changed.
	untouched := mine + imported + "[profile mine]\nregion = a\nregion = b\n"
	if got := imports(t, v1, untouched); got != untouched {
		t.Errorf("%s", got)
	}
}

// A profile of the person's that says what the team says is left alone, and
// serves as a source.
func TestSameAlready(t *testing.T) {
	config := mine + without(imported, "xrole_import") + "\n[profile mine]\nregion = x\n"
	r := merged(t, v1, config)
	if string(r.Config) != config || len(r.Added)+len(r.Changed)+len(r.Removed) != 0 || len(r.All) != 2 {
		t.Errorf("%+v\n%s", r, r.Config)
	}
	// The team's taking it back is none of its business.
	if got := imports(t, before("\n[profile logs]")(v1), config); got != config {
		t.Errorf("%s", got)
	}
}

func TestRemoval(t *testing.T) {
	config := replaces("region = us-east-1\n", "region = us-east-1\noutput = json\n")(mine+imported) +
		"# mine too\n[profile deep]\nxrole_role_arn = arn:aws:iam::999999999999:role/Deep\nxrole_source_profile = audit\n"
	r := merged(t, before("\n[profile logs]")(v1), config)
	want := []string{`profile "logs" goes with what was added to it here: output`, `profile "deep" has profile "audit", which goes, for its source`}
	if !slices.Equal(r.Removed, []string{"logs", "audit"}) || !slices.Equal(r.Warnings, want) {
		t.Errorf("%+v", r)
	}
	if got, want := string(r.Config), mine+"\n# mine too\n[profile deep]\n"; !strings.HasPrefix(got, want) {
		t.Errorf("%s", got)
	}
	// Another team's are not touched.
	other := strings.ReplaceAll(mine+imported, "analysts/", "other/")
	if got := imports(t, before("\n[profile logs]")(v1), other); got != other {
		t.Errorf("%s", got)
	}
}
