package mfa

import (
	"strings"
	"unicode/utf8"
)

// verdict is what a byte means for the line that is being typed.
type verdict int

const (
	more     verdict = iota // the line goes on
	finished                // Enter
	refused                 // the person says no
)

// The control characters that have a meaning at the prompt. They are fixed
// rather than read from the terminal's settings: these work everywhere.
const (
	ctrlC     = 0x03
	ctrlD     = 0x04
	ctrlH     = 0x08
	ctrlU     = 0x15
	ctrlW     = 0x17
	escape    = 0x1b
	ctrlSlash = 0x1c // Ctrl-\
	del       = 0x7f
)

// line is a line being typed without the kernel's help (ICANON off), kept to
// maxInput bytes.
type line struct {
	buf []byte
	esc escState
}

// escState is where we are in an escape sequence. Sequences are dropped whole:
// Delete is ESC [ 3 ~, and its 3 must not become part of the code.
type escState int

const (
	escNone  escState = iota
	escStart          // after ESC
	escCSI            // after ESC [: parameters up to a byte from @ to ~
	escOne            // after ESC O: one byte more
)

// feed takes the next byte from the terminal.
func (l *line) feed(b byte) verdict {
	switch b {
	case '\r', '\n':
		return finished
	case ctrlC, ctrlSlash:
		return refused
	}
	if l.esc != escNone {
		l.esc = l.esc.next(b)
		return more
	}
	switch b {
	case ctrlD:
		if len(l.buf) == 0 {
			return refused
		}
	case ctrlH, del:
		_, size := utf8.DecodeLastRune(l.buf)
		l.buf = l.buf[:len(l.buf)-size]
	case ctrlU:
		l.buf = l.buf[:0]
	case ctrlW:
		s := strings.TrimRight(string(l.buf), " ")
		l.buf = l.buf[:strings.LastIndexByte(s, ' ')+1]
	case escape:
		l.esc = escStart
	default:
		if b >= ' ' && len(l.buf) < maxInput {
			l.buf = append(l.buf, b)
		}
	}
	return more
}

func (s escState) next(b byte) escState {
	switch {
	case s == escStart && b == '[':
		return escCSI
	case s == escStart && b == 'O':
		return escOne
	case s == escCSI && (b < '@' || b > '~'):
		return escCSI
	}
	return escNone
}

// text is what has been typed, without the white space around it.
func (l *line) text() string { return strings.TrimSpace(string(l.buf)) }
