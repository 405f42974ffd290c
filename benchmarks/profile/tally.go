package profile

import (
	"cmp"
	"slices"
)

// tally counts equal requests.
type tally struct {
	count map[string]int
	first map[string]Request
	order []string
}

func newTally() *tally { return &tally{count: map[string]int{}, first: map[string]Request{}} }

// mostKept bounds what a log of ever different targets may take in memory.
const mostKept = 200_000

// add counts a request; two are equal when method, path and body are.
func (t *tally) add(r Request) {
	key := r.Method + " " + r.Path + "\n" + r.Body
	if t.count[key] == 0 {
		if len(t.order) >= mostKept {
			key = ""
		} else {
			t.order = append(t.order, key)
			t.first[key] = r
		}
	}
	t.count[key]++
}

// requests are the most frequent ones, weighted by their number, and how many belong
// to others.
func (t *tally) requests(most int) (all []Request, rare int) {
	order := slices.Clone(t.order)
	slices.SortStableFunc(order, func(a, b string) int { return cmp.Compare(t.count[b], t.count[a]) })
	for i, key := range order {
		if i >= most {
			rare += t.count[key]
			continue
		}
		r := t.first[key]
		r.Weight = float64(t.count[key])
		all = append(all, r)
	}
	return all, rare + t.count[""]
}
