package profiles

// Section is one section of a config file as it stands there: unlike a
// [Profile], it is merged with no other.
type Section struct {
	// Header says what it is. The type of another tool's section is empty, and
	// its name all that stands between the brackets.
	Header Header
	// Start and End are its extent in bytes, its header line included; it ends
	// where the next one begins.
	Start, End int
	Line       int // of the header, from 1

	file *file
	at   section
}

// Assignment is one key of a section, in lower case, with its value. A
// continued or nested value is one string, its lines joined by newlines.
type Assignment struct {
	Key, Value string
	Line       int // from 1
}

// Sections finds the sections of a config file's content, in its order. The
// path stands in errors only, which are those of [Load].
func Sections(path string, data []byte) ([]Section, error) {
	f, err := newFile(path, data, false)
	if err != nil {
		return nil, err
	}
	list := make([]Section, 0, f.sections.len())
	for s := range f.sections.all() {
		h := Header{Name: string(f.name(s))}
		switch s.typ {
		case typeProfile, typeDefault:
			h.Type = "profile"
		case typeSSO:
			h.Type = "sso-session"
		case typeServices:
			h.Type = "services"
		}
		list = append(list, Section{Header: h, Start: s.start, End: s.end, Line: s.line, file: &f, at: s})
	}
	return list, nil
}

// Assignments takes the section apart: every key, also one that stands twice
// or that AWS tools would ignore. The error is a [fault.Error] of kind Config.
func (s Section) Assignments() ([]Assignment, error) {
	data, entries, err := s.file.entries(s.at)
	if err != nil {
		return nil, err
	}
	list := make([]Assignment, len(entries))
	for i, e := range entries {
		list[i] = Assignment{Key: e.key, Value: e.text(data), Line: e.line}
	}
	return list, nil
}
