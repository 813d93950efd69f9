// Package guess finds what a person meant by a name that is mistyped.
package guess

// Nearest returns the known name that is at most two edits away, or about a third of
// the name's length where that is less; "" if there is none.
func Nearest(name string, known []string) string {
	best, found := min(2, (len(name)+1)/3)+1, ""
	for _, c := range known {
		if diff := len(c) - len(name); diff >= best || -diff >= best {
			continue
		}
		if d := distance(name, c); d < best {
			best, found = d, c
		}
	}
	return found
}

// distance counts the letters to insert, drop or replace between a and b, and
// the neighbours to swap, which is how most names are mistyped (optimal string
// alignment).
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row = last, row, before
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replaced := last[j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			row[j] = min(replaced, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}
