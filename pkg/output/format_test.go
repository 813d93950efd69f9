package output

import (
	"encoding/json"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/credentials"
)

func TestFormatGolden(t *testing.T) {
	v := Vars{Set: []Var{{"KEY", "AB/c+d="}, {"EMPTY", ""}, {"NAME", "two words"}}, Unset: []string{"OLD"}}
	for shell, want := range map[string]string{
		"sh": "unset -v OLD;\n" +
			"export KEY='AB/c+d=';\n" +
			"export EMPTY='';\n" +
			"export NAME='two words';\n",
		"fish": "set -eg OLD; if set -qU OLD; set -Uu OLD $OLD; set -gx OLD; set -eg OLD; end;\n" +
			"set -gx KEY 'AB/c+d=';\n" +
			"set -gx EMPTY '';\n" +
			"set -gx NAME 'two words';\n",
		"powershell": "Remove-Item Env:OLD -ErrorAction SilentlyContinue\n" +
			"$env:KEY = 'AB/c+d='\n" +
			"$env:EMPTY = ''\n" +
			"$env:NAME = 'two words'\n",
		"cmd": "set \"OLD=\"\r\n" +
			"set \"KEY=AB/c+d=\"\r\n" +
			"set \"EMPTY=\"\r\n" +
			"set \"NAME=two words\"\r\n",
		"dotenv": "KEY=AB/c+d=\n" +
			"EMPTY=\n" +
			"NAME='two words'\n",
		"json": `{"KEY":"AB/c+d=","EMPTY":"","NAME":"two words","OLD":null}` + "\n",
	} {
		got, err := Format(shell, v)
		if err != nil || string(got) != want {
			t.Errorf("%s: %v, got\n%s\nwant\n%s", shell, err, got, want)
		}
	}
}

func TestFormatNames(t *testing.T) {
	v := Vars{Set: []Var{{"X", "1"}}}
	for alias, shell := range map[string]string{"bash": "sh", "zsh": "sh", "dash": "sh", "ksh": "sh", "pwsh": "powershell"} {
		want, _ := Format(shell, v)
		if got, err := Format(alias, v); err != nil || string(got) != string(want) {
			t.Errorf("%s: got %q (%v), want what %s gets", alias, got, err, shell)
		}
	}
	for _, shell := range Shells() {
		if _, err := Format(shell, v); err != nil {
			t.Errorf("%s is listed and unknown: %v", shell, err)
		}
		if got, err := Format(shell, Vars{}); err != nil || strings.Trim(string(got), "{}\n") != "" {
			t.Errorf("%s: no change is %q (%v)", shell, got, err)
		}
	}
	_, err := Format("csh", v)
	if fault.KindOf(err) != fault.Usage || err.Error() != `unknown shell "csh"` {
		t.Errorf("csh: got %v", err)
	}
	var e *fault.Error
	if !errors.As(err, &e) || e.Hint != "use one of sh, fish, powershell, cmd, dotenv, json" {
		t.Errorf("csh: the hint does not list the shells: %#v", err)
	}
}

