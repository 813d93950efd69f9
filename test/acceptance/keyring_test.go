//go:build unix

package acceptance

import (
	"strings"
	"testing"
	"time"

	"github.com/xrole/xrole/internal/keyringtest"
)

// A keyring that can't be used is said within its deadline, with the
// documented exit code and nothing on stdout, and nobody is asked for an MFA
// code because of it. What needs no keyring is not delayed by it.
func TestKeyringsThatCanNotBeUsed(t *testing.T) {
	for _, row := range []struct {
		name   string
		start  func(testing.TB) []string
		code   int
		msg    string
		within time.Duration
		choose string // --keyring
	}{
		{name: "locked", start: keyringtest.Locked, code: 4, msg: "locked", within: 10 * time.Second},
		{name: "no Secret Service on the bus, asked for", start: keyringtest.NoService, choose: "secret-service", code: 6, msg: "nobody keeps secrets", within: 10 * time.Second},
		{name: "no bus, asked for", start: keyringtest.NoBus, choose: "secret-service", code: 6, msg: "bus", within: 10 * time.Second},
		{name: "a bus that accepts and never answers", start: keyringtest.HungBus, code: 6, msg: "answer", within: 10 * time.Second},
		{name: "a bus that falls silent after the greeting", start: keyringtest.HungAfterAuth, code: 6, msg: "answer", within: 10 * time.Second},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t, row.start(t))
			w.addProfile("prod", "ProdS3ReadRole")
			args := []string{"credentials", "prod", "--mfa-token", w.code()}
			if row.choose != "" {
				args = append(args, "--keyring", row.choose)
			}
			r := w.xrole(args...)
			if r.code != row.code || r.out != "" || !strings.Contains(r.errout, row.msg) || strings.Count(r.errout, "xrole: hint: ") != 1 {
				t.Errorf("exit %d, want %d; stdout %q, stderr %q", r.code, row.code, r.out, r.errout)
			}
			if r.took > row.within {
				t.Errorf("it took %v, the deadline is %v", r.took, row.within)
			}
			t.Logf("%v: %s", r.took, r.errout)
			if n := len(w.aws.Calls()); n != 0 {
				t.Errorf("%d calls reached AWS: a keyring that fails is not a missing session", n)
			}
			for _, other := range [][]string{{"--help"}, {"--version"}, {"profile", "list"}, {"profile", "show", "prod"}, {"status"}} {
				if r := w.xrole(other...); r.code != 0 || r.took > time.Second {
					t.Errorf("xrole %s: exit %d after %v: it needs no keyring", strings.Join(other, " "), r.code, r.took)
				}
			}
		})
	}
}

// A bus without a Secret Service, as on a server, is no fault: the kernel's
// keyring is there.
func TestServerWithoutSecretServiceUsesTheKernelsKeyring(t *testing.T) {
	w := newWorld(t, keyringtest.NoService(t))
	w.addProfile("prod", "ProdS3ReadRole")
	w.ok("login", "prod", "--mfa-token", w.code())
	w.ok("credentials", "prod")
	if status := w.ok("status", "--json"); !strings.Contains(status, "ProdS3ReadRole") || w.calls("AssumeRole") != 1 {
		t.Errorf("status %s after %d calls", status, w.calls("AssumeRole"))
	}
	w.ok("logout", "--all")
}
