package atlas

import (
	"cmp"
	"maps"
	"slices"
)

// cluster is what several people speak of that no touchpoint covers.
type cluster struct {
	Word    string   // as most of them write it, folded; "" where Typical says it
	Typical *typical // of the trade's list, where it knows it
	Of      []int    // which of the texts
}

const (
	leastOfCluster  = 3   // people who speak of it
	mostClusters    = 6   // that are proposed
	quotesOfCluster = 2   // different sentences that stand for it
	everybodySays   = 0.6 // a word in more of all texts than this tells nothing
)

// clustersOf groups texts that were said at no touchpoint in particular: first by
// what is typical for the trade and lacking, then by the word that most of the
// rest share; what is in one group is in no other. Words that touchpoints,
// products or topics of the brand are called by (known, as stems) propose nothing.
func clustersOf(texts []string, lacking []*typical, known map[string]bool) []cluster {
	words := make([][]string, len(texts))
	free := map[int]bool{}
	for i, s := range texts {
		words[i], free[i] = stems(s), true
	}
	var list []cluster
	take := func(c cluster) {
		for _, i := range c.Of {
			delete(free, i)
		}
		list = append(list, c)
	}
	rest := slices.Clone(lacking) // one sentence, however often it is said, is about any of its words
	for len(rest) > 0 {
		best, at := cluster{}, 0
		for i, t := range rest {
			c := cluster{Typical: t}
			for _, j := range slices.Sorted(maps.Keys(free)) {
				if t.spoken(words[j]) {
					c.Of = append(c.Of, j)
				}
			}
			if len(c.Of) > len(best.Of) && len(differing(texts, c.Of, 2)) == 2 {
				best, at = c, i
			}
		}
		if len(best.Of) < leastOfCluster {
			break
		}
		take(best)
		rest = slices.Delete(rest, at, at+1)
	}
	for len(list) < mostClusters {
		c := shared(texts, free, known)
		if len(c.Of) < leastOfCluster {
			break
		}
		take(c)
	}
	slices.SortStableFunc(list, func(a, b cluster) int { return cmp.Compare(len(b.Of), len(a.Of)) })
	return list[:min(len(list), mostClusters)]
}

// shared is the telling word that most of some texts have. One sentence, however
// often it is said, does not tell which of its words it is about.
func shared(texts []string, free map[int]bool, known map[string]bool) cluster {
	of, forms := map[string][]int{}, map[string]map[string]int{}
	for _, i := range slices.Sorted(maps.Keys(free)) {
		for _, w := range telling(texts[i]) {
			if !known[w] {
				of[w] = append(of[w], i)
			}
		}
		for _, w := range wordsOf(texts[i]) {
			s := stem(w)
			if forms[s] == nil {
				forms[s] = map[string]int{}
			}
			forms[s][w]++
		}
	}
	best := ""
	for _, w := range slices.Sorted(maps.Keys(of)) {
		if len(of[w]) > len(of[best]) && len(differing(texts, of[w], 2)) == 2 && (len(free) < 2*leastOfCluster || float64(len(of[w])) <= everybodySays*float64(len(free))) {
			best = w
		}
	}
	c := cluster{Of: of[best]}
	for _, w := range slices.Sorted(maps.Keys(forms[best])) {
		if c.Word == "" || forms[best][w] > forms[best][c.Word] {
			c.Word = w
		}
	}
	return c
}

// differing are the first of some texts that are no repetition of one before, at
// most n.
func differing(texts []string, of []int, n int) (list []int) {
	for _, i := range of {
		if len(list) < n && !slices.ContainsFunc(list, func(j int) bool { return slices.Equal(wordsOf(texts[i]), wordsOf(texts[j])) }) {
			list = append(list, i)
		}
	}
	return list
}
