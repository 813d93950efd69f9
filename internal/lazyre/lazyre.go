// Package lazyre compiles regular expressions when they are first used. Every
// AWS call of every tool starts the program, and most of those runs match
// nothing: at start-up a handful of patterns costs more than the whole of a
// command line's parsing.
package lazyre

import (
	"regexp"
	"sync"
)

// Pattern is a regular expression in waiting; call it to get the compiled one.
type Pattern func() *regexp.Regexp

// New returns the pattern. A pattern that does not compile panics at its first
// use, so each one needs a test that gets there.
func New(pattern string) Pattern {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}
