package output

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xrole/xrole/internal/suite"
	"github.com/xrole/xrole/pkg/credentials"
)

// nasty are values that some way of quoting gets wrong. Those that would run
// something leave a file behind.
var nasty = []string{
	"", " ", "  two  spaces  ", "\t", "plain", "-n", "--help", "-", "~", "~root", "*", "?", "[a]", "{a,b}",
	"'", "''", "'''", "it's", "'a'", `"`, `"a"`, `\`, `\\`, `\'`, `a\`, `'\''`, `\n`, `\x41`, `'\`,
	"$(touch ran)", "`touch ran`", "$HOME", "${HOME}", "$$", "$((1+1))", "'$(touch ran)'", `"$(touch ran)"`,
	"';touch ran;'", `";touch ran;"`, "'; touch ran; echo '", "\\'; touch ran #", "(touch ran)", "<(touch ran)",
	";touch ran", "&touch ran&", "|touch ran", "&& touch ran", ">ran", "#", "a #b", "!", "!!", "!touch", "%", "%PATH%", "%s%n",
	"a\nb", "\n", "\n\n", "a\n", "\ntouch ran\n", "a\r\nb", "\r", "a\\\nb", "'\ntouch ran\n'",
	"Ñandú", "日本語", "😀", "\u2018a\u2019", "\u201a\u201b", "\uff02", "\u2028", "\u00a0", "e\u0301", "\ufeff", "\uf601", "\U0010ffff",
	"\x01", "\x1b[31m", "\x7f", "\a\b\v\f", "A=B", "=", "==", "a:b:c", strings.Repeat("x'", 5000),
}

// reader is a shell and how a person gets the lines into it.
type reader struct {
	program string
	format  string
	args    []string
}

var readers = []reader{
	{"sh", "sh", []string{"-c", `set -eu; eval "$(cat lines)"; exec env -0`}},
	{"dash", "dash", []string{"-c", `set -eu; eval "$(cat lines)"; exec env -0`}},
	{"bash", "bash", []string{"--norc", "-c", `set -eu; eval "$(cat lines)"; exec env -0`}},
	{"zsh", "zsh", []string{"-f", "-c", `set -eu; eval "$(cat lines)"; exec env -0`}},
	// The options that change how a quote is read, or act on what is not quoted.
	{"zsh", "zsh", []string{"-f", "-c", `set -eu; setopt rc_quotes extended_glob glob_subst; eval "$(cat lines)"; exec env -0`}},
	{"fish", "fish", []string{"--no-config", "-c", `cat lines | source; or exit; exec env -0`}},
	{"sh", "dotenv", []string{"-c", `set -eua; . ./lines; exec env -0`}},
}

// TestShellsReadBack lets each shell evaluate the nasty values and random
// mixtures of them, and compares what its children find in the environment.
func TestShellsReadBack(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	rng := rand.New(rand.NewPCG(seed, 0))
	values := append([]string(nil), nasty...)
	for range 700 {
		var b strings.Builder
		for range rng.IntN(6) {
			piece := nasty[rng.IntN(len(nasty)-1)] // not the long one
			b.WriteString(piece)
			if rng.IntN(3) == 0 {
				b.WriteRune(rune(1 + rng.IntN(0x24ff)))
			}
		}
		values = append(values, b.String())
	}
	for i, r := range readers {
		t.Run(fmt.Sprintf("%d %s %s", i, r.program, r.format), func(t *testing.T) {
			t.Parallel()
			suite.Need(t, r.program)
			t.Logf("seed %d", seed)
			r.check(t, values)
		})
	}
}

// FuzzShells does the same with the fuzzer's bytes, many values to a run.
func FuzzShells(f *testing.F) {
	f.Add(strings.Join(nasty, "\x00"))
	f.Add("a'b\x00\\'\x00$(touch ran)")
	f.Fuzz(func(t *testing.T, data string) {
		for _, r := range readers {
			if _, err := exec.LookPath(r.program); err == nil {
				r.check(t, strings.Split(data, "\x00"))
			}
		}
	})
}

// check has the shell set a variable for each value that the format carries.
func (r reader) check(t *testing.T, values []string) {
	t.Helper()
	v := Vars{Unset: []string{"AWS_PROFILE", "NOT_SET_AT_ALL"}}
	for i, value := range values {
		set := Var{fmt.Sprintf("V%d", i), credentials.Secret(value)}
		if _, err := Format(r.format, Vars{Set: []Var{set}}); err == nil {
			v.Set = append(v.Set, set)
		}
	}
	lines, err := Format(r.format, v)
	if err != nil {
		t.Fatal(err)
	}
	got := r.run(t, lines)
	for _, set := range v.Set {
		if back, ok := got[set.Name]; !ok || back != set.Value.Reveal() {
			t.Errorf("%s got %q (there: %v), want %q", r.program, back, ok, set.Value.Reveal())
		}
	}
	if _, there := got["AWS_PROFILE"]; there && r.format != "dotenv" {
		t.Errorf("%s: AWS_PROFILE is still there", r.program)
	}
}

// run evaluates lines in an empty folder and returns the environment of a child.
func (r reader) run(t *testing.T, lines []byte) map[string]string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "lines"), lines, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, r.program, r.args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "LC_ALL=C.UTF-8", "AWS_PROFILE=stale"}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil || stderr.Len() > 0 {
		t.Fatalf("%s: %v: %s", r.program, err, stderr.String())
	}
	if _, err := os.Stat(filepath.Join(dir, "ran")); err == nil {
		t.Errorf("%s ran something", r.program)
	}
	env := map[string]string{}
	for _, entry := range strings.Split(strings.TrimSuffix(stdout.String(), "\x00"), "\x00") {
		name, value, ok := strings.Cut(entry, "=")
		if !ok {
			t.Fatalf("%s printed something besides the environment: %.200q", r.program, entry)
		}
		env[name] = value
	}
	return env
}

// TestFishUniversal: programs no longer see a universal AWS_PROFILE, whether or
// not this session has one of its own too; its value is not lost.
func TestFishUniversal(t *testing.T) {
	suite.Need(t, "fish")
	lines, err := Format("fish", UnsetVars())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "lines"), lines, 0o600); err != nil {
		t.Fatal(err)
	}
	fish := func(script string) string {
		cmd := exec.CommandContext(t.Context(), "fish", "-c", script)
		cmd.Dir = dir
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "XDG_CONFIG_HOME=" + dir, "LC_ALL=C.UTF-8"}
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v: %s", script, err, out)
		}
		return string(out)
	}
	for _, before := range []string{"", "set -gx AWS_PROFILE other; "} {
		fish("set -Ux AWS_PROFILE dev")
		if got := fish(before + "cat lines | source; or exit; env"); strings.Contains(got, "AWS_PROFILE") {
			t.Errorf("a program still sees the universal variable: %s", got)
		}
		if got := fish("echo $AWS_PROFILE"); got != "dev\n" {
			t.Errorf("the value of the universal variable is lost, got %q", got)
		}
	}
}
