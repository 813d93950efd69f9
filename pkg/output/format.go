package output

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/credentials"
)

// dialect is how one shell is told about variables.
type dialect struct {
	// set and unset are templates for one line: %[1]s is the name, %[2]s the
	// quoted value. An empty unset leaves the variable out.
	set, unset string
	// quote returns the value as the shell reads it, or what it holds that
	// can't be quoted.
	quote func(string) (quoted, obstacle string)
}

// dialects are the line formats.
//
// sh: the semicolons let `eval $(xrole env prod)`, without the quotes that it
// should have, work too. unset -v because a bare unset may remove a function.
//
// fish: a universal AWS_PROFILE is exported by every session, no matter what is
// erased or set in this one, and it would lead the JavaScript SDK to other
// credentials; an empty one breaks botocore. So it stops being exported, which
// is for good; its value stays for whoever wants it back. Fish 3.6 notices only
// when another exported variable comes or goes. `if` makes the status zero.
func dialects() map[string]dialect {
	return map[string]dialect{
		"sh": {"export %[1]s=%[2]s;\n", "unset -v %[1]s;\n", quoteSh},
		"fish": {"set -gx %[1]s %[2]s;\n",
			"set -eg %[1]s; if set -qU %[1]s; set -Uu %[1]s $%[1]s; set -gx %[1]s; set -eg %[1]s; end;\n", quoteFish},
		"powershell": {"$env:%[1]s = %[2]s\n",
			"Remove-Item Env:%[1]s -ErrorAction SilentlyContinue\n", quotePowerShell},
		"cmd":    {"set \"%[1]s=%[2]s\"\r\n", "set \"%[1]s=\"\r\n", quoteCmd},
		"dotenv": {"%[1]s=%[2]s\n", "", quoteDotenv},
	}
}

// Shells lists what Format knows by its proper name.
func Shells() []string {
	return []string{"sh", "fish", "powershell", "cmd", "dotenv", "json"}
}

// canonical resolves the other names of a shell.
func canonical(shell string) string {
	switch shell {
	case "bash", "zsh", "dash", "ksh":
		return "sh"
	case "pwsh":
		return "powershell"
	}
	return shell
}

// Format returns the lines that make the change in a shell: one of Shells, or
// bash, zsh, dash, ksh, pwsh. A dotenv file has no way to unset: it lists what
// is set. An unknown shell is a fault.Usage; a value that the format can't carry
// safely is refused with an error that names the variable and the obstacle, and
// then nothing is returned.
func Format(shell string, v Vars) ([]byte, error) {
	shell = canonical(shell)
	d, known := dialects()[shell]
	if !known && shell != "json" {
		return nil, fault.New(fault.Usage, "unknown shell %q", shell).
			WithHint("use one of %s", strings.Join(Shells(), ", "))
	}
	if err := v.check(); err != nil {
		return nil, err
	}
	if shell == "json" {
		return formatJSON(v)
	}
	var b strings.Builder
	for _, name := range v.Unset {
		if d.unset != "" {
			fmt.Fprintf(&b, d.unset, name)
		}
	}
	for _, set := range v.Set {
		quoted, obstacle := d.quote(set.Value.Reveal())
		if obstacle != "" {
			return nil, refuse(set.Name, fmt.Sprintf("%s, which can't be written safely for %s", obstacle, shell)).
				WithHint("use --shell json, or run the command with xrole exec")
		}
		fmt.Fprintf(&b, d.set, set.Name, quoted)
	}
	return []byte(b.String()), nil
}

// formatJSON is an object in the order of the other formats' sets, then unsets.
func formatJSON(v Vars) ([]byte, error) {
	var members []string
	seen := map[string]bool{}
	add := func(name string, value any) error {
		if seen[name] {
			return nil
		}
		seen[name] = true
		text, err := marshal(value)
		if err != nil {
			return err
		}
		members = append(members, fmt.Sprintf("%q:%s", name, strings.TrimSuffix(string(text), "\n")))
		return nil
	}
	for _, set := range v.Set {
		if err := add(set.Name, set.Value.Reveal()); err != nil {
			return nil, err
		}
	}
	for _, name := range v.Unset {
		if err := add(name, nil); err != nil {
			return nil, err
		}
	}
	return []byte("{" + strings.Join(members, ",") + "}\n"), nil
}

// check refuses what no format carries.
func (v Vars) check() error {
	names := append([]string(nil), v.Unset...)
	for _, set := range v.Set {
		names = append(names, set.Name)
	}
	for _, name := range names {
		if !validName(name) {
			return fault.New(fault.Other, "%q is not the name of an environment variable", name)
		}
	}
	for _, set := range v.Set {
		if obstacle := unfit(set.Value); obstacle != "" {
			return refuse(set.Name, obstacle)
		}
	}
	return nil
}

// unfit names what an environment variable can't hold (NUL) or what the
// shells do not agree on (bytes that are no text).
func unfit(s credentials.Secret) string {
	switch {
	case strings.ContainsRune(s.Reveal(), 0):
		return "a NUL byte"
	case !utf8.ValidString(s.Reveal()):
		return "bytes that are not UTF-8"
	}
	return ""
}

// refuse names the variable and never the value.
func refuse(name, obstacle string) *fault.Error {
	return fault.New(fault.Other, "the value of %s holds %s", name, obstacle)
}

// validName reports whether every shell takes name as a variable's.
func validName(name string) bool {
	for i, c := range []byte(name) {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != ""
}
