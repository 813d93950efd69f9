package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/profiles"
)

// Every key has one flag, which add and edit share, and every flag a key.
func TestEachKeyHasOneFlag(t *testing.T) {
	var keys []string
	for _, f := range roleFlags {
		keys = append(keys, f.key)
	}
	want := append(profiles.Keys(), "region")
	slices.Sort(keys)
	slices.Sort(want)
	if !slices.Equal(keys, want) {
		t.Errorf("flags for\n%q, want\n%q", keys, want)
	}
	a := &app{}
	for _, f := range a.profileAddCommand().Flags {
		if !slices.ContainsFunc(a.profileEditCommand().Flags, func(e cli.Flag) bool { return e.String() == f.String() }) {
			t.Errorf("edit lacks %s", f)
		}
	}
}

func TestNameFilter(t *testing.T) {
	names := []string{"prod", "prod-eu", "team/prod", "dev", "a.b"}
	for pattern, want := range map[string]string{
		"":       "prod prod-eu team/prod dev a.b",
		"prod":   "prod prod-eu team/prod",
		"prod*":  "prod prod-eu",
		"*prod":  "prod team/prod",
		"p?od":   "prod",
		"[ad]*":  "dev a.b",
		"a.b":    "a.b",
		"a*[^x]": "a.b",
		"none":   "",
	} {
		matches, err := nameFilter(pattern)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, n := range names {
			if matches(n) {
				got = append(got, n)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q, want %q", pattern, got, want)
		}
	}
	if _, err := nameFilter("a/[b"); fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), `"a/[b"`) {
		t.Errorf("error %v", err)
	}
}

func TestSourceQuestion(t *testing.T) {
	var all []candidate
	for i := range 40 {
		all = append(all, candidate{name: fmt.Sprintf("p%d", i), kind: "static"})
	}
	all[7].name = "12"
	q := sourceQuestion(all)
	if !strings.Contains(q.text, "30  p29") || strings.Contains(q.text, "p30") || !strings.Contains(q.text, "and 10 more\n") {
		t.Errorf("asks\n%s", q.text)
	}
	for answer, want := range map[string]string{"1": "p0", "40": "p39", "p35": "p35", "12": "12", "0": "", "41": "", "-1": "", "P1": ""} {
		if got, err := q.check(answer); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; want %q", answer, got, err, want)
		}
	}
	if q := sourceQuestion(nil); q.text != "Source profile: " {
		t.Errorf("without any, asks %q", q.text)
	}
}

// A rename that changes both files puts the one back where the other can't be
// written.
func TestRenameIsWholeOrNot(t *testing.T) {
	home := t.TempDir()
	config, credentials := filepath.Join(home, "config"), filepath.Join(home, "credentials")
	const before = "[p]\naws_access_key_id = a\naws_secret_access_key = b\n"
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(config, "[profile p]\nregion = us-east-1\n")
	write(credentials, before)
	var out, errs strings.Builder
	a := newApp(nil, &out, &errs, []string{
		"HOME=" + home, "AWS_CONFIG_FILE=" + config, "AWS_SHARED_CREDENTIALS_FILE=" + credentials,
		"XDG_CACHE_HOME=" + home, "XDG_STATE_HOME=" + home,
	})
	if code := a.run(context.Background(), []string{"xrole", "profile", "rename", "p", "q"}); code != 0 {
		t.Fatalf("exit %d: %s", code, errs.String())
	}
	if data, _ := os.ReadFile(credentials); string(data) != strings.Replace(before, "[p]", "[q]", 1) {
		t.Errorf("credentials are %q", data)
	}
	write(credentials, before)
	write(config, "[profile p]\nregion = us-east-1\n")
	// A folder cannot be made in place of a file: the lock of the config file
	// can't be taken.
	locks, err := os.ReadDir(filepath.Join(home, "xrole", "locks"))
	if err != nil || len(locks) != 2 {
		t.Fatalf("locks %v, %v", locks, err)
	}
	for _, l := range locks {
		path := filepath.Join(home, "xrole", "locks", l.Name())
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
		errs.Reset()
		if code := a.run(context.Background(), []string{"xrole", "profile", "rename", "p", "q"}); code == 0 {
			t.Error("renamed without a lock")
		}
		if data, _ := os.ReadFile(credentials); string(data) != before {
			t.Errorf("credentials are %q after %s", data, errs.String())
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}
