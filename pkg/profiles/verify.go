package profiles

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/xrole/xrole/internal/fault"
)

// check refuses what could not be written or would be read as something else.
func (e Edit) check() error {
	seen := make(map[string]bool)
	for _, key := range e.keys() {
		if !ascii(key, 1, 256, "-.") || key[0] == '-' {
			return fault.New(fault.Usage, "%q is not a key: letters, digits and _-. only", key)
		}
		lower := strings.ToLower(key)
		if seen[lower] {
			return fault.New(fault.Usage, "key %q is changed twice", key)
		}
		seen[lower] = true
	}
	for _, p := range e.Set {
		if why := unwritable(p.Value); why != "" {
			err := fault.New(fault.Usage, "the value for %s can't be written: it %s", p.Key, why)
			if strings.HasSuffix(p.Key, "_process") {
				return err.WithHint("put the command into a script, and name that")
			}
			return err.WithHint("write %s without it", p.Key)
		}
	}
	return nil
}

func (e Edit) keys() []string {
	keys := slices.Clone(e.Unset)
	for _, p := range e.Set {
		keys = append(keys, p.Key)
	}
	return keys
}

// unwritable says why a value would not read back, "" if it would.
func unwritable(value string) string {
	if !utf8.ValidString(value) {
		return "is not UTF-8"
	}
	for _, r := range value {
		if r == '\n' || r == '\r' {
			return "has more than one line"
		}
		// AWS tools differ on which of the rarer characters end a line.
		if r != '\t' && (unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == '\ufeff') {
			return "has a control character"
		}
	}
	if strings.TrimSpace(value) != value {
		return "begins or ends with white space, which would be lost"
	}
	for i := range len(value) {
		if (value[i] == '#' || value[i] == ';') && (i == 0 || isSpace(value[i-1])) {
			return "would be cut at a # or ; after white space, as a comment"
		}
	}
	return ""
}

// verify reads both versions and refuses a result that is not exactly the
// intended change: a last net below the rules above.
func verify(old, changed []byte, header Header, e Edit) error {
	want, err := values(old, header)
	if err != nil {
		return err
	}
	for _, key := range e.Unset {
		delete(want, strings.ToLower(key))
	}
	for _, p := range e.Set {
		want[strings.ToLower(p.Key)] = p.Value
	}
	got, err := values(changed, header)
	if err != nil {
		return err
	}
	if !maps.Equal(got, want) {
		return fault.New(fault.Config, "the change of %s would not read back as intended", header).
			WithHint("edit the file by hand")
	}
	return nil
}

// values reads the section's properties as [Set.Profile] does.
func values(data []byte, header Header) (map[string]string, error) {
	named, err := header.in(data)
	if err != nil {
		return nil, err
	}
	f := file{path: anonymous, data: data, secret: header.Type == ""}
	var b bytes.Buffer
	if err := f.render(&b, named); err != nil {
		return nil, err
	}
	return parse(&b)
}
