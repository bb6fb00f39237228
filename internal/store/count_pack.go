package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"time"
)

// A pack is all cells of a bucket in one row, made when its hour or day is over, so
// that a process that starts reads a row where there are thousands. It has the mark
// its bucket had when it was read. Whatever is counted in later (said offline, taken
// back, handed over) raises the bucket's mark, and the pack is worth nothing until it
// is made anew: the accepts know nothing of packs.

// packedAfter is how long after its beginning a bucket is packed. Most of what comes
// late has come by then.
var packedAfter = map[int64]time.Duration{widthHour: 2 * time.Hour, widthDay: 26 * time.Hour, widthClock: 26 * time.Hour}

// packLot is how many bytes of packs are written with one transaction.
const packLot = 1 << 18

// packed gives the packs of stale buckets that follow each other, as far as they are
// as new as their marks and can be taken, and what is left to be read row by row:
// again such as follow each other.
func (s *Store) packed(ctx context.Context, k cubeKey, run []int64, marks map[int64]int64, take func(bucket int64, pack []byte) bool) (rest [][]int64, err error) {
	rows, err := s.ask(ctx, "SELECT p.bucket, p.mark, p.cells FROM count_pack p JOIN count_mark m ON m.brand_id = p.brand_id AND m.width = p.width AND m.bucket = p.bucket AND m.n = p.mark "+
		"WHERE p.brand_id = $1 AND p.width = $2 AND p.bucket >= $3 AND p.bucket <= $4", k.brand, k.width, run[0], run[len(run)-1])
	if err != nil {
		return nil, err
	}
	taken := map[int64]bool{}
	var bucket, mark int64
	var pack sql.RawBytes
	if err := eachRow(rows, func(r *sql.Rows) error {
		if err := r.Scan(&bucket, &mark, &pack); err != nil {
			return err
		}
		if is, asked := marks[bucket]; asked && is == mark {
			taken[bucket] = take(bucket, pack)
		}
		return nil
	}); err != nil {
		return nil, err
	}
	follows := false
	for _, bucket := range run {
		switch {
		case taken[bucket]:
			follows = false
			continue
		case !follows:
			rest = append(rest, nil)
		}
		rest[len(rest)-1] = append(rest[len(rest)-1], bucket)
		follows = true
	}
	return rest, nil
}

// PackCounts packs the hours, days and clocks of a brand that are over and were
// counted in since they were packed, the newest first.
func (s *Store) PackCounts(ctx context.Context, brand string) error {
	for _, width := range []int64{widthHour, widthDay, widthClock} {
		k := cubeKey{brand, width}
		list, err := s.unpacked(ctx, k)
		var lot []pack
		size := 0
		for i, p := range list {
			if err == nil {
				p.cells, err = s.pack(ctx, k, p)
			}
			lot, size = append(lot, p), size+len(p.cells)
			if err == nil && (size >= packLot || i == len(list)-1) {
				err = s.putPacks(ctx, k, lot, size)
				lot, size = nil, 0
			}
		}
		if err != nil {
			return s.failed(err)
		}
	}
	return nil
}

type pack struct {
	bucket, mark int64
	cells        []byte
}

// unpacked are the buckets that want packing, without their cells.
func (s *Store) unpacked(ctx context.Context, k cubeKey) (list []pack, err error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT m.bucket, m.n FROM count_mark m LEFT JOIN count_pack p ON p.brand_id = m.brand_id AND p.width = m.width AND p.bucket = m.bucket AND p.mark = m.n "+
		"WHERE m.brand_id = $1 AND m.width = $2 AND m.bucket < $3 AND p.bucket IS NULL ORDER BY m.bucket DESC", k.brand, k.width, micros(s.now().Add(-packedAfter[k.width])))
	if err != nil {
		return nil, err
	}
	err = eachRow(rows, func(r *sql.Rows) error {
		var p pack
		err := r.Scan(&p.bucket, &p.mark)
		list = append(list, p)
		return err
	})
	return list, err
}

// pack reads a bucket row by row, after its mark: it may be newer than that, then its
// pack is never taken.
func (s *Store) pack(ctx context.Context, k cubeKey, p pack) ([]byte, error) {
	run, marks := []int64{p.bucket}, map[int64]int64{p.bucket: p.mark}
	if k.width == widthClock {
		c := newBrandClocks()
		if err := c.read(ctx, s, k.brand, run, marks); err != nil {
			return nil, err
		}
		return c.pack(p.bucket), nil
	}
	c := newCube()
	if err := c.read(ctx, s, k, run, marks); err != nil {
		return nil, err
	}
	return c.pack(p.bucket), nil
}

