package configs

import "strings"

// nearest returns the candidate that name was most likely meant to be, or "".
// A third of the letters may be wrong, so that short names do not match all.
func nearest(name string, candidates []string) string {
	best, found := len(name)/3+1, ""
	for _, c := range candidates {
		if d := distance(fold(name), fold(c)); d < best {
			best, found = d, c
		}
	}
	return found
}

// fold makes spellings of one name equal: worker-class, worker_class, WORKER_CLASS.
func fold(name string) string {
	return strings.ToLower(strings.ReplaceAll(strings.TrimLeft(name, "-"), "-", "_"))
}

// distance counts the letters to insert, delete, replace or swap with their
// neighbour to get from a to b (optimal string alignment).
func distance(a, b string) int {
	before, prev, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, prev, row = prev, row, before
	}
	return prev[len(b)]
}
