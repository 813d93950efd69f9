package mfa

import (
	"errors"
	"strings"
)

var (
	errQuote  = errors.New("a quotation mark is not closed")
	errEscape = errors.New("a backslash stands at the end")
)

// splitUnix cuts a command line into arguments the way botocore does with a
// credential_process outside Windows, that is by the rules of Python's
// shlex.split: white space separates; single quotes keep everything; in double
// quotes a backslash escapes only itself and the quote; elsewhere it escapes
// any character. No variables, no globs, no comments.
func splitUnix(s string) ([]string, error) {
	var args []string
	var arg strings.Builder
	var quote rune // the open quote, 0 outside
	started, escaped := false, false
	for _, r := range s {
		switch {
		case escaped:
			if quote == '"' && r != '"' && r != '\\' {
				arg.WriteByte('\\')
			}
			arg.WriteRune(r)
			escaped = false
		case r == '\\' && quote != '\'':
			started, escaped = true, true
		case quote != 0:
			if r == quote {
				quote = 0
			} else {
				arg.WriteRune(r)
			}
		case r == '"' || r == '\'':
			started, quote = true, r
		case strings.ContainsRune(" \t\r\n", r):
			if started {
				args = append(args, arg.String())
			}
			arg.Reset()
			started = false
		default:
			started = true
			arg.WriteRune(r)
		}
	}
	switch {
	case escaped:
		return nil, errEscape
	case quote != 0:
		return nil, errQuote
	case started:
		args = append(args, arg.String())
	}
	return args, nil
}

// splitWindows is the same for Windows, where botocore follows the rules of
// the C run-time: spaces and tabs separate, double quotes keep them, and
// backslashes count only before a double quote, in pairs.
func splitWindows(s string) ([]string, error) {
	var args []string
	var arg strings.Builder
	quoted, started := false, false
	slashes := 0
	for i := range len(s) {
		c := s[i]
		if c == '\\' {
			slashes++
			continue
		}
		if c == '"' {
			arg.WriteString(strings.Repeat(`\`, slashes/2))
			if slashes%2 == 1 {
				arg.WriteByte('"')
			} else {
				quoted = !quoted
			}
			slashes, started = 0, true
			continue
		}
		if slashes > 0 {
			arg.WriteString(strings.Repeat(`\`, slashes))
			slashes, started = 0, true
		}
		if (c == ' ' || c == '\t') && !quoted {
			if started {
				args = append(args, arg.String())
			}
			arg.Reset()
			started = false
			continue
		}
		arg.WriteByte(c)
		started = true
	}
	if quoted {
		return nil, errQuote
	}
	if slashes > 0 {
		arg.WriteString(strings.Repeat(`\`, slashes))
		started = true
	}
	if started {
		args = append(args, arg.String())
	}
	return args, nil
}
