package profiles

import (
	"bytes"
	"hash/maphash"
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
// type, the others depend on the name's length and last letters.
func keyOf(typ sectionType, name []byte) uint32 {
	h := uint32(len(name))
	for _, c := range name[max(0, len(name)-4):] {
		h = h*31 + uint32(c)
	}
	return h<<3 | uint32(typ)
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
// above it. It is a hash table without the cost of a map, for `profile show`
// among 10,000 profiles.
func (t *table) repeated(found func(last, again section)) {
	seed := maphash.MakeSeed()
	mask := uint64(1)<<bits.Len(uint(2*len(t.marks))) - 1
	slots := make([]int32, mask+1) // the last section's index, from 1
	for i := range t.marks {
		name := t.nameAt(i)
		at := maphash.Bytes(seed, name) & mask
		for ; slots[at] != 0; at = (at + 1) & mask {
			if last := int(slots[at] - 1); t.marks[last].key == t.marks[i].key && bytes.Equal(t.nameAt(last), name) {
				found(t.at(last), t.at(i))
				break
			}
		}
		slots[at] = int32(i + 1)
	}
}

func (t *table) name(s section) []byte { return t.names[s.nameStart:s.nameEnd] }