func (s *Store) putPacks(ctx context.Context, k cubeKey, lot []pack, size int) error {
	return s.write(ctx, k.brand, byMachine, &job{size: size, run: func(tx *Tx) error {
		for _, p := range lot {
			if _, err := tx.exec("INSERT INTO count_pack (brand_id, width, bucket, mark, cells) VALUES ($1, $2, $3, $4, $5) "+
				"ON CONFLICT (brand_id, width, bucket) DO UPDATE SET mark = excluded.mark, cells = excluded.cells", k.brand, k.width, p.bucket, p.mark, p.cells); err != nil {
				return err
			}
		}
		return nil
	}})
}

// The form of a pack: its version, then the words in it, each once, then the cells,
// whose facets or names are numbers of words. All numbers are varints as
// [binary.AppendVarint] writes them. Which words there are first is the pack's own.
const packForm = 1

// packing writes a pack.
type packing struct {
	words  []string
	byWord map[string]int64
	cells  []byte
}

func (p *packing) word(w string) {
	i, ok := p.byWord[w]
	if !ok {
		i = int64(len(p.words))
		p.words, p.byWord[w] = append(p.words, w), i
	}
	p.number(i)
}

func (p *packing) number(n int64) { p.cells = binary.AppendVarint(p.cells, n) }

// whole is the pack of so many cells.
func (p *packing) whole(cells int) []byte {
	b := binary.AppendVarint(nil, packForm)
	b = binary.AppendVarint(b, int64(len(p.words)))
	for _, w := range p.words {
		b = append(binary.AppendVarint(b, int64(len(w))), w...)
	}
	return append(binary.AppendVarint(b, int64(cells)), p.cells...)
}

// unpacking reads a pack. Of one that is of another form, or broken, ok is false: its
// bucket is read row by row.
type unpacking struct {
	left  []byte
	words []int32 // as their reader numbers them
	cells int
	bad   bool
}

// openPack reads a pack up to its cells.
func openPack(b []byte, word func(string) int32) *unpacking {
	p := &unpacking{left: b}
	if p.number() != packForm {
		p.bad = true
	}
	for range p.count() {
		n := p.count()
		p.words = append(p.words, word(string(p.left[:n])))
		p.left = p.left[n:]
	}
	p.cells = p.count()
	return p
}

func (p *unpacking) number() int64 {
	n, size := binary.Varint(p.left)
	if size <= 0 || p.bad {
		p.bad, p.left = true, nil
		return 0
	}
	p.left = p.left[size:]
	return n
}

// count is a number of things of which each takes a byte at least.
func (p *unpacking) count() int {
	n := p.number()
	if n < 0 || n > int64(len(p.left)) {
		p.bad = true
		return 0
	}
	return int(n)
}

// word is a word's number as the reader has it.
func (p *unpacking) word() int32 {
	n := p.number()
	if n < 0 || n >= int64(len(p.words)) {
		p.bad = true
		return 0
	}
	return p.words[n]
}

// whole says whether all was read, and was right.
func (p *unpacking) whole() bool { return !p.bad && len(p.left) == 0 }

// pack is a bucket of a cube.
func (c *cube) pack(bucket int64) []byte {
	p := packing{byWord: map[string]int64{}}
	cells := c.buckets[bucket].cells
	for i := range cells {
		f := &c.profiles[cells[i].profile]
		for _, w := range [facetCount]string{f.touchpoint, f.place, f.audience, f.kind, f.topic, f.team, f.source, f.lang} {
			p.word(w)
		}
		for _, n := range cells[i].n {
			p.number(int64(n))
		}
	}
	return p.whole(len(cells))
}

func (c *cube) unpack(b []byte) ([]countCell, bool) {
	p := openPack(b, c.word)
	cells := make([]countCell, p.cells)
	for i := range cells {
		var told [facetCount]int32
		for at := range told {
			told[at] = p.word()
		}
		cells[i].profile = c.profileOf(told)
		for at := range cells[i].n {
			cells[i].n[at] = int32(p.number())
		}
	}
	return cells, p.whole()
}

// pack is a day of clocks.
func (c *brandClocks) pack(day int64) []byte {
	p := packing{byWord: map[string]int64{}}
	cells := c.days[day].cells
	for i := range cells {
		name := c.names[cells[i].name]
		p.word(name.team)
		p.word(name.clock)
		for _, n := range [...]int64{int64(name.bin), cells[i].bucket - day, int64(cells[i].n), int64(cells[i].kept)} {
			p.number(n)
		}
	}
	return p.whole(len(cells))
}

func (c *brandClocks) unpack(day int64, b []byte) ([]clockCell, bool) {
	var words []string
	p := openPack(b, func(w string) int32 {
		words = append(words, w)
		return int32(len(words) - 1)
	})
	cells := make([]clockCell, p.cells)
	for i := range cells {
		team, clock := p.word(), p.word()
		if p.bad {
			break
		}
		name := clockName{words[team], words[clock], int(p.number())}
		cells[i] = clockCell{bucket: day + p.number(), name: c.name(name), n: int32(p.number()), kept: int32(p.number())}
	}
	return cells, p.whole()
}
