package brandfile

import "slices"

// moved finds the fewest things that must move to turn one order into the
// other: next index → {from, to}, positions from 1.
func (d *differ) moved() map[int][2]int {
	oldAt, nextAt := positions(d.old), positions(d.next)
	within := make(map[string][]int) // next indexes of what stayed within the same
	var order []string
	for i, from := range d.from {
		if from >= 0 && d.old[from].within == d.next[i].within {
			w := d.next[i].within
			if within[w] == nil {
				order = append(order, w)
			}
			within[w] = append(within[w], i)
		}
	}
	moves := make(map[int][2]int)
	for _, w := range order {
		stayed := within[w]
		from := make([]int, len(stayed))
		for k, i := range stayed {
			from[k] = d.from[i]
		}
		keep := longestRising(from)
		for k, i := range stayed {
			if !keep[k] {
				moves[i] = [2]int{oldAt[d.from[i]], nextAt[i]}
			}
		}
	}
	return moves
}

// positions are those of things among the ones within the same, from 1.
func positions(things []thing) []int {
	count := make(map[string]int)
	at := make([]int, len(things))
	for i, t := range things {
		count[t.within]++
		at[i] = count[t.within]
	}
	return at
}

// longestRising marks the elements of a longest rising subsequence: they can
// stay while the others move around them.
func longestRising(values []int) []bool {
	var tails []int // index of the least last value of a rising run, by its length
	before := make([]int, len(values))
	for i, v := range values {
		at, _ := slices.BinarySearchFunc(tails, v, func(tail, v int) int { return values[tail] - v })
		before[i] = -1
		if at > 0 {
			before[i] = tails[at-1]
		}
		if at == len(tails) {
			tails = append(tails, i)
		} else {
			tails[at] = i
		}
	}
	keep := make([]bool, len(values))
	if len(tails) == 0 {
		return keep
	}
	for i := tails[len(tails)-1]; i >= 0; i = before[i] {
		keep[i] = true
	}
	return keep
}
