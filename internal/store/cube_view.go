package store

import (
	"cmp"
	"fmt"
	"slices"
)

// cubeView is what a walk over a cube's cells has found: of one filter, each
// bucket's sums by what its questions tell apart. The next question of the same
// filter walks again only over buckets that were counted in since. Most of a page's
// questions tell touchpoints and topics apart, or less, and have one view together.
// What is told apart by less is added up once for each bucket, too, so that a question
// costs what its answer is long.
type cubeView struct {
	split   Split
	groups  []facets // what is told apart
	byFacet map[facets]int32
	of      []int32 // by profile: its group; -1 where the filter leaves it out
	buckets map[int64]*viewBucket
	narrow  map[Split]*narrowed // by what was told apart, as long as there are no more groups
	used    int64               // the cube's turn it was asked last
	size    int                 // sums of all its buckets
}

// narrowed are the groups of a view told apart by less.
type narrowed struct {
	groups int      // there were then
	to     []int32  // by group: as what of an answer it counts
	told   []facets // what that is
	order  []int32  // and how it is ordered
}

// viewBucket are the sums of one bucket's cells, in the order of an answer.
type viewBucket struct {
	from *bucketCells // as they were then
	sums []groupSum
	less map[Split][]groupSum // by what is told apart, where that is less: by number in its narrowed.told
}

// size is how many sums they are.
func (b *viewBucket) size() int {
	n := len(b.sums)
	for _, list := range b.less {
		n += len(list)
	}
	return n
}

type groupSum struct {
	group int32
	n     [6]int32
}

func (s *groupSum) tally() Tally {
	t := Tally{N: int64(s.n[0])}
	for f := 1; f <= 5; f++ {
		t.Feelings[f] = int64(s.n[f])
	}
	return t
}

// mostViews is how many filters a brand's cube keeps the sums of, mostSums how
// many sums they have together: some 30 MB.
const (
	mostViews = 24
	mostSums  = 1_000_000
)

// view is that of a query, new or as it was.
func (c *cube) view(q *CountsQuery, by Split) *cubeView {
	by.Time = false
	if common := (Split{Touchpoint: true, Topic: true}); by.within(common) {
		by = common
	}
	of := q.Of
	of.Feelings = nil // they are taken from the sums
	key := fmt.Sprintf("%q %#v %v", q.Touchpoint, of, by)
	c.turn++
	v := c.views[key]
	if v == nil {
		v = &cubeView{split: by, byFacet: map[facets]int32{}, buckets: map[int64]*viewBucket{}, narrow: map[Split]*narrowed{}}
		c.views[key] = v
	}
	v.used = c.turn
	for i := len(v.of); i < len(c.profiles); i++ {
		v.of = append(v.of, v.group(&c.profiles[i], q))
	}
	return v
}

// within says whether nothing is told apart that the other split does not.
func (s Split) within(o Split) bool {
	return (!s.Time || o.Time) && (!s.Touchpoint || o.Touchpoint) && (!s.Topic || o.Topic) && (!s.Place || o.Place) && (!s.Audience || o.Audience) &&
		(!s.Kind || o.Kind) && (!s.Team || o.Team) && (!s.Source || o.Source) && (!s.Lang || o.Lang)
}

// group is what a profile counts as.
func (v *cubeView) group(f *facets, q *CountsQuery) int32 {
	if !q.takes(f) || q.Of.guards(f.audience) {
		return -1
	}
	told := v.split.facets(f)
	g, ok := v.byFacet[told]
	if !ok {
		g = int32(len(v.groups))
		v.groups, v.byFacet[told] = append(v.groups, told), g
	}
	return g
}

// walk adds up the buckets that are new since the last walk.
func (v *cubeView) walk(c *cube, asked []int64) {
	sums := make([][6]int32, len(v.groups))
	order := v.narrowed(v.split).order
	for _, bucket := range asked {
		b := c.buckets[bucket]
		was := v.buckets[bucket]
		if b == nil || was != nil && was.from == b {
			continue
		}
		clear(sums)
		for i := range b.cells {
			cell := &b.cells[i]
			if g := v.of[cell.profile]; g >= 0 {
				t := &sums[g]
				for f := range t {
					t[f] += cell.n[f]
				}
			}
		}
		if was != nil {
			v.size -= was.size()
		}
		now := &viewBucket{from: b, sums: inOrder(sums, order)}
		v.size += len(now.sums)
		v.buckets[bucket] = now
	}
}

