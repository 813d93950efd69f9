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
		{"it becomes one", "a =\n CANARY\n", "aws_session_token =\n CANARY\n", "--- F\n+++ F\n@@ -1,2 +1,2 @@\n-a =\n+aws_session_token = [redacted]\n  [redacted]\n"},
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

// TestDiffHidesSecrets has a secret key in every place where one is found.
func TestDiffHidesSecrets(t *testing.T) {
	const secret = "CANARYFEMI/K7MDENG/bPxRfiCYCANARYKEY"
	for _, line := range []string{
		"aws_secret_access_key = CANARY", "AWS_Session_Token=CANARY", "#aws_secret_access_key = CANARY", "; aws_secret_access_key=CANARY",
		"  # # aws_session_token = CANARY", "aws_secret_access_key =\n  CANARY\n\n\t= CANARY", "aws_session_token = CANARY\n CANARY",
		"#aws_session_token =\n#  CANARY", "aws_session_token =\n# a comment\n CANARY", "s3 =\n  aws_secret_access_key = CANARY\n  more = CANARY",
		"# " + secret, "key = " + secret, secret + " = x", "xrole_mfa_process = oathtool --totp -b " + secret, "credential_process = helper " + secret,
	} {
		for _, change := range [][2]string{{"x\n", line + "\n"}, {line, ""}, {line + "\nx\n", line + "\ny\n"}} {
			diff := Diff("F", []byte(change[0]), []byte(change[1]))
			if strings.Contains(diff, "CANARY") || !strings.Contains(diff, "[redacted]") {
				t.Errorf("%q shows\n%s", line, diff)
			}
		}
	}
	for _, line := range []string{
		"xrole_role_arn = arn:aws:iam::111111111111:role/TheRoleOfTheWholeAnalyticsDepartment", "[profile TheRoleOfTheWholeAnalyticsDepartment]",
		"credential_process = /opt/tools/of/the/whole/department/bin/xrole credentials prod", "source_profile = TheRoleOfTheWholeAnalyticsDepartment",
		"# a comment", "aws_secret_access_key = x\n# a comment", "#aws_secret_access_key = x\n[profile y]\n  a = b",
	} {
		if diff := Diff("F", nil, []byte(line)); !strings.Contains(diff, line[strings.LastIndex(line, "\n")+1:]) {
			t.Errorf("%q is shown as\n%s", line, diff)
		}
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
