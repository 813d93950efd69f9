package output

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Table lays rows out in columns that are two spaces apart, without spaces at
// the end of a line. Rows may differ in length; cells are kept to one line and
// can't steer the terminal. No rows, no bytes.
func Table(rows [][]string) []byte {
	var widths []int
	clean := make([][]string, len(rows))
	for i, row := range rows {
		for j, cell := range row {
			cell = printableText(cell)
			clean[i] = append(clean[i], cell)
			if j == len(widths) {
				widths = append(widths, 0)
			}
			widths[j] = max(widths[j], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, row := range clean {
		var line strings.Builder
		for j, cell := range row {
			line.WriteString(cell)
			line.WriteString(strings.Repeat(" ", widths[j]-utf8.RuneCountInString(cell)+2))
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return []byte(b.String())
}

func printableText(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, s)
}

// TimeLeft says how long something that ends at expiry still lasts, rounded
// down to the minute: "1 h 5 min left". A zero expiry never comes.
func TimeLeft(expiry, now time.Time) string {
	left := expiry.Sub(now)
	switch {
	case expiry.IsZero():
		return "does not expire"
	case left <= 0:
		return "expired"
	case left < time.Minute:
		return "less than 1 min left"
	}
	return Duration(left) + " left"
}

// Duration is d as people say it, rounded down to the minute below a day and to
// the hour from then on: "47 min", "2 h", "1 h 5 min", "1 d 12 h".
func Duration(d time.Duration) string {
	days, hours, minutes := int(d.Hours())/24, int(d.Hours())%24, int(d.Minutes())%60
	switch {
	case days > 0:
		return join(days, "d", hours, "h")
	case hours > 0:
		return join(hours, "h", minutes, "min")
	}
	return fmt.Sprintf("%d min", minutes)
}

func join(large int, unit string, small int, smallUnit string) string {
	if small == 0 {
		return fmt.Sprintf("%d %s", large, unit)
	}
	return fmt.Sprintf("%d %s %d %s", large, unit, small, smallUnit)
}
