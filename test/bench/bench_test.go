package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSample(t *testing.T) {
	odd := sample{1, 2, 9}
	even := sample{10, 20, 30, 40}
	if got := odd.median(); got != 2 {
		t.Errorf("median of three: %d, want 2", got)
	}
	if got := even.median(); got != 25 {
		t.Errorf("median of four: %d, want 25", got)
	}
	if got := even.quantile(1); got != 40 {
		t.Errorf("quantile 1: %d, want 40", got)
	}
	if got := (sample{7}).quantile(0.9); got != 7 {
		t.Errorf("quantile of one value: %d, want 7", got)
	}
	if got := even.over(odd); got != 12.5 {
		t.Errorf("over: %v, want 12.5", got)
	}
}

// me is this test binary, started so that it runs no test.
func me(t *testing.T, args ...string) command {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return command{"me", append([]string{exe}, args...), os.Environ()}
}

func TestInterleave(t *testing.T) {
	nothing := me(t, "-test.run=^$")
	samples, err := interleave(context.Background(), []command{nothing, nothing}, 1, 3)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range samples {
		if len(s) != 3 || s[0] <= 0 || s[0] > s[2] {
			t.Errorf("command %d: %v, want three times in order", i, s)
		}
	}
}

func TestInterleaveSaysWhyACommandFailed(t *testing.T) {
	_, err := interleave(context.Background(), []command{me(t, "-no-such-flag")}, 0, 1)
	if err == nil || !strings.Contains(err.Error(), "no-such-flag") {
		t.Errorf("got %v, want the command's own words", err)
	}
}

func TestTables(t *testing.T) {
	base := sample{10 * time.Millisecond}
	var times, calls strings.Builder
	writeTimes(&times, []row{
		{name: "base", sample: base},
		{"kept", sample{14 * time.Millisecond}, base, "base", 1.4},
		{"broken", sample{15 * time.Millisecond}, base, "base", 1.4},
	})
	want := `| whole process | median | 10 % to 90 % | ratio | to | goal |
| --- | --- | --- | --- | --- | --- |
| base | 10.0 ms | 10.0 ms to 10.0 ms |  |  |  |
| kept | 14.0 ms | 14.0 ms to 14.0 ms | 1.40 | base | at most 1.4: kept |
| broken | 15.0 ms | 15.0 ms to 15.0 ms | 1.50 | base | at most 1.4: **broken** |
`
	if times.String() != want {
		t.Errorf("times:\n%swant:\n%s", times.String(), want)
	}
	writeCalls(&calls, []callCount{
		{"MFA", []string{"GetSessionToken", "AssumeRole"}, []string{"GetSessionToken", "AssumeRole"}},
		{"plain", []string{"AssumeRole", "AssumeRole"}, []string{"AssumeRole"}},
	})
	want = `| cold start | calls to AWS | goal |
| --- | --- | --- |
| MFA | 2: GetSessionToken, AssumeRole | 2: kept |
| plain | 2: AssumeRole, AssumeRole | 1: **broken** |
`
	if calls.String() != want {
		t.Errorf("calls:\n%swant:\n%s", calls.String(), want)
	}
}

func TestAdded(t *testing.T) {
	before := []string{"xrole-v1-a", "other"}
	after := []string{"other", "xrole-v1-a", "xrole-v1-b", "others-new", "xrole-v1-c"}
	if got, want := added(before, after), []string{"xrole-v1-b", "xrole-v1-c"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestConfigWith(t *testing.T) {
	dir := t.TempDir()
	f := &fixture{dir: dir, config: filepath.Join(dir, "config")}
	own, keys := "[profile prod]\nregion = us-east-1\n\n", "[dev]\naws_access_key_id = x\n\n"
	if err := errors.Join(os.WriteFile(f.config, []byte(own), 0o600), os.WriteFile(credentialsBeside(f.config), []byte(keys), 0o600)); err != nil {
		t.Fatal(err)
	}
	path, err := f.configWith(10)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(got), "[profile "); n != 10 || !strings.Contains(string(got), "\n"+own) {
		t.Errorf("%d profiles, want 10 with the own one in between:\n%s", n, got)
	}
	got, err = os.ReadFile(credentialsBeside(path))
	if err != nil || string(got) != keys {
		t.Errorf("the credentials file is %q, %v", got, err)
	}
	if _, err := f.configWith(0); err == nil {
		t.Error("fewer profiles than there are: no error")
	}
}

func TestField(t *testing.T) {
	text := "processor\t: 0\nmodel name\t: Fast CPU\nmodel name\t: Other\n"
	if got := field(text, "model name", "?"); got != "Fast CPU" {
		t.Errorf("got %q", got)
	}
	if got := field(text, "flags", "?"); got != "?" {
		t.Errorf("got %q", got)
	}
}
