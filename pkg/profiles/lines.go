package profiles

import (
	"bytes"
	"strings"
)

// entry is one property of a section with the lines that continue it, in byte
// offsets of the file. Reading and writing share it, so that what is changed
// is exactly what was read.
type entry struct {
	key        string // lower case
	valid      bool   // an invalid name is ignored, and its continuation with it
	line       int    // from 1
	start, end int    // its first line, line end included
	valStart   int    // the value on the first line, without blanks and comment
	valEnd     int
	more       []span // its continuation lines
	// tail is the end of the last indented line below, comments included: a new
	// property may stand there and can't capture any of them.
	tail int
}

// span is a line, line end included.
type span struct{ start, end int }

// entries takes a section apart.
func entries(data []byte, s section) ([]entry, *syntaxError) {
	var list []entry
	for at, n := s.body, s.line+1; at < s.end; n++ {
		next := s.end
		if i := bytes.IndexByte(data[at:s.end], '\n'); i >= 0 {
			next = at + i + 1
		}
		line := data[at:next]
		indented := line[0] == ' ' || line[0] == '\t'
		switch {
		case isBlank(line):
		case isComment(line):
			if indented && len(list) > 0 {
				list[len(list)-1].tail = next
			}
		case indented:
			if len(list) == 0 {
				return nil, &syntaxError{n, "nothing to continue: a property begins at the start of its line", line}
			}
			e := &list[len(list)-1]
			if e.valid && e.valStart == e.valEnd {
				if key, _, found := bytes.Cut(line, []byte("=")); !found || isBlank(key) {
					return nil, &syntaxError{n, "a line of a nested block must be `name = value`", line}
				}
			}
			e.more, e.tail = append(e.more, span{at, next}), next
		default:
			e, what := property(data, at, next)
			if what != "" {
				return nil, &syntaxError{n, what, line}
			}
			e.line = n
			list = append(list, e)
		}
		at = next
	}
	return list, nil
}

// property reads the line data[start:end] as `key = value # comment`.
func property(data []byte, start, end int) (entry, string) {
	line := data[start:end]
	i := bytes.IndexByte(line, '=')
	if i < 0 {
		return entry{}, "no equals sign"
	}
	key := bytes.Trim(line[:i], blanks)
	if len(key) == 0 {
		return entry{}, "no key before the equals sign"
	}
	stop := len(line)
	if stop > 0 && line[stop-1] == '\n' {
		stop--
	}
	for j := i + 2; j < stop; j++ {
		if (line[j] == '#' || line[j] == ';') && isSpace(line[j-1]) {
			stop = j
			break
		}
	}
	from, to := trimSpan(line, i+1, stop)
	if from == to { // keep `key =` in front of an inserted value
		from, to = i+1, i+1
	}
	return entry{
		key:   strings.ToLower(string(key)),
		valid: validName(key),
		start: start, end: end, tail: end,
		valStart: start + from, valEnd: start + to,
	}, ""
}

// text is the value as it is handed on: lines joined by newlines. A nested
// block begins with a newline, which [Profile] takes away.
func (e entry) text(data []byte) string {
	first := data[e.valStart:e.valEnd]
	if len(e.more) == 0 {
		return string(first)
	}
	var b strings.Builder
	b.Write(first)
	for _, m := range e.more {
		b.WriteByte('\n')
		b.Write(bytes.Trim(data[m.start:m.end], blanks))
	}
	return b.String()
}
