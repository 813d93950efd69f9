package mfa

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/xrole/xrole/internal/fault"
)

func TestCheck(t *testing.T) {
	for code, ok := range map[string]bool{
		"123456": true, "000000": true,
		"": false, "12345": false, "1234567": false, "12345a": false, " 12345": false,
		"12345\n": false, "-12345": false, "１２３４５６": false, "12\x003456": false, "١٢٣": false,
	} {
		err := Check(code)
		if (err == nil) != ok {
			t.Errorf("%q: %v", code, err)
		}
		if err != nil && (fault.KindOf(err) != fault.Usage || code != "" && strings.Contains(err.Error(), code)) {
			t.Errorf("%q: kind %v, message %q", code, fault.KindOf(err), err)
		}
	}
}

func TestDigest(t *testing.T) {
	// printf '%s' '3:dev:123456' | sha256sum
	const want = "1a2d4901a1d1491d51f9fa00842b590037e18aa85ac8fc2d95c2acc5dc55277a"
	got := Digest("dev", "123456")
	if got != want {
		t.Errorf("got %s", got)
	}
	for _, other := range []string{Digest("dev", "123457"), Digest("dev1", "23456"), Digest("de", "v123456"), Digest("", "dev123456")} {
		if other == got {
			t.Error("two different codes have one digest")
		}
	}
}

