package profiles

import (
	"bytes"
	"slices"
	"sort"
	"strings"

	"github.com/xrole/xrole/internal/fault"
)

// Header names one section of a file.
type Header struct {
	// Type is "profile", "sso-session" or "services" in the config file, and
	// empty in the credentials file, where a section's name stands alone.
	Type string
	Name string
}

// ProfileHeader is the header of a profile in the config file.
func ProfileHeader(name string) Header { return Header{Type: "profile", Name: name} }

// String is the header as a new section gets it.
func (h Header) String() string {
	if h.Type == "" || h.Type == "profile" && h.Name == "default" {
		return "[" + h.Name + "]"
	}
	return "[" + h.Type + " " + h.Name + "]"
}

// in scans data and returns the sections that the header means, in order.
func (h Header) in(data []byte) (named []section, err error) {
	f, err := newFile(anonymous, data, h.Type == "")
	if err != nil {
		return nil, err
	}
	switch h.Type {
	case "", "profile":
		named = f.profile(h.Name)
	case "sso-session":
		named = f.find(typeSSO, h.Name)
	case "services":
		named = f.find(typeServices, h.Name)
	default:
		return nil, fault.New(fault.Config, "%q is not a type of section", h.Type)
	}
	return named, nil
}

// anonymous stands for the path in errors about bytes of which none is known.
const anonymous = "the file"

// entries takes apart one of the header's sections.
func (h Header) entries(data []byte, s section) ([]entry, error) {
	f := file{path: anonymous, data: data, secret: h.Type == ""}
	_, list, err := f.entries(s)
	return list, err
}

// Property is one key and its value.
type Property struct{ Key, Value string }

// Edit says what to change in one section. Keys are compared without case.
type Edit struct {
	// Set gives keys a value, in place where the section has them, else after
	// its last property, in this order.
	Set []Property
	// Unset takes keys away; one that is not there is no error.
	Unset []string
}

// Splice returns data with one section changed, every byte outside of it and
// all comments within it as they were. A new value takes the bytes of the old one, a
// trailing comment stays. A section that does not exist is appended after
// one blank line. Line ends are those of the section, else of the file, and a file without a final
// newline stays one.
//
// Splice refuses, with a [fault.Error], a value that would not read back as it
// is (kind Usage), a malformed file, and a key that stands more than once in the
// section or in several sections of that name (kind Config).
func Splice(data []byte, header Header, e Edit) ([]byte, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	whole, restore := withFinalNewline(data)
	named, err := header.in(whole)
	if err != nil {
		return nil, err
	}
	var out []byte
	if len(named) == 0 {
		if len(e.Set) == 0 {
			return data, nil
		}
		if err := ProfileName(header.Name); err != nil {
			return nil, err
		}
		out = restore(appendSection(whole, header, e))
	} else {
		changes, err := plan(whole, header, named, e)
		if err != nil {
			return nil, err
		}
		out = restore(apply(whole, changes))
	}
	if err := verify(data, out, header, e); err != nil {
		return nil, err
	}
	return out, nil
}

// change replaces the bytes from start to end.
type change struct {
	start, end int
	text       string
}

// plan turns an edit into changes of an existing section.
func plan(data []byte, header Header, named []section, e Edit) ([]change, error) {
	at := make(map[string]entry)
	last := named[len(named)-1]
	insert := last.body
	for _, sec := range named {
		list, err := header.entries(data, sec)
		if err != nil {
			return nil, err
		}
		for _, en := range list {
			if !en.valid {
				continue
			}
			if first, twice := at[en.key]; twice && slices.ContainsFunc(e.keys(), func(k string) bool { return strings.EqualFold(k, en.key) }) {
				return nil, fault.New(fault.Config, "%s has %s twice, in lines %d and %d", header, en.key, first.line, en.line).
					WithHint("remove one of the two lines, then try again")
			}
			at[en.key] = en
		}
		if len(list) > 0 && sec.start == last.start {
			insert = list[len(list)-1].tail
		}
	}
	var changes []change
	for _, key := range e.Unset {
		if en, ok := at[strings.ToLower(key)]; ok {
			changes = append(changes, change{start: en.start, end: en.end})
			changes = append(changes, en.dropMore()...)
		}
	}
	eol := lineEnd(data[last.start:last.body], data)
	added := ""
	for _, p := range e.Set {
		en, ok := at[strings.ToLower(p.Key)]
		if !ok {
			added += p.line() + eol
			continue
		}
		changes = append(changes, en.setTo(data, p.Value))
		changes = append(changes, en.dropMore()...)
	}
	if added != "" {
		changes = append(changes, change{insert, insert, added})
	}
	return changes, nil
}

func (p Property) line() string { return strings.TrimRight(p.Key+" = "+p.Value, " ") }

// setTo puts a value where the old one stands.
func (e entry) setTo(data []byte, value string) change {
	if e.valStart == e.valEnd && value != "" {
		value = " " + value // right behind the equals sign
	}
	return change{e.valStart, e.valEnd, value}
}

func (e entry) dropMore() []change {
	var drop []change
	for _, m := range e.more {
		drop = append(drop, change{start: m.start, end: m.end})
	}
	return drop
}

// apply makes the changes, which do not overlap.
func apply(data []byte, changes []change) []byte {
	sort.SliceStable(changes, func(i, j int) bool { return changes[i].start < changes[j].start })
	var out bytes.Buffer
	at := 0
	for _, c := range changes {
		out.Write(data[at:c.start])
		out.WriteString(c.text)
		at = c.end
	}
	out.Write(data[at:])
	return out.Bytes()
}

// lineEnd is the line end of the sample, else of the file's first line, else
// a newline.
func lineEnd(sample, data []byte) string {
	for _, b := range [][]byte{sample, data} {
		if i := bytes.IndexByte(b, '\n'); i > 0 && b[i-1] == '\r' {
			return "\r\n"
		} else if i >= 0 {
			return "\n"
		}
	}
	return "\n"
}

func trimLineEnd(data []byte) []byte {
	data, _ = bytes.CutSuffix(data, []byte("\n"))
	data, _ = bytes.CutSuffix(data, []byte("\r"))
	return data
}

// withFinalNewline returns data as a file whose last line is ended, and what
// takes that line end away again from the result.
func withFinalNewline(data []byte) (whole []byte, restore func([]byte) []byte) {
	if len(bytes.TrimPrefix(data, bom)) == 0 || data[len(data)-1] == '\n' {
		return data, func(b []byte) []byte { return b }
	}
	if data[len(data)-1] == '\r' { // a stray one, not ours to take away
		return join(data, []byte("\n")), func(b []byte) []byte { return bytes.TrimSuffix(b, []byte("\n")) }
	}
	return join(data, []byte(lineEnd(nil, data))), func(b []byte) []byte {
		if trimmed := trimLineEnd(b); len(trimmed) > 0 && trimmed[len(trimmed)-1] != '\n' {
			return trimmed
		}
		return b // it ends in a blank line now, which was there
	}
}

// appendSection writes a new section at the end of the file.
func appendSection(data []byte, header Header, e Edit) []byte {
	eol := lineEnd(nil, data)
	text := header.String() + eol
	for _, p := range e.Set {
		text += p.line() + eol
	}
	if len(bytes.TrimPrefix(data, bom)) > 0 {
		text = eol + text
	}
	return join(data, []byte(text))
}
