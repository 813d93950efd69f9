package profiles

import (
	"bytes"
)

// sectionType is what a section header declares.
type sectionType uint8

const (
	typeOther    sectionType = iota // another tool's, or an invalid name: never read
	typeProfile                     // [profile x]; in the credentials file [x]
	typeDefault                     // [default] in the config file, which [profile default] beats
	typeSSO                         // [sso-session x]
	typeServices                    // [services x]
	// typeSpaced is [a b] in the credentials file: what the AWS CLI writes
	// there for the profile that the config file calls [profile "a b"].
	typeSpaced
)

// section is one section's extent in a file, in byte offsets.
type section struct {
	start, body, end   int   // header line, what follows it, next header or end of file
	line               int   // of the header, from 1
	nameStart, nameEnd int32 // the name, without quotes, among the table's names
	typ                sectionType
}

// syntaxError is a line that can't be read.
type syntaxError struct {
	line int
	what string
	text []byte
}

const blanks = " \t\n\v\f\r"

var bom = []byte("\xef\xbb\xbf")

// scanner finds the sections of a file that it is given piece by piece. It
// allocates a table and nothing else: it runs over 10,000 profiles before each
// warm `xrole credentials`.
type scanner struct {
	credentials bool
	sections    table
	line        int  // lines seen
	offset      int  // bytes seen
	reading     bool // in a section that is not another tool's
	bom         bool // the file begins with a byte order mark
}

// feed takes the complete lines of the next piece, with final also a last line
// without its end, and returns how many bytes they are.
func (sc *scanner) feed(data []byte, final bool) (int, *syntaxError) {
	at := 0
	if sc.offset == 0 && bytes.HasPrefix(data, bom) {
		at, sc.bom = len(bom), true
	}
	for at < len(data) {
		line := data[at:]
		if i := bytes.IndexByte(line, '\n'); i >= 0 {
			line = line[:i+1]
		} else if !final {
			break
		}
		sc.line++
		// What nearly all lines are, without a call: a blank one, `key = value`.
		if c := line[0]; c != '\n' && (c < 'a' || !sc.reading || bytes.IndexByte(line, '=') < 0) {
			if what := sc.take(line, sc.offset+at); what != "" {
				return 0, &syntaxError{sc.line, what, line}
			}
		}
		at += len(line)
	}
	sc.offset += at
	sc.sections.size = sc.offset
	return at, nil
}

// take looks at one line and says what is wrong with it, "" if nothing is.
func (sc *scanner) take(line []byte, at int) string {
	first := sc.sections.len() == 0
	switch line[0] {
	case '\n', '#', ';':
	case '[':
		typ, from, to := plainHeader(line, sc.credentials)
		what := ""
		if typ == typeOther {
			typ, from, to, what = header(line, sc.credentials)
		}
		if what != "" {
			return what
		}
		sc.reading = typ != typeOther
		sc.sections.add(section{start: at, body: at + len(line), line: sc.line, typ: typ}, line[from:to])
	case ' ', '\t', '\r', '\v', '\f':
		if first && !isBlank(line) && !isComment(line) {
			return "nothing to continue"
		}
	default:
		if first {
			return "property before the first section"
		}
		if sc.reading {
			return assignment(line)
		}
	}
	return ""
}

// assignment says what is wrong with a line that should be `key = value`, for
// the whole file: a colon will do, because botocore takes it.
func assignment(line []byte) string {
	switch bytes.IndexByte(line, '=') {
	case 0:
		return "no key before the equals sign"
	case -1:
		switch bytes.IndexByte(line, ':') {
		case 0:
			return "no key before the colon"
		case -1:
			return "no equals sign"
		}
	}
	return ""
}

// plainHeader reads the headers that nearly all profiles have, [profile x] or
// [x] with nothing behind them, in one go; typeOther sends to [header].
func plainHeader(line []byte, credentials bool) (typ sectionType, from, to int) {
	from = 1
	if !credentials {
		from += len("profile ")
		if !bytes.HasPrefix(line, []byte("[profile ")) {
			return typeOther, 0, 0
		}
	}
	for to = from; to < len(line) && nameByte[line[to]]; to++ {
	}
	if to == from || len(line) != to+2 || line[to] != ']' || line[to+1] != '\n' {
		return typeOther, 0, 0
	}
	return typeProfile, from, to
}

// header reads a header line: its type, and where in it the name stands. what
// says what is wrong, "" for a header that can be read.
func header(line []byte, credentials bool) (typ sectionType, from, to int, what string) {
	end := headerEnd(line)
	if end < 0 {
		return 0, 0, 0, "section header without its closing bracket"
	}
	for rest := end + 1; rest < len(line); rest++ {
		if c := line[rest]; c == '#' || c == ';' {
			break
		} else if !isSpace(c) {
			return 0, 0, 0, "text after the closing bracket"
		}
	}
	from, to = trimSpan(line, 1, end)
	if credentials {
		switch name := line[from:to]; {
		case validName(name):
			typ = typeProfile
		case bytes.ContainsAny(name, " \t"):
			typ = typeSpaced
		}
		return typ, from, to, ""
	}
	i := from
	for i < to && line[i] != ' ' && line[i] != '\t' {
		i++
	}
	if i == to {
		if string(line[from:to]) == "default" {
			typ = typeDefault
		}
		return typ, from, to, ""
	}
	switch string(line[from:i]) {
	case "profile":
		typ = typeProfile
	case "sso-session":
		typ = typeSSO
	case "services":
		typ = typeServices
	default:
		return typeOther, from, to, ""
	}
	from, to = trimSpan(line, i, to)
	switch name := line[from:to]; {
	case validName(name):
		return typ, from, to, ""
	case len(name) > 2 && (name[0] == '"' || name[0] == '\'') && name[len(name)-1] == name[0]:
		return typ, from + 1, to - 1, ""
	}
	return typeOther, from, to, ""
}

// headerEnd is the index of the bracket that closes a header, or -1. A comment
// can't begin before it, except within a quoted name.
func headerEnd(line []byte) int {
	for i := 1; i < len(line); i++ {
		switch line[i] {
		case ']':
			return i
		case '#', ';':
			return -1
		case '"', '\'':
			if prev := line[i-1]; prev != ' ' && prev != '\t' {
				continue // an apostrophe
			}
			if n := bytes.IndexByte(line[i+1:], line[i]); n >= 0 {
				i += n + 1
			}
		}
	}
	return -1
}

func trimSpan(line []byte, from, to int) (int, int) {
	for from < to && isSpace(line[from]) {
		from++
	}
	for to > from && isSpace(line[to-1]) {
		to--
	}
	return from, to
}

// isSpace holds for the ASCII white space that is trimmed.
func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// validName holds for profile and key names that the specification allows.
func validName(name []byte) bool {
	for _, c := range name {
		if !nameByte[c] {
			return false
		}
	}
	return len(name) > 0
}

var nameByte = func() (set [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-/.%@:+") {
		set[c] = true
	}
	return set
}()

func isBlank(line []byte) bool { return len(bytes.Trim(line, blanks)) == 0 }

func isComment(line []byte) bool {
	line = bytes.TrimLeft(line, blanks)
	return len(line) > 0 && (line[0] == '#' || line[0] == ';')
}
