package profiles

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestDiff(t *testing.T) {
	for _, tc := range []struct{ name, old, new, want string }{
		{"nothing", "a\n", "a\n", ""},
		{"new file", "", "a\nb\n", "--- F\n+++ F\n@@ -0,0 +1,2 @@\n+a\n+b\n"},
		{"to nothing", "a\n", "", "--- F\n+++ F\n@@ -1,1 +0,0 @@\n-a\n"},
		{"context", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\ny\n6\n7\n8\n9\n", "--- F\n+++ F\n@@ -2,7 +2,8 @@\n 2\n 3\n 4\n-5\n+x\n+y\n 6\n 7\n 8\n"},
		{"what stays between", "1\n2\n3\n4\n", "a\n2\n3\nb\n", "--- F\n+++ F\n@@ -1,4 +1,4 @@\n-1\n+a\n 2\n 3\n-4\n+b\n"},
		{"far apart", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "a\n2\n3\n4\n5\n6\n7\n8\nb\n", "--- F\n+++ F\n@@ -1,4 +1,4 @@\n-1\n+a\n 2\n 3\n 4\n@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-9\n+b\n"},
		{"no final newline", "a\nb", "a\nb\nc", "--- F\n+++ F\n@@ -1,2 +1,3 @@\n a\n-b\n\\ No newline at end of file\n+b\n+c\n\\ No newline at end of file\n"},
		{"secrets", "AWS_secret_access_key=CANARY\nb\n", "AWS_secret_access_key=CANARY\nc\n", "--- F\n+++ F\n@@ -1,2 +1,2 @@\n AWS_secret_access_key = [redacted]\n-b\n+c\n"},
	} {
		if got := Diff("F", []byte(tc.old), []byte(tc.new)); got != tc.want {
			t.Errorf("%s: got\n%s, want\n%s", tc.name, got, tc.want)
		}
	}
	many, other := strings.Repeat("a\nb\n", 2000), strings.Repeat("c\nd\n", 2000)
	if got := strings.Count(Diff("F", []byte(many), []byte(other)), "\n"); got != 3+8000 {
		t.Errorf("%d lines for two files that share nothing", got)
	}
}

// TestDiffIsAPatch follows generated diffs line by line from the old text to
// the new one.
func TestDiffIsAPatch(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	text := func() string {
		var b strings.Builder
		for range random.IntN(40) {
			b.WriteString([]string{"a", "b", "c", "[x]", ""}[random.IntN(5)] + "\n")
		}
		return b.String() + []string{"", "end"}[random.IntN(2)]
	}
	for range 1000 {
		old, changed := text(), text()
		diff := Diff("F", []byte(old), []byte(changed))
		if got, err := patch(old, diff); err != nil || got != changed {
			t.Fatalf("%q became %q, want %q (%v), by\n%s", old, got, changed, err, diff)
		}
	}
}

func patch(old, diff string) (string, error) {
	lines := strings.SplitAfter(old, "\n")
	out, at, sign := "", 0, byte(0)
	for line := range strings.Lines(strings.TrimPrefix(diff, "--- F\n+++ F\n")) {
		if strings.HasPrefix(line, "@@") {
			var from, n int
			if _, err := fmt.Sscanf(line, "@@ -%d,%d", &from, &n); err != nil {
				return "", err
			}
			if n > 0 {
				from--
			}
			out, at = out+strings.Join(lines[at:from], ""), from
			continue
		}
		switch line[0] {
		case '+':
			out += line[1:]
		case '\\':
			if sign != '-' {
				out = strings.TrimSuffix(out, "\n")
			}
		default:
			if strings.TrimSuffix(lines[at], "\n") != strings.TrimSuffix(line[1:], "\n") {
				return "", fmt.Errorf("%q is not %q", lines[at], line[1:])
			}
			if at++; line[0] == ' ' {
				out += line[1:]
			}
		}
		sign = line[0]
	}
	return out + strings.Join(lines[at:], ""), nil
}
