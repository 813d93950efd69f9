package profiles

import (
	"strings"

	"github.com/xrole/xrole/internal/fault"
)

// ProcessCommand is the credential_process of a role profile. botocore splits
// it into words itself, the other SDKs hand it to sh or cmd, and Go strips quotes
// from its end and turns `\n` within it into a newline: so only the
// path is ever quoted, always with double quotes, and a path that all of them
// can't be made to read alike is refused.
func ProcessCommand(executable, profile, goos string) (string, error) {
	if err := ProfileName(profile); err != nil {
		return "", err
	}
	path := executable
	special := "\"'`$\\\n\r"
	if goos == "windows" {
		special = "\"%!&|<>^\n\r"
		if strings.Contains(path, `\n`) {
			path = strings.ReplaceAll(path, `\`, "/")
		}
	}
	switch {
	case path == "":
		return "", fault.New(fault.Usage, "the path of xrole is not known")
	case strings.ContainsAny(path, special) || unwritable(path) != "" || path[0] == '~':
		return "", fault.New(fault.Usage, "the path %q can't be written so that every AWS tool reads it", executable).
			WithHint("put xrole into a folder whose path has only letters, digits, blanks and /._-")
	}
	if !plainPath(path, goos) {
		path = `"` + path + `"`
	}
	return path + " credentials " + profile, nil
}

// plainPath holds for a path that no shell needs quoted. cmd takes what
// follows a slash for a switch.
func plainPath(path, goos string) bool {
	for _, c := range []byte(path) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_', c == '-', c == '.', c == '+':
		case c == '/' && goos != "windows", (c == '\\' || c == ':') && goos == "windows":
		default:
			return false
		}
	}
	return true
}
