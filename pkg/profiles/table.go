package profiles

import (
	"encoding/binary"
	"iter"
	"math/bits"
)

// table is the sections of a file, packed: among 10,000 profiles it is the
// memory for all sections, page by page, that costs the most time.
type table struct {
	marks []mark
	names []byte // the sections' names, end to end
	size  int    // of what was scanned: where the last section ends
}

// mark is a section without what follows from the next one.
type mark struct {
	start, body, line int32
	name              int32  // where it begins among the names
	key               uint32 // see keyOf
}

// keyOf tells most sections apart in one comparison: its low bits are the
// type, the others come of the name's length and last letters.
func keyOf(typ sectionType, name []byte) uint32 {
	h := uint32(len(name))
	if end := len(name) - 4; end >= 0 {
		h += binary.LittleEndian.Uint32(name[end:])
	} else {
		for _, c := range name {
			h = h<<8 + uint32(c)
		}
	}
	return h*0x9e3779b1&^7 | uint32(typ)
}

func (m mark) typ() sectionType { return sectionType(m.key & 7) }

func (t *table) len() int { return len(t.marks) }

func (t *table) at(i int) section {
	m := t.marks[i]
	s := section{
		start: int(m.start), body: int(m.body), end: t.size, line: int(m.line),
		nameStart: m.name, nameEnd: int32(len(t.names)), typ: m.typ(),
	}
	if i+1 < len(t.marks) {
		s.end, s.nameEnd = int(t.marks[i+1].start), t.marks[i+1].name
	}
	return s
}

// all are the sections in the order of the file.
func (t *table) all() iter.Seq[section] {
	return func(yield func(section) bool) {
		for i := range t.marks {
			if !yield(t.at(i)) {
				return
			}
		}
	}
}

// find returns the sections of that type and name, in order.
func (t *table) find(typ sectionType, name string) []section {
	var found []section
	key := keyOf(typ, []byte(name))
	for i := range t.marks {
		if t.marks[i].key == key && string(t.nameAt(i)) == name {
			found = append(found, t.at(i))
		}
	}
	return found
}

// add appends a section. Its end and the end of its name follow from the next.
func (t *table) add(s section, name []byte) {
	t.marks = append(t.marks, mark{int32(s.start), int32(s.body), int32(s.line), int32(len(t.names)), keyOf(s.typ, name)})
	t.names = append(t.names, name...)
}

// nameAt is at(i)'s name, in less time.
func (t *table) nameAt(i int) []byte {
	if i+1 < len(t.marks) {
		return t.names[t.marks[i].name:t.marks[i+1].name]
	}
	return t.names[t.marks[i].name:]
}

// repeated calls found for every section that has the type and the name of one
// above it. Only those whose keys share a bit in a small set are compared: a map of
// all would take longer than the scan.
func (t *table) repeated(found func(last, again section)) {
	size := bits.Len(uint(8 * len(t.marks)))
	seen, shared := make([]uint64, 1<<size/64+1), make([]uint64, 1<<size/64+1)
	shift := (32 - size) & 31
	for i := range t.marks {
		at := t.marks[i].key >> shift
		bit := seen[at/64] & (1 << (at % 64))
		shared[at/64] |= bit
		seen[at/64] |= 1 << (at % 64)
	}
	last := map[string]int{}
	for i := range t.marks {
		m := &t.marks[i]
		if at := m.key >> shift; shared[at/64]&(1<<(at%64)) == 0 {
			continue
		}
		id := string(append([]byte{byte(m.typ())}, t.nameAt(i)...))
		if other, again := last[id]; again {
			found(t.at(other), t.at(i))
		}
		last[id] = i
	}
}

func (t *table) name(s section) []byte { return t.names[s.nameStart:s.nameEnd] }
