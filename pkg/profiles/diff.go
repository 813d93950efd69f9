package profiles

import (
	"bytes"
	"fmt"
	"strings"
)

// Diff is the change from old to new as a unified diff of one hunk with three
// lines of context, "" if there is none. The values of secret keys are not shown.
func Diff(path string, old, new []byte) string {
	if bytes.Equal(old, new) {
		return ""
	}
	a, b := bytes.SplitAfter(old, []byte("\n")), bytes.SplitAfter(new, []byte("\n"))
	a, b = dropEmpty(a), dropEmpty(b)
	head := 0
	for head < len(a) && head < len(b) && bytes.Equal(a[head], b[head]) {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && bytes.Equal(a[len(a)-1-tail], b[len(b)-1-tail]) {
		tail++
	}
	from, after := max(0, head-3), min(3, tail)
	var d strings.Builder
	fmt.Fprintf(&d, "--- %s\n+++ %s\n@@ -%s +%s @@\n", path, path,
		extent(from, len(a)-tail+after), extent(from, len(b)-tail+after))
	writeLines(&d, " ", a[from:head])
	writeLines(&d, "-", a[head:len(a)-tail])
	writeLines(&d, "+", b[head:len(b)-tail])
	writeLines(&d, " ", a[len(a)-tail:len(a)-tail+after])
	return d.String()
}

func dropEmpty(lines [][]byte) [][]byte {
	if n := len(lines); len(lines[n-1]) == 0 {
		return lines[:n-1]
	}
	return lines
}

// extent writes the lines from (counted from 0) to before end as diff does.
func extent(from, end int) string {
	if end == from {
		return fmt.Sprintf("%d,0", from)
	}
	return fmt.Sprintf("%d,%d", from+1, end-from)
}

func writeLines(d *strings.Builder, sign string, lines [][]byte) {
	for _, line := range lines {
		text, ended := strings.CutSuffix(string(line), "\n")
		if key, _, found := strings.Cut(text, "="); found && Secret(strings.TrimSpace(key)) {
			text = strings.TrimRight(key, " \t") + " = [redacted]"
		}
		d.WriteString(sign + text + "\n")
		if !ended {
			d.WriteString("\\ No newline at end of file\n")
		}
	}
}
