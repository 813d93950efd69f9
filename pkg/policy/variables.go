package policy

import "strings"

// Wildcards in a compiled pattern; every other rune stands for itself.
const (
	anyRun rune = -1 // "*"
	anyOne rune = -2 // "?"
)

// lookup gives the value of a context key for a policy variable.
type lookup func(key string) (string, bool)

// compile turns a value of a policy into a pattern: variables are replaced if
// vars is not nil, "*" and "?" are wildcards if wild is set. What a variable
// puts in is literal, so that a tag with the value "*" is not a wildcard. The
// rules are those of "IAM policy elements: Variables and tags"; ok is false if
// the call does not carry a variable and it has no default, which makes the
// whole statement void.
func compile(value string, wild bool, vars lookup) (pattern []rune, missing string, ok bool) {
	pattern = make([]rune, 0, len(value))
	for value != "" {
		special := strings.IndexAny(value, "*?$")
		if special < 0 {
			break
		}
		pattern = appendRunes(pattern, value[:special])
		value = value[special:]
		if name, rest, is := cutVariable(value); is && vars != nil {
			text, ok := resolve(name, vars)
			if !ok {
				return nil, name, false
			}
			pattern, value = appendRunes(pattern, text), rest
			continue
		}
		switch c := rune(value[0]); {
		case wild && c == '*':
			pattern = append(pattern, anyRun)
		case wild && c == '?':
			pattern = append(pattern, anyOne)
		default:
			pattern = append(pattern, c)
		}
		value = value[1:]
	}
	return appendRunes(pattern, value), "", true
}

func appendRunes(pattern []rune, text string) []rune {
	for _, r := range text {
		pattern = append(pattern, r)
	}
	return pattern
}

// cutVariable splits "${name}rest".
func cutVariable(s string) (name, rest string, ok bool) {
	after, ok := strings.CutPrefix(s, "${")
	if !ok {
		return "", "", false
	}
	return strings.Cut(after, "}")
}

// resolve gives what stands for ${name}: a literal wildcard or dollar, a value
// of the call, or the default behind a comma.
func resolve(name string, vars lookup) (string, bool) {
	switch name {
	case "*", "?", "$":
		return name, true
	}
	key, fallback, hasFallback := strings.Cut(name, ",")
	if v, ok := vars(strings.TrimSpace(key)); ok {
		return v, true
	}
	fallback = strings.TrimSpace(fallback)
	if hasFallback && len(fallback) >= 2 && fallback[0] == '\'' && fallback[len(fallback)-1] == '\'' {
		return fallback[1 : len(fallback)-1], true
	}
	return "", false
}
