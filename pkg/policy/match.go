package policy

import (
	"strings"
	"unicode/utf8"
)

// glob reports whether text as a whole matches the pattern.
func glob(pattern []rune, text string) bool {
	p, t := 0, 0
	star, resume := -1, 0 // the last "*" seen, and the text after what it took
	for t < len(text) {
		r, size := utf8.DecodeRuneInString(text[t:])
		switch {
		case p < len(pattern) && pattern[p] == anyRun:
			star, resume = p, t
			p++
		case p < len(pattern) && (pattern[p] == anyOne || pattern[p] == r):
			p++
			t += size
		case star >= 0:
			_, size := utf8.DecodeRuneInString(text[resume:])
			resume += size
			p, t = star+1, resume
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == anyRun {
		p++
	}
	return p == len(pattern)
}

// matchAction follows "IAM JSON policy elements: Action": without regard to
// case, "*" and "?" anywhere. The action is in lower case already.
func matchAction(pattern, action string) bool {
	if pattern == "*" {
		return true
	}
	if !strings.ContainsAny(pattern, "*?") {
		return strings.EqualFold(pattern, action)
	}
	compiled, _, _ := compile(strings.ToLower(pattern), true, nil)
	return glob(compiled, action)
}

// arnHead is the number of segments of an ARN before the resource part.
const arnHead = 5

// matchResource follows "IAM JSON policy elements: Resource". A wildcard in one
// of the first five segments of the ARN stays in it, unless it is the last
// character of its segment: then it may run on across colons. In the resource
// part a colon is a character like others. Variables work in the resource part
// only ("IAM policy elements: Variables and tags"); missing is the name of one
// that the call does not carry.
func matchResource(pattern, arn string, vars lookup) (ok bool, missing string) {
	if pattern == "*" || !strings.ContainsAny(pattern, "*?$") {
		return pattern == "*" || pattern == arn, ""
	}
	head, tail, full := splitARN(pattern)
	var resource []rune
	if full {
		var resolved bool
		if resource, missing, resolved = compile(tail, true, vars); !resolved {
			return false, missing
		}
	}
	if plain := pattern[:len(pattern)-len(tail)]; full && !strings.ContainsAny(plain, "*?") {
		rest, ok := strings.CutPrefix(arn, plain)
		return ok && glob(resource, rest), ""
	}
	starts := matchHead(head, full, arn)
	for _, start := range starts {
		if !full || glob(resource, arn[start:]) {
			return true, ""
		}
	}
	return false, ""
}

// splitARN cuts an ARN pattern at its first five colons; full is false if it
// has fewer and so ends within the head. A colon inside "${…}" is no separator.
func splitARN(pattern string) (head []string, tail string, full bool) {
	head = make([]string, 0, arnHead)
	start, variable := 0, false
	for i := range len(pattern) {
		switch c := pattern[i]; {
		case c == '{' && i > 0 && pattern[i-1] == '$':
			variable = true
		case c == '}':
			variable = false
		case c == ':' && !variable:
			head = append(head, pattern[start:i])
			start = i + 1
			if len(head) == arnHead {
				return head, pattern[start:], true
			}
		}
	}
	return append(head, pattern[start:]), "", false
}

// matchHead returns the offsets in arn at which the resource part can begin, so
// that what is before them matches the head. If the pattern has no resource
// part, it returns one offset if the head takes all of arn, else none.
//
// It keeps the set of segments at which the next one of the pattern may start,
// so that no pattern, however many wildcards it has, costs more than the
// product of both lengths.
func matchHead(head []string, full bool, arn string) []int {
	segments := strings.Split(arn, ":")
	at := make([]bool, len(segments)+1)
	at[0] = true
	for n, pattern := range head {
		compiled, _, _ := compile(pattern, true, nil)
		runsOn := strings.HasSuffix(pattern, "*")
		next := make([]bool, len(segments)+1)
		for i, segment := range segments {
			if !at[i] || !glob(compiled, segment) {
				continue
			}
			next[i+1] = true
			if !runsOn {
				continue
			}
			for j := i + 2; j <= len(segments); j++ {
				next[j] = true
			}
			break // whatever a later start would reach is marked already
		}
		at = next
		if !full && n == len(head)-1 && at[len(segments)] {
			return []int{len(arn)}
		}
	}
	if !full {
		return nil
	}
	var starts []int
	offset := 0
	for i, segment := range segments {
		if at[i] {
			starts = append(starts, offset)
		}
		offset += len(segment) + 1
	}
	return starts
}
