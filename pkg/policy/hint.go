package policy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// shownMost is how many items of a list a sentence names.
const shownMost = 3

// join makes a list of words, the rest of a long one as a number.
func join(items []string) string {
	if n := len(items) - shownMost; n > 0 {
		return strings.Join(items[:shownMost], ", ") + fmt.Sprintf(" and %d more", n)
	}
	return strings.Join(items, ", ")
}

// pick names the nearest item with a hint, and how many others there are.
func pick(items []string, nearest int, hint string) string {
	text := strconv.Quote(items[nearest])
	if hint != "" {
		text += " (" + hint + ")"
	}
	if n := len(items) - 1; n > 0 {
		text += fmt.Sprintf(" and %d more", n)
	}
	return text
}

func values(elements []PrincipalElement) []string {
	out := make([]string, len(elements))
	for i, p := range elements {
		out[i] = p.Value
	}
	return out
}

func actionList(actions []string) string {
	shown := make([]string, len(actions))
	for i, a := range actions {
		shown[i] = plain(a)
	}
	return join(shown)
}

// plain leaves names as they are and quotes what is not plainly a name, so that
// no document breaks a sentence in two lines.
func plain(s string) string {
	if s == "" || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return strconv.Quote(s)
	}
	return s
}

func (e *evaluation) principalHint(p PrincipalElement) string {
	switch {
	case p.Type != "AWS":
		return ""
	case uniqueIDPattern().MatchString(p.Value):
		return "what is left of a user or role that was deleted"
	case accountOf(p.Value) != "" && e.who.inIAM():
		return "another account"
	case e.who.kind == roleSession:
		return difference(p.Value, e.who.roleARN)
	}
	return difference(p.Value, e.who.arn)
}

// difference names the common mistake that lies between an ARN of a policy and
// the one of the call; empty if it is none of those.
func difference(want, have string) string {
	if strings.EqualFold(want, have) {
		return "it differs in case"
	}
	w, h := strings.SplitN(want, ":", arnHead+1), strings.SplitN(have, ":", arnHead+1)
	if len(w) <= arnHead || len(h) <= arnHead {
		return ""
	}
	var differ []int
	for i := range w {
		if pattern, _, _ := compile(w[i], true, nil); !glob(pattern, h[i]) {
			differ = append(differ, i)
		}
	}
	switch {
	case slices.Equal(differ, []int{4}):
		return "another account"
	case slices.Equal(differ, []int{0}), slices.Equal(differ, []int{1}):
		return "another partition"
	case !slices.Equal(differ, []int{5}):
		return ""
	}
	return resourceDifference(w[2], w[5], h[5])
}

func resourceDifference(service, want, have string) string {
	if service == "s3" {
		switch {
		case strings.HasPrefix(have, want+"/"):
			return "the bucket, not its objects"
		case strings.HasPrefix(want, have+"/"):
			return "the objects, not the bucket"
		}
	}
	wantKind, wantName, _ := strings.Cut(want, "/")
	haveKind, haveName, _ := strings.Cut(have, "/")
	base := func(s string) string { return s[strings.LastIndexByte(s, '/')+1:] }
	switch {
	case base(wantName) == "" || base(wantName) != base(haveName) || service != "iam":
		return ""
	case wantKind != haveKind:
		return "a " + wantKind + ", not a " + haveKind
	}
	return "another path"
}
