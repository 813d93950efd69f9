package policy

import (
	"encoding/base64"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

func anything(string) bool { return true }

func equalStrings(have, want string, vars lookup) bool {
	return have == literal(want, vars)
}

func equalFold(have, want string, vars lookup) bool {
	return strings.EqualFold(have, literal(want, vars))
}

func likeStrings(have, want string, vars lookup) bool {
	pattern, _, ok := compile(want, true, vars)
	return ok && glob(pattern, have)
}

// literal puts in the variables; wildcards stay what they are.
func literal(want string, vars lookup) string {
	if vars == nil || !strings.Contains(want, "${") {
		return want
	}
	pattern, _, _ := compile(want, false, vars)
	return string(pattern)
}

// likeARNs compares the six parts of an ARN one by one, so that no wildcard
// reaches across a colon; ArnEquals and ArnLike do the same.
func likeARNs(have, want string, vars lookup) bool {
	pattern, _, ok := compile(want, true, vars)
	parts := strings.SplitN(have, ":", arnHead+1)
	if !ok || len(parts) != arnHead+1 {
		return false
	}
	for i, part := range parts {
		end := len(pattern)
		if i < arnHead {
			if end = indexRune(pattern, ':'); end < 0 {
				return false
			}
		}
		if !glob(pattern[:end], part) {
			return false
		}
		pattern = pattern[min(end+1, len(pattern)):]
	}
	return true
}

func indexRune(pattern []rune, r rune) int {
	for i, p := range pattern {
		if p == r {
			return i
		}
	}
	return -1
}

func isBool(s string) bool { return strings.EqualFold(s, "true") || strings.EqualFold(s, "false") }

func isBase64(s string) bool {
	_, err := base64.StdEncoding.DecodeString(s)
	return err == nil
}

func equalBytes(have, want string, _ lookup) bool {
	h, err1 := base64.StdEncoding.DecodeString(have)
	w, err2 := base64.StdEncoding.DecodeString(want)
	return err1 == nil && err2 == nil && string(h) == string(w)
}

func isNetwork(s string) bool {
	_, ok := network(s)
	return ok
}

// network reads a CIDR range, or one address as the range of itself.
func network(s string) (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(s); err == nil {
		return p, true
	}
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" {
		return netip.Prefix{}, false
	}
	a = a.Unmap()
	return netip.PrefixFrom(a, a.BitLen()), true
}

func inNetwork(have, want string, _ lookup) bool {
	a, err := netip.ParseAddr(have)
	n, ok := network(want)
	return err == nil && ok && n.Contains(a.Unmap())
}

func numeric(holds func(int) bool) *family {
	return &family{
		match: func(have, want string, _ lookup) bool {
			h, ok1 := number(have)
			w, ok2 := number(want)
			return ok1 && ok2 && holds(compare(h, w))
		},
		valid: func(s string) bool { _, ok := number(s); return ok },
		bare:  true,
	}
}

// number reads an integer or a decimal; strconv alone would also take
// infinities, hexadecimal and underscores.
func number(s string) (float64, bool) {
	if strings.Trim(s, "+-.0123456789eE") != "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func date(holds func(int) bool) *family {
	return &family{
		match: func(have, want string, _ lookup) bool {
			h, ok1 := instant(have)
			w, ok2 := instant(want)
			return ok1 && ok2 && holds(h.Compare(w))
		},
		valid: func(s string) bool { _, ok := instant(s); return ok },
		bare:  true,
	}
}

// dateLayouts are the forms of the W3C note on ISO 8601 that IAM names; Go
// reads fractions of a second without being told.
var dateLayouts = []string{"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04Z07:00", "2006-01-02", "2006-01", "2006"}

// instant reads a date or seconds since 1970. Four digits alone are a year.
func instant(s string) (time.Time, bool) {
	for _, layout := range dateLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	seconds, err := strconv.ParseInt(s, 10, 64)
	return time.Unix(seconds, 0), err == nil
}
