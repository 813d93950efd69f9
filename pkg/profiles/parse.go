package profiles

import (
	"bytes"
	"strings"

	"gopkg.in/ini.v1"
)

// iniOptions turn off everything by which ini.v1 reinterprets a value.
var iniOptions = ini.LoadOptions{
	IgnoreContinuation:      true,
	IgnoreInlineComment:     true,
	PreserveSurroundedQuote: true,
	KeyValueDelimiters:      "=",
}

// Values go through ini.v1 on one line each.
var (
	escape   = strings.NewReplacer(`\`, `\\`, "\n", `\n`)
	unescape = strings.NewReplacer(`\\`, `\`, `\n`, "\n")
)

// render appends the entries in the one form that ini.v1 hands back unchanged.
func render(b *bytes.Buffer, data []byte, list []entry) {
	for _, e := range list {
		if e.valid {
			b.WriteByte('.') // ini.v1 would number keys that are named "-"
			b.WriteString(e.key)
			b.WriteString(` = """`)
			_, _ = escape.WriteString(b, e.text(data))
			b.WriteString("\"\"\"\n")
		}
	}
}

// parse merges rendered entries: the last of several equal keys wins.
func parse(b *bytes.Buffer) (map[string]string, error) {
	if b.Len() == 0 {
		return map[string]string{}, nil
	}
	f, err := ini.LoadSources(iniOptions, b.Bytes())
	if err != nil {
		return nil, err
	}
	f.BlockMode = false
	keys := f.Section("").Keys()
	props := make(map[string]string, len(keys))
	for _, k := range keys {
		props[k.Name()[1:]] = unescape.Replace(k.Value())
	}
	return props, nil
}
