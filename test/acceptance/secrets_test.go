//go:build unix

package acceptance

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Beside what every test here looks at (stderr, and each file below HOME at
// the end), no secret stands in a debug line or in the arguments of a child.
func TestNoSecretInDebugOutputOrArguments(t *testing.T) {
	eachBackend(t, func(t *testing.T, keyring []string) {
		w := newWorld(t, keyring)
		// The child writes down the arguments of every process that there is,
		// xrole's own among them, into a folder that is searched at the end.
		spy := filepath.Join(w.home, "spy")
		writeFile(t, spy, "#!/bin/sh\nfor p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline; echo; done >>"+w.home+"/arguments 2>/dev/null\n[ -z \"$CODE\" ] || echo $CODE\n")
		if err := os.Chmod(spy, 0o700); err != nil {
			t.Fatal(err)
		}
		w.addProfile("prod", "ProdS3ReadRole", "--mfa-process", spy)
		w.addProfile("long", "rules/TwelveHours", "--duration", "12h", "--mfa-process", spy)
		w.addProfile("shut", "NotForAlice", "--mfa-process", spy)

		for _, args := range [][]string{
			{"credentials", "prod"}, // cold, by the spy's code
			{"credentials", "prod"}, // warm
			{"credentials", "long"}, // directly with a code
			{"credentials", "shut"}, // refused
			{"env", "prod"},
			{"exec", "prod", "--", spy},
			{"login", "prod", "--force", "--mfa-token", "000000"}, // a wrong code
			{"status"},
			{"profile", "show", "dev"},
			{"profile", "list", "--all", "--json"},
			{"logout", "prod"},
		} {
			base := w.env
			w.env = append(base, "CODE="+w.code())
			r := w.xrole(append([]string{"--debug"}, args...)...) // run looks at stderr
			w.env = base
			product := args[0] == "credentials" || args[0] == "env"
			if !product && strings.Contains(r.out, canary) {
				t.Errorf("xrole %s: a secret on stdout: %s", strings.Join(args, " "), r.out)
			}
			if args[0] == "credentials" && r.code == 0 && !strings.Contains(r.errout, "xrole: debug: ") && args[1] == "prod" {
				t.Errorf("xrole %s said nothing under --debug, so this test shows nothing", strings.Join(args, " "))
			}
		}
		if data, err := os.ReadFile(filepath.Join(w.home, "arguments")); err != nil || !strings.Contains(string(data), "credentials") {
			t.Errorf("the spy saw %q, %v", data, err)
		}
	})
}

// The search itself finds what it is for.
func TestSearchForSecretsFindsOne(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "note"), "x"+canary+"x")
	probe := &testing.T{}
	noCanaryBelow(probe, dir)
	if !probe.Failed() {
		t.Error("a secret in a file was not found")
	}
}
