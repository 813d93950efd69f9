package team

import (
	"bytes"

	"github.com/xrole/xrole/pkg/profiles"
)

// edits is what to do with a config file. A file has thousands of sections,
// and each splice reads all of what it is given, so each section is spliced by
// itself: the bytes of all others are not even looked at.
type edits struct {
	changed map[string]profiles.Edit
	removed map[string]bool
	added   []addition
}

type addition struct {
	name string
	edit profiles.Edit
}

// apply makes the new file. It ends in a newline if the old one did.
func (e edits) apply(l *local) ([]byte, error) {
	var out bytes.Buffer
	at, last := 0, ""
	for i, s := range l.sections {
		out.Write(l.data[at:s.Start])
		at = s.End
		piece, name := l.data[s.Start:s.End], s.Header.Name
		var err error
		if s.Header.Type == "profile" {
			edit, changed := e.changed[name]
			switch {
			case changed:
				piece, err = profiles.Splice(piece, s.Header, edit)
			case e.removed[name] && i == len(l.sections)-1:
				last = name
			case e.removed[name]:
				piece, err = cutBefore(piece, s.Header)
			}
			if err != nil {
				return nil, err
			}
		}
		out.Write(piece)
	}
	out.Write(l.data[at:])
	whole := out.Bytes()
	if last != "" { // it takes the blank line above it along
		var err error
		if whole, err = profiles.Cut(whole, profiles.ProfileHeader(last)); err != nil {
			return nil, err
		}
	}
	return appended(whole, e.added)
}

// next stands for the section that follows one that is cut: it decides which
// of the comments between them go.
const next = "[next]\n"

// cutBefore cuts a section that is not the last of its file.
func cutBefore(piece []byte, header profiles.Header) ([]byte, error) {
	rest, err := profiles.Cut(append(bytes.Clone(piece), next...), header)
	return bytes.TrimSuffix(rest, []byte(next)), err
}

// appended adds the new sections: the first to the file, each other to the one
// before, which alone decides how its lines end.
func appended(whole []byte, added []addition) ([]byte, error) {
	tail := whole
	for _, a := range added {
		longer, err := profiles.Splice(tail, profiles.ProfileHeader(a.name), a.edit)
		if err != nil {
			return nil, err
		}
		section := longer[len(tail):]
		whole = append(whole, section...)
		tail = bytes.TrimLeft(section, "\r\n")
	}
	return whole, nil
}