func TestFixed(t *testing.T) {
	a := NewFixed(" 123456\n")
	if a.Interactive() {
		t.Error("interactive")
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.Code(cancelled, Request{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if code, err := a.Code(t.Context(), Request{}); code != "123456" || err != nil {
		t.Errorf("first: %q, %v", code, err)
	}
	code, err := a.Code(t.Context(), Request{})
	if code != "" || !errors.Is(err, ErrNobody) || fault.KindOf(err) != fault.Person {
		t.Errorf("second: %q, %v", code, err)
	}
}

func TestReader(t *testing.T) {
	for _, tt := range []struct{ name, in, want, rest string }{
		{"line", "123456\nrest", "123456", "rest"},
		{"carriage return", "123456\r\nrest", "123456", "rest"},
		{"no end of line", " 123456", "123456", ""},
		{"empty line", "\n123456\n", "", "123456\n"},
		{"endless", strings.Repeat("1", 1000), strings.Repeat("1", maxInput), strings.Repeat("1", 1000-maxInput)},
	} {
		in := strings.NewReader(tt.in)
		a := NewReader(in)
		code, err := a.Code(t.Context(), Request{})
		if code != tt.want || err != nil || a.Interactive() {
			t.Errorf("%s: got %q, %v", tt.name, code, err)
		}
		if rest, _ := io.ReadAll(in); string(rest) != tt.rest {
			t.Errorf("%s: what follows is %d bytes, want %d", tt.name, len(rest), len(tt.rest))
		}
		if code, err := a.Code(t.Context(), Request{}); code != "" || !errors.Is(err, ErrNobody) {
			t.Errorf("%s, second: %q, %v", tt.name, code, err)
		}
	}
}

func TestReaderFails(t *testing.T) {
	if _, err := NewReader(strings.NewReader("")).Code(t.Context(), Request{}); !errors.Is(err, ErrNobody) || err.Error() != "standard input is empty" {
		t.Errorf("empty: %v", err)
	}
	broken := errors.New("broken")
	if _, err := NewReader(iotest.ErrReader(broken)).Code(t.Context(), Request{}); !errors.Is(err, ErrNobody) || !errors.Is(err, broken) {
		t.Errorf("broken: %v", err)
	}
	silent, w := io.Pipe()
	defer func() { _ = w.Close() }()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := NewReader(silent).Code(ctx, Request{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	late, cancelLate := context.WithTimeout(t.Context(), 1)
	defer cancelLate()
	if _, err := NewReader(silent).Code(late, Request{}); !errors.Is(err, ErrTimeout) || fault.KindOf(err) != fault.Person {
		t.Errorf("late: %v", err)
	}
}

func TestLine(t *testing.T) {
	for _, tt := range []struct {
		typed string
		want  string
		end   verdict
	}{
		{"123456\r", "123456", finished},
		{"123456\n", "123456", finished},
		{"\r", "", finished},
		{" 123 456 \r", "123 456", finished},
		{"12x\x7f3456\r", "123456", finished},
		{"12x\b3456\r", "123456", finished},
		{"\x7f\x7f1\r", "1", finished},
		{"é日\x7f\x7f1\r", "1", finished},
		{"\xff\x7f1\r", "1", finished},
		{"999\x15123456\r", "123456", finished},
		{"12 99\x17\x17123456\r", "123456", finished},
		{"12 99  \x17x\r", "12 x", finished},
		{"\x17\x151\r", "1", finished},
		{"12\x1a3\x004\t5\x016\r", "123456", finished}, // Ctrl-Z and others have no meaning
		{"12\x043456\r", "123456", finished},           // Ctrl-D counts on an empty line
		{"12\x1b[3~3\x1b[A4\x1bOH5\x1bx6\r", "123456", finished},
		{"12\x1b[200~3456\r", "123456", finished},
		{"1\x1b\r", "1", finished},
		{"\xff\xfe\xfd日本\r", "\xff\xfe\xfd日本", finished},
		{strings.Repeat("7", 1000) + "\r", strings.Repeat("7", maxInput), finished},
		{"123\x03", "123", refused},
		{"123\x1c", "123", refused},
		{"\x1b[\x03", "", refused},
		{"\x04", "", refused},
		{"1\x7f\x04", "", refused},
		{"123456", "123456", more},
	} {
		var l line
		end := more
		for i := 0; i < len(tt.typed) && end == more; i++ {
			end = l.feed(tt.typed[i])
		}
		if l.text() != tt.want || end != tt.end {
			t.Errorf("%q: got %q and %v, want %q and %v", tt.typed, l.text(), end, tt.want, tt.end)
		}
	}
}

func TestPrompt(t *testing.T) {
	const arn = "arn:aws:iam::222222222222:mfa/alice"
	for want, r := range map[string]Request{
		"MFA code: ":                          {},
		`MFA code for "prod" (` + arn + "): ": {Device: arn, Profile: "prod"},
		"wrong code\nMFA code for \"prod\": ": {Profile: "prod", Note: "wrong code"},
		`MFA code for "p?[2J??" (GA?x): `:     {Device: "GA\nx", Profile: "p\x1b[2J\u202e\xff"},
		"a?b\nMFA code for \"é日\": ":          {Profile: "é日", Note: "a\rb"},
	} {
		if got := prompt(r); got != want {
			t.Errorf("%+v: got %q, want %q", r, got, want)
		}
	}
	if got := prompt(Request{Profile: strings.Repeat("x", 1<<20)}); len(got) > 1000 {
		t.Errorf("a prompt of %d bytes", len(got))
	}
}

func TestSplit(t *testing.T) {
	for _, tt := range []struct{ in, unix, windows string }{
		{`a b`, `a|b`, `a|b`},
		{"  a \t b  ", `a|b`, `a|b`},
		{``, ``, ``},
		{`a "b c" d`, `a|b c|d`, `a|b c|d`},
		{`a 'b c' d`, `a|b c|d`, `a|'b|c'|d`},
		{`a"b c"d`, `ab cd`, `ab cd`},
		{`a "" b`, `a||b`, `a||b`},
		{`a '' b`, `a||b`, `a|''|b`},
		{`a b\ c`, `a|b c`, `a|b\|c`},
		{`a "b\"c"`, `a|b"c`, `a|b"c`},
		{`a "b\\c"`, `a|b\c`, `a|b\\c`},
		{`a "b\c\$"`, `a|b\c\$`, `a|b\c\$`},
		{`C:\bin\mfa.exe x`, `C:binmfa.exe|x`, `C:\bin\mfa.exe|x`},
		{`"C:\My Tools\mfa.exe" "a\\" b`, `C:\My Tools\mfa.exe|a\|b`, `C:\My Tools\mfa.exe|a\|b`},
		{`a #b $HOME *`, `a|#b|$HOME|*`, `a|#b|$HOME|*`},
		{`a; b && $(c) | d`, `a;|b|&&|$(c)|||d`, `a;|b|&&|$(c)|||d`},
		{`é "日 本"`, `é|日 本`, `é|日 本`},
		{`a "b`, `! a quotation mark is not closed`, `! a quotation mark is not closed`},
		{`a 'b`, `! a quotation mark is not closed`, `a|'b`},
		{`a b\`, `! a backslash stands at the end`, `a|b\`},
		{`a \\`, `a|\`, `a|\\`},
	} {
		for want, split := range map[*string]func(string) ([]string, error){&tt.unix: splitUnix, &tt.windows: splitWindows} {
			args, err := split(tt.in)
			got := strings.Join(args, "|")
			if err != nil {
				got = "! " + err.Error()
			}
			if got != *want {
				t.Errorf("%s: got %s, want %s (Windows: %v)", tt.in, got, *want, want == &tt.windows)
			}
		}
	}
}

func TestRedact(t *testing.T) {
	for in, want := range map[string]string{
		"":                                      "",
		"Touch your YubiKey...":                 "Touch your YubiKey...",
		"ModuleNotFoundError: No module 'otp2'": "ModuleNotFoundError: No module 'otp2'",
		"the code 123456 was rejected":          "the code [redacted] was rejected",
		"code=123456":                           "code=[redacted]",
		"bad seed JBSWY3DPEHPK3PXP":             "bad seed [redacted]",
		"bad seed ABCDEFGHABCDEFGH====":         "bad seed [redacted]",
		"bad seed jbswy3dpehpk3pxp.":            "bad seed [redacted].",
		"otpauth://totp/x?secret=ABC failed":    "[redacted] failed",
		"no such account: 12345":                "no such account: 12345",
		"\x1b[31mred\a":                         "?[31mred?",
	} {
		if got := redact(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	if got := redact(strings.Repeat("é ", 500)); len(got) > 210 {
		t.Errorf("a line of %d bytes", len(got))
	}
}

// TestErrorsAreOneLine: what reaches the user is lower case and ends in no stop.
func TestErrorsAreOneLine(t *testing.T) {
	for _, err := range []error{nobody("no terminal"), declined(), timeout(Deadline, "no answer at the terminal"), Check("")} {
		s := err.Error()
		if strings.Contains(s, "\n") || strings.HasSuffix(s, ".") {
			t.Errorf("%q", s)
		}
	}
	if got := fmt.Sprint(timeout(Deadline, "no answer at the terminal")); got != "no answer at the terminal within 45s" {
		t.Errorf("%q", got)
	}
}
