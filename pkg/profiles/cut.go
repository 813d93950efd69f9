package profiles

import (
	"bytes"

	"github.com/xrole/xrole/internal/fault"
)

// Cut returns data without one section. What [Splice] appended, Cut takes away
// to the byte, blank line included. Comments that a blank line separates from
// the section, or that stand right above the next header, are kept: they may
// not be the section's.
//
// Cut refuses, with a [fault.Error] of kind Config, a malformed file, a
// section that does not exist, and a name that several sections have.
func Cut(data []byte, header Header) ([]byte, error) {
	data, restore := withFinalNewline(data)
	named, err := header.in(data)
	if err != nil {
		return nil, err
	}
	switch {
	case len(named) == 0:
		return nil, fault.New(fault.Config, "there is no section %s", header)
	case len(named) > 1:
		return nil, fault.New(fault.Config, "there are %d sections %s, in lines %d and %d", len(named), header, named[0].line, named[1].line).
			WithHint("remove all but one of them, then try again")
	}
	sec := named[0]
	list, err := header.entries(data, sec)
	if err != nil {
		return nil, err
	}
	start, end := sec.start, sec.body
	if len(list) > 0 {
		end = list[len(list)-1].tail
	}
	end = ownComments(data, end, sec.end)
	if end < len(data) {
		return restore(join(data[:start], data[end:])), nil
	}
	// The last section goes with the blank line above it.
	head := data[:start]
	if above := trimLineEnd(head); len(above) < len(head) && (len(above) == 0 || above[len(above)-1] == '\n') {
		head = above
	}
	return restore(join(head, nil)), nil
}

// ownComments moves the end of a section over the comments that follow without
// a blank line, unless they lead to the next header, and over the blank lines below.
func ownComments(data []byte, end, limit int) int {
	at := end
	for at < limit {
		next := nextLine(data, at, limit)
		if line := data[at:next]; isBlank(line) {
			break
		}
		at = next
	}
	if at == limit && limit < len(data) { // comments right above a header
		return end
	}
	for at < limit {
		next := nextLine(data, at, limit)
		if !isBlank(data[at:next]) {
			break
		}
		at = next
	}
	return at
}

func nextLine(data []byte, at, limit int) int {
	if i := bytes.IndexByte(data[at:limit], '\n'); i >= 0 {
		return at + i + 1
	}
	return limit
}

func join(a, b []byte) []byte { return append(append(make([]byte, 0, len(a)+len(b)), a...), b...) }
