package output

import (
	"fmt"
	"strings"
	"unicode/utf16"
)

// quoteSh is a POSIX single-quoted word, in which nothing has a meaning but the
// quote that ends it (XCU 2.2.2).
func quoteSh(s string) (string, string) {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'", ""
}

// quoteFish is a fish single-quoted word, in which a backslash escapes itself
// and the quote.
func quoteFish(s string) (string, string) {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'", ""
}

// quotePowerShell is a PowerShell expression of printable ASCII on one line.
//
// PowerShell ends a single-quoted string at a typographic quote too. Doubling
// those is not enough, because it decodes what a program prints by the console's
// code page, where half of another letter may turn into one; and line breaks
// would split the string if the lines are evaluated as they come. So all that
// is not printable ASCII is added as a number.
func quotePowerShell(s string) (string, string) {
	var b strings.Builder
	b.WriteByte('\'')
	for _, r := range s {
		switch {
		case r == '\'':
			b.WriteString("''")
		case printable(r):
			b.WriteRune(r)
		default:
			b.WriteByte('\'')
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, " + [char]0x%04X", unit)
			}
			b.WriteString(" + '")
		}
	}
	b.WriteByte('\'')
	return b.String(), ""
}

// quoteCmd passes what stands unharmed between the quotes of set "NAME=value",
// in a batch file, in a for /f loop, and with delayed expansion on. Beyond ASCII
// nothing does: a code page may map a letter to a quote.
func quoteCmd(s string) (string, string) {
	for _, r := range s {
		switch {
		case strings.ContainsRune("%!^\"", r):
			return "", fmt.Sprintf("the character %c", r)
		case !printable(r):
			return "", "a line break, a control character or a letter outside ASCII"
		}
	}
	return s, ""
}

// quoteDotenv is bare if it can be, which every reader understands; else in
// single quotes, which docker's --env-file alone takes for a part of the value.
// On quotes and backslashes between those, and on line breaks, readers differ.
func quoteDotenv(s string) (string, string) {
	bare := true
	for _, r := range s {
		switch {
		case r == '\'' || r == '\\':
			return "", fmt.Sprintf("the character %c", r)
		case r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029:
			return "", "a line break or a control character"
		case r >= 0x80 || !isWord(byte(r)) && !strings.ContainsRune("-./:@%+,=", r):
			bare = false
		}
	}
	if bare {
		return s, ""
	}
	return "'" + s + "'", ""
}

func printable(r rune) bool { return ' ' <= r && r <= '~' }

func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_'
}
