package profiles

import (
	"fmt"
	"strings"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/internal/guess"
)

// Profile is the merged view of one profile: the sections of that name in
// both files, the credentials file over the config file key by key.
type Profile struct {
	Name string
	// File and Line say where its first section begins; the config file first.
	File string
	Line int
	// Properties are all keys, in lower case, with their values. A continued or
	// nested value is one string, its lines joined by newlines. Secrets are among
	// them: see [Secret].
	Properties map[string]string
}

// Format keeps the properties, some of them secret, out of every log line.
func (p *Profile) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "profile %q", p.Name) }

// Managed reports whether it is a role profile of xrole's.
func (p *Profile) Managed() bool { return p.Properties["xrole_role_arn"] != "" }

// Get returns the value of xrole_key, else of key, else "".
func (p *Profile) Get(key string) string { return p.Properties[p.key(key)] }

// key is the name under which Get finds a value.
func (p *Profile) key(key string) string {
	if p.Properties["xrole_"+key] != "" {
		return "xrole_" + key
	}
	return key
}

// static reports whether the profile holds a pair of keys.
func (p *Profile) static() bool {
	return p.Properties["aws_access_key_id"] != "" && p.Properties["aws_secret_access_key"] != ""
}

// Secret reports whether the value of a key must not be shown: one of the
// secret keys of AWS, or what an AWS tool's own process may call one.
func Secret(key string) bool {
	key = strings.ToLower(key)
	return secretWord(key) && !strings.HasSuffix(key, "_token_file")
}

func secretWord(lower string) bool {
	return strings.Contains(lower, "secret") || strings.Contains(lower, "token") || strings.Contains(lower, "password")
}

// Public are the properties without the secrets among them; of a nested
// block, the lines that hold one lose their value, and of a command that may have one
// among its arguments, only the first word is left.
func (p *Profile) Public() map[string]string {
	public := make(map[string]string, len(p.Properties))
	for key, value := range p.Properties {
		if Secret(key) {
			continue
		}
		lines := strings.Split(value, "\n")
		for i, line := range lines {
			if name, _, found := strings.Cut(line, "="); found && Secret(strings.TrimSpace(name)) {
				lines[i] = strings.TrimSpace(name) + " = [redacted]"
			}
		}
		public[key] = strings.Join(lines, "\n")
		if name := strings.TrimPrefix(key, Prefix); name == "mfa_process" || name == "credential_process" {
			public[key] = PublicCommand(value)
		}
	}
	return public
}

// PublicCommand is what may be shown of a command line: the whole of one that
// calls xrole, else its first word and an ellipsis for its arguments, of which one may be
// a TOTP seed or a password.
func PublicCommand(command string) string {
	if callsXrole(command) {
		return command
	}
	end := strings.IndexAny(command, " \t\n")
	if strings.HasPrefix(command, `"`) {
		end = strings.IndexByte(command[1:], '"') + 2
	}
	switch {
	case end < 0 || end == len(command):
		return command
	case end == 1 || strings.Contains(command[:end], "="): // a quote that is not closed; a variable for a shell
		return "…"
	}
	return command[:end] + " …"
}

// malformed is the error for a line that can't be read.
func (f *file) malformed(bad *syntaxError) error {
	return fault.New(fault.Config, "%s:%d: %s: %s", f.path, bad.line, bad.what, quoteLine(bad.text, f.secret)).
		WithHint("correct line %d of %s", bad.line, f.path)
}

// quoteLine shows a malformed line, but nothing of it that could be a secret:
// in the credentials file only a header or the name of a key.
func quoteLine(line []byte, secret bool) string {
	const most = 80
	text := strings.ToValidUTF8(strings.Trim(string(line), blanks), "?")
	if !strings.HasPrefix(text, "[") {
		key := text[:len(text)-len(strings.TrimLeft(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"))]
		delimited := key != text && strings.ContainsAny(text[len(key):len(key)+1], " \t:=")
		sensitive := secretWord(strings.ToLower(text))
		switch {
		case (secret || sensitive) && key != "" && delimited:
			return fmt.Sprintf("%q and a value that is not shown", key)
		case secret || sensitive || keyLike(text):
			return "a text that is not shown, as it may be a secret"
		}
	}
	if r := []rune(text); len(r) > most {
		text = string(r[:most]) + "…"
	}
	return fmt.Sprintf("%q", text)
}

// keyLike holds for a text with a word that could be a secret key: 30 or more
// characters of base64 and nothing that occurs in an ARN, URL or file name.
func keyLike(text string) bool {
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t:=\"'", r) }) {
		if len(word) >= 30 && !strings.ContainsAny(word, "._-") {
			return true
		}
	}
	return false
}

func (s *Set) notFound(name string) error {
	err := fault.New(fault.Config, "profile %q not found in %s", name, s.config.path)
	for sec := range s.config.sections.all() {
		if sec.typ == typeOther && string(s.config.name(sec)) == name && validName([]byte(name)) {
			return err.WithHint("write line %d of %s as [profile %s]", sec.line, s.config.path, name)
		}
	}
	if near := guess.Nearest(name, s.Names()); near != "" {
		return err.WithHint("did you mean %q?", near)
	}
	return err.WithHint("xrole profile list")
}
