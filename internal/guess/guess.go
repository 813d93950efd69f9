// Package guess finds what a person meant by a name that is mistyped.
package guess

// Nearest returns the known name that is at most two edits away, or a third of
// the name's length where that is less; "" if there is none.
func Nearest(name string, known []string) string {
	best, found := min(2, len(name)/3)+1, ""
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

// distance counts the insertions, deletions and replacements between a and b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
