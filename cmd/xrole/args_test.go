package main

import (
	"os/exec"
	"runtime"
	"strings"
	"testing"
)

// The guard decides before main from the command's name alone whether the bus
// may be spoken to. A command that opens the keyring and is not on its list
// would find none.
func TestGuardKnowsTheCommandsThatOpenTheKeyring(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the guard is Linux's")
	}
	// Which commands those are is read off the code: the ones that build a flow or a store.
	for _, c := range newApp(nil, nil, nil, nil).cli().Commands {
		file := c.Name + ".go"
		uses := exec.Command("grep", "-lE", `a\.(get|flow|store)\(c\b|left\.store\(c\b`, file).Run() == nil
		known := exec.Command("grep", "-q", `"`+c.Name+`"`, "../../internal/busguard/args_linux.go").Run() == nil
		if uses && !known {
			t.Errorf("%s opens the keyring, and internal/busguard does not know", c.Name)
		}
	}
}

// Flags may stand anywhere before "--"; the library alone would ignore those
// that follow an argument.
func TestArrange(t *testing.T) {
	a := newApp(nil, nil, nil, nil)
	for _, row := range []struct{ in, want, wrapped string }{
		{"xrole credentials prod --mfa-token 123456", "xrole credentials --mfa-token 123456 prod", ""},
		{"xrole credentials prod --keyring none --debug", "xrole --keyring none --debug credentials prod", ""},
		{"xrole --keyring=none credentials prod", "xrole --keyring=none credentials prod", ""},
		{"xrole exec --mfa-token 1 prod -- aws --debug s3", "xrole exec --mfa-token 1 prod", "aws --debug s3"},
		{"xrole exec prod --mfa-token=1 -- aws", "xrole exec --mfa-token=1 prod", "aws"},
		{"xrole exec -- aws", "xrole exec", "aws"},
		{"xrole profile add prod --role-arn r --tag a=b --tag c=d", "xrole profile add --role-arn r --tag a=b --tag c=d prod", ""},
		{"xrole credentials -- -odd", "xrole credentials -- -odd", ""},
		{"xrole credentials login", "xrole credentials login", ""},
		{"xrole --bogus credentials prod", "xrole credentials --bogus prod", ""},
		{"xrole --version", "xrole --version", ""},
		{"xrole env prod --unset", "xrole env --unset prod", ""},
	} {
		got, wrapped, err := arrange(a.cli(), strings.Fields(row.in))
		if err != nil || strings.Join(got, " ") != row.want || strings.Join(wrapped, " ") != row.wrapped {
			t.Errorf("%s: got %q and %q, %v", row.in, got, wrapped, err)
		}
	}
	if _, _, err := arrange(a.cli(), []string{"xrole", "credentials", "prod", "--mfa-token"}); err == nil {
		t.Error("a flag without its value was taken")
	}
}