func TestFormatRefuses(t *testing.T) {
	for _, tt := range []struct {
		name   string
		v      Vars
		shells string // where it is refused
		want   string
	}{
		{"NUL", one("a\x00b"), "sh fish powershell cmd dotenv json", "the value of X holds a NUL byte"},
		{"broken UTF-8", one("a\xffb"), "sh fish powershell cmd dotenv json", "the value of X holds bytes that are not UTF-8"},
		{"line feed", one("a\nb"), "cmd dotenv", "the value of X holds a line break"},
		{"carriage return", one("a\rb"), "cmd dotenv", "the value of X holds a line break"},
		{"percent", one("%PATH%"), "cmd", "the value of X holds the character %"},
		{"exclamation mark", one("a!b"), "cmd", "the value of X holds the character !"},
		{"double quote", one(`a"&calc&"`), "cmd", `the value of X holds the character "`},
		{"wide double quote", one("a\uff02&calc"), "cmd", "the value of X holds a line break, a control character or a letter outside ASCII"},
		{"caret", one("a^b"), "cmd", "the value of X holds the character ^"},
		{"single quote", one("it's"), "dotenv", "the value of X holds the character '"},
		{"backslash", one(`a\b`), "dotenv", `the value of X holds the character \`},
		{"line separator", one("a\u2028b"), "cmd dotenv", "the value of X holds a line break"},
		{"name with a space", Vars{Set: []Var{{"A B", "1"}}}, "sh fish powershell cmd dotenv json", `"A B" is not the name`},
		{"name that runs", Vars{Unset: []string{"A;id"}}, "sh fish powershell cmd dotenv json", `"A;id" is not the name`},
		{"name with a digit first", Vars{Unset: []string{"1A"}}, "sh fish powershell cmd dotenv json", `"1A" is not the name`},
		{"no name", Vars{Unset: []string{""}}, "sh fish powershell cmd dotenv json", `"" is not the name`},
	} {
		for _, shell := range Shells() {
			refused := strings.Contains(" "+tt.shells+" ", " "+shell+" ")
			got, err := Format(shell, tt.v)
			switch {
			case !refused && err != nil:
				t.Errorf("%s: %s refuses it: %v", tt.name, shell, err)
			case refused && (err == nil || got != nil):
				t.Errorf("%s: %s takes it: %q", tt.name, shell, got)
			case refused && !strings.HasPrefix(err.Error(), tt.want):
				t.Errorf("%s: %s: got error %q, want %q", tt.name, shell, err, tt.want)
			}
		}
	}
}

// one is a change that sets X.
func one(value string) Vars { return Vars{Set: []Var{{"X", credentials.Secret(value)}}} }

func TestPowerShellGolden(t *testing.T) {
	for value, want := range map[string]string{
		"it's":                        `'it''s'`,
		"$(calc) `n":                  "'$(calc) `n'",
		"\u2018 \u2019 \u201a \u201b": `'' + [char]0x2018 + ' ' + [char]0x2019 + ' ' + [char]0x201A + ' ' + [char]0x201B + ''`,
		"a\r\nb":                      `'a' + [char]0x000D + '' + [char]0x000A + 'b'`,
		"\U0001F600":                  `'' + [char]0xD83D + [char]0xDE00 + ''`,
		"Ñ":                           `'' + [char]0x00D1 + ''`,
	} {
		if got, _ := quotePowerShell(value); got != want {
			t.Errorf("%q: got %s, want %s", value, got, want)
		}
	}
}

// powerShellLine is the only shape that a line may have, whatever the value.
var (
	powerShellLine = regexp.MustCompile(`^\$env:X = '(?:[^']|'')*'(?:(?: \+ \[char\]0x[0-9A-F]{4})+ \+ '(?:[^']|'')*')*\n$`)
	powerShellPart = regexp.MustCompile(`'((?:[^']|'')*)'|\[char\]0x([0-9A-F]{4})`)
	cmdLine        = regexp.MustCompile(`^set "X=[ #$&-=?@A-Z\[\\\]_'\x60a-z{|}~<>]*"\r\n$`)
)

// FuzzFormats checks the formats whose readers do not run here: that every line
// has its one harmless shape, and that the value can be read back.
func FuzzFormats(f *testing.F) {
	for _, value := range nasty {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if text, err := Format("powershell", one(value)); err == nil {
			line := string(text)
			if !powerShellLine.MatchString(line) || strings.ContainsFunc(strings.TrimSuffix(line, "\n"), func(r rune) bool { return !printable(r) }) {
				t.Errorf("powershell: %q", line)
			}
			if got := readPowerShell(strings.TrimPrefix(line, "$env:X = ")); got != value {
				t.Errorf("powershell: got %q back from %q", got, line)
			}
		}
		if text, err := Format("cmd", one(value)); err == nil {
			if line := string(text); !cmdLine.MatchString(line) || line != "set \"X="+value+"\"\r\n" {
				t.Errorf("cmd: %q", line)
			}
		}
		if text, err := Format("json", one(value)); err == nil {
			var got map[string]*string
			if err := json.Unmarshal(text, &got); err != nil || *got["X"] != value {
				t.Errorf("json: %v from %q", err, text)
			}
		}
	})
}

// readPowerShell evaluates a sum of single-quoted strings and characters.
func readPowerShell(expr string) string {
	var units []uint16
	for _, part := range powerShellPart.FindAllStringSubmatch(expr, -1) {
		if part[2] != "" {
			n, _ := strconv.ParseUint(part[2], 16, 16)
			units = append(units, uint16(n))
			continue
		}
		units = append(units, utf16.Encode([]rune(strings.ReplaceAll(part[1], "''", "'")))...)
	}
	return string(utf16.Decode(units))
}