// inOrder are the sums that are some.
func inOrder(sums [][6]int32, order []int32) []groupSum {
	some := 0
	for i := range sums {
		if sums[i] != ([6]int32{}) {
			some++
		}
	}
	list := make([]groupSum, 0, some)
	for _, g := range order {
		if sums[g] != ([6]int32{}) {
			list = append(list, groupSum{g, sums[g]})
		}
	}
	return list
}

// told are a bucket's sums told apart by no more than is asked. What a group counts as
// stays when new ones come, and so does their order: they are added up once.
func (v *cubeView) told(b *viewBucket, by Split, n *narrowed) []groupSum {
	by.Time = false
	if by == v.split {
		return b.sums
	}
	list, ok := b.less[by]
	if !ok {
		sums := make([][6]int32, len(n.told))
		for i := range b.sums {
			t := &sums[n.to[b.sums[i].group]]
			for f, m := range b.sums[i].n {
				t[f] += m
			}
		}
		list = inOrder(sums, n.order)
		if b.less == nil {
			b.less = map[Split][]groupSum{}
		}
		b.less[by] = list
		v.size += len(list)
	}
	return list
}

// answer adds up the asked buckets, in the order of [tallied.list].
func (c *cube) answer(asked []int64, q *CountsQuery, by Split) []Counted {
	v := c.view(q, by)
	was := v.size
	v.walk(c, asked)
	n := v.narrowed(by)
	var list []Counted
	add := func(bucket int64, group int32, t Tally) {
		if t = q.Of.of(t); t.N != 0 {
			list = append(list, counted(bucket, &n.told[group], t))
		}
	}
	sums := make([]Tally, len(n.told))
	for at, bucket := range asked {
		b := v.buckets[bucket]
		if b == nil {
			continue
		}
		for _, sum := range v.told(b, by, n) {
			if by.Time {
				add(bucket, sum.group, sum.tally())
			} else {
				sums[sum.group].Add(sum.tally())
			}
		}
		if each := len(list) / (at + 1); by.Time && cap(list)-len(list) < each { // days are much alike
			list = slices.Grow(list, (each+1)*(len(asked)-at))
		}
	}
	if !by.Time {
		for _, g := range n.order {
			add(0, g, sums[g])
		}
	}
	c.cells += v.size - was
	c.cells -= c.forget()
	return list
}

// narrowed says as what of an answer each group counts. A page asks the same again
// and again; only a new group makes it anew.
func (v *cubeView) narrowed(by Split) *narrowed {
	by.Time = false
	if n := v.narrow[by]; n != nil && n.groups == len(v.groups) {
		return n
	}
	n := &narrowed{groups: len(v.groups), to: make([]int32, len(v.groups))}
	byFacet := map[facets]int32{}
	for i := range v.groups {
		f := by.facets(&v.groups[i])
		g, ok := byFacet[f]
		if !ok {
			g = int32(len(n.told))
			n.told, n.order, byFacet[f] = append(n.told, f), append(n.order, g), g
		}
		n.to[i] = g
	}
	slices.SortFunc(n.order, func(a, b int32) int { return n.told[a].inAnswer(&n.told[b]) })
	v.narrow[by] = n
	return n
}

// inAnswer is the order of an answer within a bucket: topic, touchpoint and the rest.
func (f *facets) inAnswer(o *facets) int {
	return cmp.Or(cmp.Compare(f.topic, o.topic), f.compare(o))
}

// forget lets go of the views that were not asked for longest while there are too
// many, and gives how many sums they had.
func (c *cube) forget() (gone int) {
	all := 0
	for _, v := range c.views {
		all += v.size
	}
	for len(c.views) > 1 && (len(c.views) > mostViews || all > mostSums) {
		oldest := ""
		for key, v := range c.views {
			if oldest == "" || v.used < c.views[oldest].used {
				oldest = key
			}
		}
		n := c.views[oldest].size
		all, gone = all-n, gone+n
		delete(c.views, oldest)
	}
	return gone
}
