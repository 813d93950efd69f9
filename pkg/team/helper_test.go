package team

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/profiles"
)

// v1 is a team's file as most are.
const v1 = `# Reviewed by the data platform.
[xrole-team]
version = 1
name = analysts

[profile logs]
region = us-east-1
xrole_role_arn = arn:aws:iam::111111111111:role/DevLogAccessRole
xrole_source_profile = dev

[profile audit]
xrole_role_arn = arn:aws:iam::333333333333:role/Audit
xrole_source_profile = logs
xrole_external_id = ab-12
xrole_duration_seconds = 1800
`

// mine is a config file with a source and the person's own things.
const mine = "# mine\n[profile dev]\nregion = eu-central-1\n\n[profile  other] ; another tool's\ns3 =\n  max_concurrent_requests = 20\n"

// imported is what importing v1 adds to mine.
const imported = `
[profile logs]
region = us-east-1
credential_process = /usr/bin/xrole credentials logs
xrole_role_arn = arn:aws:iam::111111111111:role/DevLogAccessRole
xrole_source_profile = dev
xrole_import = analysts/logs source_profile=dev region role_arn

[profile audit]
credential_process = /usr/bin/xrole credentials audit
xrole_role_arn = arn:aws:iam::333333333333:role/Audit
xrole_source_profile = logs
xrole_external_id = ab-12
xrole_duration_seconds = 1800
xrole_import = analysts/audit source_profile=logs role_arn external_id duration_seconds
`

func parse(t testing.TB, text string) *File {
	t.Helper()
	f, err := Parse("team.ini", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// options are those of a person whose credentials file has the given profiles.
func options(t testing.TB, config string, credentials ...string) Options {
	t.Helper()
	sections, err := profiles.Sections("config", []byte(config))
	if err != nil {
		t.Fatal(err)
	}
	return Options{
		Exists: func(name string) bool {
			return slices.Contains(credentials, name) || slices.ContainsFunc(sections, func(s profiles.Section) bool {
				return s.Header == profiles.ProfileHeader(name)
			})
		},
		Command: func(name string) (string, error) { return "/usr/bin/xrole credentials " + name, nil },
	}
}

func merged(t testing.TB, text, config string, set ...func(*Options)) *Result {
	t.Helper()
	o := options(t, config)
	for _, s := range set {
		s(&o)
	}
	r, err := parse(t, text).Merge("config", []byte(config), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func imports(t testing.TB, text, config string, set ...func(*Options)) string {
	t.Helper()
	return string(merged(t, text, config, set...).Config)
}

// without takes the lines that begin so out of a text.
func without(text string, beginnings ...string) string {
	var kept strings.Builder
	for line := range strings.Lines(text) {
		if !slices.ContainsFunc(beginnings, func(b string) bool { return strings.HasPrefix(line, b) }) {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

// wantFault checks kind and message of an error, and that it has a hint.
func wantFault(t testing.TB, err error, kind fault.Kind, msg string) {
	t.Helper()
	var e *fault.Error
	if !errors.As(err, &e) || e.Kind != kind || !strings.Contains(e.Msg, msg) || e.Hint == "" {
		t.Errorf("error %v (%+v), want kind %d, a hint, and %q", err, e, kind, msg)
	}
}
