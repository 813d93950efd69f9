package profiles

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// Diff is the change from old to new as a unified diff with three lines of
// context, "" if there is none. The values of secret keys are not shown, be they
// commented out or continued, and neither is what looks like one.
func Diff(path string, old, new []byte) string {
	if bytes.Equal(old, new) {
		return ""
	}
	a, b := splitLines(old), splitLines(new)
	var d strings.Builder
	fmt.Fprintf(&d, "--- %s\n+++ %s\n", path, path)
	list := blocks(a, b)
	w := hunkWriter{&d, a, b, secretLines(a), secretLines(b)}
	for len(list) > 0 {
		n := 1 // blocks whose contexts touch share a hunk
		for n < len(list) && list[n].a-list[n-1].aEnd <= 2*around {
			n++
		}
		w.hunk(list[:n])
		list = list[n:]
	}
	return d.String()
}

// around is how many unchanged lines are shown on either side.
const around = 3

func splitLines(data []byte) []string {
	lines := strings.SplitAfter(string(data), "\n")
	if n := len(lines); lines[n-1] == "" {
		return lines[:n-1]
	}
	return lines
}

// block is a run of lines a to before aEnd that b to before bEnd replace.
type block struct{ a, aEnd, b, bEnd int }

// blocks lists what differs, in order.
func blocks(a, b []string) []block {
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	var list []block
	i, j := head, head
	add := func(toA, toB int) { // up to where the files agree again
		if toA > i || toB > j {
			list = append(list, block{i, toA, j, toB})
		}
	}
	for _, r := range common(a[head:len(a)-tail], b[head:len(b)-tail]) {
		add(head+r.a, head+r.b)
		i, j = head+r.a+r.n, head+r.b+r.n
	}
	add(len(a)-tail, len(b)-tail)
	return list
}

// run says that n lines from a on in the one file are those from b on in the other.
type run struct {
	a, b, n int
	before  *run
}

// mostEdits bounds the search, whose time grows with the square of it. Files
// that differ in more lines are shown as one replaced block.
const mostEdits = 1000

// common finds a longest common subsequence, as runs in order: Myers, "An O(ND)
// difference algorithm and its variations", 1986, the greedy form. Diagonal k
// holds the pairs of lines x and x-k.
func common(a, b []string) []run {
	type path struct {
		x    int // how far it went on its diagonal
		last *run
	}
	most := min(len(a)+len(b), mostEdits)
	furthest := make([]path, 2*most+3)
	diagonal := func(k int) *path { return &furthest[k+most+1] }
	for edits := 0; edits <= most; edits++ {
		for k := -edits; k <= edits; k += 2 {
			p := *diagonal(k + 1) // one more line of b
			if k == edits && k > 0 || k > -edits && diagonal(k-1).x >= p.x {
				p = *diagonal(k - 1)
				p.x++ // one line of a dropped
			}
			from := p.x
			for p.x < len(a) && p.x-k < len(b) && a[p.x] == b[p.x-k] {
				p.x++
			}
			if p.x > from {
				p.last = &run{from, from - k, p.x - from, p.last}
			}
			if p.x >= len(a) && p.x-k >= len(b) {
				return inOrder(p.last)
			}
			*diagonal(k) = p
		}
	}
	return nil
}

func inOrder(last *run) []run {
	var runs []run
	for ; last != nil; last = last.before {
		runs = append(runs, *last)
	}
	slices.Reverse(runs)
	return runs
}

// hunkWriter writes what is left of both files once the secrets are out.
type hunkWriter struct {
	d                *strings.Builder
	a, b             []string
	secretA, secretB []bool
}

// hunk writes blocks that are close together, with what is around them.
func (w hunkWriter) hunk(list []block) {
	first, last := list[0], list[len(list)-1]
	before, after := min(around, first.a), min(around, len(w.a)-last.aEnd)
	fmt.Fprintf(w.d, "@@ -%s +%s @@\n", extent(first.a-before, last.aEnd+after), extent(first.b-before, last.bEnd+after))
	i, j := first.a-before, first.b-before
	same := func(to int) {
		for ; i < to; i, j = i+1, j+1 {
			w.line(" ", w.a[i], w.secretA[i] || w.secretB[j])
		}
	}
	for _, bl := range list {
		same(bl.a)
		for ; i < bl.aEnd; i++ {
			w.line("-", w.a[i], w.secretA[i])
		}
		for ; j < bl.bEnd; j++ {
			w.line("+", w.b[j], w.secretB[j])
		}
	}
	same(i + after)
}

// extent writes the lines from (counted from 0) to before end as diff does.
func extent(from, end int) string {
	if end == from {
		return fmt.Sprintf("%d,0", from)
	}
	return fmt.Sprintf("%d,%d", from+1, end-from)
}

func (w hunkWriter) line(sign, line string, secret bool) {
	text, ended := strings.CutSuffix(line, "\n")
	if secret || suspicious(text) {
		text = redacted(text)
	}
	w.d.WriteString(sign + text + "\n")
	if !ended {
		w.d.WriteString("\\ No newline at end of file\n")
	}
}

// keyOfLine is the key that a line gives a value, even if it is commented out.
func keyOfLine(line string) string {
	key, _, found := strings.Cut(strings.TrimLeft(line, " \t#;"), "=")
	if !found {
		return ""
	}
	return strings.TrimSpace(key)
}

// secretLines marks the lines that hold the value of a secret key, and the
// indented ones below, which continue it. Those of a commented-out key may be
// indented behind their # or ;.
func secretLines(lines []string) []bool {
	marks, inside, commented := make([]bool, len(lines)), false, false
	for i, line := range lines {
		bare := strings.TrimLeft(line, "#;")
		indented := strings.TrimLeft(bare, blanks) != bare && (commented || bare == line)
		switch {
		case Secret(keyOfLine(line)):
			inside, commented = true, bare != line
		case strings.Trim(line, blanks) == "", !indented && bare != line: // ends no value
			continue
		case !indented:
			inside, commented = false, false
		}
		marks[i] = inside
	}
	return marks
}

// suspicious holds for a line in which a secret key may stand under whatever
// name, or none. Names, ARNs and xrole's own command are long too, but for
// those a change is looked at.
func suspicious(line string) bool {
	if !keyLike(line) || strings.HasPrefix(line, "[") {
		return false
	}
	key := strings.ToLower(keyOfLine(line))
	if key == "credential_process" {
		return !callsXrole(line)
	}
	_, ours := known(key)
	return !ours || strings.TrimPrefix(key, Prefix) == "mfa_process"
}

// redacted is what may be shown of a line: its indentation and its key.
func redacted(line string) string {
	key, _, found := strings.Cut(line, "=")
	if !found || keyLike(key) {
		return line[:len(line)-len(strings.TrimLeft(line, " \t#;"))] + "[redacted]"
	}
	return strings.TrimRight(key, " \t") + " = [redacted]"
}
