// Package suite lets a test say what it needs from the machine: programs, a
// daemon, a module of another language. It promises that a test which could
// not run is never silently green: it is skipped by name, written down for the
// summary at the end of `make test`, and fails where CI=true.
//
// It is for tests alone, and it installs nothing; scripts/setup does that.
package suite

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The environment that [LeaveOut] reads.
const (
	// EnvLeftOut names the file that collects a line for each test left out.
	EnvLeftOut = "XROLE_LEFT_OUT"
	// EnvCI is "true" where nothing may be left out.
	EnvCI = "CI"
)

// Need leaves the test out unless every program is on PATH.
func Need(t testing.TB, programs ...string) {
	t.Helper()
	if missing := missing(programs); len(missing) > 0 {
		LeaveOut(t, "%s not on PATH", strings.Join(missing, ", "))
	}
}

// NeedRun leaves the test out unless the command argv exits 0. It is for what
// LookPath cannot see, such as a Python module; what names it in the summary.
func NeedRun(t testing.TB, what string, argv ...string) {
	t.Helper()
	if out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput(); err != nil {
		t.Logf("%s: %v\n%s", strings.Join(argv, " "), err, out)
		LeaveOut(t, "%s not usable", what)
	}
}

// NeedFile leaves the test out unless path exists; what names it in the
// summary.
func NeedFile(t testing.TB, what, path string) {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		LeaveOut(t, "%s not there (%v)", what, err)
	}
}

// LeaveOut ends the test as left out, for the reason given in a few words. It
// fails the test where CI=true, or where the reason cannot be written down.
func LeaveOut(t testing.TB, format string, args ...any) {
	t.Helper()
	reason := fmt.Sprintf(format, args...)
	if os.Getenv(EnvCI) == "true" {
		t.Fatalf("left out, and CI=true lets nothing be left out: %s", reason)
	}
	if path := os.Getenv(EnvLeftOut); path != "" {
		if err := note(path, line(os.Args[0], t.Name(), reason)); err != nil {
			t.Fatalf("left out (%s), and that could not be written down: %v", reason, err)
		}
	}
	t.Skipf("left out: %s", reason)
}

// missing returns the programs that are not on PATH.
func missing(programs []string) []string {
	var none []string
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			none = append(none, p)
		}
	}
	return none
}

// line is one entry of the summary: package, test, reason.
func line(binary, test, reason string) string {
	pkg := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(binary), ".exe"), ".test")
	return fmt.Sprintf("%s %s: %s\n", pkg, test, strings.ReplaceAll(reason, "\n", " "))
}

// note appends s in one write, so that the lines of packages tested at once
// stay whole.
func note(path, s string) (err error) {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := f.Close(); err == nil {
			err = cerr
		}
	}()
	_, err = f.WriteString(s)
	return err
}
