package profiles

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// Diff is the change from old to new as a unified diff with three lines of
// context, "" if there is none. The values of secret keys are not shown.
func Diff(path string, old, new []byte) string {
	if bytes.Equal(old, new) {
		return ""
	}
	a, b := splitLines(old), splitLines(new)
	var d strings.Builder
	fmt.Fprintf(&d, "--- %s\n+++ %s\n", path, path)
	list := blocks(a, b)
	for len(list) > 0 {
		n := 1 // blocks whose contexts touch share a hunk
		for n < len(list) && list[n].a-list[n-1].aEnd <= 2*around {
			n++
		}
		writeHunk(&d, a, b, list[:n])
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

// writeHunk writes blocks that are close together, with what is around them.
func writeHunk(d *strings.Builder, a, b []string, list []block) {
	first, last := list[0], list[len(list)-1]
	before, after := min(around, first.a), min(around, len(a)-last.aEnd)
	fmt.Fprintf(d, "@@ -%s +%s @@\n", extent(first.a-before, last.aEnd+after), extent(first.b-before, last.bEnd+after))
	at := first.a - before
	for _, bl := range list {
		writeLines(d, " ", a[at:bl.a])
		writeLines(d, "-", a[bl.a:bl.aEnd])
		writeLines(d, "+", b[bl.b:bl.bEnd])
		at = bl.aEnd
	}
	writeLines(d, " ", a[at:at+after])
}

// extent writes the lines from (counted from 0) to before end as diff does.
func extent(from, end int) string {
	if end == from {
		return fmt.Sprintf("%d,0", from)
	}
	return fmt.Sprintf("%d,%d", from+1, end-from)
}

func writeLines(d *strings.Builder, sign string, lines []string) {
	for _, line := range lines {
		text, ended := strings.CutSuffix(line, "\n")
		if key, _, found := strings.Cut(text, "="); found && Secret(strings.TrimSpace(key)) {
			text = strings.TrimRight(key, " \t") + " = [redacted]"
		}
		d.WriteString(sign + text + "\n")
		if !ended {
			d.WriteString("\\ No newline at end of file\n")
		}
	}
}
